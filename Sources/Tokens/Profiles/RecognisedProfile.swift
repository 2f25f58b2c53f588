public import Encodings
public import JSON

/// A built-in profile that an unverified token looks made by, and what it tells of the parameters.
public struct RecognisedProfile: Sendable {
  /// The name of the profile.
  public let name: String
  /// Its title for people.
  public let title: String
  /// Its parameters in their order; nil for a value that the token does not tell.
  public let parameters: [(name: String, value: ExactText?)]

  /// So many bytes that no other issuer has make a claim the issuer's own.
  private static let leastFixed = 6

  /// Takes the profile whose required claims the token has, with a text in one of them that is the issuer's own; for issuers
  /// without one, and without an audience, the token has those claims and dates and nothing else.
  public init?(_ claims: JSONObject) {
    for name in BuiltInProfiles.names {
      guard let document = try? BuiltInProfiles.document(named: name), let values = Self.values(document, claims) else {
        continue
      }
      self.name = name
      title = document.title
      parameters = document.parameters.compactMap { parameter in
        let value = values.first { $0.name.utf8.elementsEqual(parameter.name.utf8) }?.value
        let isNeeded = !parameter.isOptional && parameter.defaultValue == nil
        return value == nil && !isNeeded ? nil : (parameter.name, value)
      }
      return
    }
    return nil
  }

  private static func values(_ document: ProfileDocument, _ claims: JSONObject) -> [(name: String, value: ExactText)]? {
    var values: [(name: String, value: ExactText)] = []
    var fixed = 0
    for template in document.claims {
      guard let claim = claims[template.name] else {
        if template.presence == .required { return nil }
        continue
      }
      guard let found = template.values(in: claim) else { return nil }
      fixed += found.fixedByteCount
      for (name, value) in found.values {
        let known = values.first { $0.name.utf8.elementsEqual(name.utf8) }
        let parameter = document.parameters.first { $0.name.utf8.elementsEqual(name.utf8) }
        if let known, known.value != value { return nil }
        guard parameter?.accepts(value) ?? false else { return nil }
        if known == nil { values.append((name, value)) }
      }
    }
    if fixed >= leastFixed { return values }
    let names = document.claims.map(\.name)
    let isAll = claims.members.allSatisfy { names.contains($0.name) || ["iat", "nbf", "exp"].contains($0.name) }
    return isAll && !names.contains("aud") && claims["iat"] != nil && claims["exp"] != nil ? values : nil
  }
}
