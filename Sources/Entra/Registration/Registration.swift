import Encodings
public import JSON
import Messages
import Signing
public import Tokens

/// What saved `keyCredentials` say about the entry whose key signed a token.
public struct RegistrationReport: Sendable {
  /// The entry that signed.
  public let entry: KeyCredential
  /// What would still be valid if a `removeKey` removed that entry, the one that ends last first.
  public let others: [KeyCredential]
  /// The time for which this was judged.
  public let time: NumericDate

  /// Nil if the token was not signed with a registered certificate; the checks then say what is wrong.
  ///
  /// A token that was signed with it is not necessarily accepted.
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

/// The certificate is registered for verifying, and its registration is valid, whose dates may be narrower than its
/// own.
struct RegistrationRule: ClaimRule {
  var id: String { "registration" }
  var verdict: Check.Verdict { .signature }
  let registered: KeyCredentials
  /// What `iss` may be for the object that the answer is of, the usual name first; empty if that is not known.
  let issuers: [ExactText]

  private static let register = "register the certificate, or sign with the key of one that is registered and valid"

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    if draft.publicKey == nil { return skipped(.notReached, "there is no key to look for") }
    guard let certificate = draft.certificate else {
      return skipped(.notCompared, "a bare public key has no registration: give the certificate")
    }
    guard let entry = registered.entry(of: certificate, at: time) else { return absent(certificate) }
    let found = JSONValue.string(entry.keyID)
    if let issuer = issuers.first, let named = draft.claims["iss"]?.string,
      !issuers.contains(where: named.isSameName)
    {
      return failed(
        .registrationOfAnother,
        "the saved answer is of the object whose tokens have \(quoting: issuer) as iss, and iss is \(quoting: named)",
        hint: "give the answer for the object that iss names, or make the token for this one", found: found)
    }
    if !entry.isForVerifying {
      return failed(
        .keyNotRegistered,
        "the certificate is registered as \(entry.summary), with the usage \(quoting: entry.usage) alone",
        hint: Self.register, found: found)
    }
    let start = date("nbf", draft).map { max($0, time) } ?? time
    if start > entry.endDateTime {
      return failed(
        .registrationExpired,
        "the entry \(entry.summary) ended at \(entry.endDateTime), and the token cannot be used before \(start)",
        hint: Self.register, found: found)
    }
    if time < entry.startDateTime {
      return failed(
        .registrationNotYetValid, "the entry \(entry.summary) starts at \(entry.startDateTime), and it is \(time)",
        hint: "wait until then, or sign with the key of an entry that is valid", found: found)
    }
    if let end = date("exp", draft), end > entry.endDateTime {
      return warning(
        .registrationEndsEarly,
        "the entry \(entry.summary) ends at \(entry.endDateTime), before the token does at \(end)", found: found)
    }
    return passed(found: found)
  }

  /// An entry of a certificate of which only the dates are known may be the one.
  private func absent(_ certificate: Certificate) -> Check {
    let unknown = registered.entries.filter { entry in
      let length = entry.customKeyIdentifier?.count
      return entry.isForVerifying && entry.isForSigningTokens && entry.certificate == nil
        && !Thumbprint.allCases.contains { $0.byteCount == length }
    }
    if let first = unknown.first {
      return warning(
        .notCompared,
        "the certificate may be the one of \(first.summary), whose key and thumbprint were not saved",
        hint: "save the entries with their key")
    }
    return failed(
      .keyNotRegistered,
      "the certificate with the thumbprint \(Hexadecimal.upperCase(certificate.sha1Thumbprint)) is not "
        + (registered.entries.isEmpty
          ? "registered: nothing is" : "one of the \(registered.entries.count) that are registered"),
      hint: Self.register)
  }

  /// The rule for a date reports what is wrong with it.
  private func date(_ name: ExactText, _ draft: TokenDraft) -> NumericDate? {
    draft.claims[name]?.number?.roundedUp.map(NumericDate.init(seconds:))
  }
}

extension Profile {
  /// The same profile with one more check, `registration`, at the end: the certificate of the key is one of these.
  public func judging(by registered: KeyCredentials) -> Profile {
    let issuers: [ExactText?] =
      switch id {
      // The client id in place of the object id is what the check of iss warns of.
      case Self.graphProofID: registered.objectID == nil ? [] : [registered.objectID, registered.applicationID]
      case Self.entraAssertionID: [registered.applicationID]
      default: []
      }
    let rule = RegistrationRule(registered: registered, issuers: issuers.compactMap(\.self))
    var profile = toleratingClientID(of: registered)
    let furtherRules = profile.furtherRules
    profile.furtherRules = { furtherRules($0) + [rule] }
    return profile
  }

  /// The same for a proof, with the client id that the answer names for the object that is expected: it is recognised as one that
  /// was given is.
  private func toleratingClientID(of registered: KeyCredentials) -> Profile {
    guard id == Self.graphProofID, let objectID = registered.objectID, let clientID = registered.applicationID,
      !clientID.isSameName(as: objectID), let index = claims.firstIndex(where: { $0.name == "iss" }),
      case .oneOf(let expected) = claims[index].expectation, expected.contains(where: objectID.isSameName),
      claims[index].tolerated.isEmpty
    else { return self }
    var profile = self
    profile.claims[index].tolerated = [Self.clientIDAsIssuer(clientID)]
    return profile
  }
}
