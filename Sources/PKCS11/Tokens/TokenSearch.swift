internal import CP11Kit

/// Looks for tokens in all slots of some modules.
struct TokenSearch {
  private(set) var tokens: [Token] = []
  /// Matching tokens that nobody seems to have initialised.
  private var blankTokens: [Token] = []
  /// What went wrong with a module or a slot that could not be looked into.
  private(set) var failures: [DeviceError] = []
  /// What is wrong with modules that could not be started at all.
  private(set) var moduleFailures: [String]

  /// Finds the tokens that match; those that nobody has initialised only where there is no other.
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
      // Some modules never set the flag, and a token has its label from whoever initialised it.
      let isInitialized = info.has(CKF_TOKEN_INITIALIZED) || !info.label.bytes.isEmpty
      let token = Token(module: module, slotID: slotID, info: info)
      if isInitialized { tokens.append(token) } else { blankTokens.append(token) }
    } catch {
      // Taken out since the slots were listed.
      if error.returnValue.rawValue != CKR_TOKEN_NOT_PRESENT { failures.append(error) }
    }
  }
}
