import Keyroll

/// An explanation for a person: the answer, what it means, what in the token explains it, what to do, and the answer
/// again.
struct ExplanationText {
  let screen: ScreenText

  /// The most lines to show of a message.
  private static let mostLines = 8

  init(_ explanation: ResponseExplanation) {
    var screen = ScreenText([Self.title(explanation)])
    if let place = explanation.response.place {
      screen.append(Self.section("found", ["in \(place.description)"]))
    }
    screen.append(Self.section("message", Self.message(explanation.response)))
    screen.append(
      Self.section("meaning", [explanation.meaning] + Self.details(explanation.response) + explanation.remarks))
    let thumbprint = Self.section(
      "thumbprint that was received",
      (explanation.thumbprint.map { [$0.hexadecimal] } ?? []) + explanation.thumbprintRemarks)
    screen.append(thumbprint)
    if let token = explanation.token {
      screen.append(Self.checks(token, explanation))
    } else if let names = explanation.answer?.causeNames, !names.isEmpty {
      screen.append(Self.section("failed checks that cause it", [names.joined(separator: ", ")]))
    }
    screen.append(
      Self.section(
        explanation.token == nil ? "causes that no token shows" : "causes that the token does not show",
        explanation.otherCauses))
    screen.append(Self.section("next step", Self.nextSteps(explanation)))
    screen.append(ScreenText(["", Self.title(explanation, namesError: false)]))
    self.screen = screen
  }

  /// The result of the request. The name of an error is the service's own, and may be long.
  private static func title(_ explanation: ResponseExplanation, namesError: Bool = true) -> String {
    let response = explanation.response
    var words = response.status.map { [String($0)] } ?? []
    if namesError, case .error(let error) = response.kind, let name = error.name { words.append("\(naming: name)") }
    let title = [response.serviceTitle, words.isEmpty ? nil : words.joined(separator: " ")].compactMap(\.self)
    return explanation.outcome.rawValue.uppercased() + "  " + title.joined(separator: ", ")
      + (explanation.answer.map { " [\($0.id)]" } ?? "")
  }

  /// The words of the service, line by line, and the ids by which its support finds the request.
  private static func message(_ response: ServiceResponse) -> [String] {
    guard case .error(let error) = response.kind else { return [] }
    let message = error.shownMessage ?? ""
    let lines = message.unicodeScalars.split { $0 == "\n" || $0 == "\r" }.map { String($0) }
    let rest = max(lines.count - mostLines, 0)
    // Entra repeats them inside the message.
    let identifiers = error.service == .graph ? error.identifiers.map { "\($0.name): \(naming: $0.value)" } : []
    return lines.prefix(mostLines).map { "\(quoting: $0)" } + (rest == 0 ? [] : ["… (\(rest) more lines)"])
      + identifiers
  }

  private static func details(_ response: ServiceResponse) -> [String] {
    switch response.kind {
    case .keyCredential(let id, let end):
      [id.map { "keyId \(naming: $0)" }, end.map { "endDateTime \(naming: $0)" }].compactMap(\.self)
    case .accessToken(let type, let seconds):
      [type.map { "token_type \(naming: $0)" }, seconds.map { "expires_in \($0) s" }].compactMap(\.self)
    default: []
    }
  }

  private static func checks(_ token: SentToken, _ explanation: ResponseExplanation) -> ScreenText {
    let explaining = explanation.explainingChecks
    let others = explanation.otherFaults
    var screen = ScreenText([
      "", "token: \(token.profileID), judged for \(token.time)\(token.hasKey ? "" : ", without a key")",
    ])
    for check in explaining { screen.append(ReportText.screen(check, isForetelling: false)) }
    let possible = explanation.possibleChecks
    if !possible.isEmpty {
      if !explaining.isEmpty {
        screen.append("  and the service may refuse what is accepted here with a warning:")
      } else {
        screen.append("  every check that the answer could come from passes; a warning may explain it:")
      }
      for check in possible { screen.append(ReportText.screen(check, isForetelling: false)) }
    } else if explaining.isEmpty, explanation.answer != nil {
      screen.append("  no failed check explains the answer")
    }
    if !others.isEmpty {
      if explanation.answer != nil { screen.append("  these are not known to cause the answer:") }
      for check in others { screen.append(ReportText.screen(check, isForetelling: false)) }
    }
    if !token.hasKey {
      screen.append("  neither the signature nor a thumbprint was checked: give --certificate")
    }
    if !token.uncompared.isEmpty {
      screen.append("  not compared: \(token.uncompared.map(\.id).joined(separator: ", "))")
    }
    return screen
  }

  private static func nextSteps(_ explanation: ResponseExplanation) -> [String] {
    let steps = explanation.nextSteps
    guard explanation.token == nil, let answer = explanation.answer, !answer.causeNames.isEmpty else { return steps }
    return steps + ["give the token that was sent by --token, and its certificate by --certificate, to see which it is"]
  }

  private static func section(_ title: String, _ lines: [String]) -> ScreenText {
    ScreenText(lines.isEmpty ? [] : ["", title] + lines.map { "  \($0)" })
  }
}

/// What a code alone means, for a person.
struct CodeText {
  let screen: ScreenText

  init(_ explained: ExplainedCode) {
    // If there are several, the last one is the general one.
    let service = explained.answers.last?.services.first
    let title = [explained.isOfService ? service?.title ?? "" : "", explained.code]
    var screen = ScreenText([title.filter { !$0.isEmpty }.joined(separator: ", ")])
    if let meaning = explained.meaning { screen.append(ScreenText(["", "meaning", "  \(meaning)"])) }
    if explained.answers.isEmpty, explained.meaning == nil {
      screen.append(
        ScreenText(["", "meaning", "  this code is not known here; only the message that came with it says more"])
      )
    }
    if explained.meaning != nil, !explained.answers.isEmpty {
      screen.append(ScreenText(["", "what the services answer to it"]))
    } else if explained.answers.count > 1 {
      screen.append(
        ScreenText(["", "the message that came with it says which of these it is; give the whole answer to see more"]))
    }
    for answer in explained.answers {
      var lines = ["", "[\(answer.id)] \(answer.quotation)", "  meaning: \(answer.meaning)"]
      if !answer.causeNames.isEmpty {
        lines.append("  failed checks that cause it: \(answer.causeNames.joined(separator: ", "))")
      }
      lines.append("  next step: \(answer.nextStep)")
      screen.append(ScreenText(lines))
    }
    self.screen = screen
  }
}
