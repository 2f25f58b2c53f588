import Tokens

extension ServiceAnswer {
  /// What Microsoft Graph answers to `addKey` and `removeKey`.
  static let graph: [ServiceAnswer] = [
    ServiceAnswer(
      "proof-refused", from: .graph, as: [Form("Authentication_MissingOrMalformed")],
      quotation:
        "401 Authentication_MissingOrMalformed, \"Access Token missing or malformed.\"; it means the proof, not the access token",
      meaning: "from addKey or removeKey it means that the proof is bad: the message blames the wrong token",
      nextStep:
        "sign a new proof: iss must be the object id of the object in the address, and the certificate must be registered on it and not expired",
      otherCauses: [
        "the certificate is not registered on the object in the address, or has ended there",
        "the address names another object than iss does",
        "the certificate was added just now: a new one was seen to take about 20 s, so a 401 right after addKey is not yet a failure",
        "the clock of the signing machine differs from the service's; how much the service tolerates is not documented",
        "the request was neither addKey nor removeKey, and its access token is bad after all",
      ],
      faults: [
        .reason(.base64Padding), .reason(.base64OtherAlphabet), .reason(.base64Whitespace), .check("aud"),
        .check("iss").mended(by: "write the object id of the object in the address into iss, and sign again"),
        .check("signature"), .check("exp"), .check("lifetime"),
        // A window that began in 1970 is far too long.
        .check("nbf", .dateNear1970), .check("x5t"), .check("kid"), .reason(.keyNotRegistered), .check("key-hint"),
        .reason(.certificateExpired), .reason(.registrationExpired),
        .check("serialization"), .check("header-json"), .check("claims-json"),
      ],
      document: "microsoftgraph/microsoft-graph-docs-contrib concepts/application-rollkey-prooftoken.md"),
    ServiceAnswer(
      "request-denied", from: .graph, as: [Form("Authorization_RequestDenied")],
      quotation: "403 Authorization_RequestDenied",
      meaning:
        "the caller may not do this; addKey and removeKey also answer so when the body has no proof, when the access token is of a signed-in user, and when a service principal lacks a permission",
      nextStep:
        "look at three things in this order: the body has a proof; the access token is the application's own (app-only, not delegated); to roll keys of a service principal it has Application.ReadWrite.OwnedBy",
      otherCauses: [
        "the body has no proof",
        "the access token is of a signed-in user (delegated), and the application's own is needed",
        "the access token is of another application than the one whose keys are changed",
        "a service principal needs the permission Application.ReadWrite.OwnedBy; an application needs none for its own keys",
      ],
      document:
        "microsoftgraph/microsoft-graph-docs-contrib api-reference/v1.0/api/application-addkey.md and concepts/resolve-auth-errors.md; microsoftgraph/msgraph-sdk-powershell issue 779"
    ),
    ServiceAnswer(
      "object-not-found", from: .graph, as: [Form("Request_ResourceNotFound")],
      quotation: "404 Request_ResourceNotFound",
      meaning: "no object has the id in the address; often the client id was given instead of the object id",
      nextStep:
        "write the object id into the address, or applications(appId='CLIENT-ID'); wait some minutes if the object was made just now",
      otherCauses: [
        "the id in the address is the client (application) id, and the address takes the object id",
        "the id is of a service principal and the address says applications, or the other way around",
        "the access token is of another tenant",
        "the object was made just now, and the replica that answered does not have it yet",
      ],
      document:
        "microsoftgraph/microsoft-graph-docs-contrib concepts/errors.md; MicrosoftDocs/SupportArticles-docs support/entra/entra-id/app-integration/404-not-found-error-manage-objects-microsoft-graph.md"
    ),
    throttled,
    ServiceAnswer(
      "access-token-refused", from: .graph, as: [Form("InvalidAuthenticationToken")],
      quotation: "401 InvalidAuthenticationToken",
      meaning:
        "the access token in the Authorization header is missing, malformed, expired, or for another audience; this is not about the proof",
      nextStep: "get a new access token for this Graph host, and send the same proof while its window lasts",
      document: "microsoftgraph/microsoft-graph-docs-contrib concepts/resolve-auth-errors.md"),
    ServiceAnswer(
      "access-token-expired", from: .graph, as: [Form("Authentication_ExpiredToken")],
      quotation: "401 Authentication_ExpiredToken",
      meaning: "the access token in the Authorization header has expired; this is not about the proof",
      nextStep: "get a new access token, and send the same proof while its window lasts",
      document:
        "https://learn.microsoft.com/previous-versions/azure/ad/graph/howto/azure-ad-graph-api-error-codes-and-error-handling"
    ),
    ServiceAnswer(
      "concurrent-change", from: .graph,
      as: [
        Form("Directory_ConcurrencyViolation"),
        Form("Request_BadRequest", saying: ["error due to concurrent requests"]),
      ],
      quotation: "409 Directory_ConcurrencyViolation",
      meaning: "another change to the same object or tenant was under way, and this one was not done",
      nextStep: "wait some seconds, and send the same request again while the window of its proof lasts",
      document: "nais/azurerator issue 448; Azure/azure-cli issue 23081"),
    ServiceAnswer(
      "object-full", from: .graph, as: [Form("Directory_ResourceSizeExceeded")],
      quotation: "Directory_ResourceSizeExceeded",
      meaning: "the object holds as many values as it may, its keys among them",
      nextStep: "remove keys of the object that have ended, then send the request again",
      document: "microsoftgraph/microsoft-graph-docs issue 21469"),
    ServiceAnswer(
      "property-locked", from: .graph,
      as: [
        Form(
          "CannotUpdateLockedServicePrincipalProperty",
          "CannotUpdateLockedServicePrincipalPropertyWithEnforcementScope")
      ],
      quotation: "400 CannotUpdateLockedServicePrincipalProperty",
      meaning:
        "the keys of this service principal are locked by the property lock of its application, which is on for new applications",
      nextStep: "roll the key of the application object, or ask its owner to lift the instance property lock",
      document: "MicrosoftDocs/entra-docs docs/identity-platform/howto-configure-app-instance-property-locks.md"),
    ServiceAnswer(
      "nothing-to-remove", from: .graph,
      as: [Form("Request_BadRequest", saying: ["no credentials found to be removed"])],
      quotation: "400 Request_BadRequest, \"No credentials found to be removed.\"",
      meaning:
        "no credential has the keyId of the request, or the replica that answered lags behind: the removal may still take effect",
      nextStep: "read keyCredentials again after some minutes before sending the request again",
      document: "answers of a live tenant in public test data; one project mentions the lagging replica"),
    ServiceAnswer(
      "key-not-base64", from: .graph, as: [Form(saying: ["edm.binary"])],
      quotation: "400, \"Cannot convert a primitive value to the expected type 'Edm.Binary'\"",
      meaning: "key in the body is base64url or not base64 at all, and standard base64 is wanted",
      nextStep: "write key as keyroll certificate FILE prints it",
      document: "microsoftgraph/microsoft-graph-docs-contrib issue 4307"),
    ServiceAnswer(
      "key-not-certificate", from: .graph,
      as: [Form(saying: ["cannot find the requested object"]), Form("KeyCredentialsInvalidValue")],
      quotation: "400, \"Invalid credential value. … Cannot find the requested object.\"",
      meaning: "key in the body is empty, or is not a DER certificate",
      nextStep:
        "write key as keyroll certificate FILE prints it: the certificate, not its public key, and not PEM text",
      document: "ansible-collections/azure pull request 2127 for the code; a reported answer for the sentence"),
    ServiceAnswer(
      "certificate-outlives-policy", from: .graph, as: [Form("CredentialInvalidLifetimeAsPerAppPolicy")],
      quotation: "400 CredentialInvalidLifetimeAsPerAppPolicy",
      meaning: "the certificate lives longer than the tenant's policy allows",
      nextStep: "add a certificate with a shorter life, or have the policy changed",
      document: "OfficeDev/microsoft-365-agents-toolkit issue 10998"),
    ServiceAnswer(
      "credential-type-forbidden", from: .graph, as: [Form("CredentialTypeNotAllowedAsPerAppPolicy")],
      quotation: "CredentialTypeNotAllowedAsPerAppPolicy",
      meaning: "a policy of the tenant forbids this kind of credential for this application",
      nextStep: "add a certificate in place of a secret, or have the policy changed for this application",
      document:
        "MicrosoftDocs/entra-docs docs/identity/enterprise-apps/tutorial-enforce-secret-standards.md explains the policy"
    ),
    ServiceAnswer(
      "end-date-past-certificate", from: .graph, as: [Form("KeyCredentialsInvalidEndDate")],
      quotation: "400 KeyCredentialsInvalidEndDate",
      meaning: "endDateTime in the body is past the end of the certificate",
      nextStep: "leave endDateTime out, or take the one that keyroll certificate FILE prints",
      document: "Azure/azure-cli issue 11146; Azure/azure-rest-api-specs issue 11985"),
  ]

  /// Also if a status without a body is all that came.
  static let throttled = ServiceAnswer(
    "throttled", from: .graph, as: [Form("TooManyRequests", status: [429])], quotation: "429 TooManyRequests",
    meaning: "too many requests were sent, and this one was not done",
    nextStep: "wait as many seconds as Retry-After says, and sign a new proof if its window ends before that",
    document:
      "microsoftgraph/microsoft-graph-docs-contrib concepts/throttling.md and concepts/errors.md")
}
