import CP11Kit
import Encodings
public import Messages
public import Signing
import System

/// A key that was made on a token a moment ago: it lies there already, and `discard` takes it back.
public final class TokenKey: MadeKey {
  /// The public part of the key.
  public let publicKey: PublicKey
  /// What the token says of the private key.
  public let report: TokenKeyReport
  /// Opens the key from now on.
  public let reference: String
  private let key: KeyObject
  private let objects: NewObjects
  private let maker: TokenKeyMaker
  private let pin: PINRequest
  private let notes: [String]

  /// Reads the pair back; throws `new-key-differs`, `new-key-unprotected` and `device-failed`.
  init(
    _ objects: NewObjects, rsaBitCount bitCount: Int, by maker: TokenKeyMaker, pin: PINRequest, notes: [String]
  ) throws(KeyMakingError) {
    let token = objects.connection.token
    let pair = objects.pair
    let (key, numbers, report) = try KeyMakingError.making(on: token) { () throws(DeviceError) in
      let key = try KeyObject(pair.privateKey, in: objects.session)
      let publicKey = try ObjectAttributes(
        [CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_MODULUS_BITS], of: pair.publicKey, in: objects.session)
      let numbers = (
        inPrivateKey: key.numbers, inPublicKey: try RSAPublicNumbers(publicKey),
        bitCount: try publicKey.number(CKA_MODULUS_BITS)
      )
      return (key, numbers, try TokenKeyReport(pair.privateKey, bitCount: bitCount, in: objects.session))
    }
    try report.requireProtected(on: token)
    func differs(_ what: String) -> KeyMakingError {
      KeyMakingError(
        .keyDiffers, "\(token.summary) made another key than it was asked for: \(what)",
        hint: "use another module or token; the key was removed again")
    }
    guard let found = numbers.inPublicKey ?? numbers.inPrivateKey else {
      throw differs("it shows no modulus or no exponent")
    }
    if let others = numbers.inPrivateKey, others != found { throw differs("its two halves have different numbers") }
    guard found.modulus.bitCount == bitCount, numbers.bitCount.map({ $0 == CK_ULONG(bitCount) }) ?? true else {
      throw differs("its modulus has \(found.modulus.bitCount) bits, not \(bitCount)")
    }
    guard found.exponent == KeyDescription.publicExponent else { throw differs("its exponent is not 65537") }
    guard key.canSign, key.keyType.map({ $0 == CKK_RSA }) ?? true else { throw differs("it does not sign") }
    publicKey = try KeyMakingError.passing { () throws(KeyError) in try maker.backend.cryptography.publicKey(rsa: found)
    }
    let values = URIAttribute.values(label: key.label, id: key.id, type: "private")
    reference = maker.uri.naming(token.uriValues.merging(values) { $1 })
    self.key = key
    self.report = report
    self.objects = objects
    self.maker = maker
    self.pin = pin
    self.notes = notes
  }

  /// Its first signature is the trial of the key.
  public func signer(for algorithm: SignatureAlgorithm) throws(KeyMakingError) -> any Signer {
    let (connection, cryptography) = (objects.connection, maker.backend.cryptography)
    return try KeyMakingError.passing { () throws(KeyError) in
      let offered = try KeyError.passing { () throws(DeviceError) in try connection.token.mechanisms() }
      let reference = try KeyReference(reference, of: [PKCS11URI.syntax])
      let mechanisms = try SigningMechanism.choose(
        for: algorithm, with: key, on: connection.token, offered: offered, at: reference)
      return try PKCS11Signer(
        key, KeyMaterial(publicKey: publicKey, certificates: []), on: connection, with: mechanisms, pin: pin,
        at: reference, notes: notes, cryptography)
    }
  }

  /// Opens the key as it will be opened from now on, by its reference; writes nothing. The certificate is put on the token by
  /// `CertificateStore`, after its file is written.
  ///
  /// Throws `certificate-mismatch` and `new-key-trial-failed`.
  public func finish(with certificate: Certificate?) throws(KeyMakingError) -> FinishedKey {
    if let certificate, certificate.publicKey != publicKey {
      throw KeyMakingError(KeyError(.certificateMismatch, "the certificate belongs to another key than the new one"))
    }
    do throws(KeyError) {
      let request = KeyRequest(
        try KeyReference(reference, of: [PKCS11URI.syntax]), algorithm: .rs256,
        certificates: certificate.map { [$0] } ?? [],
        at: certificate?.notBefore ?? 0, secrets: maker.secrets)
      let signer = try maker.backend.signer(for: request)
      guard signer.publicKey == publicKey else {
        throw KeyError(.certificateMismatch, "\(naming: reference) means another key")
      }
    } catch {
      throw KeyMakingError(
        .trialFailed, "the new key cannot be opened by its reference: \(error.message)", hint: error.hint)
    }
    return FinishedKey(reference: reference, protection: report.description, notes: notes)
  }

  /// Throws `key-not-discarded`; `TokenKeyMaker.leftovers` has then what is left.
  public func discard() throws(KeyMakingError) { try maker.discard(objects, after: nil) }
}

/// What a token says of a private key that it has made; only the first two decide.
public struct TokenKeyReport: Sendable, Hashable, CustomStringConvertible {
  /// The size that the token reports, in bits.
  public let bitCount: Int
  /// `CKA_SENSITIVE` and `CKA_EXTRACTABLE`; nil for what the token does not tell.
  public let isSensitive, isExtractable: Bool?
  /// `CKA_LOCAL`, `CKA_ALWAYS_SENSITIVE` and `CKA_NEVER_EXTRACTABLE`: NSS says that a key is not local that it has made.
  public let isLocal, wasAlwaysSensitive, wasNeverExtractable: Bool?
  /// Uses beside signing that the token allows without having been asked to, by the names of the standard.
  public let otherUses: [String]

  private static let uses: [(CK_ATTRIBUTE_TYPE, String)] = [
    (CKA_DECRYPT, "CKA_DECRYPT"), (CKA_UNWRAP, "CKA_UNWRAP"), (CKA_SIGN_RECOVER, "CKA_SIGN_RECOVER"),
    (CKA_DERIVE, "CKA_DERIVE"),
  ]

  init(_ handle: CK_OBJECT_HANDLE, bitCount: Int, in session: Session) throws(DeviceError) {
    let attributes = try ObjectAttributes(
      [CKA_SENSITIVE, CKA_EXTRACTABLE, CKA_LOCAL, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE] + Self.uses.map(\.0),
      of: handle, in: session)
    self.bitCount = bitCount
    isSensitive = try attributes.flag(CKA_SENSITIVE)
    isExtractable = try attributes.flag(CKA_EXTRACTABLE)
    isLocal = try attributes.flag(CKA_LOCAL)
    wasAlwaysSensitive = try attributes.flag(CKA_ALWAYS_SENSITIVE)
    wasNeverExtractable = try attributes.flag(CKA_NEVER_EXTRACTABLE)
    var uses: [String] = []
    for (type, name) in Self.uses where try attributes.flag(type) ?? false { uses.append(name) }
    otherUses = uses
  }

  /// Throws `new-key-unprotected` where the token would give the key away, or does not say that it would not.
  func requireProtected(on token: Token) throws(KeyMakingError) {
    if isSensitive == true, isExtractable == false { return }
    throw KeyMakingError(
      .keyUnprotected,
      "\(token.summary) does not keep the new private key to itself: CKA_SENSITIVE is \(Self.text(isSensitive)), CKA_EXTRACTABLE is \(Self.text(isExtractable))",
      hint: "use another token; the key was removed again")
  }

  /// For a person: `sensitive, not extractable; CKA_LOCAL true, …`.
  public var description: String {
    let others = otherUses.isEmpty ? "" : "; also allows \(otherUses.joined(separator: ", "))"
    return
      "sensitive, not extractable; CKA_LOCAL \(Self.text(isLocal)), CKA_ALWAYS_SENSITIVE \(Self.text(wasAlwaysSensitive)), CKA_NEVER_EXTRACTABLE \(Self.text(wasNeverExtractable))\(others)"
  }

  private static func text(_ flag: Bool?) -> String { flag.map { $0 ? "true" : "false" } ?? "not told" }
}

extension [UInt8] {
  /// Of a number, big-endian.
  fileprivate var bitCount: Int {
    let bytes = drop { $0 == 0 }
    return bytes.count * 8 - (bytes.first?.leadingZeroBitCount ?? 0)
  }
}
