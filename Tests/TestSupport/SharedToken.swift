import Foundation

/// The SoftHSM tokens that every test of this process may use, or copy if it changes them, as a login does.
public enum SharedToken {
  /// Makes them at the first use, and names them to SoftHSM in the environment, which is the only way.
  public static func softHSM() throws -> ThrowawayToken { try made.get() }

  private static let made: Result<ThrowawayToken, any Error> = Result {
    let token = try ThrowawayToken(.softHSM)
    unsafe setenv("SOFTHSM2_CONF", token.path("softhsm2.conf"), 1)
    atexit { SharedToken.remove() }
    return token
  }

  /// Static values are never released.
  private static func remove() {
    if case .success(let token) = made { token.remove() }
  }
}
