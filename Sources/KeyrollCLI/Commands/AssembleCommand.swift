import ArgumentParser
import Keyroll

/// `keyroll assemble`
struct AssembleCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "assemble",
    abstract: "Make the token of a request and a signature that was made elsewhere, and verify all of it.",
    discussion: """
      The signature is taken as bytes, hexadecimal, base64, base64url or the JSON answer of a vault. One that is not the \
      signature asked for is refused with what the signer did instead.
      """)

  static let repeatableOptions = ["--certificate"]

  @Option(
    name: .customLong("request"),
    help: ArgumentHelp("What keyroll prepare wrote; - is standard input.", valueName: "file"))
  var request: String

  @Option(
    name: .customLong("signature"),
    help: ArgumentHelp("What the signer gave; - is standard input.", valueName: "file"))
  var signature: String

  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp(
      "The certificate of another key, to be told when it was that one that signed; may be repeated.", valueName: "file"
    ))
  var certificates: [String] = []

  @OptionGroup var review: ReviewOptions
  @OptionGroup var output: OutputOptions

  /// The most that is read of a signature, in bytes: that of the largest key, in hexadecimal on lines of its own.
  private static let limit = 1 << 16

  func run() throws {
    var inputs = CommandInputs(["the request": request, "the signature": signature])
    try inputs.append(certificates: certificates)
    inputs.append(review.inputs)
    try inputs.requireOneReaderOfStandardInput()
    let destination = try output.destination(sparing: inputs)
    let time = try review.clock.now()
    let others = try certificates.flatMap(CertificateFiles.certificates(in:))
    let reviewed = try RequestReview(request, insistingOn: review.profile)
    let token = try assemble(reviewed, at: time, others)
    Diagnostics.warn(of: token.report.warnings)
    try destination.write(token.text + "\n")
    if let remainder = token.window.remainder(at: time) { Diagnostics.note("valid \(token.window): \(remainder)") }
  }

  private func assemble(_ reviewed: RequestReview, at time: NumericDate, _ others: [Certificate]) throws -> SignedToken
  {
    guard let publicKey = reviewed.request.publicKey, let numbers = publicKey.rsa else {
      throw KeyError(.keyNotRSA, "the certificate of \(naming: request) holds no RSA key")
    }
    let contents = try SecretBytes.contents(ofFile: signature, limit: Self.limit)
    let (bytes, _) = try contents.withBytes { text throws(SignatureTextError) in
      try SignatureText.read(text, expecting: numbers.modulus.count)
    }
    return try reviewed.request.assemble(
      bytes, by: reviewed.profile, at: time, cryptography: OpenSSLCryptography(), otherCertificates: others)
  }
}
