import Encodings
public import JSON
public import PKCS11
import Signing

extension Inventory {
  /// The version of the JSON form; it goes up if a member changes its meaning or is removed.
  public static let jsonVersion: Int64 = 1

  /// What a person must see, in any form.
  public var warnings: [String] {
    modules.flatMap { module in module.tokens.flatMap(\.failures) } + failures
  }

  /// For programs: `version`, `modules`, `failures`.
  public var json: JSONObject {
    [
      "version": .integer(Self.jsonVersion),
      "modules": .array(modules.map { .object(Self.json(of: $0)) }),
      "failures": Self.strings(failures),
    ]
  }

  private static func json(of module: Inventory.Module) -> JSONObject {
    var object: JSONObject = [
      "name": string(module.name), "description": string(module.description),
      "manufacturer": string(module.manufacturer),
      "version": string(module.version), "warnings": strings(module.warnings),
      "tokens": .array(module.tokens.map { .object(Self.json(of: $0)) }),
    ]
    object["path"] = module.path.map(string)
    return object
  }

  private static func json(of token: Inventory.Token) -> JSONObject {
    var object: JSONObject = [
      "uri": string(token.uri), "label": string(token.label), "serial": string(token.serial),
      "manufacturer": string(token.manufacturer), "model": string(token.model), "pin": string(token.pin.rawValue),
      "loggedIn": .boolean(token.isLoggedIn), "flags": strings(token.flags),
      "signingMechanisms": strings(token.signingMechanisms), "failures": strings(token.failures),
      "objects": .array(token.objects.map { .object(Self.json(of: $0)) }),
    ]
    object["freePublicMemory"] = token.freePublicMemory.map { .integer(Int64(clamping: $0)) }
    object["freePrivateMemory"] = token.freePrivateMemory.map { .integer(Int64(clamping: $0)) }
    return object
  }

  private static func json(of object: Inventory.Object) -> JSONObject {
    var fields: JSONObject = [
      "type": string(object.kind.rawValue), "uri": string(object.uri), "label": string(object.label),
      "id": string(Hexadecimal.upperCase(object.id)), "summary": string(object.summary),
    ]
    fields["thumbprint"] = object.certificate.map { string(Hexadecimal.upperCase($0.sha1Thumbprint)) }
    return fields
  }

  private static func string(_ text: String) -> JSONValue { .string(ExactText(text)) }

  private static func strings(_ texts: [String]) -> JSONValue { .array(texts.map(string)) }
}
