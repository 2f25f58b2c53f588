import Encodings
public import JSON
import Tokens

extension ResponseExplanation {
  /// The version of the JSON form; it rises when a member changes its meaning or goes.
  public static let jsonVersion: Int64 = 1

  /// The explanation for programs: `version`, `outcome`, `known`, `meaning`, and where they apply `service`, `status`, `date`,
  /// `answer`, `error`, `keyId`, `next`, `faults`, `causes`, `thumbprint`, `token`.
  public var json: JSONObject {
    var object: JSONObject = [
      "version": .integer(Self.jsonVersion),
      "outcome": .string(ExactText(outcome.rawValue)),
      "known": .boolean(answer != nil || outcome == .done),
    ]
    object["service"] = response.service.map { .string(ExactText($0.rawValue)) }
    object["status"] = response.status.map { .integer(Int64($0)) }
    object["date"] = response.date.map { .string(ExactText($0.description)) }
    object["answer"] = answer.map { .string(ExactText($0.id)) }
    if case .error(let error) = response.kind { object["error"] = .object(error.json) }
    if case .keyCredential(let id, _) = response.kind { object["keyId"] = id.map { .string($0) } }
    object["meaning"] = .string(ExactText(meaning))
    object["next"] = nextStep.map { .string(ExactText($0)) }
    object["faults"] = answer.map { .array(Self.strings($0.faultNames)) }
    object["causes"] = answer.map { _ in .array(Self.strings(otherCauses)) }
    if let thumbprint {
      object["thumbprint"] = .object([
        "received": .string(ExactText(thumbprint.hexadecimal)), "form": .string(ExactText(thumbprint.form.rawValue)),
        "remarks": .array(Self.strings(thumbprintRemarks)),
      ])
    }
    if let token {
      object["token"] = .object([
        "profile": .string(ExactText(token.profileID)), "at": .string(ExactText(token.time.description)),
        "keyGiven": .boolean(token.hasKey),
        "explaining": .array(explainingChecks.map { .object($0.json) }),
        "otherFaults": .array(otherFaults.map { .object($0.json) }),
        "notCompared": .array(Self.strings(token.uncompared.map(\.id))),
      ])
    }
    return object
  }

  private static func strings(_ texts: [String]) -> [JSONValue] { texts.map { .string(ExactText($0)) } }
}

extension ServiceError {
  fileprivate var json: JSONObject {
    var object = JSONObject()
    object["code"] = code.map { .string($0) }
    object["entraCodes"] = entraCodes.isEmpty ? nil : .array(entraCodes.map { .string(ExactText($0)) })
    object["message"] = message.map { .string($0) }
    for (name, value) in identifiers { object[name] = .string(value) }
    return object
  }
}
