import ArgumentParser
import Keyroll

/// `keyroll request add-key`
struct RequestAddKeyCommand: RequestMakingCommand {
  static let configuration = CommandConfiguration(
    commandName: "add-key",
    abstract: "Make the request that adds a certificate to an application or service principal.",
    usage: """
      keyroll request add-key [<options>] --application <guid> --new-certificate <file> --key <reference> --output <folder>
      """,
    discussion: """
      --key is a key whose certificate is registered already and still valid; --proof takes a proof that it signed \
      elsewhere. The new certificate is sent without its key, unless --with-password asks for the whole PFX.

      Examples:
        keyroll request add-key --application 3f2504e0-4f89-41d3-9a0c-0305e82c3301 \\
          --new-certificate new.cer --key old.pfx --output add-key
        keyroll request add-key --application 3f2504e0-4f89-41d3-9a0c-0305e82c3301 \\
          --new-certificate new.cer --proof proof.jwt --certificate old.cer \\
          --output add-key.curl --single-file
      """)

  @OptionGroup var graph: GraphOptions

  @Option(
    name: .customLong("new-certificate"),
    help: ArgumentHelp("The certificate to add (PEM, DER, a PFX, or a pkcs11: reference).", valueName: "file"),
    completion: .file())
  var newCertificate: String

  @OptionGroup var newPassword: SecretOptions<NewPassword>

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
      "The saved keyCredentials of the object, to refuse a certificate that is among them.", valueName: "file"),
    completion: .file())
  var registered: String?

  @Option(
    name: .customLong("max-lifetime"),
    help: ArgumentHelp(
      "The longest time that the new certificate may be valid, such as 730d; a longer one is refused.",
      valueName: "duration"))
  var maximumLifetime: TimeSpan?

  @Option(
    name: .customLong("proof"), help: ArgumentHelp("A proof that is signed already, or its file.", valueName: "file"),
    completion: .file())
  var proof: String?

  @OptionGroup var signing: RequestKeyOptions
  @OptionGroup var output: RequestOutputOptions
  @OptionGroup var format: FormatOptions

  func validate() throws {
    try signing.requireOne(orToken: proof, named: "--proof", windows: output.windows)
    try signing.access.requireUnseen(newPassword.variable)
    if sendsPassword, output.drawsCodes || output.picture != nil {
      throw ValidationError("--qr and --qr-output do not draw the password of a PFX: carry it as a file")
    }
    if sendsPassword, output.windows != nil {
      throw ValidationError(
        "--windows would write the PFX and its password several times, so --with-password is not for it")
    }
    if let maximumLifetime, maximumLifetime <= .zero {
      throw ValidationError("--max-lifetime takes a duration above zero, such as 730d")
    }
  }

  var signedToken: String? { proof }

  func ownInputs() throws -> CommandInputs {
    var inputs = CommandInputs(["the saved keyCredentials": registered, "the proof": proof])
    try inputs.append(certificates: [newCertificate], as: "the new certificate")
    inputs.append("its password", newPassword.source)
    return inputs
  }

  func unsigned(at time: NumericDate) throws -> UnsignedRequest {
    let address = try graph.address(.addKey)
    let registered = try registered.map { try RegisteredKeys(in: $0, choosing: graph.ids) }
    let new = try NewCertificateFile.newCertificate(
      in: newCertificate, isSentWhole: sendsPassword, password: newPassword.source, at: time)
    return try .addKey(
      new, to: address, of: graph.objectID, displayName: displayName.map(ExactText.init(_:)),
      policy: NewCertificatePolicy(registered: registered?.keys, maximumLifetime: maximumLifetime), at: time)
  }
}

/// `keyroll request remove-key`
struct RequestRemoveKeyCommand: RequestMakingCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove-key",
    abstract: "Make the request that removes a key from an application or service principal.",
    usage:
      "keyroll request remove-key [<options>] --application <guid> --key-id <guid> --key <reference> --output <folder>",
    discussion: """
      With the saved keyCredentials (--registered) the key may be named by its certificate, and the key that signs and the \
      last valid one are refused. Without them keyroll cannot know which key a GUID names.

      Examples:
        keyroll request remove-key \\
          --application 3f2504e0-4f89-41d3-9a0c-0305e82c3301 \\
          --old-certificate old.cer --registered registered.json \\
          --key new.pfx --output remove-key
        keyroll request remove-key \\
          --application 3f2504e0-4f89-41d3-9a0c-0305e82c3301 \\
          --key-id 7c9e6679-7425-40de-944b-e07fc1f90ae7 \\
          --key new.pfx --output remove-key.curl --single-file
      """)

  @OptionGroup var graph: GraphOptions

  @Option(
    name: .customLong("key-id"), help: ArgumentHelp("The keyId of the key to remove.", valueName: "guid"))
  var keyID: String?

  @Option(
    name: .customLong("old-certificate"),
    help: ArgumentHelp(
      "The certificate of the key to remove, in place of its keyId; needs --registered.", valueName: "file"),
    completion: .file())
  var oldCertificate: String?

  @Option(
    name: .customLong("registered"),
    help: ArgumentHelp("The saved keyCredentials of the object.", valueName: "file"), completion: .file())
  var registered: String?

  @Flag(name: .customLong("force"), help: "Also remove the key that signs, or the last one that is valid.")
  var isForced = false

  @Option(
    name: .customLong("proof"), help: ArgumentHelp("A proof that is signed already, or its file.", valueName: "file"),
    completion: .file())
  var proof: String?

  @OptionGroup var signing: RequestKeyOptions
  @OptionGroup var output: RequestOutputOptions
  @OptionGroup var format: FormatOptions

  func validate() throws {
    try signing.requireOne(orToken: proof, named: "--proof", windows: output.windows)
    switch (keyID, oldCertificate) {
    case (nil, nil): throw ValidationError("Missing expected argument '--key-id <guid>' or '--old-certificate <file>'")
    case (.some, .some): throw ValidationError("only one of --key-id and --old-certificate can be given")
    case (nil, .some):
      if registered == nil {
        throw ValidationError("--old-certificate needs --registered FILE, in which it is looked up")
      }
    case (.some, nil): break
    }
  }

  var signedToken: String? { proof }

  var caution: String? {
    registered == nil
      ? "whether keyId \(naming: keyID ?? "") is the signing key, or the last valid one, is not known without --registered"
      : nil
  }

  func ownInputs() throws -> CommandInputs {
    var inputs = CommandInputs(["the saved keyCredentials": registered, "the proof": proof])
    try inputs.append(certificates: [oldCertificate].compactMap(\.self), as: "the old certificate")
    return inputs
  }

  func unsigned(at time: NumericDate) throws -> UnsignedRequest {
    let address = try graph.address(.removeKey)
    let registered = try registered.map { try RegisteredKeys(in: $0, choosing: graph.ids) }
    return try .removeKey(
      try keyID(in: registered?.keys, at: time), from: address, of: graph.objectID, registered: registered,
      isForced: isForced, at: time)
  }

  private func keyID(in registered: KeyCredentials?, at time: NumericDate) throws -> ExactText {
    guard let oldCertificate else {
      let keyID = ExactText(keyID ?? "")
      if TextForm.guid.matches(keyID) { return keyID }
      throw ProfileError(.malformedParameter, "--key-id takes a GUID, not \(argument: keyID)")
    }
    let certificate = try NewCertificateFile.certificate(in: oldCertificate, at: time)
    guard let entry = registered?.entry(of: certificate, at: time) else {
      throw RequestError(
        .credentialUnknown, "the certificate in \(naming: oldCertificate) is not among the saved keyCredentials",
        hint: "it may be removed already, or registered on another object")
    }
    return entry.keyID
  }
}

/// `keyroll request token`
struct RequestTokenCommand: RequestMakingCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Make the request that trades a client assertion for an access token for Graph.",
    usage: """
      keyroll request token [<options>] --tenant <tenant> --client-id <guid> --key <reference> --output <folder>
      """,
    discussion: """
      Examples:
        keyroll request token --tenant example.com \\
          --client-id 2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02 \\
          --key old.pfx --output token
        keyroll request token --tenant example.com \\
          --client-id 2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02 \\
          --assertion assertion.jwt --certificate old.cer --output token-2
      """)

  @OptionGroup var client: EntraClientOptions

  @Option(
    name: .customLong("graph-host"),
    help: ArgumentHelp("The host of Graph that the scope names; needed beside --login-host.", valueName: "host"))
  var graphHost: String?

  @Option(
    name: .customLong("assertion"),
    help: ArgumentHelp("An assertion that is signed already, or its file.", valueName: "file"), completion: .file())
  var assertion: String?

  @OptionGroup var signing: RequestKeyOptions
  @OptionGroup var output: RequestOutputOptions
  @OptionGroup var format: FormatOptions

  func validate() throws {
    try client.requireClient()
    if (client.loginHost == nil) != (graphHost == nil) {
      throw ValidationError("--login-host and --graph-host go together; --cloud knows both")
    }
    try signing.requireOne(orToken: assertion, named: "--assertion", windows: output.windows)
  }

  var signedToken: String? { assertion }

  func ownInputs() -> CommandInputs { CommandInputs(["the assertion": assertion]) }

  func unsigned(at time: NumericDate) throws -> UnsignedRequest {
    let cloud = client.cloud ?? .global
    let address = try TokenAddress(host: client.loginHost ?? cloud.loginHost, tenant: ExactText(client.tenant ?? ""))
    return try .token(
      for: ExactText(client.clientID ?? ""), at: address, graphHost: graphHost ?? cloud.graphHost,
      assertion: try client.reference())
  }
}
