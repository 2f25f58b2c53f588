import CP11Kit
import Encodings
import Messages
public import Signing

/// An object on a token, with a reference to it and a command that removes it.
public struct TokenObject: Sendable, Hashable {
  /// A private key, a public key or a certificate.
  public let kind: KeyListing.Entry.Kind
  /// A reference to copy. It is percent-encoded, so it can be between single quotes in a line of shell.
  public let reference: String
  /// The words of a command that removes it with OpenSC's tool: the program first, without a PIN. Empty if such a
  /// command cannot name it.
  public let removal: [String]

  /// The command as one line of shell; nil if there is none.
  public var removalLine: String? {
    removal.isEmpty ? nil : removal.map(ShellWord.quoted).joined(separator: " ")
  }

  /// - Parameter uri: how the token was named, which says by what module it is found.
  init(_ kind: KeyListing.Entry.Kind, _ name: NewKeyName, on token: Token, _ uri: PKCS11URI) {
    self.kind = kind
    let values = URIAttribute.values(label: name.label, id: name.id, type: kind.rawValue)
    reference = uri.naming(token.uriValues.merging(values) { $1 })
    // Modules in p11-kit's configuration may need more than their path.
    var words = ["pkcs11-tool", "--module", uri.text(.modulePath) ?? "p11-kit-proxy.so"]
    if let label = Self.argument(token.info.label.bytes), !token.isToldBySlot {
      words += ["--token-label", label]
    } else {
      words += ["--slot", String(token.slotID)]
    }
    let type =
      switch kind {
      case .privateKey: "privkey"
      case .publicKey: "pubkey"
      default: "cert"
      }
    words += ["--login", "--delete-object", "--type", type]
    if !name.id.isEmpty {
      removal = words + ["--id", Hexadecimal.lowerCase(name.id)]
    } else if let label = Self.argument(name.label) {
      removal = words + ["--label", label]
    } else {
      removal = []
    }
  }

  /// Nil for what a terminal does not show as it is, or a person cannot type.
  private static func argument(_ bytes: [UInt8]) -> String? {
    guard !bytes.isEmpty, bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      return nil
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

/// Finds every key, public key and certificate on a token that has one of two names.
struct NameSearch {
  let name: NewKeyName

  /// The most objects of a class to look through for a label that the token pads.
  private static let mostLookedThrough = 256

  private static let classes: [(CK_OBJECT_CLASS, KeyListing.Entry.Kind)] = [
    (CKO_PRIVATE_KEY, .privateKey), (CKO_PUBLIC_KEY, .publicKey), (CKO_CERTIFICATE, .certificate),
  ]

  /// What is visible in the session, private keys first.
  func objects(on token: Token, _ uri: PKCS11URI, in session: Session) throws(DeviceError) -> [TokenObject] {
    var found: [TokenObject] = []
    for (objectClass, kind) in Self.classes {
      for handle in try handles(of: objectClass, in: session) {
        guard let name = try nameIfTaken(handle, in: session) else { continue }
        found.append(TokenObject(kind, name, on: token, uri))
      }
    }
    return found
  }

  private func handles(of objectClass: CK_OBJECT_CLASS, in session: Session) throws(DeviceError) -> [CK_OBJECT_HANDLE] {
    var handles = try ObjectSearch(objectClass, id: name.id).handles(in: session)
    for handle in try ObjectSearch(objectClass, label: name.label).handles(in: session)
      + ObjectSearch(objectClass).handles(in: session).prefix(Self.mostLookedThrough)
    where !handles.contains(handle) {
      handles.append(handle)
    }
    return handles
  }

  /// The name of the object if it has one of the two; nil for one that somebody has just removed.
  private func nameIfTaken(_ handle: CK_OBJECT_HANDLE, in session: Session) throws(DeviceError) -> NewKeyName? {
    do throws(DeviceError) {
      let attributes = try ObjectAttributes([CKA_LABEL, CKA_ID], of: handle, in: session)
      let found = NewKeyName(label: try attributes[CKA_LABEL] ?? [], id: try attributes[CKA_ID] ?? [])
      let hasLabel = FixedField(bytes: found.label).bytes == FixedField(bytes: name.label).bytes
      return hasLabel || found.id == name.id ? found : nil
    } catch  where error.returnValue.rawValue == CKR_OBJECT_HANDLE_INVALID {
      return nil
    }
  }
}
