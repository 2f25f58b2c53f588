import Foundation
import TestSupport
import Testing

/// Folders that somebody else filled: nothing in them is followed, waited for or trusted.
@Suite(.tags(.process)) struct RequestFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func make(_ options: [String] = []) throws -> String {
    let path = folder.path("request")
    let made = try BuiltCommand.run(
      ["request", "remove-key", "--key-id", SignCommandTests.tenant] + RequestCommandTests.graph
        + RequestCommandTests.key + options + ["--output", path])
    try #require(made.status == 0, "\(made)")
    return path
  }

  /// Whatever is there, the verdict comes in time.
  private func check(_ path: String) throws -> Outcome {
    try Shell.run("timeout 30 keyroll request check '\(path)' --at 2027-01-15T08:04:00Z")
  }

  private func shell(_ line: String) throws {
    let outcome = try Shell.run("cd '\(folder.path("request"))' && \(line)")
    try #require(outcome.status == 0, "\(outcome)")
  }

  @Test(
    "a link, pipe or folder in place of a file is a fault, whatever is in it",
    arguments: ["request.curl", "summary.txt", "body.json", "proof.jwt", "signing-certificate.cer"],
    ["ln -s ../copy", "mkfifo", "mkdir", "ln -s /dev/zero", "ln -s /nonexistent"])
  func irregular(name: String, command: String) throws {
    let path = try make()
    try shell("mv \(name) ../copy && \(command) \(name)")
    let outcome = try check(path)
    #expect(outcome.status == 1 && outcome.error.isEmpty, "\(outcome)")
    #expect(outcome.output.contains("\(name) is a ") && outcome.output.contains("[file-not-regular]\n"), "\(outcome)")
  }

  @Test("a socket is a fault too", .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
  func socket() throws {
    let path = try make()
    let python = try #require(Judge.python)
    for name in ["summary.txt", "answer.txt"] {
      try shell("rm -f \(name) && \(python) -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"\(name)\")'")
    }
    let outcome = try check(path)
    #expect(outcome.status == 1, "\(outcome)")
    for name in ["summary.txt", "answer.txt"] {
      #expect(outcome.output.contains("\(name) is a socket, not a file [file-not-regular]\n"), "\(outcome)")
    }
  }

  @Test(
    "an answer that would go elsewhere is a fault, and an existing answer means that the request was sent",
    arguments: [
      (
        "ln -s /dev/null answer.txt", 1,
        "FAILED   answer-file                answer.txt is a symbolic link, not a file ["
      ),
      ("ln -s /nonexistent answer.txt", 1, "FAILED   answer-file                answer.txt is a symbolic link, not a"),
      (
        "mkfifo answer.txt", 1,
        "FAILED   answer-file                answer.txt is a pipe, not a file [file-not-regular]"
      ),
      (
        "mkdir answer.txt", 1,
        "FAILED   answer-file                answer.txt is a folder, not a file [file-not-regular]"
      ),
      (": > answer.txt", 0, "warning  answer-file                answer.txt is there: this request, or another one"),
    ] as [(String, Int32, String)], [false, true])
  func answer(example: (command: String, status: Int32, line: String), isSingleFile: Bool) throws {
    let path: String
    if isSingleFile {
      path = folder.path("single")
      let made = try BuiltCommand.run(
        ["request", "remove-key", "--key-id", SignCommandTests.tenant] + RequestCommandTests.graph
          + RequestCommandTests.key + ["--single-file", "--output", path])
      try #require(made.status == 0)
      try #require(try Shell.run("cd '\(folder.path(""))' && \(example.command)").status == 0)
    } else {
      path = try make()
      try shell(example.command)
    }
    let outcome = try Shell.run(
      "timeout 30 keyroll request check '\(path)' --at 2027-01-15T08:04:00Z --certificate '\(SignCommandTests.certificate)'"
    )
    #expect(outcome.status == example.status && outcome.output.contains("\n  \(example.line)"), "\(outcome)")
  }

  @Test("the folder itself and those around it may be links, and a single file too")
  func links() throws {
    let path = try make()
    let straight = try check(path)
    try folder.link("around", to: ".")
    try folder.link("link", to: "request")
    for other in ["link", "around/request", "around/link/"] {
      let outcome = try check(folder.path("") + "/" + other)
      #expect(outcome == straight, "\(other): \(outcome)")
    }
  }

  @Test("files that the kind of request does not have are reported by name, hidden ones too")
  func others() throws {
    let path = try make()
    try shell(": > .hidden && : > new-certificate.cer && mkdir more && printf x > \"$(printf 'a\\377b')\"")
    let outcome = try check(path)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(
      outcome.output.contains(
        "\(path) contains entries that do not belong to a request remove-key: .hidden, a name that is not UTF-8, in hexadecimal 61FF62, more, new-certificate.cer "
          + "[file-unexpected]\n"), "\(outcome)")
    try shell("for i in $(seq 20); do : > extra-$i; done")
    #expect(try check(path).output.contains(", extra-14, extra-15, extra-16, 14 more [file-unexpected]\n"))
    try shell("for i in $(seq 1500); do : > extra-$i; done")
    #expect(try check(path).output.contains(", more than 9"))
  }

  @Test("saved keyCredentials belong only to a removal")
  func keyCredentials() throws {
    let path = folder.path("request")
    let made = try BuiltCommand.run(
      ["request", "add-key", "--new-certificate", RequestCommandTests.other] + RequestCommandTests.graph
        + RequestCommandTests.key + ["--output", path])
    try #require(made.status == 0)
    try folder.write(try Fixtures.bytes("key-credentials/only-other.json"), to: "request/key-credentials.json")
    let outcome = try check(path)
    // It is not trusted either: the certificate is among those, and would be refused.
    #expect(
      outcome.status == 0 && outcome.output.contains("add-key: key-credentials.json [file-unexpected]"), "\(outcome)")
  }

  @Test(
    "a file that is not what it should be is a fault of that file",
    arguments: [
      ("signing-certificate.cer", "certificates/truncated.der", "is not a DER certificate"),
      ("signing-certificate.cer", "certificates/leaf.pem", "is not a DER certificate"),
      ("key-credentials.json", "key-credentials/truncated.json", "holds no saved keyCredentials"),
    ])
  func malformed(name: String, fixture: String, problem: String) throws {
    let path = try make()
    try folder.write(try Fixtures.bytes(fixture), to: "request/\(name)")
    let outcome = try check(path)
    #expect(outcome.status == 1 && outcome.error.isEmpty, "\(outcome)")
    #expect(outcome.output.contains("\(name) \(problem)") && outcome.output.contains("[file-differs]\n"), "\(outcome)")
  }

  @Test("the certificate of a key that signs no tokens is a fault of its file")
  func elliptic() throws {
    let path = try make()
    try shell(
      "openssl x509 -in '\(Fixtures.path("certificates/ec-p256.pem"))' -outform der -out signing-certificate.cer")
    let outcome = try check(path)
    #expect(outcome.status == 1, "\(outcome)")
    #expect(outcome.output.contains("signing-certificate.cer has a key that does not sign tokens: "), "\(outcome)")
  }

  @Test(
    "files without an end are not read",
    arguments: ["summary.txt", "body.json", "request.curl", "key-credentials.json"])
  func huge(name: String) throws {
    let path = try make()
    try shell("truncate -s 8G \(name)")
    let outcome = try check(path)
    #expect(outcome.status == 1 && outcome.output.contains("is larger than 1048576 bytes"), "\(outcome)")
  }

  @Test(
    "files that others can change only give a warning, because the file systems of USB sticks have neither owners nor modes"
  )
  func modes() throws {
    let path = try make()
    #expect(try check(path).output.contains("\n  passed   owner\n  passed   mode\n"))
    try shell("chmod 666 body.json")
    let file = try check(path)
    #expect(file.status == 0 && file.output.contains("other users can change body.json [file-mode]\n"), "\(file)")
    try shell("chmod 777 .")
    let all = try check(path)
    #expect(all.status == 0 && all.output.contains("other users can change what is in \(path) [file-mode]\n"), "\(all)")
  }

  @Test("files of another user give a warning", .enabled(if: geteuid() == 0, "only root can give files away"))
  func owners() throws {
    let path = try make()
    try shell("chown 12345 proof.jwt")
    let outcome = try check(path)
    #expect(
      outcome.status == 0 && outcome.output.contains("proof.jwt belongs to another user, number 12345 [file-owner]\n"),
      "\(outcome)")
  }

  @Test(
    "a path without a request cannot be judged",
    arguments: ["mkfifo x", "mkdir x", "ln -s /dev/zero x", ": ; true"])
  func nothing(command: String) throws {
    let made = try Shell.run("cd '\(folder.path(""))' && \(command)")
    try #require(made.status == 0)
    let outcome = try check(folder.path("x"))
    #expect(outcome.status == 2 && outcome.output.isEmpty && outcome.error.contains("[file-unreadable]"), "\(outcome)")
  }
}
