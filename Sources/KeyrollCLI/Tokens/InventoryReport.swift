import Keyroll

/// An inventory of tokens for a person or a program.
struct InventoryReport {
  private let inventory: Inventory

  /// The version of the JSON form; it rises when a member changes its meaning or goes.
  static let jsonVersion: Int64 = 1

  init(_ inventory: Inventory) { self.inventory = inventory }

  /// What a person must see, whatever the form.
  var warnings: [String] {
    inventory.modules.flatMap { module in module.tokens.flatMap(\.failures) } + inventory.failures
  }

  // MARK: Text

  var screen: ScreenText {
    var screen = ScreenText()
    for (index, module) in inventory.modules.enumerated() {
      if index > 0 { screen.append("") }
      var fields = FieldList()
      fields.append("module", "\(naming: module.name)" + (module.path.map { " (\(naming: $0))" } ?? ""))
      fields.append(
        "  made by", "\(quoting: module.description), \(quoting: module.manufacturer), \(module.version)")
      screen.append(fields.screen)
      if module.tokens.isEmpty { screen.append("  no tokens") }
      for token in module.tokens {
        screen.append("")
        screen.append(self.screen(of: token))
      }
    }
    if inventory.modules.isEmpty { screen.append("no modules") }
    return screen
  }

  /// References are percent-encoded, and are not cut: they are there to be copied.
  private func screen(of token: Inventory.Token) -> ScreenText {
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

  private func size(_ byteCount: UInt?) -> String { byteCount.map { "\($0) bytes" } ?? "unknown" }

  private func name(_ kind: Inventory.Object.Kind) -> String {
    switch kind {
    case .privateKey: "private key"
    case .publicKey: "public key"
    case .certificate: "certificate"
    }
  }

  // MARK: JSON

  var json: JSONObject {
    [
      "version": .integer(Self.jsonVersion),
      "modules": .array(inventory.modules.map { .object(json(of: $0)) }),
      "failures": strings(inventory.failures),
    ]
  }

  private func json(of module: Inventory.Module) -> JSONObject {
    var object: JSONObject = [
      "name": string(module.name), "description": string(module.description),
      "manufacturer": string(module.manufacturer),
      "version": string(module.version), "warnings": strings(module.warnings),
      "tokens": .array(module.tokens.map { .object(json(of: $0)) }),
    ]
    object["path"] = module.path.map(string)
    return object
  }

  private func json(of token: Inventory.Token) -> JSONObject {
    var object: JSONObject = [
      "uri": string(token.uri), "label": string(token.label), "serial": string(token.serial),
      "manufacturer": string(token.manufacturer), "model": string(token.model), "pin": string(token.pin.rawValue),
      "loggedIn": .boolean(token.isLoggedIn), "flags": strings(token.flags),
      "signingMechanisms": strings(token.signingMechanisms), "failures": strings(token.failures),
      "objects": .array(token.objects.map { .object(json(of: $0)) }),
    ]
    object["freePublicMemory"] = token.freePublicMemory.map { .integer(Int64(clamping: $0)) }
    object["freePrivateMemory"] = token.freePrivateMemory.map { .integer(Int64(clamping: $0)) }
    return object
  }

  private func json(of object: Inventory.Object) -> JSONObject {
    var fields: JSONObject = [
      "type": string(object.kind.rawValue), "uri": string(object.uri), "label": string(object.label),
      "id": string(Hexadecimal.upperCase(object.id)), "summary": string(object.summary),
    ]
    fields["thumbprint"] = object.certificate.map { string(Hexadecimal.upperCase($0.sha1Thumbprint)) }
    return fields
  }

  private func string(_ text: String) -> JSONValue { .string(ExactText(text)) }

  private func strings(_ texts: [String]) -> JSONValue { .array(texts.map(string)) }
}
