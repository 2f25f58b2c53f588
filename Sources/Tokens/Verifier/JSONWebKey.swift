public import Encodings
public import JSON
public import Messages
public import Signing

/// An RSA public key as a JSON Web Key (RFC 7517; RFC 7518, section 6.3.1).
public struct JSONWebKey: Sendable, Hashable {
  /// The modulus and the exponent.
  public let numbers: RSAPublicNumbers
  /// `kid`; nil if the key has none.
  public let keyID: ExactText?
  /// The only algorithm that the key is for, if it names one.
  public let algorithm: ExactText?
  /// The certificate of the key, as the key itself describes it.
  public let hints: CertificateHints

  /// Throws `malformed-jwk`, also for a key with its private part, `key-not-rsa` or `no-public-key`.
  public init(_ object: JSONObject) throws(KeyError) {
    var members = JSONMembers(object) { fault in Self.malformed(Self.problem(fault)) }
    guard let type = members.take("kty")?.string else { throw Self.malformed("kty is missing or not a string") }
    if type == "oct" { throw KeyError(.noPublicKey, "the JSON Web Key holds a shared secret, not a public key") }
    guard type == "RSA" else {
      throw KeyError(.keyNotRSA, "the JSON Web Key is of type \(quoting: type), and RSA is needed")
    }
    if Self.privateMembers.contains(where: { object[$0] != nil }) {
      throw KeyError(
        .malformedJWK, "the JSON Web Key holds the private key", hint: "give the public part: kty, n and e, without d")
    }
    let exponent = try Self.bytes("e", &members)
    // The cost of verifying grows with the exponent, and keys in use have 65537.
    let exponentLength = exponent.drop { $0 == 0 }.count
    if exponentLength > Self.longestExponent {
      throw Self.malformed("e has \(exponentLength) bytes, and at most \(Self.longestExponent) are read")
    }
    numbers = RSAPublicNumbers(modulus: try Self.bytes("n", &members), exponent: exponent)
    keyID = try members.take("kid", .string)
    algorithm = try members.take("alg", .string)
    if let use = try members.take("use", .string), use != "sig" {
      throw Self.malformed("use is \(quoting: use), and sig is needed")
    }
    hints = Self.hints(object)
    if let operations = object["key_ops"], operations.array?.contains("verify") != true {
      throw Self.malformed("key_ops does not hold verify")
    }
  }

  /// 64 bits.
  private static let longestExponent = 8
  /// Members of private keys only (RFC 7518, section 6.3.2).
  private static let privateMembers: [ExactText] = ["d", "p", "q", "dp", "dq", "qi", "oth"]

  /// Reads a JWK, or the RSA keys of a JWK Set (RFC 7517, section 5), whose other keys are skipped.
  ///
  /// One key that cannot be read does not make the others of a set useless. Throws why the first cannot where none can be read.
  public static func keys(_ text: Span<UInt8>) throws(KeyError) -> [JSONWebKey] { try keysAndFaults(text).keys }

  /// The same, and why each RSA key of a set that is for verifying cannot be read, by its number and name.
  ///
  /// A private key is refused wherever it is: a set that verifies is for everybody to see.
  public static func keysAndFaults(_ text: Span<UInt8>) throws(KeyError) -> (keys: [JSONWebKey], faults: [KeyError]) {
    let object: JSONObject
    do throws(JSONError) { object = try JSONReader.object(text) } catch { throw malformed(error.message) }
    guard let set = object["keys"] else { return ([try JSONWebKey(try bare(object))], []) }
    guard let elements = set.array else { throw malformed("keys is \(set.kind), not an array") }
    var keys: [JSONWebKey] = []
    var faults: [KeyError] = []
    for (index, element) in elements.enumerated() {
      guard let object = element.object else { throw malformed("keys holds \(element.kind)") }
      guard object["kty"]?.string == "RSA", isForVerifying(object) else { continue }
      do throws(KeyError) { keys.append(try JSONWebKey(object)) } catch {
        if privateMembers.contains(where: { object[$0] != nil }) { throw error }
        let name = object["kid"]?.string.map { ", with the kid \(quoting: $0)," } ?? ""
        faults.append(
          KeyError(
            id: error.id, "key \(index + 1) of the JWK Set\(name) is not used: \(error.message)", hint: error.hint))
      }
    }
    if keys.isEmpty {
      throw faults.first ?? KeyError(.noPublicKey, "the JWK Set holds no RSA key for signatures")
    }
    return (keys, faults)
  }

  /// The key itself, out of what Key Vault shows of one; its `key_ops` say what the vault does with it, and its type where
  /// it lies. Throws `malformed-jwk` for JSON that only leads to keys.
  private static func bare(_ object: JSONObject) throws(KeyError) -> JSONObject {
    if object["kty"] != nil { return object }
    if let inner = object["key"]?.object, inner["kty"] != nil {
      var key: JSONObject = ["kty": inner["kty"]?.string == "RSA-HSM" ? "RSA" : inner["kty"] ?? .null]
      for name in ["n", "e", "kid"] as [ExactText] { key[name] = inner[name] }
      if let secret = privateMembers.first(where: { inner[$0] != nil }) { key[secret] = inner[secret] }
      return key
    }
    if object["jwks"]?.object?["keys"] != nil {
      throw KeyError(
        .malformedJWK, "the file is JSON with a JWK Set in it, at .jwks",
        hint: "extract it into a file of its own: jq .jwks FILE")
    }
    if object["jwks_uri"] != nil {
      throw KeyError(
        .malformedJWK, "the file is the configuration of an issuer, and its keys are at the address in jwks_uri",
        hint: "fetch them from there, and give that file")
    }
    return object
  }

  /// False for a key that names another use (RFC 7517, sections 4.2 and 4.3).
  private static func isForVerifying(_ object: JSONObject) -> Bool {
    object["use"]?.string ?? "sig" == "sig" && object["key_ops"]?.array?.contains("verify") ?? true
  }

  private static func bytes(_ name: ExactText, _ members: inout JSONMembers<KeyError>) throws(KeyError) -> [UInt8] {
    guard let text = members.take(name)?.string else { throw malformed("\(name) is missing or not a string") }
    do throws(Base64Error) {
      return try Base64.url.decode(text)
    } catch {
      throw malformed("\(name) is not base64url: \(error.message)")
    }
  }

  /// A value that is not a thumbprint or certificate is ignored: nothing can be compared with it.
  private static func hints(_ object: JSONObject) -> CertificateHints {
    var hints = CertificateHints()
    for kind in Thumbprint.allCases {
      guard let text = object[kind.headerName]?.string,
        let bytes = try? Base64.url.decodeReportingIrregularities(text).bytes, bytes.count == kind.byteCount
      else { continue }
      hints.thumbprints[kind] = bytes
    }
    hints.leaf = object["x5c"]?.array?.first?.string.flatMap {
      try? Base64.standard.decodeReportingIrregularities($0).bytes
    }
    return hints
  }

  /// What the key says about its certificate; every form is made from `x5c` if that is there.
  ///
  /// Throws `malformed-jwk` if `x5c` is of another key, or of another certificate than a thumbprint.
  public func hints(with cryptography: any Cryptography) throws(KeyError) -> CertificateHints {
    guard let leaf = hints.leaf else { return hints }
    let certificate: Certificate
    do throws(KeyError) { certificate = try cryptography.certificate(der: leaf.span) } catch {
      throw Self.malformed("x5c does not begin with a certificate: \(error.message)")
    }
    if certificate.publicKey.rsa != numbers { throw Self.malformed("x5c begins with a certificate of another key") }
    var hints = hints
    for kind in Thumbprint.allCases {
      let thumbprint = kind.bytes(of: certificate)
      if hints.thumbprints[kind] ?? thumbprint != thumbprint {
        throw Self.malformed("\(kind.headerName) is not of the certificate in x5c")
      }
      hints.thumbprints[kind] = thumbprint
    }
    return hints
  }

  private static func problem(_ fault: JSONMembers<KeyError>.Fault) -> String {
    switch fault {
    case .missing(let name): "\(name) is missing"
    case .misshapen(let name, let value, let wanted): "\(name) is \(value.kind), not \(wanted)"
    case .unknown(let name): "\(quoting: name) is not a known member"
    }
  }

  private static func malformed(_ problem: String) -> KeyError {
    KeyError(.malformedJWK, "the JSON Web Key cannot be read: \(problem)")
  }
}
