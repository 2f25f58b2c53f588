import FuzzTargets
import Glibc

/// The options that libFuzzer skips because they begin with two hyphens: `--target=NAME`, `--seeds=FOLDER`, `--list`.
enum CommandLineChoice {
  static let target: FuzzTarget = {
    guard let name = value(of: "--target"), let target = FuzzTarget.named(name) else {
      print(
        "fuzzer: error: --target=NAME must name one of \(FuzzTarget.all.map(\.name).joined(separator: ", "))", to: 2)
      exit(64)
    }
    return target
  }()

  static func value(of name: String) -> String? {
    CommandLine.arguments.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.utf8.count + 1)) }
  }

  static func print(_ line: String, to descriptor: Int32) {
    let bytes = Array("\(line)\n".utf8)
    _ = unsafe write(descriptor, bytes, bytes.count)
  }
}

/// The function that libFuzzer calls first, with its own arguments.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutablePointer<CInt>?,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?
) -> CInt {
  if CommandLine.arguments.contains("--list") {
    for target in FuzzTarget.all { CommandLineChoice.print("\(target.name)\t\(target.summary)", to: STDOUT_FILENO) }
    exit(0)
  }
  guard let folder = CommandLineChoice.value(of: "--seeds") else { return 0 }
  do {
    for (number, seed) in try CommandLineChoice.target.seeds().enumerated() where isQuick(seed) {
      let file = unsafe fopen("\(folder)/seed-\(number)", "w")
      guard let file = unsafe file, unsafe fwrite(seed, 1, seed.count, file) == seed.count, unsafe fclose(file) == 0
      else {
        CommandLineChoice.print("fuzzer: error: the seeds cannot be written into \(folder)", to: STDERR_FILENO)
        exit(2)
      }
    }
  } catch {
    CommandLineChoice.print("fuzzer: error: the seeds cannot be read: \(error)", to: STDERR_FILENO)
    exit(2)
  }
  exit(0)
}

/// False for a file with slow password derivations, from which a search would not get far.
private func isQuick(_ seed: [UInt8]) -> Bool {
  let start = clock()
  // libFuzzer reports what breaks the target.
  try? CommandLineChoice.target.run(seed)
  return clock() - start < CLOCKS_PER_SEC / 5
}
