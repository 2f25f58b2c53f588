import ArgumentParser
import Keyroll

/// `keyroll request add-key`
struct RequestAddKeyCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "add-key",
    abstract: "Make the request that adds a certificate to an application or service principal.",
    usage: """
      keyroll request add-key [<options>] --application <guid> --new-certificate <file> --key <reference> --output <folder>
      """,
    discussion: """
      --key is a key whose certificate is registered already and still valid; --proof takes a proof that it signed \
      elsewhere. Of the new certificate nothing but the certificate is sent, unless --with-password asks for the PFX.
      """)

  static let repeatableOptions = RequestKeyOptions.repeatable

  @OptionGroup var graph: GraphOptions

  @Option(
    name: .customLong("new-certificate"),
    help: ArgumentHelp("The certificate to add (PEM, DER or a PFX).", valueName: "file"))
  var newCertificate: String

  @OptionGroup var newPassword: NewPasswordOptions

  @Flag(
    name: .customLong("with-password"),
    help: "Send the whole PFX and its password (X509CertAndPassword), for a service that signs with the key itself.")
  var sendsPassword = false

  @Option(
    name: .customLong("display-name"),
    help: ArgumentHelp("What Graph shows for the key, at most 90 characters.", valueName: "text"))
  var displayName: String?

  @Option(
    name: .customLong("registered"),
    help: ArgumentHelp(
      "The saved keyCredentials of the object: refuse a certificate that is among them.", valueName: "file"))
  var registered: String?

  @Option(
    name: .customLong("max-lifetime"),
    help: ArgumentHelp("Refuse a certificate that lives longer, such as 730d.", valueName: "duration"))
  var maximumLifetime: TimeSpan?

  @Option(
    name: .customLong("proof"), help: ArgumentHelp("A proof that is signed already, or its file.", valueName: "file"))
  var proof: String?

  @OptionGroup var signing: RequestKeyOptions
  @OptionGroup var output: RequestOutputOptions

  func validate() throws {
    try signing.requireOne(orToken: proof, named: "--proof")
    try signing.access.requireUnseen(newPassword.variable)
    if let maximumLifetime, maximumLifetime <= .zero {
      throw ValidationError("--max-lifetime takes a duration above zero, such as 730d")
    }
  }

  func run() throws {
    try inputs().requireOneReaderOfStandardInput()
    try output.check()
    let time = try signing.clock.now()
    let address = try graph.address(.addKey)
    let registered = try RequestMaking.keyCredentials(in: registered)
    let new = try NewCertificateFile(newCertificate, isSentWhole: sendsPassword, password: newPassword.source, at: time)
    let policy = NewCertificatePolicy(registered: registered?.value, maximumLifetime: maximumLifetime)
    try RequestMaking.requireAccepted(policy.checks(of: new.certificate, signing: nil, at: time))

    let (token, keys) = try signing.token(ready: proof, at: time, by: .graphProof(objectID: graph.objectID))
    var verifier = RequestMaking.verifier(keys: keys, at: time)
    verifier.expected = RequestExpectation(
      newCertificate: new.certificate, objectID: graph.objectID, hosts: .named(login: nil, graph: address.host))
    verifier.newCertificates = policy
    verifier.algorithms = [signing.algorithm].compactMap(\.self)
    let request = try new.request(to: .graph(address), displayName: displayName.map(ExactText.init(_:)), proof: token)
    try RequestMaking.finish(
      request, by: verifier, newCertificate: new.certificate, isSignedNow: proof == nil, at: time, to: output)
  }

  private func inputs() throws -> CommandInputs {
    var inputs = CommandInputs(["the saved keyCredentials": registered, "the proof": proof])
    try inputs.append(certificates: [newCertificate], as: "the new certificate")
    inputs.append("its password", newPassword.source)
    inputs.append(try signing.inputs())
    return inputs
  }
}
