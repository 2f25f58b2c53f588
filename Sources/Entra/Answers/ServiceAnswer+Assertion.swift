import Tokens

extension ServiceAnswer {
  private static let phrasesOfSignature = [
    "did not match the expected signature", "use of the key to verify the signature failed", "invalid signature",
  ]

  /// What Entra's token endpoint answers about the assertion and its certificate.
  ///
  /// Faults are named with their reason, not by check alone: what lenient rules tolerate is refused here and not by the
  /// service, and the answer to other faults in the same claim is not reported. The reason in brackets decides before the
  /// sentence: "contains an invalid signature" introduces all of them.
  static let assertion: [ServiceAnswer] = [
    ServiceAnswer(
      "client-mismatch", from: .tokenEndpoint, as: [Form("AADSTS700021")],
      quotation: "AADSTS700021: iss or sub is not the client_id of the request",
      meaning: "iss or sub of the assertion is not the client_id of the request",
      nextStep: "write the client (application) id, not an object id, into iss, sub and client_id",
      otherCauses: ["client_id in the request differs from the one in the assertion"],
      faults: [
        .check("iss", .claimMismatch).mended(by: "write the client (application) id into iss"),
        .check("sub", .claimMismatch).mended(by: "write the client (application) id into sub"),
        .check("sub-is-iss", .claimMismatch).mended(by: "write the client (application) id into both iss and sub"),
      ],
      document: errorPage(700021)),
    ServiceAnswer(
      "audience-refused", from: .tokenEndpoint,
      as: [Form("AADSTS700023"), Form("AADSTS50012", saying: ["audience"])],
      quotation: "AADSTS700023 (formerly AADSTS50012): the audience is of another host, tenant or cloud",
      meaning: "aud of the assertion is of another host, tenant or cloud than the endpoint",
      nextStep: "let aud be the address that the request goes to",
      otherCauses: ["the request went to another host or tenant than aud names"],
      faults: [.check("aud", .claimMismatch), .check("aud", .claimKnownMistake)], document: errorPage(700023)),
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
      faults: [
        .reason(.notYetValid).mended(by: "compare the clock with the service's, and write the times in UTC"),
        .reason(.expired).mended(by: "make a new assertion for each request"),
      ],
      document:
        "\(errorPage(700024)); MicrosoftDocs/azure-devops-docs docs/pipelines/release/troubleshoot-workload-identity.md"
    ),
    ServiceAnswer(
      "key-revoked", from: .tokenEndpoint,
      as: [Form("AADSTS700027", "AADSTS50012", saying: ["using a key which is revoked"]), Form("AADSTS7005004")],
      quotation: "AADSTS7005004, \"using a key which is revoked\"",
      meaning: "the key that signed the assertion was revoked for this application",
      nextStep:
        "sign with another registered certificate, and ask the owner of the application why this one was revoked",
      document: "https://learn.microsoft.com/en-us/entra/workload-id/troubleshoot-revoked-credentials"),
    ServiceAnswer(
      "key-expired", from: .tokenEndpoint,
      as: [
        Form(
          "AADSTS700027", "AADSTS50012", "AADSTS50013",
          saying: ["the key used is expired", "is expired on application"])
      ],
      quotation: "AADSTS700027, \"The key used is expired\"",
      meaning:
        "the certificate that the header names is registered, and the time of the request is outside its Start and End: usually it has expired",
      nextStep:
        "compare Start and End in the answer with the clock: if the certificate has ended, register a new one and sign with it",
      otherCauses: ["the clock of the machine is wrong: the same answer comes before Start"],
      faults: [
        .reason(.registrationExpired).mended(by: "register a new certificate, and sign with its key")
      ],
      suspects: [
        .reason(.certificateExpired).mended(by: "register a new certificate, and sign with its key"),
        .reason(.certificateNotYetValid), .reason(.registrationNotYetValid),
      ],
      document:
        "MicrosoftDocs/azure-stack-docs azure-stack/hci/deploy/troubleshoot-hci-registration.md; Windows Admin Center in Azure, known issues"
    ),
    ServiceAnswer(
      "key-not-found", from: .tokenEndpoint,
      as: [Form("AADSTS700027", "AADSTS50012", saying: ["key was not found"]), Form("AADSTS700028")],
      quotation: "AADSTS700027, \"key was not found\", with the thumbprint that it received in hexadecimal",
      meaning: "no certificate of the application has the thumbprint that the header names",
      nextStep:
        "compare the thumbprint in the answer, if there is one, with keyroll certificate FILE, and that certificate with those registered on the application",
      otherCauses: [
        "the certificate is not registered on this application, or it is registered on another of the same name, tenant or cloud",
        "the certificate was added just now: a new one was seen to take up to minutes at this endpoint",
      ],
      faults: [
        .reason(.thumbprintOfAnother), .reason(.thumbprintHexText), .reason(.thumbprintWrongHash),
        .reason(.thumbprintLength), .reason(.keyNotRegistered),
      ],
      // Seen once, and fixed by base64url. Other libraries send it like this, and the service accepts that.
      suspects: [.reason(.thumbprintEncoding)],
      document:
        "MicrosoftDocs/azure-docs articles/active-directory/develop/msal-net-migration-confidential-client.md; https://learn.microsoft.com/en-us/answers/questions/5915574/aadsts700027-error"
    ),
    ServiceAnswer(
      "signature-refused", from: .tokenEndpoint,
      as: [Form("AADSTS700027", "AADSTS50012", saying: phrasesOfSignature, without: ["[reason - the key"])],
      quotation: "AADSTS700027, \"contains an invalid signature\"",
      meaning: "the certificate that the header names is not the one that signed, or x5c is in the wrong order",
      nextStep: "sign with the key of the certificate that the header names, and put that certificate first in x5c",
      otherCauses: ["the assertion was changed on its way, or this is not the one that was sent"],
      faults: [.check("signature"), .reason(.certificateChainOfAnother), .reason(.certificateChainOrder)],
      document:
        "Azure/azure-sdk-for-java issue 25109 and microsoftgraph/msgraph-sdk-php issue 1585, which quote the reasons under AADSTS50013"
    ),
    ServiceAnswer(
      "assertion-refused", from: .tokenEndpoint, as: [Form("AADSTS700027", "AADSTS50012")],
      quotation: "AADSTS700027",
      meaning:
        "the assertion was not accepted; the text after Reason says why, if there is one, and keyroll does not know this one",
      nextStep: "read the text after Reason; without one, check the assertion with keyroll verify and its certificate",
      document: errorReference),
    ServiceAnswer(
      "grant-refused", from: .tokenEndpoint, as: [Form("AADSTS50013")], quotation: "AADSTS50013",
      meaning: "the token of a user that was sent as the grant is not valid; this is not about the client assertion",
      nextStep: "send client_assertion for the application, and a token for this application as assertion",
      document: errorReference),
    ServiceAnswer(
      "certificate-outside-validity", from: .tokenEndpoint, as: [Form("AADSTS1000502", "AADSTS7000274")],
      quotation: "AADSTS1000502 or AADSTS7000274: the certificate is outside its validity",
      meaning: "the certificate is used before its validity begins or after it has ended: usually it has expired",
      nextStep: "compare the clock with the dates of the certificate, and sign with a certificate that is valid now",
      suspects: [
        .reason(.certificateExpired), .reason(.certificateNotYetValid), .reason(.registrationExpired),
        .reason(.registrationNotYetValid),
      ],
      document:
        "\(errorPage(1000502)); AzureAD/microsoft-identity-web tests/Microsoft.Identity.Web.Test/CertificateReloadLogicTests.cs"
    ),
    ServiceAnswer(
      "certificate-revoked", from: .tokenEndpoint, as: [Form("AADSTS7000214", "AADSTS7000277")],
      quotation: "AADSTS7000214 or AADSTS7000277: the certificate was revoked",
      meaning: "the certificate of the assertion was revoked before its end",
      nextStep: "sign with another certificate that is registered and not revoked",
      document:
        "\(errorPage(7000214)); AzureAD/microsoft-identity-web tests/Microsoft.Identity.Web.Test/CertificateReloadLogicTests.cs"
    ),
    ServiceAnswer(
      "type-refused", from: .tokenEndpoint, as: [Form("AADSTS5002727")], quotation: "AADSTS5002727: typ is wrong",
      meaning: "typ in the header is not JWT", nextStep: "write typ as JWT",
      faults: [.reason(.wrongType)],
      document: "complete answers in public client code: \"Invalid JWT header type\""),
    ServiceAnswer(
      "key-unfit", from: .tokenEndpoint, as: [Form("AADSTS5002730")],
      quotation: "AADSTS5002730: the key does not suit alg",
      meaning: "the key of the certificate does not suit alg in the header",
      nextStep: "sign with an RSA key, and with an algorithm that it is for",
      faults: [.reason(.keyUnfit), .reason(.keyNotForAlgorithm)],
      document: "AzureAD/microsoft-authentication-library-for-dotnet issue 4712"),
    ServiceAnswer(
      "algorithm-refused", from: .tokenEndpoint, as: [Form("AADSTS5002738")],
      quotation: "AADSTS5002738: alg is not supported",
      meaning: "alg in the header is not supported, as ES256 is not",
      nextStep: "sign with PS256, or with RS256 and x5t",
      faults: [.reason(.algorithmUnknown)],
      document:
        "AzureAD/microsoft-authentication-library-for-dotnet tests/Microsoft.Identity.Test.Common/Core/Mocks/MockHelpers.cs"
    ),
    ServiceAnswer(
      "header-refused", from: .tokenEndpoint, as: [Form("AADSTS5002726")], quotation: "AADSTS5002726",
      meaning: "the header has a name that the service does not support",
      nextStep: "leave names out of the header that the profile does not know",
      document:
        "\(errorPage(5_002_726)); AzureAD/azure-activedirectory-identitymodel-extensions-for-dotnet issue 1877"),
    ServiceAnswer(
      "assertion-malformed", from: .tokenEndpoint, as: [Form("AADSTS50027")],
      quotation: "AADSTS50027: the assertion cannot be read, or a claim in it is not as expected",
      meaning:
        "the assertion cannot be read as a JSON Web Token, its header names no certificate, or a claim is missing, doubled or not as expected",
      nextStep: "check the assertion with keyroll verify, and fix the first check that fails",
      faults: [.check("aud", .audienceSeveral).mended(by: "write aud as one string, not as an array")],
      suspects: [
        .check("serialization"), .check("header-json"), .check("claims-json"),
        .reason(.hintMissing).mended(by: "write x5t#S256, or for RS256 x5t, into the header"),
        .check("aud", .claimMalformed).mended(by: "write aud as one string, not as an array"),
      ],
      document: "\(errorReference); AzureAD/microsoft-authentication-library-for-dotnet issue 124"),
    ServiceAnswer(
      "subject-mismatch", from: .tokenEndpoint, as: [Form("AADSTS50048", "AADSTS700022")],
      quotation: "AADSTS50048 or AADSTS700022: sub is missing or is not iss",
      meaning: "sub of the assertion is missing, or is not the same as iss",
      nextStep: "write the client id into iss and sub",
      suspects: [.check("sub-is-iss"), .check("sub")], document: "\(errorReference); \(errorPage(700022))"),
    ServiceAnswer(
      "chain-refused", from: .tokenEndpoint, as: [Form("AADSTS7000213")],
      quotation: "AADSTS7000213: the certificate chain is invalid",
      meaning: "the certificates in x5c do not make a valid chain",
      nextStep:
        "follow each certificate in x5c with its issuer's, or leave x5c out if the application does not need it",
      otherCauses: ["a certificate of the chain has expired, was revoked, or is missing"],
      faults: [.reason(.certificateChainBroken)], document: errorPage(7_000_213)),
    ServiceAnswer(
      "thumbprint-mismatch", from: .tokenEndpoint, as: [Form("AADSTS500033")], quotation: "AADSTS500033",
      meaning: "x5t is not the SHA-1 thumbprint of the first certificate in x5c",
      nextStep: "let x5t be the base64url SHA-1 of the first certificate in x5c", document: errorPage(500033)),
    ServiceAnswer(
      "certificate-subject-refused", from: .tokenEndpoint, as: [Form("AADSTS700030", "AADSTS7000221")],
      quotation: "AADSTS700030",
      meaning: "the subject of the certificate in x5c is not one that the application trusts",
      nextStep: "send a certificate with a subject that the application trusts, or register the certificate itself",
      document: "\(errorReference); \(errorPage(7_000_221))"),
  ]
}
