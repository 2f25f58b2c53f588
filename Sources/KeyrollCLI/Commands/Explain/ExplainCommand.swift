import ArgumentParser
import Keyroll

/// `keyroll explain`: what an answer of the services really means.
struct ExplainCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say what an answer of Microsoft Graph or of the token endpoint really means.",
    discussion: """
      FILE is what curl -i saved, the JSON body alone, or - for standard input. With the token that was sent, its checks \
      say which fault explains the answer; it is judged for the time of the answer, where the answer names one. \
      Exit status 0: the answer could be read, whatever it says; 2: it could not.
      """)

  static let repeatableOptions = ["--certificate", "--public-key"]

  @Argument(help: ArgumentHelp("The file with the answer.", valueName: "file"))
  var file: String

  @Option(
    name: .customLong("token"),
    help: ArgumentHelp("The proof or assertion that was sent, or a file that holds it.", valueName: "token or file"))
  var token: String?

  @OptionGroup var keys: TrustedKeyOptions

  @Option(
    name: .customLong("object-id"),
    help: ArgumentHelp("The object id that iss of a proof should be.", valueName: "guid"))
  var objectID: String?

  @OptionGroup var client: EntraClientOptions
  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  func validate() throws {
    guard token == nil else { return }
    let idle =
      (objectID == nil ? [] : ["--object-id"]) + client.names + (keys.publicKeys.isEmpty ? [] : ["--public-key"])
      + (clock.time == nil ? [] : ["--at"])
    if let first = idle.first { throw ValidationError("\(first) goes with --token") }
  }

  func run() throws {
    var inputs = CommandInputs(["the answer": file, "the token": token])
    inputs.append(try keys.inputs())
    try inputs.requireOneReaderOfStandardInput()
    let contents = try SecretBytes.contents(ofFile: file, limit: Limits.inputByteCount)
    let answer = try contents.withBytes { text throws(ResponseError) in try ExplainAnswer(text) }
    // The service judged by its own clock, and long before this.
    let answered = clock.time == nil ? answer.time : nil
    let time = try answered ?? clock.now()
    if token != nil, clock.time == nil, answered == nil {
      Diagnostics.note("the answer has no date: the token is judged for now; give the time that it was sent by --at")
    }
    let trust = try keys.isEmpty ? Trust() : keys.trust(at: time)
    let explanation = try explanation(of: answer, trust, at: time)
    switch format.format {
    case .text: try StandardOutput.write(ExplanationText(explanation).screen)
    case .json: try StandardOutput.write(explanation.json)
    }
  }

  private func explanation(of answer: ExplainAnswer, _ trust: Trust, at time: NumericDate) throws -> ResponseExplanation
  {
    guard let token else { return answer.explanation(certificates: trust.keys.compactMap(\.certificate)) }
    let input = try TokenInput(token)
    if let note = input.note { Diagnostics.note(note) }
    return answer.explanation(
      of: input.bytes.span, by: try profile(answer.service(for: input.bytes.span)), trusting: trust.keys,
      unusable: trust.unusable, registered: trust.registered, at: time, with: .command)
  }

  /// An option that would be ignored is refused: a comparison that somebody asked for must not silently not happen.
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
