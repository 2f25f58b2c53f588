public import Messages
import Signing

/// The profile documents that come with the library: issuers whose documented limits a profile can check.
public enum BuiltInProfiles {
  /// In alphabetical order.
  public static let names = documents.map(\.name)

  /// The document of this name; throws `unknown-profile` with the available names.
  public static func document(named name: String) throws(ProfileError) -> ProfileDocument {
    guard let entry = documents.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
      throw ProfileError(
        .unknownProfile, "there is no profile \(naming: name)",
        hint: "built in: \(names.joined(separator: ", ")); or give a profile file")
    }
    return try ProfileDocument(Array(entry.text.utf8).span)
  }

  private static let documents: [(name: String, text: String)] = [
    (
      "auth0",
      """
      {
        "keyroll-profile": 1, "id": "auth0", "title": "Auth0 private key client assertion",
        "typ": {"value": "JWT", "presence": "optional"},
        "algorithms": ["RS256", "RS384", "PS256"], "key-hints": [],
        "parameters": {
          "client-id": {"about": "the client id of the application"},
          "domain": {"about": "the tenant's domain, such as example.eu.auth0.com", "form": "host-name"}
        },
        "claims": {
          "iss": "{client-id}", "sub": "{client-id}", "aud": "https://{domain}/",
          "jti": {"generated": true}
        },
        "time": {"lifetime": "60s", "maximum": "300s", "measured-from": "iat", "iat": "required"}
      }
      """
    ),
    (
      "box",
      """
      {
        "keyroll-profile": 1, "id": "box", "title": "Box server authentication",
        "typ": {"value": "JWT", "presence": "optional"},
        "algorithms": ["RS256", "RS384", "RS512"], "key-hints": ["kid"],
        "parameters": {
          "client-id": {"about": "the client id of the application"},
          "subject": {"about": "the enterprise or user id"},
          "subject-type": {"about": "whose id the subject is", "one-of": ["enterprise", "user"], "default": "enterprise"}
        },
        "claims": {
          "iss": "{client-id}", "sub": "{subject}", "box_sub_type": "{subject-type}",
          "aud": "https://api.box.com/oauth2/token", "jti": {"generated": true, "form": "16-to-128-characters"}
        },
        "time": {"lifetime": "45s", "maximum": "60s", "measured-from": "now", "iat": "optional"}
      }
      """
    ),
    (
      "github-app",
      """
      {
        "keyroll-profile": 1, "id": "github-app", "title": "GitHub App authentication",
        "typ": {"value": "JWT", "presence": "optional"},
        "algorithms": ["RS256"],
        "parameters": {"client-id": {"about": "the client id of the GitHub App, or its app id"}},
        "claims": {"iss": {"value": "{client-id}", "number-allowed": true}},
        "time": {
          "lifetime": "9m", "maximum": "10m", "measured-from": "now", "iat": "required", "iat-backdate": "60s", "nbf": "optional"
        }
      }
      """
    ),
    (
      "google-service-account",
      """
      {
        "keyroll-profile": 1, "id": "google-service-account", "title": "Google service account authorisation",
        "typ": {"value": "JWT", "presence": "optional"},
        "algorithms": ["RS256"],
        "parameters": {
          "email": {"about": "the e-mail address of the service account"},
          "scope": {"about": "the scopes, separated by spaces"},
          "user": {"about": "the user to act for", "optional": true}
        },
        "claims": {
          "iss": "{email}", "sub": {"value": "{user}", "presence": "optional"}, "scope": "{scope}",
          "aud": {"values": ["https://oauth2.googleapis.com/token", "https://accounts.google.com/o/oauth2/token"]}
        },
        "time": {"lifetime": "1h", "maximum": "1h", "measured-from": "iat", "iat": "required"}
      }
      """
    ),
    (
      "keycloak",
      """
      {
        "keyroll-profile": 1, "id": "keycloak", "title": "Keycloak signed client assertion",
        "typ": {"value": "JWT", "presence": "optional"},
        "algorithms": ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"], "key-hints": ["kid"],
        "required-key-hints": ["kid"],
        "parameters": {
          "client-id": {"about": "the client id"},
          "audience": {"about": "the realm's issuer or its token endpoint", "form": "https-address"}
        },
        "claims": {
          "iss": "{client-id}", "sub": "{client-id}", "aud": "{audience}", "jti": {"generated": true}
        },
        "time": {"lifetime": "60s", "maximum": "300s", "measured-from": "iat", "iat": "required"}
      }
      """
    ),
    (
      "okta",
      """
      {
        "keyroll-profile": 1, "id": "okta", "title": "Okta private key client assertion",
        "typ": {"value": "JWT", "presence": "optional"},
        "algorithms": ["RS256", "RS384", "RS512"], "key-hints": ["kid"], "required-key-hints": ["kid"],
        "parameters": {
          "client-id": {"about": "the client id of the application"},
          "token-endpoint": {"about": "the address the assertion is posted to", "form": "https-address"}
        },
        "claims": {
          "iss": "{client-id}", "sub": "{client-id}", "aud": "{token-endpoint}", "jti": {"generated": true}
        },
        "time": {"lifetime": "5m", "maximum": "1h", "measured-from": "iat", "iat": "required"}
      }
      """
    ),
    (
      "snowflake",
      """
      {
        "keyroll-profile": 1, "id": "snowflake", "title": "Snowflake key pair authentication",
        "typ": {"value": "JWT", "presence": "optional"},
        "algorithms": ["RS256"],
        "parameters": {
          "account": {"about": "the account identifier, in upper case", "form": "upper-case"},
          "user": {"about": "the user name, in upper case", "form": "upper-case"}
        },
        "claims": {
          "iss": "{account}.{user}.SHA256:{public-key-sha256}", "sub": "{account}.{user}"
        },
        "time": {"lifetime": "59m", "maximum": "1h", "measured-from": "iat", "iat": "required"}
      }
      """
    ),
  ]
}
