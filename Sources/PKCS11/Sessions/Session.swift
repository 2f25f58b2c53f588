import CP11Kit
import Signing
import Synchronization
import System

/// One open session (PKCS #11 2.40, section 5.6), for one thread at a time; closed when its only owner releases
/// it, if not before.
final class Session: Sendable {
  let module: Module
  let handle: CK_SESSION_HANDLE
  /// The connection to the token, counted by its pool, that it belongs to.
  let generation: Int
  private let isClosed = Atomic(false)

  init(
    with slotID: CK_SLOT_ID, in module: Module, flags: SessionFlags, generation: Int
  ) throws(DeviceError) {
    var handle: CK_SESSION_HANDLE = 0
    try unsafe module.call("C_OpenSession") {
      unsafe $0.pointee.C_OpenSession?(slotID, flags.rawValue, nil, nil, &handle)
    }
    self.module = module
    self.handle = handle
    self.generation = generation
  }

  deinit { close() }

  /// Makes room for another session; it is not to be used after this.
  func close() {
    if isClosed.exchange(true, ordering: .relaxed) { return }
    // A session that is gone already cannot be closed, and nothing depends on that.
    try? unsafe module.call("C_CloseSession") { unsafe $0.pointee.C_CloseSession?(handle) }
  }

  /// True if the token takes this process for the user. A login belongs to process and token, not to the session.
  func isLoggedIn() throws(DeviceError) -> Bool {
    var info = CK_SESSION_INFO()
    try unsafe module.call("C_GetSessionInfo") { unsafe $0.pointee.C_GetSessionInfo?(handle, &info) }
    return info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS
  }

  /// The same; false also if the module does not have the function.
  func tellsOfLogin() throws(DeviceError) -> Bool {
    do throws(DeviceError) {
      return try isLoggedIn()
    } catch  where error.returnValue.rawValue == CKR_FUNCTION_NOT_SUPPORTED {
      return false
    }
  }

  /// Gives the PIN once. With nil the token's own keypad asks for it, which waits for a person.
  func login(as user: CK_USER_TYPE, with pin: PIN?) throws(DeviceError) {
    guard let pin else {
      try unsafe module.call("C_Login", waitsForPerson: true) { unsafe $0.pointee.C_Login?(handle, user, nil, 0) }
      return
    }
    try pin.bytes.withBytes { (bytes) throws(DeviceError) in
      try unsafe module.call("C_Login") { functions in
        unsafe bytes.withUnsafeBufferPointer { bytes in
          // The standard's parameter is not const, but a module must not write to it.
          unsafe functions.pointee.C_Login?(
            handle, user, UnsafeMutablePointer(mutating: bytes.baseAddress), CK_ULONG(bytes.count))
        }
      }
    }
  }
}

/// What a session may do: the flags that open it (PKCS #11 2.40, section 3.3).
struct SessionFlags: Sendable, Hashable {
  let rawValue: CK_FLAGS

  /// For a session that only reads, which is enough to look around, to log in and to sign.
  static let reading = SessionFlags(rawValue: CKF_SERIAL_SESSION)
  /// For a session that also makes and removes objects on the token.
  static let writing = SessionFlags(rawValue: CKF_SERIAL_SESSION | CKF_RW_SESSION)
}

/// The sessions with one token: one for each thread that wants one, up to the token's own limit.
///
/// One stays open while the pool exists, because the login ends with the last one.
final class SessionPool: Sendable {
  private struct State {
    var slotID: CK_SLOT_ID
    var idle: [Session] = []
    /// A session that is not lent any more, kept open for the login until there is another.
    var spent: [Session] = []
    /// Including those that are lent.
    var openCount = 0
    var limit: Int?
    var generation = 0
  }

  private enum Turn {
    case use(Session)
    /// A spent session is closed to make room.
    case open(CK_SLOT_ID, generation: Int, closing: Session?)
  }

  private let module: Module
  private let flags: SessionFlags
  private let state: Monitor<State>

  init(_ token: Token, flags: SessionFlags) {
    module = token.module
    self.flags = flags
    state = Monitor(State(slotID: token.slotID, limit: token.info.sessionLimit))
  }

  /// Goes up by one with each new connection after a loss. Handles of objects must then be found again.
  var generation: Int { state.withLock { $0.generation } }

  /// Lends a session; waits for one if the token allows no more.
  func withSession<Result>(_ body: (Session) throws(DeviceError) -> Result) throws(DeviceError) -> Result {
    let session = try session()
    do throws(DeviceError) {
      let result = try body(session)
      giveBack(session)
      return result
    } catch {
      if error.spoilsSession { state.withLock { $0.spent.append(session) } } else { giveBack(session) }
      throw error
    }
  }

  /// Opens the first session of a new connection, lets `body` prepare it, and then closes all older ones.
  func reconnect(to slotID: CK_SLOT_ID, _ body: (Session) throws(DeviceError) -> Void) throws(DeviceError) {
    let generation = generation + 1
    let session: Session
    do throws(DeviceError) {
      session = try Session(with: slotID, in: module, flags: flags, generation: generation)
    } catch  where error.returnValue.rawValue == CKR_SESSION_COUNT {
      _ = takeUnused()
      session = try Session(with: slotID, in: module, flags: flags, generation: generation)
    }
    try body(session)
    // They are closed after the lock is released.
    let unused = takeUnused()
    state.withLock { state in
      state.slotID = slotID
      state.generation = generation
      state.openCount += 1
      state.idle.append(session)
    }
    withExtendedLifetime(unused) {}
  }

  private func takeUnused() -> [Session] {
    state.withLock { state in
      let unused = state.idle + state.spent
      state.openCount -= unused.count
      state.idle = []
      state.spent = []
      return unused
    }
  }

  private func session() throws(DeviceError) -> Session {
    while true {
      switch state.wait(for: Self.turn) {
      case .use(let session): return session
      case .open(let slotID, let generation, let spent):
        spent?.close()
        do throws(DeviceError) {
          return try Session(with: slotID, in: module, flags: flags, generation: generation)
        } catch {
          let waits = state.withLock { state in
            state.openCount -= 1
            // Other programs have sessions with the token too. The ones that we have must do, if there are any.
            guard error.returnValue.rawValue == CKR_SESSION_COUNT, state.openCount > 0 else { return false }
            state.limit = state.openCount
            return true
          }
          if !waits { throw error }
        }
      }
    }
  }

  /// Nil if there is nothing to do but wait.
  private static func turn(_ state: inout State) -> Turn? {
    if let session = state.idle.popLast() { return .use(session) }
    guard let limit = state.limit, state.openCount >= max(limit, 1) else {
      state.openCount += 1
      return .open(state.slotID, generation: state.generation, closing: nil)
    }
    return state.spent.popLast().map { .open(state.slotID, generation: state.generation, closing: $0) }
  }

  private func giveBack(_ session: Session) {
    state.withLock { state in
      if session.generation == state.generation { state.idle.append(session) } else { state.openCount -= 1 }
    }
  }
}
