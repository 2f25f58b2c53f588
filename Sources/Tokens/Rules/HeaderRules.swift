public import Encodings
import JSON
import Messages
public import Signing

/// The rule for `typ` (RFC 7519, section 5.1).
public struct TypePolicy: Sendable, Hashable {
  /// Written into the header, for example `JWT`.
  public let value: ExactText
  /// Whether `typ` must, may or must not be there.
  public let presence: Presence
  /// True if a token with another value is refused. Otherwise another value is a warning, and upper and lower case are
  /// the same.
  public let isStrict: Bool

  public init(_ value: ExactText, presence: Presence, isStrict: Bool = true) {
    self.value = value
    self.presence = presence
    self.isStrict = isStrict
  }

  /// Required, so that a token without it, or with another, is refused; or neither.
  public init(_ value: ExactText, isRequired: Bool) {
    self.init(value, presence: isRequired ? .required : .optional, isStrict: isRequired)
  }
}

/// Which algorithms a token may have (RFC 8725, section 3.1).
public struct AlgorithmPolicy: Sendable, Hashable {
  /// The algorithm to use if none is chosen; one of `allowed`.
  public let preferred: SignatureAlgorithm
  /// The algorithms that are allowed, the preferred one first.
  public let allowed: [SignatureAlgorithm]
  /// Algorithms that are used only if the user asks for them by name, with a warning that no document names them.
  public let unproven: [SignatureAlgorithm]
  /// The algorithms that the user asked for by name; empty if none.
  public private(set) var asked: [SignatureAlgorithm] = []

  /// The first of `allowed` is preferred; nil if it is empty.
  public init?(_ allowed: [SignatureAlgorithm], unproven: [SignatureAlgorithm] = []) {
    guard let first = allowed.first else { return nil }
    self.init(preferring: first, Array(allowed.dropFirst()), unproven: unproven)
  }

  /// A policy that prefers one algorithm and allows others too.
  public init(
    preferring preferred: SignatureAlgorithm, _ others: [SignatureAlgorithm] = [], unproven: [SignatureAlgorithm] = []
  ) {
    self.preferred = preferred
    allowed = [preferred] + others
    self.unproven = unproven
  }

  /// The same policy with only the named algorithms, unproven ones included.
  public func asking(for names: [SignatureAlgorithm]) -> AlgorithmPolicy {
    var policy = self
    policy.asked = names
    return policy
  }

  private var usable: [SignatureAlgorithm] {
    asked.isEmpty ? allowed : (allowed + unproven).filter(asked.contains)
  }

  /// The algorithm that a token should have been signed with.
  var wanted: SignatureAlgorithm { usable.first ?? preferred }

  /// For messages: the algorithms that may be used.
  var restriction: String {
    usable.isEmpty
      ? "\(Self.list(asked)) was asked for, but only \(Self.list(allowed)) may be used"
      : "only \(Self.list(usable)) may be used"
  }

  private static func list(_ algorithms: [SignatureAlgorithm]) -> String {
    algorithms.map(\.rawValue).joined(separator: ", ")
  }
}

/// Header names that change the meaning of a token, or bring their own key, are refused (RFC 7515, section 4.1.11; RFC
/// 7797; RFC 8725, sections 3.2 and 3.10).
struct HeaderNamesRule: ClaimRule {
  var id: String { "header-names" }
  var verdict: Check.Verdict { .signature }
  /// True if undefined names are to be ignored, as RFC 7515, section 4, says.
  let ignoresUnknownNames: Bool

  private static let known: JSONNameSet = ["alg", "typ", "kid", "x5t", "x5t#S256", "x5c"]

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    let header = draft.header
    guard let unknown = header.members.first(where: { !Self.known.contains(nameOf: $0) }) else { return passed() }
    if header.contains("crit") {
      return refused(.criticalHeader, "crit", "crit demands extensions, and keyroll supports none")
    }
    for name: ExactText in ["b64", "zip"] where header.contains(name) {
      return refused(.forbiddenHeader, name, "\(name) changes what the payload means, which keyroll does not support")
    }
    for name: ExactText in ["jku", "x5u"] where header.contains(name) {
      return refused(
        .forbiddenHeader, name, "\(name) points to a key elsewhere, but keyroll uses only keys that you give")
    }
    if let key = header["jwk"] {
      let isSame = key.object.flatMap { try? JSONWebKey($0) }.map { $0.numbers == draft.publicKey?.rsa } ?? false
      if !isSame { return refused(.embeddedKey, "jwk", "jwk is not the public key given") }
      if !ignoresUnknownNames {
        return refused(.embeddedKey, "jwk", "jwk puts the key into the header, which the profile does not allow")
      }
      // A key in the header is never used; it is tolerated only if it is the key that is trusted anyway.
      return warning(.embeddedKey, "jwk repeats the key in the header; it was not used")
    }
    if ignoresUnknownNames { return passed() }
    return warning(.unknownHeader, "\(quoting: unknown.name) is a header name that the profile does not know")
  }

  private func refused(_ reason: Check.Reason, _ name: ExactText, _ message: String) -> Check {
    failed(reason, message, hint: "remove \(name) from the header", found: .string(name))
  }
}

/// `typ` (RFC 7515, section 4.1.9; RFC 8725, section 3.11): media types compare without regard to ASCII case.
struct TypeRule: ClaimRule {
  var id: String { "typ" }
  var verdict: Check.Verdict { .signature }
  let policy: TypePolicy
  let isLenient: Bool

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let found = draft.header["typ"] else {
      return policy.presence == .required
        ? irregular(
          isTolerated: isLenient, .missingType, "typ is missing", hint: "write typ as \(quoting: policy.value)")
        : skipped(.absentOptional, "not there and not needed")
    }
    if policy.presence == .forbidden {
      return failed(.wrongType, "typ does not belong in this token", hint: "leave typ out", found: found)
    }
    guard let text = found.string else {
      return failed(
        .wrongType, "typ is \(found.kind), not a string", hint: "write typ as \(quoting: policy.value)", found: found)
    }
    if text == policy.value || policy.presence == .optional && isSameMediaType(text, policy.value) {
      return passed(found: found)
    }
    return policy.isStrict
      ? failed(.wrongType, "typ is \(quoting: text)", hint: "write typ as \(quoting: policy.value)", found: found)
      : warning(.wrongType, "typ is \(quoting: text), not \(quoting: policy.value)", found: found)
  }

  private func isSameMediaType(_ left: ExactText, _ right: ExactText) -> Bool {
    ASCII.isEqualIgnoringCase(left.text, right.text)
  }
}

/// `alg` is one of an allow list (RFC 8725, sections 3.1 and 3.2).
struct AlgorithmRule: ClaimRule {
  var id: String { "alg" }
  var verdict: Check.Verdict { .signature }
  let policy: AlgorithmPolicy

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let found = draft.header["alg"] else {
      return failed(.algorithmMalformed, "alg is missing", hint: wanted, found: nil)
    }
    guard let name = found.string else {
      return failed(.algorithmMalformed, "alg is \(found.kind), not a string", hint: wanted, found: found)
    }
    guard let algorithm = SignatureAlgorithm(name: name.text) else { return unsupported(name, found) }
    let isAskedFor = policy.asked.contains(algorithm)
    if policy.allowed.contains(algorithm), isAskedFor || policy.asked.isEmpty {
      return passed(isRequired: true, found: found)
    }
    if policy.unproven.contains(algorithm) {
      let message = "alg is \(algorithm.rawValue), which no known document names for this token"
      return isAskedFor
        ? warning(
          .algorithmUnproven, message, hint: "the documented algorithm is \(policy.preferred.rawValue)",
          isRequired: true,
          found: found)
        : failed(.algorithmUnproven, message, hint: "ask for \(algorithm.rawValue) by name", found: found)
    }
    return failed(
      .algorithmNotAllowed, "alg is \(algorithm.rawValue), and \(policy.restriction)", hint: wanted, found: found)
  }

  private var wanted: String { "sign with \(policy.wanted.rawValue)" }

  private func unsupported(_ name: ExactText, _ found: JSONValue) -> Check {
    let lowerCase = name.text.utf8.lazy.map { ASCII.lowercased($0) }
    if lowerCase.elementsEqual("none".utf8) {
      return failed(.algorithmNone, "alg is \(quoting: name): the token is not signed", hint: wanted, found: found)
    }
    if lowerCase.starts(with: "hs".utf8) {
      return failed(
        .algorithmSymmetric, "alg is \(quoting: name), which uses a shared secret, not a public key",
        hint: wanted, found: found)
    }
    return failed(
      .algorithmUnknown, "alg is \(quoting: name), and \(policy.restriction)", hint: wanted, found: found)
  }
}
