internal import CP11Kit

/// The sessions with one token: as many as there are threads that want one, up to the token's own limit.
///
/// One stays open for as long as the pool lives, and the login with it.
final class SessionPool: Sendable {
  private struct State {
    var slotID: CK_SLOT_ID
    var idle: [Session] = []
    var openCount = 0
    var limit: Int?
    var generation = 0
  }

  private enum Turn {
    case use(Session)
    case open(CK_SLOT_ID, generation: Int)
  }

  private let module: Module
  private let state: Monitor<State>

  init(_ token: Token) {
    module = token.module
    state = Monitor(State(slotID: token.slotID, limit: token.info.sessionLimit))
  }

  /// Rises when the connection was lost and made anew: handles of objects are then to be found again.
  var generation: Int { state.withLock { $0.generation } }

  /// Lends a session; waits for one when the token allows no more. A session that failed is not lent again.
  func withSession<Result>(_ body: (Session) throws(DeviceError) -> Result) throws(DeviceError) -> Result {
    let session = try session()
    do throws(DeviceError) {
      let result = try body(session)
      giveBack(session)
      return result
    } catch {
      // An operation may still be active in it.
      state.withLock { $0.openCount -= 1 }
      throw error
    }
  }

  /// Opens the first session of a new connection, lets `body` prepare it, and drops all older ones.
  func reconnect(to slotID: CK_SLOT_ID, _ body: (Session) throws(DeviceError) -> Void) throws(DeviceError) {
    let generation = state.withLock { state in
      state.openCount -= state.idle.count
      state.idle = []
      state.slotID = slotID
      state.generation += 1
      state.openCount += 1
      return state.generation
    }
    do throws(DeviceError) {
      let session = try Session(with: slotID, in: module, generation: generation)
      try body(session)
      giveBack(session)
    } catch {
      state.withLock { $0.openCount -= 1 }
      throw error
    }
  }

  private func session() throws(DeviceError) -> Session {
    while true {
      let turn = state.wait { state -> Turn? in
        if let session = state.idle.popLast() { return .use(session) }
        if let limit = state.limit, state.openCount >= max(limit, 1) { return nil }
        state.openCount += 1
        return .open(state.slotID, generation: state.generation)
      }
      switch turn {
      case .use(let session): return session
      case .open(let slotID, let generation):
        do throws(DeviceError) {
          return try Session(with: slotID, in: module, generation: generation)
        } catch {
          let waits = state.withLock { state in
            state.openCount -= 1
            // Others hold sessions of the token too: what we have is all there is, if it is any.
            guard error.returnValue.rawValue == CKR_SESSION_COUNT, state.openCount > 0 else { return false }
            state.limit = state.openCount
            return true
          }
          if !waits { throw error }
        }
      }
    }
  }

  private func giveBack(_ session: Session) {
    state.withLock { state in
      if session.generation == state.generation { state.idle.append(session) } else { state.openCount -= 1 }
    }
  }
}
