import Encodings
public import JSON
public import Tokens
import Signing

/// What a saved `keyCredentials` says about the entry whose key signed a token.
public struct RegistrationReport: Sendable {
  /// The entry that signed.
  public let entry: KeyCredential
  /// What would still be valid if a `removeKey` took that entry away, the one that ends last first.
  public let others: [KeyCredential]
  /// When all this was judged for.
  public let time: NumericDate

  /// Nil where the token was not signed with a certificate that is registered; what is wrong then, the checks say.
  ///
  /// That a token was signed with it does not mean that it was accepted.
  public init?(_ report: VerificationReport, registered: KeyCredentials) {
    guard let certificate = report.signer?.certificate,
      let entry = registered.entry(of: certificate, at: report.time), entry.isForVerifying
    else { return nil }
    self.entry = entry
    time = report.time
    others = registered.validEntries(at: time, without: entry)
  }

  /// What to know before the entry is removed, or ends.
  public var warnings: [Check.Finding] {
    if !others.isEmpty { return [] }
    let end = entry.validity.end
    if end < time {
      return [
        Check.Finding(
          reason: Check.Reason.lastValidRegistration.rawValue,
          message: "no entry is valid: \(entry.summary) ended at \(end), and no other is left",
          hint: "addKey needs an entry that is valid: this takes PATCH, which replaces the whole collection")
      ]
    }
    return [
      Check.Finding(
        reason: Check.Reason.lastValidRegistration.rawValue,
        message: "no other entry is valid: after a removeKey of \(entry.summary), or when it ends, no key could sign",
        hint: "add another certificate with addKey first")
    ]
  }

  /// For programs: `entry`, `validAfterRemoveKey` and `warnings`.
  public var json: JSONObject {
    [
      "entry": .object(Self.json(entry)),
      "validAfterRemoveKey": .array(others.map { .object(Self.json($0)) }),
      "warnings": .array(
        warnings.map { warning in
          var object: JSONObject = [
            "id": .string(ExactText(warning.reason)), "message": .string(ExactText(warning.message)),
          ]
          object["hint"] = warning.hint.map { .string(ExactText($0)) }
          return .object(object)
        }),
    ]
  }

  private static func json(_ entry: KeyCredential) -> JSONObject {
    [
      "keyId": .string(entry.keyID),
      "displayName": entry.displayName.map(JSONValue.string) ?? .null,
      "startDateTime": .string(ExactText(entry.startDateTime.description)),
      "endDateTime": .string(ExactText(entry.endDateTime.description)),
      // The certificate may end before its entry does.
      "validUntil": .string(ExactText(entry.validity.end.description)),
    ]
  }
}
