internal import CP11Kit

/// Lists that are asked for twice: for their length, then for what they hold (PKCS #11 2.40, section 5.2).
enum CountedList {
  /// The list may have grown in between; after some rounds it is taken for one that always does.
  private static let mostRounds = 4
  /// More than any token has, and a bound for what a broken module claims.
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
