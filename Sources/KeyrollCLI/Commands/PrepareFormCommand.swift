import ArgumentParser
import Keyroll

/// `keyroll prepare form`
struct PrepareFormCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "form",
    abstract: "Write what the signer takes, of a request that was prepared before.",
    discussion: """
      input is for a signer that hashes, digest, digest-hex and digest-base64url for one that does not, digest-info for one \
      that only pads (RS algorithms), key-vault is the body of the sign call. The request is judged again.
      """)

  @Option(name: .customLong("as"), help: ArgumentHelp("What the signer takes.", valueName: "form"))
  var form: SigningRequestForm

  @OptionGroup var review: ReviewOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: ArgumentHelp("The signing request; - is standard input.", valueName: "file"))
  var request: String

  func run() throws {
    var inputs = CommandInputs(["the request": request])
    inputs.append(review.inputs)
    try inputs.requireOneReaderOfStandardInput()
    let destination = try output.destination(sparing: inputs)
    if destination.file == nil { try StandardOutput.refuseTerminal(for: form) }
    let time = try review.clock.now()
    let reviewed = try RequestReview(request, insistingOn: review.profile)
    try reviewed.judge(at: time)
    let bytes = try reviewed.request.bytes(as: form)
    guard form.isText, let text = String(validating: bytes, as: UTF8.self) else { return try destination.write(bytes) }
    // Behind the signing input there is no line feed that could be left out of the codes.
    try destination.write(text, inCodes: form == .input ? text : nil)
  }
}
