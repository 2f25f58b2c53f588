import ArgumentParser
import Keyroll

/// `keyroll request remove-key`
struct RequestRemoveKeyCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "remove-key",
    abstract: "Make the request that removes a key from an application or service principal.",
    usage:
      "keyroll request remove-key [<options>] --application <guid> --key-id <guid> --key <reference> --output <folder>",
    discussion: """
      With the saved keyCredentials (--registered) the key may be named by its certificate, and the key that signs and the \
      last one that is valid are spared. Without them nobody here can know which key a GUID means.
      """)

  static let repeatableOptions = RequestKeyOptions.repeatable

  @OptionGroup var graph: GraphOptions

  @Option(
    name: .customLong("key-id"), help: ArgumentHelp("The keyId of the key to remove.", valueName: "guid"))
  var keyID: String?

  @Option(
    name: .customLong("old-certificate"),
    help: ArgumentHelp(
      "The certificate of the key to remove, in place of its keyId; needs --registered.", valueName: "file"))
  var oldCertificate: String?

  @Option(
    name: .customLong("registered"),
    help: ArgumentHelp("The saved keyCredentials of the object.", valueName: "file"))
  var registered: String?

  @Flag(name: .customLong("force"), help: "Remove also the key that signs, or the last one that is valid.")
  var isForced = false

  @Option(
    name: .customLong("proof"), help: ArgumentHelp("A proof that is signed already, or its file.", valueName: "file"))
  var proof: String?

  @OptionGroup var signing: RequestKeyOptions
  @OptionGroup var output: RequestOutputOptions

  func validate() throws {
    try signing.requireOne(orToken: proof, named: "--proof")
    switch (keyID, oldCertificate) {
    case (nil, nil): throw ValidationError("Missing expected argument '--key-id <guid>' or '--old-certificate <file>'")
    case (.some, .some): throw ValidationError("only one of --key-id and --old-certificate can be given")
    case (nil, .some):
      if registered == nil { throw ValidationError("--old-certificate is looked up in what --registered gives") }
    case (.some, nil): break
    }
  }

  func run() throws {
    try inputs().requireOneReaderOfStandardInput()
    try output.check()
    let time = try signing.clock.now()
    let address = try graph.address(.removeKey)
    let registered = try RequestMaking.keyCredentials(in: registered)
    let keyID = try keyID(in: registered?.value, at: time)
    let policy = RemovalPolicy(registered: registered?.value, isForced: isForced)
    try RequestMaking.requireAccepted(policy.checks(ofRemoving: keyID, signing: nil, at: time))

    let (token, keys) = try signing.token(ready: proof, at: time, by: .graphProof(objectID: graph.objectID))
    var verifier = RequestMaking.verifier(keys: keys, at: time)
    verifier.expected = RequestExpectation(
      keyID: keyID, objectID: graph.objectID, hosts: .named(login: nil, graph: address.host))
    verifier.removal = policy
    verifier.algorithms = [signing.algorithm].compactMap(\.self)
    let request = try ServiceRequest(.graph(address), .removeKey(keyID: keyID, proof: token))
    if registered == nil {
      Diagnostics.warning(
        "whether keyId \(naming: keyID) is the signing key, or the last valid one, is not known without --registered")
    }
    try RequestMaking.finish(
      request, by: verifier, keyCredentials: registered?.bytes, isSignedNow: proof == nil, at: time, to: output)
  }

  private func keyID(in registered: KeyCredentials?, at time: NumericDate) throws -> ExactText {
    guard let oldCertificate else {
      let keyID = ExactText(keyID ?? "")
      if TextForm.guid.matches(keyID) { return keyID }
      throw ProfileError(.malformedParameter, "--key-id takes a GUID, not \(argument: keyID)")
    }
    let certificates = try CertificateFiles.certificates(in: oldCertificate, secrets: NoSecrets())
    let certificate = try CertificateChoice(at: time.seconds, in: oldCertificate)
      .leaf(of: certificates, OpenSSLCryptography())
    guard let entry = registered?.entry(of: certificate, at: time) else {
      throw RequestError(
        .credentialUnknown, "the certificate in \(naming: oldCertificate) is not among the saved keyCredentials",
        hint: "it may be removed already, or registered on another object")
    }
    return entry.keyID
  }

  private func inputs() throws -> CommandInputs {
    var inputs = CommandInputs(["the saved keyCredentials": registered, "the proof": proof])
    try inputs.append(certificates: [oldCertificate].compactMap(\.self), as: "the old certificate")
    inputs.append(try signing.inputs())
    return inputs
  }
}
