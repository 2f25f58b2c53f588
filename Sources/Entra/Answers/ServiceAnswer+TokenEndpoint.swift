import Tokens

extension ServiceAnswer {
  /// Every known answer; where several fit, the first is meant.
  public static let all = [keyTooSmall] + graph + tokenEndpoint

  static let keyTooSmall = ServiceAnswer(
    "key-too-small", from: .tokenEndpoint, .graph,
    as: [Form("AADSTS50032"), Form("AADSTS700027", saying: ["key size"])],
    quotation: "AADSTS700027 or AADSTS50032, which speak of the RSA key size",
    meaning: "the RSA key has fewer than 2048 bits", nextStep: "sign with an RSA key of 2048 bits or more",
    faults: [.reason(.keyTooSmall)])

  /// What Entra's token endpoint answers.
  ///
  /// Faults are named with their reason, not by check alone: what lenient rules tolerate is refused here and not by the
  /// service, and of other faults in the same claim nobody has told the answer.
  static let tokenEndpoint: [ServiceAnswer] = [
    ServiceAnswer(
      "client-mismatch", from: .tokenEndpoint, as: [Form("AADSTS700021")],
      quotation: "AADSTS700021: iss or sub is not the client_id of the request",
      meaning: "iss or sub of the assertion is not the client_id of the request",
      nextStep: "write the client (application) id, not an object id, into iss, sub and client_id",
      otherCauses: ["client_id in the request is another than in the assertion"],
      faults: [
        .check("iss", .claimMismatch), .check("sub", .claimMismatch), .check("sub-is-iss", .claimMismatch),
      ]),
    ServiceAnswer(
      "audience-refused", from: .tokenEndpoint,
      as: [Form("AADSTS700023"), Form("AADSTS50012", saying: ["audience"])],
      quotation: "AADSTS700023 (formerly AADSTS50012): the audience is of another host, tenant or cloud",
      meaning: "aud of the assertion is of another host, tenant or cloud than the endpoint",
      nextStep: "let aud be the address that the request goes to",
      otherCauses: ["the request went to another host or tenant than aud names"],
      faults: [.check("aud", .claimMismatch), .check("aud", .claimKnownMistake)]),
    ServiceAnswer(
      "outside-window", from: .tokenEndpoint, as: [Form("AADSTS700024")],
      quotation: "AADSTS700024: the assertion is outside its time range",
      meaning: "the request came before nbf or after exp",
      nextStep:
        "compare the clock with the service's, write the times in UTC, and make a new assertion for each request",
      otherCauses: [
        "the assertion was used again after it had expired",
        "the clock of the signing machine differs from the service's; how much the service tolerates is not documented",
      ],
      faults: [.reason(.notYetValid), .reason(.expired)]),
    ServiceAnswer(
      "key-not-found", from: .tokenEndpoint, as: [Form("AADSTS700027", saying: ["key was not found"])],
      quotation: "AADSTS700027, \"key was not found\", with the thumbprint that it received in hexadecimal",
      meaning: "no certificate of the application has the thumbprint that the header names",
      nextStep:
        "compare the hexadecimal digits with keyroll certificate FILE, and that certificate with those registered on the application",
      otherCauses: [
        "the certificate is not registered on this application, or it is registered on another of the same name, tenant or cloud",
        "the certificate was added just now: a new one was seen to take up to minutes at this endpoint",
      ],
      faults: [
        .reason(.thumbprintOfAnother), .reason(.thumbprintHexText), .reason(.thumbprintWrongHash),
        .reason(.thumbprintLength), .reason(.keyNotRegistered),
      ]),
    ServiceAnswer(
      "signature-refused", from: .tokenEndpoint,
      as: [Form("AADSTS700027", saying: ["invalid signature", "did not match the expected signature"])],
      quotation: "AADSTS700027, \"contains an invalid signature\"",
      meaning: "the certificate that the header names is not the one that signed, or x5c is in the wrong order",
      nextStep: "sign with the key of the certificate that the header names, and put that certificate first in x5c",
      otherCauses: ["the assertion was changed on its way, or this is not the one that was sent"],
      faults: [.check("signature"), .reason(.certificateChainOfAnother), .reason(.certificateChainOrder)]),
    ServiceAnswer(
      "type-refused", from: .tokenEndpoint, as: [Form("AADSTS5002727")], quotation: "AADSTS5002727: typ is wrong",
      meaning: "typ in the header is not JWT", nextStep: "write typ as JWT",
      faults: [.reason(.wrongType)]),
    ServiceAnswer(
      "key-unfit", from: .tokenEndpoint, as: [Form("AADSTS5002730")],
      quotation: "AADSTS5002730: the key does not suit alg",
      meaning: "the key of the certificate does not suit alg in the header",
      nextStep: "sign with an RSA key, and with an algorithm that it is for",
      faults: [.reason(.keyUnfit), .reason(.keyNotForAlgorithm)]),
    ServiceAnswer(
      "algorithm-refused", from: .tokenEndpoint, as: [Form("AADSTS5002738")],
      quotation: "AADSTS5002738: alg is not supported",
      meaning: "alg in the header is not supported, as ES256 is not",
      nextStep: "sign with PS256, or with RS256 and x5t",
      faults: [.reason(.algorithmUnknown)]),
    ServiceAnswer(
      "chain-refused", from: .tokenEndpoint, as: [Form("AADSTS7000213")],
      quotation: "AADSTS7000213: the certificate chain is invalid",
      meaning: "the certificates in x5c make no valid chain",
      nextStep:
        "follow each certificate in x5c with its issuer's, or leave x5c out where the application does not need it",
      otherCauses: ["a certificate of the chain has ended, was revoked, or is missing"],
      faults: [.reason(.certificateChainBroken)]),
    ServiceAnswer(
      "application-or-tenant-unknown", from: .tokenEndpoint, as: [Form("AADSTS700016"), Form("AADSTS90002")],
      quotation: "AADSTS700016 or AADSTS90002: the application or tenant is unknown",
      meaning: "the endpoint does not know the application or the tenant: often it is that of the wrong cloud",
      nextStep: "compare tenant, client id and the host of the endpoint with the cloud that the application is in",
      otherCauses: ["the request went to the host of another cloud, or to another tenant"],
      // A host, tenant or client that is wrong in the assertion is mostly wrong in the request too.
      faults: [
        .check("aud", .claimMismatch), .check("aud", .claimKnownMistake), .check("iss", .claimMismatch),
        .check("sub", .claimMismatch),
      ]),
  ]
}
