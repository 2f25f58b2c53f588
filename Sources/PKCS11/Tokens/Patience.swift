internal import CP11Kit
internal import Glibc

/// How often what a token does not show is looked at again, and how long in between.
///
/// Modules that keep tokens in files may miss one, or fail, while other processes use it. Random delays keep those that
/// wait from meeting again. Nothing that counts, such as a login or a signature, is ever done again.
enum Patience {
  /// In microseconds, one for each further look; together less than two seconds.
  static let delays: [ClosedRange<UInt32>] = [
    30_000...100_000, 60_000...200_000, 120_000...400_000, 250_000...600_000, 250_000...600_000,
  ]

  static func wait(_ delay: ClosedRange<UInt32>) { usleep(.random(in: delay)) }

  /// Reads again where the module failed without a reason.
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
