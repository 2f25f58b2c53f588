import Encodings
import JSON
import Messages
import Tokens
import OpenSSLCrypto
import Signing
import SigningTesting
import TestSupport
import Testing

@Suite("SigningRequest")
struct SigningRequestTests {
  static let now = NumericDate(seconds: 1_800_000_000)
  static let cryptography = OpenSSLCryptography()

  /// By a document, because rules in code belong to another room.
  static func request(
    _ algorithm: SignatureAlgorithm = .rs256, claims: JSONObject = ["scope": "ä \u{202E}"], hints: [KeyHint] = [.x5t]
  ) throws -> (request: SigningRequest, profile: Profile) {
    let leaf = try #require(try cryptography.certificates(inFile: Fixtures.path("certificates/leaf.pem")).first)
    let reference = ProfileReference(try ProfileDocument(Array(document.utf8).span), parameters: ["client-id": "me"])
    var profile = try reference.documentedProfile(publicKey: leaf.publicKey)
    profile.algorithms = profile.algorithms.asking(for: [algorithm])
    var wanted = DraftRequest(time: now, claims: claims)
    wanted.hints = hints
    let draft = try profile.draft(wanted, algorithm: algorithm, publicKey: leaf.publicKey, certificates: [leaf])
    let request = try SigningRequest(
      draft, by: reference, algorithm: algorithm, certificates: [leaf], cryptography: cryptography)
    return (request, profile)
  }

  private static let document = """
    {"keyroll-profile": 1, "id": "example", "algorithms": ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
     "key-hints": ["x5t"], "parameters": {"client-id": {}}, "claims": {"iss": "{client-id}"},
     "time": {"nbf": "required", "maximum": "10m", "measured-from": "nbf"}, "other-claims": "allowed"}
    """

  private func read(_ json: JSONObject) throws(SigningRequestError) -> SigningRequest {
    let bytes = JSONWriter.bytes(json)
    return try SigningRequest(bytes.span, cryptography: Self.cryptography)
  }

  private func refusal(_ json: JSONObject) -> SigningRequestError? {
    do { _ = try read(json) } catch { return error }
    return nil
  }

  @Test("a written request is read back the same", arguments: SignatureAlgorithm.allCases)
  func roundTrip(_ algorithm: SignatureAlgorithm) throws {
    let (request, profile) = try Self.request(algorithm, hints: [.x5t, .x5tS256, .x5c])
    let text = Array(JSONWriter.indentedText(.object(request.json)).utf8)
    let again = try SigningRequest(text.span, cryptography: Self.cryptography)
    #expect(again.json == request.json)
    #expect(again.profile == request.profile)
    #expect(again.signingInput == request.signingInput && again.digest == request.digest)
    #expect(again.certificates == request.certificates)
    #expect(try again.judge(by: profile, at: Self.now, cryptography: Self.cryptography).isEmpty)
  }

  /// One change of one part, by the path to it, with the reason for which it is refused.
  static let changes: [([ExactText], JSONValue, SigningRequestError.Code)] = [
    (["claims", "iss"], "you", .signingInputMismatch),
    (["claims", "exp"], .integer(1_800_000_601), .signingInputMismatch),
    (["header", "typ"], "jwt", .signingInputMismatch),
    (["header", "alg"], "PS256", .algorithmMismatch),
    (["algorithm"], "PS256", .algorithmMismatch),
    (["algorithm"], "HS256", .malformed),
    (["algorithm"], "rs256", .malformed),
    (["signing-input"], "e30.e30", .signingInputMismatch),
    (["digest", "hex"], "00", .digestMismatch),
    (["digest", "hash"], "SHA-512", .digestMismatch),
    (["digest", "note"], "x", .digestMismatch),
    (["digest"], .object([:]), .digestMismatch),
    (["window", "end"], "2027-01-15T08:10:01Z", .windowMismatch),
    (["window", "start"], "2027-01-15T07:00:00Z", .windowMismatch),
    (["window"], .object([:]), .windowMismatch),
    (["summary"], .array([]), .summaryMismatch),
    (["summary"], .array(["profile: example"]), .summaryMismatch),
    (["summary"], "profile: example", .malformed),
    (["profile", "id"], "other", .malformed),
    (["profile", "document", "id"], "graph-proof", .malformed),
    (["profile", "document", "nonsense"], .boolean(true), .malformed),
    (["profile", "parameters"], .object(["client-id": .integer(5)]), .malformed),
    (["profile", "nonsense"], .null, .malformed),
    (["certificates"], .array([]), .malformed),
    (["certificates"], .array(["AAAA"]), .malformed),
    (["certificates"], .array(["!"]), .malformed),
    (["certificates"], .array([.integer(1)]), .malformed),
    (["keyroll-signing-request"], .integer(2), .unsupportedVersion),
    (["keyroll-signing-request"], "1", .malformed),
    (["nonsense"], .null, .malformed),
  ]

  private func changing(_ object: JSONObject, _ path: ArraySlice<ExactText>, to value: JSONValue) -> JSONObject {
    var object = object
    guard let name = path.first else { return object }
    object[name] =
      path.count == 1
      ? value : .object(changing(object[name]?.object ?? JSONObject(), path.dropFirst(), to: value))
    return object
  }

  @Test("a request that was changed in one part is refused, and the part is named", arguments: changes)
  func changed(_ path: [ExactText], _ value: JSONValue, _ code: SigningRequestError.Code) throws {
    let json = try Self.request().request.json
    let error = try #require(refusal(changing(json, path[...], to: value)))
    #expect(error.code == code, "\(error)")
  }

  @Test("a request without one of its members, or with one of another kind, is refused")
  func missing() throws {
    let json = try Self.request().request.json
    for member in json.members {
      var less = json
      less[member.name] = nil
      #expect(refusal(less)?.code == .malformed, "\(member.name)")
      #expect(refusal(changing(json, [member.name], to: .null))?.code == .malformed, "\(member.name)")
    }
    for name in ["id", "parameters"] as [ExactText] {
      let profile = try #require(json["profile"]?.object)
      var less = profile
      less[name] = nil
      #expect(refusal(changing(json, ["profile"], to: .object(less)))?.code == .malformed)
    }
  }

  @Test("the certificate of another key is refused because of the summary that people read")
  func otherCertificate() throws {
    let other = try #require(
      try Self.cryptography.certificates(inFile: Fixtures.path("certificates/other.pem")).first)
    let json = try Self.request().request.json
    let error = refusal(
      changing(json, ["certificates"], to: .array([.string(ExactText(Base64.standard.text(other.der)))])))
    #expect(error?.code == .summaryMismatch)
    #expect(error?.message.contains("its summary says \"certificate: CN=leaf") == true, "\(String(describing: error))")
  }

  @Test("every claim and every name of the header is in the summary, and so is the digest")
  func summary() throws {
    let (request, _) = try Self.request()
    #expect(
      request.summary.prefix(2) == [
        "profile: example, as this request describes it",
        "window: from 2027-01-15T08:00:00Z to 2027-01-15T08:10:00Z, 10 min",
      ])
    for name in request.claims.members.map(\.name) {
      #expect(request.summary.contains { $0.hasPrefix("claim \(name): ") })
    }
    for name in request.header.members.map(\.name) {
      #expect(request.summary.contains { $0.hasPrefix("header \(name): ") })
    }
    #expect(request.summary.last == "SHA-256 to sign: \(Hexadecimal.lowerCase(request.digest))")
  }

  @Test("a request with any changed byte is refused, or is another request")
  func mutations() throws {
    let (request, _) = try Self.request()
    let text = JSONWriter.bytes(request.json)
    var generator = SeededGenerator(seed: 27)
    var acceptedCount = 0
    for _ in 0..<1500 {
      let mutated = Mutation.mutate(text, using: &generator)
      guard let read = try? SigningRequest(mutated.span, cryptography: Self.cryptography) else { continue }
      acceptedCount += 1
      // White space, and the parts that reading does not look at: the values of the profile, which judging
      // looks at.
      #expect(read.summary == request.summary && read.signingInput == request.signingInput)
    }
    #expect(acceptedCount < 200)
  }

  @Test("a request whose window is over is refused")
  func expired() throws {
    let (request, profile) = try Self.request()
    func refusal(at time: NumericDate) -> String? {
      do {
        _ = try request.judge(by: profile, at: time, cryptography: Self.cryptography)
        return nil
      } catch { return error.id }
    }
    #expect(refusal(at: Self.now + .seconds(599)) == nil)
    #expect(refusal(at: Self.now + .seconds(600)) == "expired")
    #expect(refusal(at: Self.now - .minutes(60)) == nil)
  }

  @Test("a request that the profile refuses is refused, whatever its summary says")
  func judged() throws {
    let (request, _) = try Self.request()
    let other = try request.profile.replacingDocument(
      with: try ProfileDocument(
        Array(
          """
          {"keyroll-profile": 1, "id": "example", "algorithms": ["RS256"], "parameters": {"client-id": {}},
           "claims": {"iss": "{client-id}", "scope": {"presence": "forbidden"}}, "time": {"nbf": "required"}}
          """.utf8
        ).span))
    let profile = try other.documentedProfile(publicKey: request.publicKey)
    #expect(throws: TokenError.self) { try request.judge(by: profile, at: Self.now, cryptography: Self.cryptography) }
    do { _ = try request.judge(by: profile, at: Self.now, cryptography: Self.cryptography) } catch {
      #expect(error.id == "claim-forbidden")
      #expect(error.message.hasPrefix("the signing request was refused: "))
    }
  }

  @Test("a draft with another certificate or algorithm, or without a certificate, makes no request")
  func foreignDraft() throws {
    let request = try Self.request().request
    func refusal(_ algorithm: SignatureAlgorithm, _ certificates: [Certificate]) -> String? {
      do {
        _ = try SigningRequest(
          request.draft, by: request.profile, algorithm: algorithm, certificates: certificates,
          cryptography: Self.cryptography)
        return nil
      } catch { return error.id }
    }
    #expect(refusal(.ps256, request.certificates) == "key-mismatch")
    #expect(refusal(.rs256, [.fake()]) == "key-mismatch")
    #expect(refusal(.rs256, []) == "certificate-needed")
  }
}
