internal import CP11Kit

/// Looks for tokens in all slots of some modules.
struct TokenSearch {
  private(set) var tokens: [Token] = []
  /// What went wrong with a module or a slot that could not be looked into.
  private(set) var failures: [DeviceError]

  /// Finds the tokens that match, and that somebody has initialised.
  init(_ modules: ModuleSet, matching matcher: URIMatcher?) {
    failures = modules.failures
    for module in modules.modules { look(into: module, matcher) }
  }

  private mutating func look(into module: Module, _ matcher: URIMatcher?) {
    do throws(DeviceError) {
      if let matcher {
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
      if let matcher {
        var info = CK_SLOT_INFO()
        try unsafe module.call("C_GetSlotInfo") { unsafe $0.pointee.C_GetSlotInfo?(slotID, &info) }
        guard matcher.matches(info, id: slotID) else { return }
      }
      let raw = try Token.info(of: slotID, in: module)
      if let matcher, !matcher.matches(raw) { return }
      let info = TokenInfo(raw)
      if info.has(CKF_TOKEN_INITIALIZED) { tokens.append(Token(module: module, slotID: slotID, info: info)) }
    } catch {
      // Taken out since the slots were listed.
      if error.returnValue.rawValue != CKR_TOKEN_NOT_PRESENT { failures.append(error) }
    }
  }
}
