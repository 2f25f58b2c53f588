public import Signing
import System

/// Opens `pem:PATH`: private keys in PEM or DER, with certificates beside them or in another file.
public struct PEMBackend: KeyBackend {
  /// `cert=PATH` names another file with the certificate, `id=HEX` chooses among several keys by the SHA-256 of the public
  /// key, `password-file=PATH` holds the password of this key; `-` as `PATH` is standard input.
  public static let syntax = KeyReferenceSyntax(
    "pem", attributes: [.init("cert", .path), .init("id"), .init("password-file", .path)])

  public init() {}
  public var syntax: KeyReferenceSyntax { Self.syntax }

  /// Throws what `KeyFileReader` and choosing the key and its certificate throw.
  public func signer(for request: KeyRequest) throws(KeyError) -> any Signer {
    try KeyFile(request).signer { (bytes, subject, secrets) throws(KeyError) in
      try bytes.withBytes { (bytes) throws(KeyError) in
        try KeyFileReader(subject: subject).contents(of: bytes, secrets: secrets)
      }
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
  public static let syntax = KeyReferenceSyntax(KeyReference.plainPathScheme, .plainPath)

  public init() {}
  public var syntax: KeyReferenceSyntax { Self.syntax }

  /// The whole reference is the path, without escapes and attributes; `-` is standard input.
  public func signer(for request: KeyRequest) throws(KeyError) -> any Signer {
    try KeyFile(request).signer { (bytes, subject, secrets) throws(KeyError) in
      switch bytes.withBytes({ bytes in DERText.decoded(bytes) }) {
      case .some(let decoded): try Self.contents(of: decoded, subject, secrets)
      case .none: try Self.contents(of: bytes, subject, secrets)
      }
    }
  }

  private static func contents(
    of file: borrowing SecretBytes, _ subject: String, _ secrets: any SecretProvider
  ) throws(KeyError) -> KeyFileContents {
    switch file.withBytes({ bytes in KeyFileFormat(of: bytes) }) {
    case .pfx: try PFXReader(subject: subject).contents(of: file, secrets: secrets)
    case .pem, .der, .unrecognised:
      try file.withBytes { (bytes) throws(KeyError) in
        try KeyFileReader(subject: subject).contents(of: bytes, secrets: secrets)
      }
    }
  }
}
