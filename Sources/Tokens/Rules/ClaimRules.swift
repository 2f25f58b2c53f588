import Encodings
import JSON
import Messages
import Signing

/// One claim is there, of the right kind, and has the value that the profile wants (RFC 7519, section 4.1).
struct ClaimValueRule: ClaimRule {
  let id: String
  let policy: ClaimPolicy
  let isLenient: Bool

  /// The id is the claim's name, unless another check has it: `typ` is a header name and may also be a claim.
  init(policy: ClaimPolicy, isLenient: Bool) {
    id = Self.otherIDs.contains(policy.name) ? "claim-\(policy.name)" : policy.name.text
    self.policy = policy
    self.isLenient = isLenient
  }

  /// The ids of the checks in every report, which are not names of claims.
  private static let otherIDs: [ExactText] = [
    "serialization", "header-encoding", "payload-encoding", "signature-encoding", "header-json", "claims-json",
    "header-names", "typ",
    "alg", "key", "key-hint", "x5t", "x5t-s256", "kid", "x5c", "signature", "certificate-dates", "certificate-usage",
    "certificate-signature", "lifetime", "other-claims",
  ]

  private var name: ExactText { policy.name }

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let found = draft.claims[name] else {
      return policy.presence == .required
        ? failed(.claimMissing, "\(naming: name) is missing", hint: wanted)
        : skipped(.absentOptional, "not there and not needed")
    }
    if policy.presence == .forbidden {
      return failed(
        .claimForbidden, "\(naming: name) does not belong in this token", hint: "leave it out", found: found)
    }
    switch policy.expectation {
    case .anyValue: return passed(found: found)
    case .anyOfType(let type), .unknownOfType(let type): return check(found, type)
    case .oneOfValues(let values): return check(found, among: values, isForSigning: draft.isForSigning)
    default: break
    }
    if let elements = found.array { return check(elements, found, isForSigning: draft.isForSigning) }
    if policy.allowsNumber, let number = found.number { return check(ExactText(number.text), found) }
    guard let text = found.string else {
      return failed(.claimMalformed, "\(naming: name) is \(found.kind), not a string", hint: wanted, found: found)
    }
    return check(text, found)
  }

  private func check(_ found: JSONValue, _ type: JSONType) -> Check {
    if !type.matches(found) {
      return failed(
        .claimMalformed, "\(naming: name) is \(found.kind), not \(type.summary)", hint: wanted, found: found)
    }
    if case .anyOfType = policy.expectation { return passed(found: found) }
    return warning(
      .notCompared, "\(naming: name) is \(type.summary), and was not compared with an expected value", found: found)
  }

  private func check(_ found: JSONValue, among values: [JSONValue], isForSigning: Bool) -> Check {
    let elements = policy.allowsArray ? found.array : nil
    let isGood =
      elements.map {
        isForSigning ? $0.allSatisfy(values.contains) && !$0.isEmpty : $0.contains(where: values.contains)
      }
      ?? false
    if values.contains(found) || isGood { return passed(found: found) }
    return failed(
      .claimMismatch, "\(naming: name) is \(found.printed)", hint: expectedText.map { "\($0) is expected" },
      found: found)
  }

  private func check(_ elements: JSONArray, _ found: JSONValue, isForSigning: Bool) -> Check {
    guard policy.allowsArray else {
      return failed(
        name == "aud" && elements.count > 1 ? .audienceSeveral : .claimMalformed,
        "\(naming: name) is an array of \(elements.count), but one string is needed", hint: wanted, found: found)
    }
    var last: ExactText?
    for element in elements {
      guard let text = element.string else {
        return failed(
          .claimMalformed, "\(naming: name) holds \(element.kind), not a string", hint: wanted, found: found)
      }
      last = text
    }
    guard let last else {
      return failed(.claimEmpty, "\(naming: name) is an empty array", hint: wanted, found: found)
    }
    // A receiver looks for itself among them. The signer confirms each of them.
    if isForSigning, case .oneOf = policy.expectation {
      let other = elements.lazy.compactMap(\.string).first { !isAcceptable(judge($0)) }
      if let other {
        return failed(
          .claimMismatch, "\(naming: name) holds \(quoting: other), which is not expected", hint: wanted, found: found)
      }
    }
    for text in elements.lazy.compactMap(\.string) where isAcceptable(judge(text)) { return check(text, found) }
    if elements.count > 1, let expectedText {
      return failed(
        .claimMismatch, "\(naming: name) holds \(elements.count) values, and none is the expected one",
        hint: "\(expectedText) is expected", found: found)
    }
    return check(last, found)
  }

  /// The kind of a text, before anything is said about it.
  private enum Judgement {
    case good, notCompared, inOtherCase
    case tolerated(ClaimPolicy.KnownValue)
    case empty, malformed, another
    case mistake(ClaimPolicy.KnownValue)
  }

  private func judge(_ text: ExactText) -> Judgement {
    if text.isEmpty { return .empty }
    if case .oneOf(let values) = policy.expectation, values.contains(text), policy.form.matches(text) { return .good }
    for mistake in policy.knownMistakes where mistake.matches(text) { return .mistake(mistake) }
    for value in policy.tolerated where value.matches(text) { return .tolerated(value) }
    if !policy.form.matches(text) { return .malformed }
    switch policy.expectation {
    case .oneOf(let values):
      let isInOtherCase =
        policy.form == .guid
        && values.contains { ASCII.isEqualIgnoringCase($0.text, text.text) }
      return isInOtherCase ? .inOtherCase : .another
    case .unknownText: return .notCompared
    case .anyText, .anyValue, .oneOfValues, .anyOfType, .unknownOfType: return .good
    }
  }

  private func isAcceptable(_ judgement: Judgement) -> Bool {
    switch judgement {
    case .good, .notCompared, .inOtherCase: true
    case .tolerated(let value): isTolerated(value)
    case .empty, .malformed, .another, .mistake: false
    }
  }

  private func isTolerated(_ value: ClaimPolicy.KnownValue) -> Bool { isLenient || !value.onlyLeniently }

  private func check(_ text: ExactText, _ found: JSONValue) -> Check {
    switch judge(text) {
    case .good: passed(found: found)
    case .notCompared:
      warning(
        .notCompared, "\(naming: name) is \(policy.form.summary), and was not compared with an expected value",
        found: found)
    case .inOtherCase:
      warning(.claimTolerated, "\(naming: name) is the expected GUID in letters of another case", found: found)
    case .tolerated(let value):
      irregular(
        isTolerated: isTolerated(value), value.isIncomparable ? .notCompared : .claimTolerated,
        "\(naming: name) \(value.message)", hint: value.hint ?? expectedText.map { "the documented value is \($0)" },
        found: found)
    case .empty: failed(.claimEmpty, "\(naming: name) is empty", hint: wanted, found: found)
    case .malformed:
      failed(
        .claimMalformed, "\(naming: name) is \(quoting: text), not \(policy.form.summary)", hint: wanted, found: found)
    case .another:
      failed(
        .claimMismatch, "\(naming: name) is \(quoting: text)", hint: expectedText.map { "\($0) is expected" },
        found: found)
    case .mistake(let mistake):
      failed(.claimKnownMistake, "\(naming: name) \(mistake.message)", hint: mistake.hint ?? wanted, found: found)
    }
  }

  private var wanted: String {
    switch policy.expectation {
    case .anyOfType(let type), .unknownOfType(let type): "it should be \(type.summary)"
    default: "it should be \(expectedText ?? policy.form.summary)"
    }
  }

  private var expectedText: String? {
    let texts: [String] =
      switch policy.expectation {
      case .oneOf(let values): values.map { "\(quoting: $0)" }
      case .oneOfValues(let values): values.map(\.printed)
      default: []
      }
    return texts.isEmpty ? nil : texts.joined(separator: " or ")
  }
}

/// Claims that the profile does not know are allowed, reported or refused, as the profile says.
struct OtherClaimsRule: ClaimRule {
  var id: String { "other-claims" }
  let policy: OtherClaims
  let known: JSONNameSet

  private static let listedCount = 8

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    if policy == .allowed { return passed() }
    var unexpected: [ExactText] = []
    for member in draft.claims.members {
      if known.contains(nameOf: member) { continue }
      unexpected.append(member.name)
      // One more than are listed shows that there are more.
      if unexpected.count > Self.listedCount { break }
    }
    if unexpected.isEmpty { return passed() }
    let names =
      unexpected.prefix(Self.listedCount).map { "\(quoting: $0)" }.joined(separator: ", ")
      + (unexpected.count > Self.listedCount ? ", …" : "")
    let message = "the profile does not know the claims \(names)"
    return policy == .refused
      ? failed(.claimUnexpected, message, hint: "leave them out") : warning(.claimUnexpected, message)
  }
}
