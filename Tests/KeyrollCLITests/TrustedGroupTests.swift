import Foundation
import TestSupport
import Testing

/// What tests of groups, access control lists and system files need of the machine.
enum GroupTesting {
  static let canMount: Bool =
    getuid() == 0
    && (try? Judge.run("/usr/bin/unshare", ["--mount", "--propagation", "private", "mount", "--bind", "/etc", "/etc"]))?
      .status == 0

  /// Whether files here have access control lists, tried with a real one.
  static let hasAccessLists: Bool = {
    guard let folder = try? TemporaryFolder(), let file = try? folder.write([], to: "file") else { return false }
    return (try? Judge.run("/usr/bin/setfacl", ["--modify", "user:1235:rw", file]))?.status == 0
  }()
}

/// Programs and modules that a group, or somebody in an access control list, can change.
///
/// The users and groups are those of files of our own, which replace the system's for the command alone.
@Suite(
  .tags(.process),
  .enabled(if: GroupTesting.canMount, "only root can put other users and groups in the place of the system's"))
struct TrustedGroupTests {
  /// A copy that every user can read, like the files that replace the system's.
  private let certificate: String
  private let folder: TemporaryFolder
  private let program: String

  init() throws {
    folder = try TemporaryFolder()
    certificate = try folder.write(Fixtures.bytes("certificates/leaf.pem"), to: "leaf.pem")
    program = try folder.program("#!/bin/sh\necho '{\"error\":\"ran\"}'\n")
    try folder.write(
      Array(
        """
        root:x:0:0::/root:/bin/sh
        op:x:1234:777::/:/bin/sh
        bob:x:1235:778::/:/bin/sh

        """.utf8), to: "passwd")
    try folder.write(
      Array(
        """
        root:x:0:bob
        own:x:777:
        bobs:x:778:
        empty:x:800:
        known:x:801:root,op
        shared:x:802:op,bob
        ghost:x:803:nobody-of-that-name

        """.utf8), to: "group")
    for name in ["leaf.pem", "passwd", "group"] { unsafe chmod(folder.path(name), 0o644) }
  }

  private func shell(_ line: String) throws {
    let outcome = try Judge.run("/bin/sh", ["-ec", line])
    try #require(outcome.status == 0, "\(line): \(outcome)")
  }

  /// Runs the command among those users and groups.
  private func run(as user: UInt32, _ arguments: [String]) throws -> Outcome {
    let mounts = ["passwd", "group"].map { "mount --bind '\(folder.path($0))' /etc/\($0)" }.joined(separator: " && ")
    let identity = user == 0 ? "" : "setpriv --reuid \(user) --regid 4444 --clear-groups "
    let command = arguments.map { " '\($0)'" }.joined()
    return try Shell.run(
      "unshare --mount --propagation private sh -ec '\(mounts)'\"; exec \(identity)keyroll\(command)\"")
  }

  private func sign(as user: UInt32, _ program: String? = nil) throws -> Outcome {
    try run(
      as: user,
      ["sign", "proof", "--key", "command:\(program ?? self.program);cert=\(certificate)", "--object-id"]
        + [SignCommandTests.objectID, "--at", SignCommandTests.at])
  }

  private var ran: Outcome {
    Outcome(status: 2, error: "keyroll: error: \(program) does not sign: \"ran\" [program-refused]\n")
  }

  private func refused(_ reason: String, chmod place: String) -> Outcome {
    Outcome(
      status: 2,
      error: """
        keyroll: error: the program \(program) is not run: \(reason) [program-unavailable]
        keyroll: hint: chmod g-w \(place), or put the code where only you or root can write

        """)
  }

  private static let others = "has members other than you and root"
  private static let unknown = "its members cannot be found out"

  /// Nil if the program runs; otherwise the group and what the error says about it.
  private static let cases: [(user: UInt32, group: UInt32, String?)] = [
    (1234, 0, nil), (1234, 777, nil), (1234, 800, nil), (1234, 801, nil),
    (1234, 802, "shared can change PLACE, and \(others)"), (1234, 778, "bobs can change PLACE, and \(others)"),
    (1234, 803, "ghost can change PLACE, and \(others)"), (1234, 9999, "9999 can change PLACE, and \(unknown)"),
    (0, 0, nil), (0, 800, nil), (0, 777, "own can change PLACE, and \(others)"),
    (0, 801, "known can change PLACE, and \(others)"), (0, 65535, "65535 can change PLACE, and \(unknown)"),
    // A user whom the system does not list; there may then be others like that.
    (4321, 800, "empty can change PLACE, and \(unknown)"),
  ]

  @Test(
    "a group may be able to write to a program and its folder if it is root's, the user's own, or has no other members",
    arguments: cases)
  func groups(user: UInt32, group: UInt32, reason: String?) throws {
    let parent = String(program.prefix(upTo: try #require(program.lastIndex(of: "/"))))
    for place in [program, parent] {
      try shell("chgrp \(group) '\(place)'; chmod 775 '\(place)'")
      let expected = reason.map { refused("the group \($0.replacing("PLACE", with: place))", chmod: place) } ?? ran
      #expect(try sign(as: user) == expected)
      try shell("chmod g-w '\(place)'")
      #expect(try sign(as: user) == ran)
    }
  }

  @Test("a module is judged like a program")
  func module() throws {
    let module = try BuiltLibrary.mark.copy(into: folder, as: "module.so")
    try shell("chgrp 802 '\(module)'; chmod 664 '\(module)'")
    #expect(
      try run(as: 1234, ["keys", "pkcs11:?module-path=\(module)"])
        == Outcome(
          status: 2,
          error: """
            keyroll: error: the module \(module) is not loaded: the group shared can change \(module), and \(Self.others) [module-unavailable]
            keyroll: hint: chmod g-w \(module), or put the code where only you or root can write

            """))
    try shell("chmod g-w '\(module)'")
    let loaded = try run(as: 1234, ["keys", "pkcs11:?module-path=\(module)"])
    #expect(loaded.error.hasPrefix("keyroll: error: the module \(module) cannot be loaded: "), "\(loaded)")
  }

  // MARK: Access control lists

  /// The entry, and the user or group that the error names; nil if the program runs.
  private static let entries: [(String, String?)] = [
    ("user:1235:rwx", "user bob"), ("user:9876:w", "user 9876"), ("user:1235:rx", nil), ("user:1234:rwx", nil),
    ("user:0:rwx", nil), ("user:1235:rwx,mask::rx", nil), ("group:802:rwx", "group shared"),
    ("group:9999:rwx", "group 9999"), ("group:800:rwx", nil), ("group:777:rwx", nil), ("group:0:rwx", nil),
    ("group:802:rx", nil), ("group:802:rwx,mask::r", nil),
  ]

  @Test(
    "users and groups in an access control list are judged by the same rule, and chmod removes the right",
    .enabled(if: GroupTesting.hasAccessLists, "setfacl is missing, or files here have no access control lists"),
    arguments: entries)
  func accessLists(entry: String, writer: String?) throws {
    let parent = String(program.prefix(upTo: try #require(program.lastIndex(of: "/"))))
    for place in [program, parent] {
      // The owning group has other members and may not write: its bits in the mode are those of the mask.
      try shell("chgrp 802 '\(place)'; setfacl --no-mask --modify '\(entry)' '\(place)'")
      if !entry.contains("mask") { try shell("setfacl --modify mask::rwx '\(place)'") }
      let members = entry.contains("9999") ? "has members that cannot be found out" : Self.others
      let expected = writer.map { writer in
        refused(
          "the access control list of \(place) lets the \(writer) change it"
            + (writer.hasPrefix("group") ? ", which \(members)" : ""), chmod: place)
      }
      #expect(try sign(as: 1234) == expected ?? ran)
      try shell("chmod g-w '\(place)'")
      #expect(try sign(as: 1234) == ran)
    }
  }

  @Test(
    "the owning group is judged by its own entry of an access control list",
    .enabled(if: GroupTesting.hasAccessLists, "setfacl is missing, or files here have no access control lists"))
  func owningGroup() throws {
    try shell("chgrp 802 '\(program)'; setfacl --modify user:0:rwx,group::rwx '\(program)'")
    #expect(
      try sign(as: 1234)
        == refused("the group shared can change \(program), and \(Self.others)", chmod: program))
  }
}
