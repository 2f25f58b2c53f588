import Foundation

/// The SoftHSM tokens that every test of this process may use, or copy where it changes them: a login does.
public enum SharedToken {
  /// Makes them at the first use, and tells SoftHSM where they are: it has no other way than the environment.
  public static func softHSM() throws -> ThrowawayToken { try made.get() }

  private static let made: Result<ThrowawayToken, any Error> = Result {
    let token = try ThrowawayToken(.softHSM)
    unsafe setenv("SOFTHSM2_CONF", token.path("softhsm2.conf"), 1)
    atexit { SharedToken.remove() }
    return token
  }

  /// Nothing ever lets go of what is static.
  private static func remove() {
    if case .success(let token) = made { token.remove() }
  }
}
