import ArgumentParser
import Keyroll

/// `keyroll request token`
struct RequestTokenCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Make the request that trades a client assertion for an access token for Graph.",
    usage: """
      keyroll request token [<options>] --tenant <tenant> --client-id <guid> --key <reference> --output <folder>
      """)

  static let repeatableOptions = RequestKeyOptions.repeatable

  @OptionGroup var client: EntraClientOptions

  @Option(
    name: .customLong("graph-host"),
    help: ArgumentHelp("The host of Graph that the scope names; needed beside --login-host.", valueName: "host"))
  var graphHost: String?

  @Option(
    name: .customLong("assertion"),
    help: ArgumentHelp("An assertion that is signed already, or its file.", valueName: "file"))
  var assertion: String?

  @OptionGroup var signing: RequestKeyOptions
  @OptionGroup var output: RequestOutputOptions

  func validate() throws {
    try client.requireClient()
    if (client.loginHost == nil) != (graphHost == nil) {
      throw ValidationError("--login-host and --graph-host go together; --cloud knows both")
    }
    try signing.requireOne(orToken: assertion, named: "--assertion")
  }

  func run() throws {
    var inputs = CommandInputs(["the assertion": assertion])
    inputs.append(try signing.inputs())
    try inputs.requireOneReaderOfStandardInput()
    try output.check()
    let time = try signing.clock.now()
    let cloud = client.cloud ?? .global
    let address = try TokenAddress(host: client.loginHost ?? cloud.loginHost, tenant: ExactText(client.tenant ?? ""))
    let graphHost = graphHost ?? cloud.graphHost
    let scope = try TokenAddress.graphScope(host: graphHost)

    let algorithm = signing.algorithm
    let (token, keys) = try signing.token(ready: assertion, at: time, by: try client.reference())
    var verifier = RequestMaking.verifier(keys: keys, at: time)
    verifier.expected = RequestExpectation(hosts: .named(login: address.host, graph: graphHost), scope: scope)
    verifier.algorithms = [algorithm].compactMap(\.self)
    let request = try ServiceRequest(
      .token(address), .token(clientID: ExactText(client.clientID ?? ""), assertion: token, scope: scope))
    try RequestMaking.finish(request, by: verifier, isSignedNow: assertion == nil, at: time, to: output)
  }
}
