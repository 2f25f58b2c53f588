import Keyroll

/// An explanation for a person: what was answered, what it means, what of the token explains it, and what to do.
struct ExplanationText: CustomStringConvertible {
  let description: String

  init(_ explanation: ResponseExplanation) {
    var lines = [Self.title(explanation)]
    lines += Self.section("message", Self.message(explanation.response))
    lines += Self.section("meaning", [explanation.meaning] + Self.details(explanation.response))
    lines += Self.section(
      "thumbprint that was received",
      (explanation.thumbprint.map { [$0.hexadecimal] } ?? []) + explanation.thumbprintRemarks)
    if let token = explanation.token {
      lines += Self.checks(token, explanation)
    } else if let names = explanation.answer?.faultNames, !names.isEmpty {
      lines += Self.section("failed checks that it comes from", [names.joined(separator: ", ")])
    }
    lines += Self.section(
      explanation.token == nil ? "what no token shows" : "what the token does not show", explanation.otherCauses)
    lines += Self.section("next step", Self.nextSteps(explanation))
    description = lines.map { EscapedText($0).description + "\n" }.joined()
  }

  private static func title(_ explanation: ResponseExplanation) -> String {
    let response = explanation.response
    var words = response.status.map { [String($0)] } ?? []
    if case .error(let error) = response.kind, let name = error.name { words.append(name.text) }
    let title = [response.service?.title, words.isEmpty ? nil : words.joined(separator: " ")].compactMap(\.self)
    return explanation.outcome.rawValue.uppercased() + "  " + title.joined(separator: ", ")
      + (explanation.answer.map { " [\($0.id)]" } ?? "")
  }

  /// The words of the service, a line for each of theirs, and the names under which its support finds the request.
  private static func message(_ response: ServiceResponse) -> [String] {
    guard case .error(let error) = response.kind else { return [] }
    let message = error.message?.text ?? ""
    let lines = message.unicodeScalars.split { $0 == "\n" || $0 == "\r" }.map { String($0) }
    // Entra repeats them inside the message.
    let identifiers = error.service == .graph ? error.identifiers.map { "\($0.name): \($0.value)" } : []
    return lines + identifiers
  }

  private static func details(_ response: ServiceResponse) -> [String] {
    switch response.kind {
    case .keyCredential(let id, let end):
      [id.map { "keyId \($0)" }, end.map { "endDateTime \($0)" }].compactMap(\.self)
    case .accessToken(let type, let seconds):
      [type.map { "token_type \($0)" }, seconds.map { "expires_in \($0) s" }].compactMap(\.self)
    default: []
    }
  }

  private static func checks(_ token: SentToken, _ explanation: ResponseExplanation) -> [String] {
    let explaining = explanation.explainingChecks
    let others = explanation.otherFaults
    var lines = ["", "token: \(token.profileID), judged for \(token.time)\(token.hasKey ? "" : ", without a key")"]
    lines += explaining.flatMap { ReportText.lines($0, isForetelling: false) }
    if explaining.isEmpty, explanation.answer != nil { lines.append("  no failed check explains the answer") }
    if !others.isEmpty {
      if explanation.answer != nil { lines.append("  of these it is not known that they are answered so:") }
      lines += others.flatMap { ReportText.lines($0, isForetelling: false) }
    }
    if !token.hasKey {
      lines.append("  neither the signature nor a thumbprint was checked: give --certificate")
    }
    if !token.uncompared.isEmpty {
      lines.append("  not compared: \(token.uncompared.map(\.id).joined(separator: ", "))")
    }
    return lines
  }

  private static func nextSteps(_ explanation: ResponseExplanation) -> [String] {
    let steps = [explanation.nextStep].compactMap(\.self)
    guard explanation.token == nil, let answer = explanation.answer, !answer.faultNames.isEmpty else { return steps }
    return steps + ["give the token that was sent by --token, and its certificate by --certificate, to see which it is"]
  }

  private static func section(_ title: String, _ lines: [String]) -> [String] {
    lines.isEmpty ? [] : ["", title] + lines.map { "  \($0)" }
  }
}
