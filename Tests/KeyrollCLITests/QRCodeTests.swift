import Foundation
import TestSupport
import Testing

/// Results as QR codes, painted by a terminal emulator or an SVG renderer and read back by zbar: none of them ours.
@Suite(.tags(.process)) struct QRCodeTests {
  /// RS256 at a fixed time: the same codes every time.
  private static let proof = [
    "sign", "proof", "--key", SignCommandTests.key, "--object-id", SignCommandTests.objectID, "--at",
    SignCommandTests.at,
  ]

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var command: String {
    (["keyroll"] + Self.proof).map { "'\($0)'" }.joined(separator: " ")
  }

  /// What zbar reads in a picture: the text of each code on a line.
  private func read(_ picture: String) throws -> String {
    let read = try Judge.run("/usr/bin/zbarimg", ["--raw", "--quiet", "-Sdisable", "-Sqrcode.enable", picture])
    try #require(read.status == 0, "\(read)")
    return read.output
  }

  private func read(screen: String, columns: Int) throws -> String {
    let picture = folder.path("screen.pgm")
    let screen = try folder.write(Array(screen.utf8), to: "screen")
    let python = try #require(Judge.python)
    let painting = checkout.appending(path: "Tests/Judges/judge_screen.py").path
    let painted = try Judge.run("/bin/sh", ["-c", "'\(python)' '\(painting)' \(columns) < '\(screen)' > '\(picture)'"])
    try #require(painted.status == 0, "\(painted)")
    return try read(picture)
  }

  @Test("a picture holds the token, and the token still goes to standard output")
  func picture() throws {
    let outcome = try BuiltCommand.run(Self.proof + ["--qr-output", folder.path("proof.svg")])
    #expect(outcome.status == 0)
    #expect(try folder.mode("proof.svg") == 0o600)
    let drawn = try Judge.run("/usr/bin/rsvg-convert", [folder.path("proof.svg"), "-o", folder.path("proof.png")])
    try #require(drawn.status == 0, "\(drawn)")
    #expect(try read(folder.path("proof.png")) == outcome.output)
  }

  @Test(
    "a terminal shows the token as one code, or as several that fit its size, on a dark theme too",
    .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)),
    arguments: [(120, 60, 1), (80, 40, 2), (80, 24, 9)])
  func terminal(columns: Int, rows: Int, count: Int) throws {
    let token = try BuiltCommand.run(Self.proof).output
    let session = try Shell.session(
      "stty cols \(columns) rows \(rows); exec \(command) --qr 2>'\(folder.path("notes"))'")
    let outcome = try session.finish()
    #expect(outcome.status == 0, "\(outcome)")
    #expect(!outcome.output.contains("eyJ"))
    let texts = try read(screen: outcome.output, columns: columns)
    #expect(texts.split(separator: "\n").count == count)
    let joined = count == 1 ? texts : try BuiltCommand.run("join-codes", input: Array(texts.utf8)).output
    #expect(joined == token)
  }

  @Test("a result that is too long for one code becomes several in one picture")
  func severalInAPicture() throws {
    let claim = String(repeating: "long ", count: 500) + "Übergröße"
    let sign = [
      "sign", "claims", "--key", SignCommandTests.key, "--profile", "github-app", "--parameter", "client-id=me",
      "--claim",
      "note=\(claim)", "--at", SignCommandTests.at, "--algorithm", "RS256",
    ]
    let outcome = try BuiltCommand.run(
      sign + ["--qr-output", folder.path("token.svg"), "--output", folder.path("token")])
    #expect(outcome.status == 0, "\(outcome)")
    let drawn = try Judge.run("/usr/bin/rsvg-convert", [folder.path("token.svg"), "-o", folder.path("token.png")])
    try #require(drawn.status == 0, "\(drawn)")
    let texts = try read(folder.path("token.png"))
    #expect(texts.split(separator: "\n").count > 3)
    let joined = try BuiltCommand.run("join-codes", input: Array(texts.utf8))
    #expect(try joined.output.utf8.elementsEqual(folder.bytes("token")))
  }

  @Test("a text that fitted one code passes through, and hostile text does not")
  func single() throws {
    let token = try BuiltCommand.run(Self.proof).output
    for said in [token, "QR-Code:\(token)"] {
      let outcome = try BuiltCommand.run("join-codes", input: Array(said.utf8))
      #expect(outcome == Outcome(status: 0, output: token))
    }
    let hostile = try BuiltCommand.run("join-codes", input: Array("a\u{1B}[2Jb\n".utf8))
    #expect(hostile.status == 2 && hostile.output.isEmpty && hostile.error.contains("[qr-not-drawable]"), "\(hostile)")
  }

  @Test("a request in a single file goes through codes as base64, and comes out as the same file")
  func request() throws {
    let making =
      ["request", "add-key", "--new-certificate", RequestCommandTests.other] + RequestCommandTests.graph
      + RequestCommandTests.key + ["--single-file"]
    let made = try BuiltCommand.run(
      making + ["--output", folder.path("single"), "--qr-output", folder.path("single.svg")])
    #expect(
      made
        == Outcome(
          status: 0,
          error: """
            keyroll: note: the codes hold the file in base64: keyroll join-codes puts it together, and base64 -d decodes it
            keyroll: note: valid from 2027-01-15T08:00:00Z to 2027-01-15T08:10:00Z, 10 min

            """))
    let drawn = try Judge.run("/usr/bin/rsvg-convert", [folder.path("single.svg"), "-o", folder.path("single.png")])
    try #require(drawn.status == 0, "\(drawn)")
    let texts = try folder.write(Array(try read(folder.path("single.png")).utf8), to: "texts")
    let decoded = try Shell.run("keyroll join-codes '\(texts)' | base64 -d | cmp - '\(folder.path("single"))'")
    #expect(decoded == Outcome(status: 0))
    let checked = try Shell.run(
      "keyroll join-codes '\(texts)' | base64 -d | keyroll request check - --at 2027-01-15T08:01:00Z --certificate '\(SignCommandTests.certificate)'"
    )
    #expect(checked.status == 0, "\(checked)")
    // Without --output the file goes to standard output, unless the drawing goes there.
    let piped = try BuiltCommand.run(making + ["--qr-output", folder.path("piped.svg")])
    #expect(try piped.output.utf8.elementsEqual(folder.bytes("single")), "\(piped)")
  }

  @Test(
    "codes are for one file without a password",
    arguments: [
      (["--qr"], "--qr and --qr-output are for --single-file"),
      (["--qr-output", "x.svg"], "--qr and --qr-output are for --single-file"),
      (["--single-file"], "missing expected argument '--output <folder>'"),
      (["--single-file", "--qr-output", "-"], "--qr-output takes the path of a file"),
      (["--single-file", "--qr-output", "x", "--output", "x"], "--output and --qr-output cannot name the same file"),
    ])
  func requestUsage(options: [String], message: String) throws {
    let outcome = try BuiltCommand.run(
      ["request", "add-key", "--new-certificate", RequestCommandTests.other] + RequestCommandTests.graph
        + RequestCommandTests.key + options)
    #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
    #expect(
      outcome.error == "keyroll: error: \(message) [usage]\nkeyroll: hint: see keyroll request add-key --help\n")
  }

  @Test("the password of a PFX is not drawn")
  func requestPassword() throws {
    try folder.write(Array("correct horse".utf8), to: "password")
    let outcome = try BuiltCommand.run(
      ["request", "add-key", "--new-certificate", Fixtures.path("pfx/openssl-default.p12"), "--with-password"]
        + ["--new-password-file", folder.path("password")] + RequestCommandTests.graph + RequestCommandTests.key
        + ["--single-file", "--qr-output", folder.path("x.svg"), "--output", folder.path("x")])
    #expect(outcome.status == 64 && outcome.error.contains("do not draw the password of a PFX"), "\(outcome)")
    #expect(try folder.names() == ["password"])
  }

  @Test("with --output the file has the text and standard output the drawing")
  func both() throws {
    let token = try BuiltCommand.run(Self.proof).output
    let outcome = try BuiltCommand.run(Self.proof + ["--output", folder.path("proof"), "--qr"])
    #expect(outcome.output.contains("\u{2588}"))
    #expect(try folder.bytes("proof") == Array(token.utf8))
  }

  @Test("a result that cannot be drawn or written leaves nothing behind")
  func refusals() throws {
    let small = try Shell.session("stty cols 40 rows 24; exec \(command) --qr --output '\(folder.path("proof"))'")
      .finish()
    #expect(small.status == 2)
    #expect(small.output.contains("[qr-terminal-too-small]"))
    try folder.write([9], to: "there.svg")
    let there = try BuiltCommand.run(
      Self.proof + ["--qr-output", folder.path("there.svg"), "--output", folder.path("proof")])
    #expect(there.status == 2)
    #expect(there.error.contains("[output-exists]"))
    #expect(try folder.names() == ["there.svg"])
    let same = try BuiltCommand.run(Self.proof + ["--qr-output", "a", "--output", "a"])
    #expect(same.status == 64)
    for path in [folder.path("") + "/./a", folder.path("") + "//a"] {
      let spelled = try BuiltCommand.run(Self.proof + ["--qr-output", path, "--output", folder.path("a")])
      #expect(spelled.status == 64 && spelled.error.contains("cannot name the same file"), "\(spelled)")
    }
    #expect(try BuiltCommand.run(Self.proof + ["--qr-output", "-"]).status == 64)
  }

  @Test("parts that do not belong together are one error line")
  func joining() throws {
    let outcome = try BuiltCommand.run("join-codes", input: Array("keyroll-part:1/2:BEF57EC7:x\n".utf8))
    #expect(
      outcome
        == Outcome(
          status: 2,
          error: """
            keyroll: error: of 2 parts one is missing: 2 [qr-part-missing]
            keyroll: hint: read the missing codes, too; their order does not matter

            """))
    #expect(try BuiltCommand.run("join-codes", input: [0xFF]).status == 2)
  }

  @Test("a text that keyroll would not have drawn is not written, on a terminal or elsewhere")
  func hostileParts() throws {
    // Its SHA-256 begins with BA68753A, by sha256sum.
    let outcome = try BuiltCommand.run("join-codes", input: Array("keyroll-part:1/1:BA68753A:a\u{1B}[2Jb\n".utf8))
    #expect(
      outcome
        == Outcome(
          status: 2,
          error: """
            keyroll: error: the parts make a text that keyroll did not draw: it is empty, or has characters that do not print \
            or a row of spaces [qr-not-drawable]
            keyroll: hint: find out where the codes come from

            """))
  }
}
