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
        "sign a new proof: iss is the object id of the object in the address, the certificate one registered on it that has not ended",
      otherCauses: [
        "the certificate is not registered on the object in the address, or has ended there",
        "the address names another object than iss does",
        "the certificate was added just now: a new one was seen to take about 20 s, so a 401 right after addKey is not yet a failure",
        "the clock of the signing machine differs from the service's; how much the service tolerates is not documented",
        "the request was neither addKey nor removeKey, and its access token is bad after all",
      ],
      faults: [
        .reason(.base64Padding), .reason(.base64OtherAlphabet), .reason(.base64Whitespace), .check("aud"),
        .check("iss"), .check("signature"), .check("exp"), .check("lifetime"),
        // A window that began in 1970 is far too long.
        .check("nbf", .dateNear1970), .check("x5t"), .check("kid"), .reason(.keyNotRegistered), .check("key-hint"),
        .reason(.certificateExpired), .reason(.registrationExpired),
        .check("serialization"), .check("header-json"), .check("claims-json"),
      ]),
    ServiceAnswer(
      "nothing-to-remove", from: .graph,
      as: [Form("Request_BadRequest", saying: ["no credentials found to be removed"])],
      quotation: "400 Request_BadRequest, \"No credentials found to be removed.\"",
      meaning:
        "no credential has the keyId of the request, or the replica that answered lags behind: the removal may still take effect",
      nextStep: "read keyCredentials again after some minutes before sending the request again"),
    ServiceAnswer(
      "key-not-base64", from: .graph, as: [Form(saying: ["edm.binary"])],
      quotation: "400, \"Cannot convert a primitive value to the expected type 'Edm.Binary'\"",
      meaning: "key in the body is base64url or not base64 at all, and standard base64 is wanted",
      nextStep: "write key as keyroll certificate FILE prints it"),
    ServiceAnswer(
      "key-not-certificate", from: .graph, as: [Form(saying: ["cannot find the requested object"])],
      quotation: "400, \"Invalid credential value. … Cannot find the requested object.\"",
      meaning: "key in the body is not a DER certificate",
      nextStep: "write key as keyroll certificate FILE prints it: the certificate, not its public key, and not PEM text"
    ),
    ServiceAnswer(
      "certificate-outlives-policy", from: .graph, as: [Form("CredentialInvalidLifetimeAsPerAppPolicy")],
      quotation: "400 CredentialInvalidLifetimeAsPerAppPolicy",
      meaning: "the certificate lives longer than the tenant's policy allows",
      nextStep: "add a certificate with a shorter life, or have the policy changed"),
    ServiceAnswer(
      "end-date-past-certificate", from: .graph, as: [Form("KeyCredentialsInvalidEndDate")],
      quotation: "400 KeyCredentialsInvalidEndDate",
      meaning: "endDateTime in the body is past the end of the certificate",
      nextStep: "leave endDateTime out, or take the one that keyroll certificate FILE prints"),
  ]
}
