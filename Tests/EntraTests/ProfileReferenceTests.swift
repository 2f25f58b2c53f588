import Encodings
import Entra
import JSON
import Messages
import Tokens
import Signing
import SigningTesting
import Testing

@Suite("ProfileReference")
struct ProfileReferenceTests {
  private static let objectID: ExactText = "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01"
  private static let tenant: ExactText = "contoso.example"
  private static let time = NumericDate(seconds: 1_800_000_000)

  private func draft(_ profile: Profile) throws -> TokenDraft {
    try profile.draft(
      DraftRequest(time: Self.time, identifier: "id"), algorithm: profile.algorithms.preferred, publicKey: .fake(),
      certificates: [.fake()])
  }

  private func requireSame(_ reference: ProfileReference, _ profile: Profile) throws {
    let found = try reference.profile(algorithm: nil, publicKey: nil)
    #expect(found.id == profile.id)
    #expect(found.claims == profile.claims)
    #expect(try draft(found).claims == draft(profile).claims)
    #expect(try draft(found).header == draft(profile).header)
  }

  @Test("a reference gives the profile with exactly its values")
  func same() throws {
    try requireSame(.graphProof(objectID: Self.objectID), try .graphProof(objectID: Self.objectID))
    for cloud in [nil, Cloud.china, .usGov] {
      for form in [nil, AudienceForm.issuerSlash] {
        try requireSame(
          .entraAssertion(tenant: Self.tenant, clientID: Self.objectID, cloud: cloud, audienceForm: form),
          try .entraAssertion(
            tenant: Self.tenant, clientID: Self.objectID, cloud: cloud ?? .global, audienceForm: form))
      }
    }
    try requireSame(
      .entraAssertion(tenant: Self.tenant, clientID: Self.objectID, loginHost: "login.example.com"),
      try .entraAssertion(tenant: Self.tenant, clientID: Self.objectID, loginHost: "login.example.com"))
    let github = try BuiltInProfiles.document(named: "github-app")
    let reference = ProfileReference(github, parameters: ["client-id": "Iv1.1"])
    #expect(reference.isBuiltIn)
    try requireSame(
      reference, try github.profile(parameters: ["client-id": "Iv1.1"], publicKey: nil, isSigning: true))
  }

  @Test("an algorithm that somebody asked for by name reaches the profile")
  func asked() throws {
    let profile = try ProfileReference.graphProof(objectID: Self.objectID).profile(algorithm: .ps256, publicKey: nil)
    #expect(profile.algorithms.asked == [.ps256])
    let assertion = ProfileReference.entraAssertion(tenant: Self.tenant, clientID: Self.objectID)
    #expect(try assertion.profile(algorithm: .rs256, publicKey: nil).hints == [.x5t])
    #expect(try assertion.profile(algorithm: nil, publicKey: nil).hints == [.x5tS256])
  }

  @Test(
    "missing, unknown and malformed parameters are refused",
    arguments: [
      ("graph-proof", [:], "missing-parameter"), ("graph-proof", ["object-id": .integer(1)], "malformed-parameter"),
      ("graph-proof", ["object-id": "x"], "malformed-parameter"),
      ("graph-proof", ["object-id": .string(objectID), "tenant": "a.example"], "unknown-parameter"),
      ("entra-assertion", ["tenant": .string(tenant)], "missing-parameter"),
      ("entra-assertion", ["client-id": .string(objectID)], "missing-parameter"),
      (
        "entra-assertion", ["tenant": .string(tenant), "client-id": .string(objectID), "cloud": "moon"],
        "malformed-parameter"
      ),
      (
        "entra-assertion", ["tenant": .string(tenant), "client-id": .string(objectID), "object-id": "x"],
        "unknown-parameter"
      ),
      ("github-app", ["client-id": "x"], "unknown-profile"), ("nonsense", [:], "unknown-profile"),
    ] as [(String, JSONObject, String)])
  func refused(_ id: String, _ parameters: JSONObject, _ expected: String) throws {
    do {
      _ = try ProfileReference(id: id, parameters: parameters).profile(algorithm: nil, publicKey: nil)
      Issue.record("it is taken")
    } catch {
      #expect(error.id == expected)
    }
  }

  @Test("a document cannot pass for one of Microsoft's profiles", arguments: ProfileReference.idsWithoutDocument)
  func impostor(_ id: String) throws {
    let text = #"{"keyroll-profile": 1, "id": "\#(id)", "algorithms": ["RS256"], "claims": {}}"#
    let reference = ProfileReference(try ProfileDocument(Array(text.utf8).span), parameters: [:])
    #expect(!reference.isBuiltIn)
    #expect(throws: ProfileError.self) { try reference.profile(algorithm: nil, publicKey: nil) }
  }

  @Test("a document with the name of a built-in profile is not taken for it")
  func changedBuiltIn() throws {
    let text = #"{"keyroll-profile": 1, "id": "github-app", "algorithms": ["RS256"], "claims": {}}"#
    #expect(!ProfileReference(try ProfileDocument(Array(text.utf8).span), parameters: [:]).isBuiltIn)
  }
}
