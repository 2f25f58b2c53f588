internal import Synchronization
internal import CP11Kit
import Messages
internal import Signing

/// The sessions with one token and the one login of this process, shared by all of its keys.
final class TokenConnection: Sendable {
  private enum Login {
    case none
    /// Nil for a PIN that was typed at the token.
    case done(PIN?)
    /// The PIN was right once and is not any more: it is never given again.
    case refused(DeviceError)
  }

  private struct State {
    var token: Token
    var isLost = false
    var login = Login.none
    /// PINs that were tried before there was a login.
    var refusedPIN: (pin: PIN, error: DeviceError)?
  }

  // The source of the module stays loaded until the last key is gone.
  private let modules: ModuleSet
  let module: Module
  let pool: SessionPool
  private let policy: PINPolicy
  // Held during logins and reconnections, so that there is never more than one of them.
  private let state: Mutex<State>

  init(_ token: Token, of modules: ModuleSet, policy: PINPolicy) {
    self.modules = modules
    self.policy = policy
    module = token.module
    pool = SessionPool(token, flags: .reading)
    state = Mutex(State(token: token))
  }

  var token: Token { state.withLock { $0.token } }

  // MARK: Login

  /// True if this connection has logged in, even if a later login was refused.
  var hasLoggedIn: Bool {
    state.withLock { state in
      if case .none = state.login { return false }
      return true
    }
  }

  /// Logs in: one try, with the PIN from `ask` or at the token's own keypad.
  ///
  /// If this process has logged in already, the PIN must be the same one, and the token is not asked again. A PIN that
  /// the token has refused is never given to it again. Returns notes for the person, or nil if `ask` has no PIN. Throws
  /// `pin-locked`, `final-pin-try`, `wrong-pin`, `login-unproven` or `device-failed`, and what `ask` throws.
  func login(_ ask: (TokenInfo) throws(KeyError) -> PIN?) throws(KeyError) -> [String]? {
    try state.withLock { state throws(KeyError) in
      let slotID = state.token.slotID
      let info = try KeyError.passing { () throws(DeviceError) in
        try Patience.read { () throws(DeviceError) in TokenInfo(try Token.info(of: slotID, in: module)) }
      }
      let asksItself = info.has(CKF_PROTECTED_AUTHENTICATION_PATH)
      switch state.login {
      case .refused(let error): throw error.keyError
      case .done(let known):
        if asksItself { return [] }
        guard let pin = try ask(info) else { return nil }
        if let known, known.equals(pin) { return [] }
        throw KeyError(
          .wrongPIN, "the PIN for \(info.summary) is not the one that this run has logged in with",
          hint: "check the PIN before you run again")
      case .none: break
      }
      try policy.check(info)
      var pin: PIN?
      if !asksItself {
        pin = try ask(info)
        guard let pin else { return nil }
        try policy.check(pin, for: info)
        if let (refused, error) = state.refusedPIN, refused.equals(pin) { throw error.keyError }
      }
      do throws(DeviceError) {
        try pool.withSession { (session) throws(DeviceError) in
          // A person at a keypad takes their time, so not then.
          try ModuleTurn.take(pin == nil ? nil : module.path) { () throws(DeviceError) in
            try session.login(as: CK_USER_TYPE(CKU_USER), with: pin)
          }
        }
      } catch {
        if error.isRefusalOfPIN, let pin { state.refusedPIN = (pin, error) }
        throw error.keyError
      }
      state.login = .done(pin)
      return PINPolicy.note(info).map { [$0] } ?? []
    }
  }

  /// Gives the same PIN again for one use of a key that wants it each time (`CKA_ALWAYS_AUTHENTICATE`).
  ///
  /// One thread at a time: after a refused PIN no thread tries again.
  func confirm(_ session: Session) throws(DeviceError) {
    try state.withLock { state throws(DeviceError) in
      let pin: PIN?
      switch state.login {
      case .refused(let error): throw error
      case .done(let known): pin = known
      case .none where state.token.info.has(CKF_PROTECTED_AUTHENTICATION_PATH): pin = nil
      case .none: throw deviceError("C_Login", CKR_USER_NOT_LOGGED_IN)
      }
      do throws(DeviceError) {
        try session.login(as: CK_USER_TYPE(CKU_CONTEXT_SPECIFIC), with: pin)
      } catch {
        if error.isRefusalOfPIN { state.login = .refused(error) }
        throw error
      }
    }
  }

  // MARK: Writing

  /// Opens a session that can write, beside those of the pool. The login is the same, because it belongs to the token.
  func openWritingSession() throws(DeviceError) -> Session {
    try Session(with: token.slotID, in: module, flags: .writing, generation: pool.generation)
  }

  // MARK: Recovery

  /// Reports an error after which the session cannot be used.
  func lose() { state.withLock { $0.isLost = true } }

  /// Connects again after a loss, once: it finds the same token, opens a session, and logs in only if the token has
  /// forgotten the login.
  func recover() throws(DeviceError) {
    try state.withLock { state throws(DeviceError) in
      guard state.isLost else { return }
      if case .refused(let error) = state.login { throw error }
      state.token = try sameToken(as: state.token)
      let (login, info) = (state.login, state.token.info)
      var refusal: DeviceError?
      defer { if let refusal { state.login = .refused(refusal) } }
      try pool.reconnect(to: state.token.slotID) { (session) throws(DeviceError) in
        guard case .done(let pin) = login, try !session.isLoggedIn() else { return }
        do throws(KeyError) {
          try policy.check(info)
        } catch {
          throw deviceError("C_Login", error.code == .pinLocked ? CKR_PIN_LOCKED : CKR_USER_NOT_LOGGED_IN)
        }
        do throws(DeviceError) {
          try session.login(as: CK_USER_TYPE(CKU_USER), with: pin)
        } catch {
          if error.isRefusalOfPIN { refusal = error }
          throw error
        }
      }
      state.isLost = false
    }
  }

  /// The token with the same label and serial number: in the same slot, or otherwise in the only other slot that has
  /// such a token.
  private func sameToken(as token: Token) throws(DeviceError) -> Token {
    let search = TokenSearch(modules, matching: nil)
    if let found = search.tokens.first(where: { $0.isSame(as: token) }) { return found }
    let moved = search.tokens.filter { $0.module === module && $0.info.isSameToken(as: token.info) }
    if moved.count == 1, let found = moved.first { return found }
    throw search.failures.first ?? deviceError("C_GetSlotList", CKR_TOKEN_NOT_PRESENT)
  }

  private func deviceError(_ function: String, _ value: CK_RV) -> DeviceError {
    DeviceError(function: function, returnValue: ReturnValue(rawValue: value), module: module.name)
  }
}
