import ArgumentParser
import Keyroll

/// `keyroll explain`: what an answer of the services really means.
struct ExplainCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say what an answer of Microsoft Graph or of the token endpoint really means.",
    usage: "keyroll explain [<options>] <answer> ...",
    discussion: """
      ANSWER is a response saved by curl -i, a JSON body, or any text with the error in it, such as an exception, a log or an error of \
      PowerShell or az; - is standard input. It may also be a folder that a request was sent from, a package, a code such as \
      AADSTS700027, or an id that keyroll printed in brackets. With the token that was sent, its checks \
      say which fault explains the answer; it is judged for the time of the answer, if the answer has one. \
      Exit status 0: the answer could be read, whatever it says; 2: it could not.

      Examples:
        keyroll explain AADSTS700027
        keyroll explain answer.http
        keyroll explain answer.http --token proof.jwt --certificate old.cer
      """)

  static let repeatableOptions = ["--certificate", "--public-key"]

  @Argument(
    help: ArgumentHelp("The file, folder or code; several are explained one by one.", valueName: "answer"),
    completion: .file())
  var answers: [String]

  @Option(
    name: .customLong("token"),
    help: ArgumentHelp("The proof or assertion that was sent, or a file that holds it.", valueName: "token or file"),
    completion: .file())
  var token: String?

  @OptionGroup var keys: TrustedKeyOptions
  @OptionGroup var secrets: SecretOptions<KeyPassword>

  @Option(
    name: .customLong("object-id"),
    help: ArgumentHelp("The object id that iss of a proof should be.", valueName: "guid"))
  var objectID: String?

  @OptionGroup var client: EntraClientOptions
  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  func validate() throws {
    if secrets.source != nil, keys.certificates.isEmpty {
      throw ValidationError("--password-… is for a PFX that --certificate names")
    }
  }

  func run() throws {
    var named: [(name: String, source: AnswerSource)] = []
    var missing: [(name: String, error: SystemError)] = []
    for argument in answers {
      do throws(SystemError) { named += try AnswerSource.sources(of: argument) } catch {
        if answers.count == 1 { throw error }
        missing.append((argument, error))
      }
    }
    let sources = named.map(\.source)
    try refuseIdleOptions(sources)
    var inputs = CommandInputs(["the token": token])
    for source in sources { inputs.append("the answer", source.answerFile) }
    inputs.append(try keys.inputs())
    inputs.append("the password", secrets.source)
    try inputs.requireOneReaderOfStandardInput()
    let provider = try secrets.provider()
    if sources.count == 1, missing.isEmpty, let source = sources.first {
      switch format.format {
      case .text: try StandardOutput.write(try screen(source, provider))
      case .json: try StandardOutput.write(try json(source, provider))
      }
      return
    }
    try explainEach(named, provider, missing)
  }

  /// Each under its name. One that cannot be read is reported, and the others are still explained.
  private func explainEach(
    _ sources: [(name: String, source: AnswerSource)], _ secrets: CommandSecrets,
    _ missing: [(name: String, error: SystemError)]
  ) throws {
    var status: ExitStatus?
    var screen = ScreenText()
    var objects: [JSONValue] = []
    for (name, source) in sources {
      do {
        switch format.format {
        case .text:
          let explanation = try self.screen(source, secrets)
          if !objects.isEmpty { screen.append("") }
          screen.append("\(naming: name):")
          screen.append(explanation)
          objects.append(.null)
        case .json:
          var object: JSONObject = ["name": .string(ExactText(name))]
          for member in try json(source, secrets).members { object[member.name] = member.value }
          objects.append(.object(object))
        }
      } catch let error as any DiagnosticError {
        status = .failed
        report(error, about: name, in: &objects)
      }
    }
    for (name, error) in missing {
      status = .failed
      report(error, about: name, in: &objects)
    }
    switch format.format {
    case .text: try StandardOutput.write(screen)
    case .json:
      try StandardOutput.write(
        [
          "version": .integer(ResponseExplanation.jsonVersion), "answers": .array(objects),
        ] as JSONObject)
    }
    if let status { throw status }
  }

  private func report(_ error: any DiagnosticError, about name: String, in objects: inout [JSONValue]) {
    if format.format == .json {
      objects.append(.object(["name": .string(ExactText(name)), "notExplained": .object(Diagnostics.json(of: error))]))
    }
    _ = Diagnostics.report(error, about: name)
  }

  private func screen(_ source: AnswerSource, _ secrets: CommandSecrets) throws -> ScreenText {
    switch try explanation(source, secrets) {
    case .code(let code): CodeText(code).screen
    case .answer(let explanation): ExplanationText(explanation).screen
    }
  }

  private func json(_ source: AnswerSource, _ secrets: CommandSecrets) throws -> JSONObject {
    switch try explanation(source, secrets) {
    case .code(let code): code.json
    case .answer(let explanation): explanation.json
    }
  }

  /// An option that would be ignored is refused: a comparison that was asked for must not be silently skipped.
  private func refuseIdleOptions(_ sources: [AnswerSource]) throws(CommandError) {
    let isAnswered = sources.contains(where: \.isAnswer)
    let hasToken = isAnswered && (token != nil || sources.contains { $0.folder?.token != nil })
    let idle =
      (isAnswered ? [] : (token == nil ? [] : ["--token"]) + ids + (keys.certificates.isEmpty ? [] : ["--certificate"]))
      + (hasToken
        ? []
        : client.audienceNames + (keys.publicKeys.isEmpty ? [] : ["--public-key"])
          + (clock.time == nil ? [] : ["--at"]))
    guard let first = idle.first else { return }
    throw .usage(isAnswered ? "\(first) goes with --token" : "\(first) goes with a saved answer, not with a code")
  }

  /// The names of the options that identify the application: an answer may name an id even without a token.
  private var ids: [String] {
    (objectID == nil ? [] : ["--object-id"]) + (client.clientID == nil ? [] : ["--client-id"])
  }

  private var identities: ResponseExplanation.Identities {
    ResponseExplanation.Identities(
      clientID: client.clientID.map(ExactText.init(_:)), objectID: objectID.map(ExactText.init(_:)))
  }

  /// The explanation of one answer, or of a code without one.
  private enum Explanation {
    case code(ExplainedCode)
    case answer(ResponseExplanation)
  }

  private func answer(in source: AnswerSource) throws -> ExplainAnswer {
    if case .text(let text) = source { return try ExplainAnswer(Array(text.utf8).span) }
    let contents = try SecretBytes.contents(ofFile: source.answerFile ?? "", limit: Limits.inputByteCount)
    return try contents.withBytes { text throws(ResponseError) in try ExplainAnswer(text) }
  }

  private func explanation(_ source: AnswerSource, _ secrets: CommandSecrets) throws -> Explanation {
    if case .code(let code) = source { return .code(code) }
    let answer = try answer(in: source)
    if case .error = answer.response.kind, source.folder?.isOfListing ?? false {
      Diagnostics.note(
        "this request lists what is registered and has no proof: what is said of a proof is not about it")
    }
    // The service judged by its own clock, and that may be long ago.
    let answered = clock.time == nil ? answer.time : nil
    let time = try answered ?? clock.now()
    let token = token ?? source.folder?.token
    if token == nil, let code = answer.code { return .code(code) }
    if token != nil, clock.time == nil, answered == nil {
      Diagnostics.note("the answer has no date: the token is judged for now; give the time that it was sent by --at")
    }
    var keys = keys
    if keys.isEmpty { keys.certificates = source.folder?.certificates ?? [] }
    let trust =
      try keys.isEmpty ? Trust() : keys.trust(at: time, choosing: [objectID, client.clientID], secrets: secrets)
    guard let token else {
      return .answer(
        answer.explanation(certificates: trust.keys.compactMap(\.certificate), identities: identities))
    }
    let input = try TokenInput(token)
    if let note = answer.note(onTokenIn: input.bytes.span, of: input.name) { Diagnostics.note(note) }
    return .answer(
      answer.explanation(
        of: input.bytes.span, by: try profile(answer.service(for: input.bytes.span)), trusting: trust.keys,
        unusable: trust.unusable, registered: trust.registered, identities: identities, at: time, with: .command))
  }

  /// The same for options that are not for this service.
  private func profile(_ service: Service) throws -> Profile {
    switch service {
    case .graph:
      if let first = client.audienceNames.first { throw CommandError.usage("\(first) is not for a proof") }
      return try .graphProof(
        objectID: objectID.map(ExactText.init(_:)), clientID: client.clientID.map(ExactText.init(_:)))
    case .tokenEndpoint:
      if objectID != nil { throw CommandError.usage("--object-id is not for a client assertion") }
      return try client.profile(algorithm: nil)
    }
  }
}
