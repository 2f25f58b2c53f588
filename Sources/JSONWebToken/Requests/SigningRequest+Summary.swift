import JOSE
import Signing

extension SigningRequest {
  /// What a person reads before signing: `name: value` lines, made of the other parts and of nothing else.
  ///
  /// The values come from elsewhere, so escape them before they reach a terminal.
  public var summary: [String] { summaryFields.map { "\($0.name): \($0.value)" } }

  /// The same as names and values; every claim and every header name is among them.
  public var summaryFields: [(name: String, value: String)] {
    var fields = [("profile", profileText), ("window", window.description)]
    fields += claims.members.map { ("claim \($0.name)", Self.text($0.value)) }
    fields += header.members.map { ("header \($0.name)", Self.headerText($0)) }
    if let leaf = certificates.first {
      fields += [
        ("certificate", leaf.subject), ("SHA-1 thumbprint", Hexadecimal.upperCase(leaf.sha1Thumbprint)),
        ("certificate ends", leaf.validity.notAfter.description), ("key", leaf.publicKey.summary),
      ]
    }
    fields.append(("\(algorithm.digest.rawValue) to sign", Hexadecimal.lowerCase(digest)))
    return fields
  }

  private var profileText: String {
    guard profile.document != nil else { return profile.id }
    return "\(profile.id), \(profile.isBuiltIn ? "built in" : "as this request describes it")"
  }

  /// A chain by its length alone: it is that of the certificate, or the profile refuses it.
  private static func headerText(_ member: JSONMember) -> String {
    guard member.name == "x5c", let chain = member.value.array else { return text(member.value) }
    return "\(chain.count) \(chain.count == 1 ? "certificate" : "certificates")"
  }

  /// Text as it is, the rest as JSON.
  private static func text(_ value: JSONValue) -> String { value.string?.text ?? JSONWriter.text(value) }
}
