import ArgumentParser
import Keyroll

/// `keyroll keys`
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys",
    abstract: "List PKCS #11 modules, tokens, keys and certificates, with references to copy.",
    usage: "keyroll keys [<options>] [<uri>]",
    discussion: """
      Without a URI it lists every module in p11-kit's configuration; pkcs11:?module-path=PATH lists another one. Most \
      tokens show private keys only after a login.

      Examples:
        keyroll keys
        keyroll keys pkcs11:token=HSM --login
        keyroll keys pkcs11:token=HSM --login --pin-file pin --format json
      """)

  @Argument(help: ArgumentHelp("What to list (RFC 7512), such as pkcs11:token=LABEL.", valueName: "uri"))
  var uri: String?

  @Flag(name: .customLong("login"), help: "Log in to the one token that is listed.")
  var logsIn = false

  @Flag(name: .customLong("all"), help: "List p11-kit's trust module too, which has certificates but no keys.")
  var listsAll = false

  @OptionGroup var pin: SecretOptions<TokenPIN>
  @OptionGroup var device: DeviceOptions
  @OptionGroup var format: FormatOptions

  func validate() throws {
    if !logsIn && (pin.source != nil || device.allowsFinalPINTry) { throw ValidationError("a PIN is for --login") }
  }

  func run() throws {
    let secrets = try logsIn ? CommandSecrets(password: nil, pin: pin.source) : nil
    let wanted = try uri.map { (uri) throws(KeyError) in try KeyReference(uri, of: [PKCS11URI.syntax]) }
    let tokens = Toolkit.watched(allowsFinalPINTry: device.allowsFinalPINTry, timeout: device.timeout).tokens
    let inventory = try tokens.inventory(of: wanted, loggingInWith: secrets, includingTrustPolicy: listsAll)
    inventory.warnings.forEach(Diagnostics.warning)
    switch format.format {
    case .text: try StandardOutput.write(inventory.screen)
    case .json: try StandardOutput.write(inventory.json)
    }
  }
}

// An inventory for a person.
extension Inventory {
  fileprivate var screen: ScreenText {
    var screen = ScreenText()
    for (index, module) in modules.enumerated() {
      if index > 0 { screen.append("") }
      var fields = FieldList()
      fields.append("module", "\(naming: module.name)" + (module.path.map { " (\(naming: $0))" } ?? ""))
      fields.append(
        "  made by", "\(quoting: module.description), \(quoting: module.manufacturer), \(module.version)")
      screen.append(fields.screen)
      if module.tokens.isEmpty { screen.append("  no tokens") }
      for token in module.tokens {
        screen.append("")
        screen.append(Self.screen(of: token))
      }
    }
    if modules.isEmpty { screen.append("no modules") }
    return screen
  }

  /// References are percent-encoded, and are not cut, because they are there to be copied.
  private static func screen(of token: Inventory.Token) -> ScreenText {
    var fields = FieldList()
    fields.append("  token", token.uri)
    fields.append("    label", "\(quoting: token.label)")
    fields.append("    serial number", "\(quoting: token.serial)")
    fields.append("    model", "\(quoting: token.model), \(quoting: token.manufacturer)")
    fields.append("    PIN", token.pin.rawValue + (token.isLoggedIn ? ", logged in" : ""))
    fields.append("    flags", token.flags.joined(separator: " "))
    fields.append("    free memory", "\(size(token.freePublicMemory)) public, \(size(token.freePrivateMemory)) private")
    fields.append("    signs with", token.signingMechanisms.filter { $0.hasPrefix("CKM_") }.joined(separator: " "))
    for object in token.objects {
      fields.append("  \(name(object.kind))", object.uri)
      let summary = object.certificate?.summary ?? object.summary
      if !summary.isEmpty { fields.append("    is", summary) }
    }
    var screen = fields.screen
    if !token.isLoggedIn, token.pin != .notNeeded {
      let more = token.objects.contains { $0.kind == .privateKey } ? "more may be" : "private keys are"
      screen.append("  \(more) seen with --login")
    }
    return screen
  }

  private static func size(_ byteCount: UInt?) -> String { byteCount.map { "\($0) bytes" } ?? "unknown" }

  private static func name(_ kind: Inventory.Object.Kind) -> String {
    switch kind {
    case .privateKey: "private key"
    case .publicKey: "public key"
    case .certificate: "certificate"
    }
  }
}
