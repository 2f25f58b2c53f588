import FuzzTargets
import Glibc

/// The function that libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  do { try CommandLineChoice.target.run(input) } catch {
    CommandLineChoice.print("\(CommandLineChoice.target): \(error)", to: STDERR_FILENO)
    // libFuzzer takes it for the crash that it looks for.
    abort()
  }
  return 0
}
