import Encodings
public import Messages
public import Signing
import System

/// Opens `pem:PATH`: private keys in PEM or DER, with certificates beside them or in another file.
public struct PEMBackend: KeyBackend {
  /// `cert=PATH` names another file with the certificate, `id=HEX` chooses among several keys by the SHA-256 of the
  /// public key, and `password-file=PATH` contains the password of this key. `-` as `PATH` is standard input.
  public static let syntax = KeyReferenceSyntax(
    "pem", attributes: [.init("cert", .path), .init("id"), .init("password-file", .path)])

  public init() {}
  public var syntax: KeyReferenceSyntax { Self.syntax }

  /// Throws what `KeyFileReader` and choosing the key and its certificate throw.
  public func signer(for request: KeyRequest) throws(KeyError) -> any Signer {
    try KeyFile(request).signer { (bytes, subject, secrets) throws(KeyError) in
      try KeyFileReader(subject: subject).contents(of: bytes, takesPFX: false, secrets: secrets)
    }
  }
}

/// Opens `pfx:PATH`: keys in PFX files (PKCS#12).
public struct PFXBackend: KeyBackend {
  /// As for `pem:`; `name=TEXT` chooses among several keys by the friendly name, and `id` is also the local key id.
  public static let syntax = KeyReferenceSyntax(
    "pfx", attributes: [.init("cert", .path), .init("name"), .init("id"), .init("password-file", .path)])

  public init() {}
  public var syntax: KeyReferenceSyntax { Self.syntax }

  /// Throws what `PFXReader` and choosing the key and its certificate throw.
  public func signer(for request: KeyRequest) throws(KeyError) -> any Signer {
    try KeyFile(request).signer { (bytes, subject, secrets) throws(KeyError) in
      try PFXReader(subject: subject).contents(of: bytes, secrets: secrets)
    }
  }
}

/// Opens a plain path: PEM, DER or PFX, found by content.
public struct FileBackend: KeyBackend {
  /// A plain path, without attributes.
  public static let syntax = KeyReferenceSyntax(KeyReference.plainPathScheme, .plainPath)

  public init() {}
  public var syntax: KeyReferenceSyntax { Self.syntax }

  /// The whole reference is the path, without escapes and attributes; `-` is standard input.
  public func signer(for request: KeyRequest) throws(KeyError) -> any Signer {
    try KeyFile(request).signer { (bytes, subject, secrets) throws(KeyError) in
      try KeyFileReader(subject: subject).contents(of: bytes, secrets: secrets)
    }
  }
}

/// A file with private keys that a reference names, and the one key in it that the reference asks for.
struct KeyFile {
  private let request: KeyRequest
  private var reference: KeyReference { request.reference }

  init(_ request: KeyRequest) { self.request = request }

  /// Reads the file with `read`, chooses the key, checks it, finds its certificate and its chain, and tries a
  /// signature.
  ///
  /// Throws `malformed-key-reference` for an id that is not hexadecimal, `file-unreadable`, what `read` throws, what choosing
  /// throws (see `KeyFileContents`), and `broken-rsa-key` for a key that cannot make a good signature.
  func signer(
    reading read: (borrowing SecretBytes, _ subject: String, any SecretProvider) throws(KeyError) -> KeyFileContents
  ) throws(KeyError) -> any Signer {
    let selection = try selection()
    let given = try givenCertificates()
    let bytes = try KeyError.passing { () throws(SystemError) in
      try SecretBytes.contents(ofFile: reference.path, limit: KeyFileLimits.byteCount)
    }
    let (subject, secrets) = (reference.description, secrets)
    var contents = try secrets.opening(subject) { () throws(KeyError) in try read(bytes, subject, secrets) }
    contents.notes += exposures
    return try contents.signer(for: request, choosing: selection, given: given)
  }

  /// The key that the attributes `name` and `id` choose.
  private func selection() throws(KeyError) -> KeyFileContents.Selection {
    guard let text = reference["id"] else { return .init(name: reference["name"], id: nil) }
    guard let id = Hexadecimal.decode(ExactText(text)) else {
      throw KeyError(
        .malformedKeyReference, "the \(reference.scheme): key reference has an id that is not hexadecimal",
        hint: "write the id of the key, or the SHA-256 of its public key, as pairs of hexadecimal digits")
    }
    return .init(name: reference["name"], id: id)
  }

  /// Those of the request, or otherwise those of the file that the reference names; nil if neither is given.
  private func givenCertificates() throws(KeyError) -> GivenCertificates? {
    let path = reference["cert"]
    let named = try path.map { (path) throws(KeyError) in try certificates(in: path) }
    if !request.certificates.isEmpty {
      return GivenCertificates(
        certificates: request.certificates, place: request.certificateSource ?? reference.description, replaced: named)
    }
    guard let path, let named else { return nil }
    return GivenCertificates(certificates: named, place: path)
  }

  private func certificates(in path: String) throws(KeyError) -> [Certificate] {
    let bytes = try KeyError.passing { () throws(SystemError) in
      try SecretBytes.contents(ofFile: path, limit: KeyFileLimits.byteCount)
    }
    return try bytes.withBytes { (bytes) throws(KeyError) in
      try CertificateFile.read(bytes, of: path)
    }
  }

  private var secrets: any SecretProvider {
    reference["password-file"].map { PasswordFile(path: $0) } ?? request.secrets
  }

  private var exposures: [String] {
    [
      FileExposure.warning(of: reference.path, holding: "the key"),
      reference["password-file"].flatMap { FileExposure.warning(of: $0, holding: "the password") },
    ].compactMap(\.self)
  }
}

/// Certificates that were given beside a key file, and where they come from.
struct GivenCertificates: Sendable {
  let certificates: [Certificate]
  let place: String
  /// The certificates of the file that the reference names, if others were given besides.
  var replaced: [Certificate]?
}

/// Answers with the password in the file that a reference names.
private struct PasswordFile: SecretProvider {
  let path: String

  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? {
    try KeyError.passing { () throws(SystemError) in try SecretFile.secret(at: path, .password) }
  }
}
