import Tokens

extension ServiceAnswer {
  private static let revoked = "https://learn.microsoft.com/en-us/entra/workload-id/troubleshoot-revoked-credentials"
  private static let mutualTLS =
    "AzureAD/microsoft-authentication-library-for-dotnet tests/Microsoft.Identity.Test.Common/Core/Mocks/MockHelpers.cs"

  /// What Entra's token endpoint answers about the application and the tenant.
  static let registration: [ServiceAnswer] = [
    ServiceAnswer(
      "application-or-tenant-unknown", from: .tokenEndpoint, as: [Form("AADSTS700016"), Form("AADSTS90002")],
      quotation: "AADSTS700016 or AADSTS90002: the application or tenant is unknown",
      meaning: "the endpoint does not know the application or the tenant: often it is that of the wrong cloud",
      nextStep: "compare tenant, client id and the host of the endpoint with the cloud that the application is in",
      otherCauses: [
        "the request went to the host of another cloud, or to another tenant",
        "client_id in the request is misspelt, or is an object id",
        "the application was never installed in this tenant",
      ],
      // If the host, tenant or client in the assertion is wrong, it is usually wrong in the request too.
      faults: [
        .check("aud", .claimMismatch), .check("aud", .claimKnownMistake), .check("iss", .claimMismatch),
        .check("sub", .claimMismatch),
      ],
      document: errorReference),
    ServiceAnswer(
      "service-principal-missing", from: .tokenEndpoint, as: [Form("AADSTS7000217", "AADSTS7000229")],
      quotation: "AADSTS7000217 or AADSTS7000229",
      meaning: "the application exists, and the tenant has no service principal of it",
      nextStep: "have an administrator install the application in this tenant, or consent to it there",
      otherCauses: ["the request went to another tenant than the one meant"],
      document:
        "\(errorPage(7_000_217)); \(errorPage(7_000_229)); https://microsoft.github.io/teams-sdk/teams/app-authentication/troubleshooting"
    ),
    ServiceAnswer(
      "application-disabled", from: .tokenEndpoint, as: [Form("AADSTS7000112")], quotation: "AADSTS7000112",
      meaning: "the application is disabled",
      nextStep: "have an administrator enable the application, or name another one in client_id",
      document:
        "\(errorReference); MicrosoftDocs/SupportArticles-docs support/entra/entra-id/app-integration/error-code-aadsts7000112-application-is-disabled.md"
    ),
    ServiceAnswer(
      "application-public", from: .tokenEndpoint, as: [Form("AADSTS700025")], quotation: "AADSTS700025",
      meaning: "the application counts as a public client, which may send neither an assertion nor a secret",
      nextStep:
        "turn off the public client flows of the application, or name the confidential application in client_id",
      document: errorReference),
    ServiceAnswer(
      "application-without-keys", from: .tokenEndpoint, as: [Form("AADSTS700026")], quotation: "AADSTS700026",
      meaning: "the application has no keys at all", nextStep: "register the certificate on this application",
      document: errorPage(700026)),
    ServiceAnswer(
      "on-behalf-of-forbidden", from: .tokenEndpoint, as: [Form("AADSTS7000114")], quotation: "AADSTS7000114",
      meaning: "the application may not make on-behalf-of calls with the token that it sent",
      nextStep: "ask with grant_type client_credentials, or send the token of a user as the grant",
      document: errorReference),
    ServiceAnswer(
      "consent-missing", from: .tokenEndpoint, as: [Form("AADSTS65001")], quotation: "AADSTS65001",
      meaning: "nobody has consented to what the application asks for",
      nextStep: "have an administrator consent to the permissions of the application in this tenant",
      document: errorReference),
    ServiceAnswer(
      "access-blocked", from: .tokenEndpoint, as: [Form("AADSTS53003")], quotation: "AADSTS53003",
      meaning: "a Conditional Access policy blocks the token",
      nextStep:
        "ask the administrator which policy applied: the correlation id finds the request in the sign-in log of the tenant",
      document: errorReference),
    ServiceAnswer(
      "user-unknown", from: .tokenEndpoint, as: [Form("AADSTS50034")], quotation: "AADSTS50034",
      meaning:
        "the user account does not exist in this tenant; this is about the sign-in of a person, not about an assertion",
      nextStep: "find out which flow sent the request: client_credentials names no user", document: errorReference),
    ServiceAnswer(
      "resource-unknown", from: .tokenEndpoint, as: [Form("AADSTS500011")], quotation: "AADSTS500011",
      meaning: "the tenant has no service principal of the resource that scope names",
      nextStep: "compare the resource in scope, letter by letter, with the one meant, and then the tenant",
      otherCauses: ["the name of the resource is misspelt", "the request went to another tenant than the one meant"],
      document:
        "\(errorReference); MicrosoftDocs/SupportArticles-docs support/entra/entra-id/app-integration/error-code-aadsts500011-resource-principal-not-found.md"
    ),
    ServiceAnswer(
      "scope-malformed", from: .tokenEndpoint, as: [Form("AADSTS1002012")], quotation: "AADSTS1002012",
      meaning: "scope is not the resource followed by /.default, which an application without a user needs",
      nextStep:
        "write scope as the address of the resource with /.default, such as https://graph.microsoft.com/.default",
      document: errorPage(1_002_012)),
    ServiceAnswer(
      "tenant-malformed", from: .tokenEndpoint, as: [Form("AADSTS900023")], quotation: "AADSTS900023",
      meaning: "the tenant in the address is neither an id nor a domain",
      nextStep: "write the directory (tenant) id, or a domain of the tenant, into the address and into aud",
      suspects: [.check("aud", .claimMalformed), .check("aud", .claimMismatch)],
      document: "https://community.auth0.com/t/122970"),
    ServiceAnswer(
      "cloud-of-another", from: .tokenEndpoint, as: [Form("AADSTS900382", "AADSTS900432", "AADSTS90038")],
      quotation: "AADSTS900382, AADSTS900432 or AADSTS90038: the tenant or application is in another cloud",
      meaning: "the tenant or the application is in another national cloud than the host of the request",
      nextStep: "send the request to the login host of the cloud of the application, and let aud name that host",
      suspects: [.check("aud", .claimMismatch), .check("aud", .claimKnownMistake)],
      document:
        "\(errorReference); MicrosoftDocs/azure-devops-docs docs/pipelines/release/troubleshoot-workload-identity.md"),
    ServiceAnswer(
      "issue-blocked", from: .tokenEndpoint, as: [Form("AADSTS7005006")], quotation: "AADSTS7005006",
      meaning: "the issue of tokens to this application is blocked by a revocation",
      nextStep: "ask the owner of the application what was revoked; a new assertion does not help", document: revoked),
  ]

  /// The answers of the endpoint about the form of the request, and about credentials that are not
  /// assertions.
  static let request: [ServiceAnswer] = [
    ServiceAnswer(
      "credential-missing", from: .tokenEndpoint, as: [Form("AADSTS7000216", "AADSTS7000218")],
      quotation: "AADSTS7000216 or AADSTS7000218",
      meaning: "the request carries no credential: neither client_assertion nor client_secret is in it",
      nextStep:
        "look whether client_assertion and client_assertion_type are in the form body, under exactly these names",
      document: "\(errorReference); \(errorPage(7_000_216))"),
    ServiceAnswer(
      "several-credentials", from: .tokenEndpoint, as: [Form("AADSTS9002324")], quotation: "AADSTS9002324",
      meaning: "the request carries more than one credential",
      nextStep: "send client_assertion alone, without client_secret", document: errorPage(9_002_324)),
    ServiceAnswer(
      "secret-wrong", from: .tokenEndpoint, as: [Form("AADSTS7000215")], quotation: "AADSTS7000215",
      meaning: "the client secret is wrong; often its id was sent in place of its value. No assertion was looked at",
      nextStep: "send client_assertion in place of client_secret, or the value of the secret",
      document: "\(errorReference); \(errorPage(7_000_215))"),
    ServiceAnswer(
      "secret-expired", from: .tokenEndpoint, as: [Form("AADSTS7000222")], quotation: "AADSTS7000222",
      meaning: "the client secrets of the application have expired; this says nothing of its certificates",
      nextStep: "send client_assertion in place of client_secret, or make a new secret", document: errorReference),
    ServiceAnswer(
      "secret-revoked", from: .tokenEndpoint, as: [Form("AADSTS7005003")], quotation: "AADSTS7005003",
      meaning: "the client secret was revoked",
      nextStep: "send client_assertion in place of client_secret, or make a new secret, and ask why it was revoked",
      document: revoked),
    ServiceAnswer(
      "input-invalid", from: .tokenEndpoint, as: [Form("AADSTS90013")], quotation: "AADSTS90013",
      meaning: "something in the request is not valid, often a tenant or client id that is a placeholder",
      nextStep:
        "look at the address and the form body for placeholders, quotation marks and characters that are not percent-encoded",
      document: "\(errorReference); \(errorPage(90013))"),
    ServiceAnswer(
      "field-missing", from: .tokenEndpoint, as: [Form("AADSTS90014", "AADSTS900144")],
      quotation: "AADSTS90014 or AADSTS900144", meaning: "a field that must be there is missing; the answer names it",
      nextStep: "add the field that the answer names to the form body, percent-encoded",
      document: "\(errorReference); \(errorPage(90014))"),
    ServiceAnswer(
      "tls-certificate-missing", from: .tokenEndpoint, as: [Form("AADSTS392200")], quotation: "AADSTS392200",
      meaning: "the endpoint wants the certificate in the TLS connection, and none came: it is a host for mutual TLS",
      nextStep: "send the assertion to the login host of the cloud, or let the TLS connection present the certificate",
      document: mutualTLS),
    ServiceAnswer(
      "tls-certificate-of-another", from: .tokenEndpoint, as: [Form("AADSTS500181")], quotation: "AADSTS500181",
      meaning: "the certificate of the TLS connection is not the one in the assertion",
      nextStep: "use the same certificate for the connection and for the assertion", document: mutualTLS),
    ServiceAnswer(
      "tls-certificate-expired", from: .tokenEndpoint, as: [Form("AADSTS392204")], quotation: "AADSTS392204",
      meaning: "the certificate of the TLS connection has expired",
      nextStep: "connect with a certificate that is valid now", document: mutualTLS),
  ]

  private static let workloadIdentity =
    "MicrosoftDocs/azure-devops-docs docs/pipelines/release/troubleshoot-workload-identity.md"

  /// The answers about workload identity federation, in which the assertion is the token of another
  /// issuer.
  static let federation: [ServiceAnswer] = [
    ServiceAnswer(
      "federation-no-match", from: .tokenEndpoint, as: [Form("AADSTS70021")], quotation: "AADSTS70021",
      meaning:
        "no federated identity credential of the application matches issuer, subject and audience of the token; the service looked for federation, not for a certificate",
      nextStep:
        "compare issuer, subject and audience in the answer with the federated credential, or send an assertion whose iss is the client id",
      suspects: [.check("iss"), .check("sub"), .check("aud")],
      document: "\(workloadIdentity); Azure/azure-workload-identity docs/book/src/troubleshooting.md"),
    ServiceAnswer(
      "federation-issuer", from: .tokenEndpoint, as: [Form("AADSTS700211")], quotation: "AADSTS700211",
      meaning: "no federated identity credential of the application has the issuer of the token",
      nextStep:
        "compare iss, letter by letter and with its slashes, with the issuer of the federated credential; for a certificate, write the client id into iss",
      suspects: [.check("iss")], document: workloadIdentity),
    ServiceAnswer(
      "federation-audience", from: .tokenEndpoint, as: [Form("AADSTS700212")], quotation: "AADSTS700212",
      meaning: "no federated identity credential of the application has the audience of the token",
      nextStep:
        "compare aud with the audience of the federated credential, usually api://AzureADTokenExchange or that of its cloud",
      suspects: [.check("aud")],
      document: "a complete answer in public test data; Azure/login issue 360 names what must match"),
    ServiceAnswer(
      "federation-subject", from: .tokenEndpoint, as: [Form("AADSTS700213", "AADSTS7002137")],
      quotation: "AADSTS700213 or AADSTS7002137",
      meaning:
        "no federated identity credential of the application has the subject of the token; the answer may name the subject that it should have",
      nextStep: "compare sub, letter by letter, with the subject of the federated credential",
      suspects: [.check("sub")], document: "\(workloadIdentity); microsoft/Agents issue 202"),
    ServiceAnswer(
      "federation-subject-case", from: .tokenEndpoint, as: [Form("AADSTS7002138")], quotation: "AADSTS7002138",
      meaning:
        "the subject of the token differs from that of the federated credential in capital and small letters alone",
      nextStep: "write the subject of the federated credential with the same capital and small letters as sub",
      suspects: [.check("sub")],
      document:
        "https://learn.microsoft.com/en-us/entra/identity-platform/reference-breaking-changes, as Azure/login issues 515 and 517 cite it"
    ),
    ServiceAnswer(
      "federation-missing", from: .tokenEndpoint, as: [Form("AADSTS70025")], quotation: "AADSTS70025",
      meaning: "the application has no federated identity credential at all",
      nextStep: "add a federated credential to the application, or sign with a registered certificate",
      document: workloadIdentity),
    ServiceAnswer(
      "federation-forbidden", from: .tokenEndpoint, as: [Form("AADSTS700223", "AADSTS700238")],
      quotation: "AADSTS700223 or AADSTS700238",
      meaning: "the tenant forbids workload identity federation, or federation with this issuer",
      nextStep: "ask the administrator of the tenant to allow the issuer", document: workloadIdentity),
    ServiceAnswer(
      "federation-of-several-tenants", from: .tokenEndpoint, as: [Form("AADSTS70052")], quotation: "AADSTS70052",
      meaning: "federation with this issuer takes only managed identities and applications of one tenant",
      nextStep: "use an application that is registered for one tenant", document: workloadIdentity),
    ServiceAnswer(
      "federation-revoked", from: .tokenEndpoint, as: [Form("AADSTS7005005")], quotation: "AADSTS7005005",
      meaning: "the federated identity credential of the application was revoked",
      nextStep:
        "have the owner of the application add a new federated credential, or sign with a registered certificate",
      document: revoked),
  ]
}
