internal import CP11Kit

extension Inventory.PINState {
  init(_ info: TokenInfo) {
    self =
      if !info.has(CKF_LOGIN_REQUIRED) {
        .notNeeded
      } else if info.has(CKF_USER_PIN_LOCKED) {
        .locked
      } else if !info.has(CKF_USER_PIN_INITIALIZED) {
        .notInitialized
      } else if info.has(CKF_USER_PIN_FINAL_TRY) {
        .finalTry
      } else if info.has(CKF_USER_PIN_COUNT_LOW) {
        .countLow
      } else {
        .ready
      }
  }
}
