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

  /// Each line is escaped, and ended by a line feed.
  var text: String {
    let modules = inventory.modules.map { module in
      var fields = FieldList()
      fields.append("module", [module.name, module.path.map { "(\($0))" }].compactMap(\.self).joined(separator: " "))
      fields.append("  made by", "\(module.description), \(module.manufacturer), \(module.version)")
      return fields.text
        + (module.tokens.isEmpty ? "  no tokens\n" : module.tokens.map { "\n" + text(of: $0) }.joined())
    }
    return modules.isEmpty ? "no modules\n" : modules.joined(separator: "\n")
  }

  private func text(of token: Inventory.Token) -> String {
    var fields = FieldList()
    fields.append("  token", token.uri)
    fields.append("    label", token.label)
    fields.append("    serial number", token.serial)
    fields.append("    model", "\(token.model), \(token.manufacturer)")
    fields.append("    PIN", token.pin.rawValue + (token.isLoggedIn ? ", logged in" : ""))
    fields.append("    flags", token.flags.joined(separator: " "))
    fields.append("    free memory", "\(size(token.freePublicMemory)) public, \(size(token.freePrivateMemory)) private")
    fields.append("    signs with", token.signingMechanisms.filter { $0.hasPrefix("CKM_") }.joined(separator: " "))
    for object in token.objects {
      fields.append("  \(name(object.kind))", object.uri)
      if !object.summary.isEmpty { fields.append("    is", object.summary) }
    }
    if token.isLoggedIn || token.pin == .notNeeded { return fields.text }
    let more = token.objects.contains { $0.kind == .privateKey } ? "more may be" : "private keys are"
    return fields.text + "  \(more) seen with --login\n"
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
    [
      "type": string(object.kind.rawValue), "uri": string(object.uri), "label": string(object.label),
      "id": string(Hexadecimal.upperCase(object.id)), "summary": string(object.summary),
    ]
  }

  private func string(_ text: String) -> JSONValue { .string(JSONString(text)) }

  private func strings(_ texts: [String]) -> JSONValue { .array(texts.map(string)) }
}
