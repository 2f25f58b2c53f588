import ArgumentParser
import Keyroll

/// `keyroll sign-request`
struct SignRequestCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "sign-request",
    abstract: "Show, judge again and sign what keyroll prepare wrote; the signature goes to keyroll assemble.",
    discussion: """
      The key must be that of the request's certificate. A request is not proof of who made it: read the summary, and \
      insist on a profile by --profile where the request brings its own.
      """)

  static let repeatableOptions = KeyOptions.repeatable

  @OptionGroup var key: KeyOptions
  @OptionGroup var review: ReviewOptions

  @Flag(name: .customLong("token"), help: "Write the finished token instead of the signature alone.")
  var writesToken = false

  @OptionGroup var output: OutputOptions

  @Argument(help: ArgumentHelp("The signing request; - is standard input.", valueName: "file"))
  var request: String

  func run() throws {
    let reference = try key.reference()
    try key.access.requireNoneNamedTwice(by: reference)
    var inputs = key.access.inputs(with: reference)
    inputs.append("the request", request)
    inputs.append(review.inputs)
    try inputs.requireOneReaderOfStandardInput()
    let destination = try output.destination(sparing: inputs)
    let time = try review.clock.now()
    let reviewed = try RequestReview(request, insistingOn: review.profile)
    reviewed.show()
    try reviewed.judge(at: time)
    let token = try sign(reviewed, by: reference, at: time)
    let signature = token.text.utf8.split(separator: UInt8(ascii: ".")).last.map { String(Substring($0)) } ?? ""
    try destination.write((writesToken ? token.text : signature) + "\n")
    if let remainder = token.window.remainder(at: time) { Diagnostics.note("valid \(token.window): \(remainder)") }
  }

  private func sign(_ reviewed: RequestReview, by reference: KeyReference, at time: NumericDate) throws -> SignedToken {
    let request = reviewed.request
    let device = key.access.device.device()
    let opening = KeyOpening(
      key: reference, access: key.access, certificates: request.certificates, certificateSource: self.request,
      time: request.window.start ?? time)
    let signer = try opening.signer(for: request.algorithm, on: device.backend)
    guard signer.publicKey == request.publicKey else {
      throw KeyError(
        .certificateMismatch,
        "no certificate in \(naming: self.request) belongs to the private key at \(naming: KeySchemes.text(of: reference))",
        hint: "sign with the key that the request was prepared for")
    }
    let assembler = try TokenAssembler(
      profile: reviewed.profile, signer: signer, verifier: try RSASignatureVerifier(signer.publicKey),
      certificateReader: OpenSSLCertificateReader(), diagnosis: RSASignatureDiagnosis())
    return try assembler.assemble(request.draft, at: time)
  }
}
