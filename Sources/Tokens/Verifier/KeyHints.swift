public import Encodings
import JSON
public import Signing

/// The two certificate thumbprints that a header can carry.
@nonexhaustive
public enum Thumbprint: Sendable, Hashable, CaseIterable {
  /// 20 bytes in `x5t`, and 32 bytes in `x5t#S256`.
  case sha1, sha256

  /// The header name: `x5t` or `x5t#S256`.
  public var headerName: ExactText {
    switch self {
    case .sha1: "x5t"
    case .sha256: "x5t#S256"
    }
  }

  /// The hash function.
  public var digest: DigestAlgorithm {
    switch self {
    case .sha1: .sha1
    case .sha256: .sha256
    }
  }

  /// The length of the thumbprint in bytes.
  public var byteCount: Int { digest.byteCount }

  /// The digest of the certificate's DER.
  public func bytes(of certificate: Certificate) -> [UInt8] {
    switch self {
    case .sha1: certificate.sha1Thumbprint
    case .sha256: certificate.sha256Thumbprint
    }
  }

  /// Base64url without padding, as the header carries it.
  public func text(of certificate: Certificate) -> ExactText { ExactText(Base64.url.text(bytes(of: certificate))) }

  /// The bytes of hexadecimal text that is as long as a thumbprint of either kind, or nil.
  package static func bytes(ofHexadecimal text: ExactText) -> [UInt8]? {
    let characterCount = text.text.utf8.count
    guard allCases.contains(where: { $0.byteCount * 2 == characterCount }) else { return nil }
    return Hexadecimal.decode(text)
  }

  package var other: Thumbprint { self == .sha1 ? .sha256 : .sha1 }
}

/// What a header says about its key, read as tolerantly as possible; the rules judge its spelling.
struct KeyHints {
  private var thumbprints: [(kind: Thumbprint, bytes: [UInt8])] = []
  private var keyID: ExactText?
  /// Set if the profile says that `kid` is a thumbprint, and it has the length of one; otherwise it may be any name.
  private var keyIDThumbprint: [UInt8]?
  /// The first certificate of `x5c`, and the result of reading it.
  private var leaf: (der: [UInt8], certificate: Certificate?)?

  /// In bytes. Longer text, white space included, does not name a key, and the rule refuses its spelling.
  static let longestThumbprint = 128

  init(_ header: JSONObject, keyID policy: KeyIDPolicy, cryptography: (any Cryptography)?) {
    for kind in Thumbprint.allCases {
      if let text = header[kind.headerName]?.string, text.text.utf8.count <= Self.longestThumbprint,
        let bytes = Self.bytes(.url, text), bytes.count == kind.byteCount
      {
        thumbprints.append((kind, bytes))
      }
    }
    keyID = header["kid"]?.string
    if policy.form == .sha1Thumbprint, let keyID, let bytes = Thumbprint.bytes(ofHexadecimal: keyID) {
      keyIDThumbprint = bytes.count == Thumbprint.sha1.byteCount ? bytes : nil
    }
    let first = header["x5c"].flatMap { $0.string ?? $0.array?.first?.string }
    if let first, let der = Self.bytes(.standard, first) { leaf = (der, try? cryptography?.certificate(der: der.span)) }
  }

  /// True if one of them names the key.
  func name(_ key: TrustedKey) -> Bool { answers(for: key).contains { $0.isOf == true } }

  /// True if one of them names the certificate.
  func name(_ certificate: UnusableCertificate) -> Bool { answers(for: certificate).contains { $0.isOf == true } }

  /// The header names that can be compared with every trusted key, and match none of them.
  func strange(to keys: [TrustedKey], and certificates: [UnusableCertificate]) -> Set<ExactText> {
    var names = Set<ExactText>()
    let answers = keys.map(answers(for:)) + certificates.map(answers(for:))
    guard let first = answers.first else { return names }
    for (index, hint) in first.enumerated() where answers.allSatisfy({ $0[index].isOf == false }) {
      names.insert(hint.name)
    }
    return names
  }

  /// One result for each hint in the same order; nil if the two cannot be compared.
  private typealias Answer = (name: ExactText, isOf: Bool?)

  private func answers(for key: TrustedKey) -> [Answer] {
    var answers: [Answer] = thumbprints.map { kind, bytes in
      (kind.headerName, key.thumbprint(kind).map { $0 == bytes })
    }
    if let keyID { answers.append(("kid", isName(keyID, of: key))) }
    if let leaf { answers.append(("x5c", key.certificateDER.map { $0 == leaf.der })) }
    return answers
  }

  private func isName(_ keyID: ExactText, of key: TrustedKey) -> Bool? {
    if let own = key.keyID { return own == keyID }
    guard let certificate = key.certificate else { return nil }
    if Hexadecimal.isText(keyID, of: certificate.sha1Thumbprint) { return true }
    return keyIDThumbprint == nil ? nil : false
  }

  private func answers(for certificate: UnusableCertificate) -> [Answer] {
    var answers: [Answer] = thumbprints.map { ($0.kind.headerName, certificate.has($0.kind, $0.bytes)) }
    if let keyID {
      let isNamed = Thumbprint.bytes(ofHexadecimal: keyID).flatMap { certificate.has(.sha1, $0) }
      answers.append(("kid", isNamed == true || keyIDThumbprint != nil ? isNamed : nil))
    }
    if let leaf {
      let isLeaf = leaf.certificate.map { read in
        Thumbprint.allCases.compactMap { certificate.has($0, $0.bytes(of: read)) }
      }
      answers.append(("x5c", isLeaf.flatMap { $0.isEmpty ? nil : $0.contains(true) }))
    }
    return answers
  }

  private static func bytes(_ alphabet: Base64, _ text: ExactText) -> [UInt8]? {
    try? alphabet.decodeReportingIrregularities(text).bytes
  }
}
