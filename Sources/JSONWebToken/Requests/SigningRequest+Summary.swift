import JOSE
import Signing

extension SigningRequest {
  /// What a person reads before signing: `name: value` lines, made of the other parts and of nothing else.
  ///
  /// Names and values from elsewhere are in it as `ForeignText` shows them.
  public var summary: [String] { summaryFields.map { "\($0.name): \($0.value)" } }

  /// The same as names and values; every claim and every header name is among them.
  public var summaryFields: [(name: String, value: String)] {
    var fields = [("profile", profileText), ("window", window.description)]
    fields += claims.members.map { ("claim \(quoting: $0.name)", $0.value.printed) }
    fields += header.members.map { ("header \(quoting: $0.name)", Self.headerText($0)) }
    if let leaf = certificates.first {
      fields += [
        ("certificate", "\(quoting: leaf.subject)"), ("SHA-1 thumbprint", Hexadecimal.upperCase(leaf.sha1Thumbprint)),
        ("certificate ends", leaf.validity.notAfter.description), ("key", leaf.publicKey.summary),
      ]
    }
    fields.append(("\(algorithm.digest.rawValue) to sign", Hexadecimal.lowerCase(digest)))
    return fields
  }

  private var profileText: String {
    guard profile.document != nil else { return "\(naming: profile.id)" }
    return "\(naming: profile.id), \(profile.isBuiltIn ? "built in" : "as this request describes it")"
  }

  /// A chain by its length alone: it is that of the certificate, or the profile refuses it.
  private static func headerText(_ member: JSONMember) -> String {
    guard member.name == "x5c", let chain = member.value.array else { return member.value.printed }
    return "\(chain.count) \(chain.count == 1 ? "certificate" : "certificates")"
  }
}
