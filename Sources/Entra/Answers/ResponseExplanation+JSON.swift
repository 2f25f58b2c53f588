public import JOSE
import JSONWebToken

extension ResponseExplanation {
  /// The version of the JSON form; it rises when a member changes its meaning or goes.
  public static let jsonVersion: Int64 = 1

  /// The explanation for programs: `version`, `outcome`, `known`, `meaning`, and where they apply `service`, `status`, `date`,
  /// `answer`, `error`, `keyId`, `next`, `faults`, `causes`, `thumbprint`, `token`.
  public var json: JSONObject {
    var object: JSONObject = [
      "version": .integer(Self.jsonVersion),
      "outcome": .string(JSONString(outcome.rawValue)),
      "known": .boolean(answer != nil || outcome == .done),
    ]
    object["service"] = response.service.map { .string(JSONString($0.rawValue)) }
    object["status"] = response.status.map { .integer(Int64($0)) }
    object["date"] = response.date.map { .string(JSONString($0.description)) }
    object["answer"] = answer.map { .string(JSONString($0.id)) }
    if case .error(let error) = response.kind { object["error"] = .object(error.json) }
    if case .keyCredential(let id, _) = response.kind { object["keyId"] = id.map { .string($0) } }
    object["meaning"] = .string(JSONString(meaning))
    object["next"] = nextStep.map { .string(JSONString($0)) }
    object["faults"] = answer.map { .array(Self.strings($0.faultNames)) }
    object["causes"] = answer.map { _ in .array(Self.strings(otherCauses)) }
    if let thumbprint {
      object["thumbprint"] = .object([
        "received": .string(JSONString(thumbprint.hexadecimal)), "form": .string(JSONString(thumbprint.form.rawValue)),
        "remarks": .array(Self.strings(thumbprintRemarks)),
      ])
    }
    if let token {
      object["token"] = .object([
        "profile": .string(JSONString(token.profileID)), "at": .string(JSONString(token.time.description)),
        "keyGiven": .boolean(token.hasKey),
        "explaining": .array(explainingChecks.map { .object($0.json) }),
        "otherFaults": .array(otherFaults.map { .object($0.json) }),
        "notCompared": .array(Self.strings(token.uncompared.map(\.id))),
      ])
    }
    return object
  }

  private static func strings(_ texts: [String]) -> [JSONValue] { texts.map { .string(JSONString($0)) } }
}

extension ServiceError {
  fileprivate var json: JSONObject {
    var object = JSONObject()
    object["code"] = code.map { .string($0) }
    object["entraCodes"] = entraCodes.isEmpty ? nil : .array(entraCodes.map { .string(JSONString($0)) })
    object["message"] = message.map { .string($0) }
    for (name, value) in identifiers { object[name] = .string(value) }
    return object
  }
}
