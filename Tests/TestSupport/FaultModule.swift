import Foundation

/// A copy of the module in `Tests/FaultModule`, over a copy of a real module: no other test sees its state.
public final class FaultModule: Sendable {
  /// A call that reached the module.
  public struct Call: Equatable, Sendable {
    public let function: String
    /// `CKR_…`
    public let value: String
    /// For `C_Login`: who logs in, and whether by the reader's own keys.
    public let note: String

    public init(_ function: String, _ value: String, note: String = "") {
      self.function = function
      self.value = value
      self.note = note
    }
  }

  private let folder: TemporaryFolder
  private let realModule: String
  /// The beginning of every plan.
  private let standingPlan: [String]
  private let token: ThrowawayToken?

  /// Follows the plan from the first call on: see `Tests/FaultModule/README.md`.
  public convenience init(over module: String, plan lines: [String] = []) throws {
    try self.init(over: module, nil, standingPlan: [], plan: lines)
  }

  /// Over a module of SoftHSM that has these tokens for itself, whatever the environment says.
  public convenience init(overTokens token: ThrowawayToken, plan lines: [String] = []) throws {
    let standingPlan = ["environment SOFTHSM2_CONF \(token.path("softhsm2.conf"))"]
    try self.init(over: token.module, token, standingPlan: standingPlan, plan: lines)
  }

  private init(
    over module: String, _ token: ThrowawayToken?, standingPlan: [String], plan lines: [String]
  ) throws {
    folder = try TemporaryFolder()
    self.token = token
    self.standingPlan = standingPlan
    realModule = try folder.write([UInt8](try Data(contentsOf: URL(fileURLWithPath: module))), to: "real.so")
    try folder.write(try Self.built.get(), to: "fault.so")
    try plan(lines)
  }

  /// For `module-path=`.
  public var path: String { folder.path("fault.so") }

  /// Follows another plan, which counts calls from now on.
  public func plan(_ lines: [String]) throws {
    try folder.write(
      Array((["module \(realModule)"] + standingPlan + lines).map { "\($0)\n" }.joined().utf8), to: "next")
    guard unsafe rename(folder.path("next"), "\(path).plan") == 0 else { throw SystemFailure("rename") }
  }

  /// All calls so far, in the order of their answers.
  public func calls() throws -> [Call] {
    guard let text = try? String(contentsOfFile: "\(path).calls", encoding: .utf8) else { return [] }
    return text.split(separator: "\n").map { line in
      let words = line.split(separator: " ", maxSplits: 3).map(String.init)
      return Call(words[0], words[2], note: words.count > 3 ? words[3] : "")
    }
  }

  public func calls(of function: String) throws -> [Call] { try calls().filter { $0.function == function } }

  /// How often a PIN was tried, right or wrong.
  public func pinTryCount() throws -> Int { try calls(of: "C_Login").count }

  /// Forgets the calls so far.
  public func forgetCalls() throws { try? FileManager.default.removeItem(atPath: "\(path).calls") }

  private static let built: Result<[UInt8], any Error> = Result {
    let sources = checkout.appending(path: "Tests/FaultModule").path
    let folder = try TemporaryFolder()
    let flags = try Judge.run("/usr/bin/pkg-config", ["--cflags", "p11-kit-1"]).output
    let outcome = try Judge.run(
      "/usr/bin/cc",
      ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-fPIC", "-shared", "-fvisibility=hidden"]
        + flags.split(whereSeparator: \.isWhitespace).map(String.init) + ["-o", folder.path("fault.so")]
        + ["fault.c", "answers.c", "plan.c"].map { "\(sources)/\($0)" } + ["-ldl", "-lpthread"])
    guard outcome.status == 0 else { throw SystemFailure("cc: \(outcome)", code: EIO) }
    return try folder.bytes("fault.so")
  }
}
