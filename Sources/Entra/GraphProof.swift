public import Encodings
public import Messages
import Signing
public import Tokens

extension Profile {
  static let graphProofID = "graph-proof"
  /// The audience of the proof: the id of the service in the documentation.
  static let graphProofAudience: ExactText = "00000002-0000-0000-c000-000000000000"
  /// The longest window of a proof.
  static let graphProofLifetime = TimeSpan.minutes(10)

  /// The audience of a client assertion: the two are often confused.
  private static let assertionAudiences: [ClaimPolicy.KnownValue] = {
    let message = "is the address of a token endpoint: this is a client assertion, and a proof is expected"
    let hint = "judge it as a client assertion, or make a proof for Graph"
    let hosts = Cloud.allCases.flatMap(\.loginHosts).map {
      ClaimPolicy.KnownValue.Match.between(ExactText("https://\($0)/"), .text, "")
    }
    let paths = AudienceForm.allCases.map {
      ClaimPolicy.KnownValue.Match.between("https://", .text, ExactText("/\($0.path)"))
    }
    return (hosts + paths).map { .init($0, message, hint: hint) }
  }()

  /// The client id in the place of the object id, as two projects send it.
  static func clientIDAsIssuer(_ clientID: ExactText) -> ClaimPolicy.KnownValue {
    .init(clientID, "is the client id; the documentation wants the object id, though others report that this works")
  }

  /// The proof of possession that Microsoft Graph wants for `addKey` and `removeKey`.
  ///
  /// `iss` is the object id of the application or service principal. A known client id in its place is recognised and
  /// gives a warning. A value that is nil is not compared. Throws `malformed-parameter` for an id that is not a GUID.
  public static func graphProof(
    objectID: ExactText?, clientID: ExactText? = nil
  ) throws(ProfileError) -> Profile {
    let objectID = try DirectoryName.guid(objectID, "the object id")
    let clientID = try DirectoryName.guid(clientID, "the client id")
    return Profile(
      id: graphProofID, title: "Microsoft Graph proof of possession for addKey and removeKey",
      algorithms: AlgorithmPolicy(
        preferring: .rs256, unproven: [.rs384, .rs512, .ps256, .ps384, .ps512]),
      type: TypePolicy("JWT", isRequired: true),
      hints: [.x5t, .kid], requiredHints: [.x5t], keyID: KeyIDPolicy(.sha1Thumbprint),
      claims: [
        ClaimPolicy(
          "aud", .oneOf([graphProofAudience]),
          knownMistakes: [
            .init(
              "00000003-0000-0000-c000-000000000000",
              "is 00000003-0000-0000-c000-000000000000, the id of Microsoft Graph, which a 2023 version of the how-to named by mistake"
            ),
            .init("https://graph.microsoft.com", "is the address of Microsoft Graph, not the id the proof is for"),
          ] + assertionAudiences),
        ClaimPolicy(
          "iss", objectID.map { .oneOf([$0]) } ?? .unknownText, form: .guid,
          tolerated: objectID == nil || clientID == objectID
            ? []
            : clientID.map { [clientIDAsIssuer($0)] } ?? []),
      ],
      time: TimePolicy(
        notBefore: .required, issuedAt: .optional, expires: .required, lifetime: graphProofLifetime,
        maximumLifetime: graphProofLifetime, start: .notBefore),
      otherClaims: .reported, hasLenientForm: false, serviceAnswers: ServiceAnswer.quotations(of: .graph))
  }
}
