import CP11Kit
import System

/// Looks for tokens in all slots of some modules.
struct TokenSearch {
  private(set) var tokens: [Token] = []
  /// Matching tokens that do not seem to be initialised.
  private var blankTokens: [Token] = []
  /// What went wrong with a module or a slot that could not be examined.
  private(set) var failures: [DeviceError] = []
  /// What is wrong with modules that could not be started at all.
  private(set) var moduleFailures: [String]

  /// Finds the tokens that match. Those that are not initialised count only if there is no other.
  init(_ modules: ModuleSet, matching matcher: URIMatcher?) {
    moduleFailures = modules.failures
    for module in modules.modules { look(into: module, matcher) }
    if tokens.isEmpty, matcher != nil { tokens = blankTokens }
    for index in tokens.indices {
      let (module, info) = (tokens[index].module, tokens[index].info)
      let isTwin = tokens.count { $0.module === module && $0.info.isSameToken(as: info) } > 1
      tokens[index].isToldBySlot = isTwin || matcher?.namesSlot ?? false
    }
  }

  private mutating func look(into module: Module, _ matcher: URIMatcher?) {
    do throws(DeviceError) {
      if let matcher, matcher.comparesModules {
        var info = CK_INFO()
        try unsafe module.call("C_GetInfo") { unsafe $0.pointee.C_GetInfo?(&info) }
        guard matcher.matches(info) else { return }
      }
      let slots = try unsafe CountedList.read { (buffer, count) throws(DeviceError) in
        try unsafe module.call("C_GetSlotList") { unsafe $0.pointee.C_GetSlotList?(CK_BBOOL(CK_TRUE), buffer, count) }
      }
      for slot in slots { look(into: slot, of: module, matcher) }
    } catch {
      failures.append(error)
    }
  }

  private mutating func look(into slotID: CK_SLOT_ID, of module: Module, _ matcher: URIMatcher?) {
    do throws(DeviceError) {
      if let matcher, !matcher.matches(slotID) { return }
      if let matcher, matcher.comparesSlots {
        var info = CK_SLOT_INFO()
        try unsafe module.call("C_GetSlotInfo") { unsafe $0.pointee.C_GetSlotInfo?(slotID, &info) }
        guard matcher.matches(info) else { return }
      }
      let raw = try Token.info(of: slotID, in: module)
      if let matcher, !matcher.matches(raw) { return }
      let info = TokenInfo(raw)
      // Some modules never set the flag, but a token with a label has been initialised.
      let isInitialized = info.has(CKF_TOKEN_INITIALIZED) || !info.label.bytes.isEmpty
      let token = Token(module: module, slotID: slotID, info: info)
      if isInitialized { tokens.append(token) } else { blankTokens.append(token) }
    } catch {
      // Removed since the slots were listed.
      if error.returnValue.rawValue != CKR_TOKEN_NOT_PRESENT { failures.append(error) }
    }
  }
}

/// How often to look again for something that a token does not show, and how long to wait in between.
///
/// Modules that keep tokens in files may miss one, or fail, while other processes use it. Random delays keep the
/// waiting processes from colliding again. Nothing with a consequence, such as a login or a signature, is ever
/// repeated.
enum Patience {
  /// In microseconds, one for each further look; together less than two seconds.
  static let delays: [ClosedRange<UInt32>] = [
    30_000...100_000, 60_000...200_000, 120_000...400_000, 250_000...600_000, 250_000...600_000,
  ]

  static func wait(_ delay: ClosedRange<UInt32>) { SystemClock.pause(microseconds: delay) }

  /// Reads again if the module failed without a reason.
  static func read<Result>(_ body: () throws(DeviceError) -> Result) throws(DeviceError) -> Result {
    for delay in delays {
      do throws(DeviceError) {
        return try body()
      } catch {
        guard [CKR_GENERAL_ERROR, CKR_FUNCTION_FAILED].contains(error.returnValue.rawValue) else { throw error }
        wait(delay)
      }
    }
    return try body()
  }
}

/// Lists that take two calls: one for the length, and one for the contents (PKCS #11 2.40, section 5.2).
enum CountedList {
  /// The list may have grown in between. After some rounds it counts as one that always does.
  private static let mostRounds = 4
  /// More than any token has, and a limit for the claims of a broken module.
  private static let mostElements: CK_ULONG = 1 << 16

  static func read(
    _ body: (UnsafeMutablePointer<CK_ULONG>?, UnsafeMutablePointer<CK_ULONG>) throws(DeviceError) -> Void
  ) throws(DeviceError) -> [CK_ULONG] {
    var round = 1
    while true {
      var count: CK_ULONG = 0
      try unsafe body(nil, &count)
      count = min(count, mostElements)
      var elements = [CK_ULONG](repeating: 0, count: Int(count))
      if elements.isEmpty { return [] }
      do throws(DeviceError) {
        try unsafe body(&elements, &count)
        return Array(elements.prefix(Int(clamping: count)))
      } catch {
        if error.returnValue.rawValue != CKR_BUFFER_TOO_SMALL || round == mostRounds { throw error }
      }
      round += 1
    }
  }
}
