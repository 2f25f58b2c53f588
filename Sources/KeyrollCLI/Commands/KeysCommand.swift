import ArgumentParser
import Keyroll

/// `keyroll keys`
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys",
    abstract: "List PKCS #11 modules, tokens, keys and certificates, with references to copy.",
    discussion: """
      Without a URI everything is listed that p11-kit is configured with; ?module-path=PATH lists another module. Private \
      keys are seen after a login only.
      """)

  @Argument(help: ArgumentHelp("What to list (RFC 7512), such as pkcs11:token=LABEL.", valueName: "uri"))
  var uri: String?

  @Flag(name: .customLong("login"), help: "Log in to the one token that is listed.")
  var logsIn = false

  @Flag(name: .customLong("all"), help: "List p11-kit's trust module too, which holds certificates and no keys.")
  var listsAll = false

  @OptionGroup var device: DeviceOptions
  @OptionGroup var format: FormatOptions

  func validate() throws {
    if !logsIn && (device.source != nil || device.allowsFinalPINTry) { throw ValidationError("a PIN is for --login") }
  }

  func run() throws {
    let secrets = try logsIn ? CommandSecrets(password: nil, pin: device.source) : nil
    let wanted = try uri.map(PKCS11URI.init(_:))
    let device = device.device()
    let inventory = try device.backend.inventory(of: wanted, loggingInWith: secrets, includingTrustPolicy: listsAll)
    let report = InventoryReport(inventory)
    report.warnings.forEach(Diagnostics.warning)
    switch format.format {
    case .text: try StandardOutput.write(report.screen)
    case .json: try StandardOutput.write(report.json)
    }
  }
}
