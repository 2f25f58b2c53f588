import Encodings
import ExternalProgram
import Messages
internal import OpenSSLCrypto
import PKCS11
public import Signing
import System

/// The place for a new key: a new file, or a token.
public struct KeyDestination: Sendable, Hashable {
  /// The kind of place.
  @nonexhaustive
  public enum Place: Sendable, Hashable {
    /// PKCS#8 and the certificate as PEM.
    case pem
    /// PKCS#12.
    case pfx
    /// A PKCS #11 token.
    case token
  }

  /// The kind of place.
  public let place: Place
  /// The reference to the file, with its path; or to the token, with the label of the new key.
  public let reference: KeyReference
  /// True for a PFX that Windows Server 2016 and older can open.
  public let isForOldWindows: Bool

  /// The endings of plain paths, and the scheme that each stands for.
  private static let endings = [(".pfx", "pfx"), (".p12", "pfx"), (".pem", "pem")]

  /// Reads `pfx:PATH`, `pem:PATH`, `pkcs11:token=…;object=LABEL`, or a plain path, by its ending.
  ///
  /// Throws `destination-not-offered` for any other scheme or ending, and for attributes after the path of a new file,
  /// and what reading a reference throws.
  public init(_ text: String, isForOldWindows: Bool = false) throws(KeyMakingError) {
    let reference = try KeyMakingError.passing { () throws(KeyError) in
      try KeyReference(text, of: Toolkit.keySyntaxes)
    }
    self.isForOldWindows = isForOldWindows
    self.reference = reference
    switch reference.scheme {
    case PKCS11URI.syntax.scheme: place = .token
    case PEMBackend.syntax.scheme: place = .pem
    case PFXBackend.syntax.scheme: place = .pfx
    case CommandBackend.syntax.scheme:
      throw KeyMakingError(
        .destinationNotOffered, "a program cannot make keys: it only signs, and its vault makes them",
        hint: "make the key in the vault, then: keyroll create certificate --key command:…")
    default:
      let path = reference.path
      let scheme = Self.endings.first { ASCII.isEqualIgnoringCase(path.utf8.suffix($0.0.utf8.count), $0.0.utf8) }?.1
      guard let scheme else {
        throw KeyMakingError(
          .destinationNotOffered, "the ending of \(naming: path) does not say what kind of file to make",
          hint: "write pfx:PATH for a PKCS#12 file, or pem:PATH for PEM")
      }
      place = scheme.utf8.elementsEqual("pem".utf8) ? .pem : .pfx
    }
    if place != .token {
      if ["cert", "name", "id", "password-file"].contains(where: { reference[$0] != nil }) {
        throw KeyMakingError(
          .destinationNotOffered, "\(naming: reference) has attributes, but the file does not exist yet",
          hint: "write \(reference.scheme):PATH alone")
      }
    }
    if isForOldWindows, place != .pfx {
      throw KeyMakingError(.destinationNotOffered, "only a PFX can be made for old Windows")
    }
  }

  /// True for a file, false for a token.
  public var isFile: Bool { place != .token }

  /// Throws `output-exists` or `output-unwritable` for a file that cannot be made, so that nobody is asked for a
  /// password in vain.
  public func requireFree() throws(KeyMakingError) {
    guard isFile else { return }
    try KeyMakingError.passing { () throws(SystemError) in try NewKeyFile.check(path: reference.path) }
  }

  /// The path of a file beside a new key file: the same name with another ending; nil beside a key on a token.
  public func neighbour(ending: String) -> String? {
    guard isFile else { return nil }
    let path = reference.path
    for (own, _) in Self.endings where ASCII.isEqualIgnoringCase(path.utf8.suffix(own.utf8.count), own.utf8) {
      return String(Substring(path.utf8.dropLast(own.utf8.count))) + ending
    }
    return path + ending
  }
}
