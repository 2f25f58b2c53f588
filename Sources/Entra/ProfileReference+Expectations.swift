public import Encodings
import JSON
public import Messages
public import Tokens
import Signing

extension ProfileReference {
  /// A parameter of the profile, as far as it matters for comparing.
  private struct Parameter {
    let name: String
    /// Nil for one that was left out and has no default.
    let value: ExactText?
    /// In which letters of either case are the same.
    let caselessForms: [TextForm]

    func isSame(as expected: ExactText) -> Bool {
      guard let value else { return false }
      let isCaseless = caselessForms.contains { $0.matches(value) && $0.matches(expected) }
      return isCaseless ? value.isSameGUID(as: expected) : value == expected
    }
  }

  /// Throws unless the profile was filled in with these values, each by the name of its parameter.
  ///
  /// They are compared as the profile compares them: GUIDs and names of hosts without regard to case, all else code point by
  /// code point. A parameter that was left out has its default. Throws `unknown-parameter` for one that the profile does not
  /// have, and `parameter-mismatch`.
  public func require(_ expected: [String: ExactText]) throws(ProfileError) {
    let parameters = try filledIn()
    for (name, value) in expected.sorted(by: { $0.key < $1.key }) {
      guard let parameter = parameters.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
        let names = parameters.map(\.name).joined(separator: ", ")
        throw ProfileError(
          .unknownParameter,
          "profile \(naming: id) has no \(naming: name), so it cannot be compared with \(quoting: value)",
          hint: parameters.isEmpty ? nil : "it has: \(names)")
      }
      if parameter.isSame(as: value) { continue }
      let found = parameter.value.map { "is for the \(name) \(ForeignText(quoting: $0.text))" } ?? "has no \(name)"
      throw ProfileError(
        .parameterMismatch, "the signing request \(found), and \(argument: value) is expected",
        hint: "ask whoever prepared it what it is for")
    }
  }

  private func filledIn() throws(ProfileError) -> [Parameter] {
    func parameter(_ name: String, _ forms: [TextForm] = [], orElse value: String? = nil) -> Parameter {
      let value = parameters[ExactText(name)]?.string ?? value.map { ExactText($0) }
      return Parameter(name: name, value: value, caselessForms: forms)
    }
    guard let document else {
      if ExactText(id) == "graph-proof" { return [parameter("object-id", [.guid])] }
      let isOfListedCloud = parameters["login-host"] == nil
      return [
        parameter("tenant", [.guid, .hostName]), parameter("client-id", [.guid]),
        parameter("cloud", orElse: isOfListedCloud ? Cloud.global.rawValue : nil), parameter("login-host", [.hostName]),
        parameter("audience-form", orElse: AudienceForm.token.rawValue),
      ]
    }
    let text = JSONWriter.bytes(document)
    return try ProfileDocument(text.span).parameters.map {
      parameter($0.name, [.guid, .hostName].contains($0.form) ? [$0.form] : [], orElse: $0.defaultValue?.text)
    }
  }
}
