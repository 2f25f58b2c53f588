import Foundation

/// The connected machine of a rollover, in a folder: a shell whose curl finds the stand-in services and records its
/// arguments, a clock that the test moves, and a sleep that takes no time.
public final class CourierMachine {
  public let folder: TemporaryFolder
  public let service: LoopbackService
  /// `dash`, `bash` or `busybox`, whose own sed, grep, date and rm are then used too.
  public let shell: String

  /// The key id under which the old certificate is registered.
  public static let oldID = "9a0b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d"
  /// 2026-11-29T18:00:00Z.
  public static let start: Int64 = 1_795_975_200

  /// - Parameters:
  ///   - modes: how the services behave, as `rollover_service.py` reads it.
  ///   - settings: others that the script takes.
  public init(
    in folder: TemporaryFolder, shell: String = "dash", modes: String = "{}", registered: [String: String],
    settings: [String: Any] = [:]
  ) throws {
    self.folder = folder
    self.shell = shell
    try folder.write(Array("\(Self.start)".utf8), to: "clock")
    try folder.write(Array(modes.utf8), to: "modes")
    let files = ["clock": folder.path("clock"), "modes": folder.path("modes")]
    service = try LoopbackService(
      registered: registered, script: "rollover_service", settings: settings.merging(files) { $1 })
    try makeTools()
  }

  /// In seconds since 1970, for the services, the script and the test.
  public var now: Int64 {
    get { Int64((try? text("clock")) ?? "") ?? 0 }
    set { _ = try? folder.write(Array("\(newValue)".utf8), to: "clock") }
  }

  /// The same as RFC 3339 writes it.
  public var time: String {
    let format = ISO8601DateFormatter()
    return format.string(from: Date(timeIntervalSince1970: TimeInterval(now)))
  }

  public func setModes(_ text: String) throws { try folder.write(Array(text.utf8), to: "modes") }

  /// The folder with the programs that a shell finds before those of the system.
  public var tools: String { folder.path("tools") }

  /// Puts a program with these lines of shell there.
  public func tool(_ name: String, _ lines: String) throws {
    try folder.program("#!/bin/dash\n\(lines)\n", named: "tools/\(name)", mode: "700")
  }

  /// Runs the script of a package, or of a folder of packages, as a courier does.
  public func send(_ package: String) throws -> Outcome {
    let path = package.hasPrefix("/") ? package : folder.path(package)
    return try Shell.run("PATH='\(tools)':\"$PATH\" exec \(interpreter) '\(path)/run.sh'")
  }

  /// How often the service did an action, or was asked for it.
  public func count(_ action: String) -> Int {
    service.log.split(separator: "\n").count { $0.contains("/\(action)\"") }
  }

  public func text(_ name: String) throws -> String { String(validating: try folder.bytes(name), as: UTF8.self) ?? "" }

  private var interpreter: String { shell == "busybox" ? "/bin/busybox sh" : "/bin/\(shell)" }

  private func makeTools() throws {
    try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
    let (clock, seen) = (folder.path("clock"), folder.path("seen"))
    try tool("curl", "{ printf '%s\\n' \"$@\"; env; } >>'\(seen)'\nexec /usr/bin/curl \"$@\" \(service.curlOptions)")
    try tool("date", "exec /bin/cat '\(clock)'")
    try tool(
      "sleep",
      "read -r now <'\(clock)' || :\nprintf %s $((now + $1)) >'\(clock)'\nprintf '%s ' \"$1\" >>'\(folder.path("slept"))'"
    )
    if shell == "busybox" {
      for name in ["sed", "grep", "rm"] { try tool(name, "exec /bin/busybox \(name) \"$@\"") }
    }
    try tool("sh", "exec \(interpreter) \"$@\"")
    try folder.write([], to: "seen")
    try folder.write([], to: "slept")
  }
}
