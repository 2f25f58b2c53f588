import Encodings
import JSON
import Messages
public import Tokens
import Signing

/// The certificate is registered for verifying, and its registration, whose dates may be narrower than its own, is valid.
struct RegistrationRule: ClaimRule {
  var id: String { "registration" }
  var verdict: Check.Verdict { .signature }
  let registered: KeyCredentials
  /// What `iss` is for the object that the answer is of, where both are known.
  let issuer: ExactText?

  private static let register = "register the certificate, or sign with the key of one that is registered and valid"

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    if draft.publicKey == nil { return skipped(.notReached, "there is no key to look for") }
    guard let certificate = draft.certificate else {
      return skipped(.notCompared, "a bare public key has no registration: give the certificate")
    }
    guard let entry = registered.entry(of: certificate, at: time) else { return absent(certificate) }
    let found = JSONValue.string(entry.keyID)
    if let issuer, let named = draft.claims["iss"]?.string, !named.isSameGUID(as: issuer) {
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

  /// An entry of which nothing is known but its dates may be the one.
  private func absent(_ certificate: Certificate) -> Check {
    let unknown = registered.entries.filter { entry in
      let length = entry.customKeyIdentifier?.count
      return entry.isForVerifying && entry.certificate == nil
        && !Thumbprint.allCases.contains { $0.byteCount == length }
    }
    if let first = unknown.first {
      return warning(
        .notCompared,
        "the certificate may be the one of \(first.summary), of which neither key nor thumbprint was saved",
        hint: "save the entries with their key")
    }
    return failed(
      .keyNotRegistered,
      "the certificate with the thumbprint \(Hexadecimal.upperCase(certificate.sha1Thumbprint)) is none of the "
        + "\(registered.entries.count) that are registered", hint: Self.register)
  }

  /// What is wrong with a date, its own rule says.
  private func date(_ name: ExactText, _ draft: TokenDraft) -> NumericDate? {
    draft.claims[name]?.number?.roundedUp.map(NumericDate.init(seconds:))
  }
}

extension Profile {
  /// The same profile with one check more, `registration`, the last: the certificate of the key is one of these.
  public func judging(by registered: KeyCredentials) -> Profile {
    let issuer: ExactText? =
      switch id {
      case "graph-proof": registered.objectID
      case "entra-assertion": registered.applicationID
      default: nil
      }
    var profile = self
    let furtherRules = profile.furtherRules
    profile.furtherRules = { furtherRules($0) + [RegistrationRule(registered: registered, issuer: issuer)] }
    return profile
  }
}
