import Keyroll

/// One argument of `keyroll explain`: a file with an answer, a folder that a request was sent from, or a code.
enum AnswerSource {
  case file(String)
  case folder(AnswerFolder)
  case code(ExplainedCode)
  /// The argument itself: a message that was copied, or an address with a code in it.
  case text(String)

  /// The sources that an argument stands for, each with its name. A file takes precedence over a code of the same
  /// spelling. A folder stands for every answer in it and in the folders of a package.
  ///
  /// Throws `file-unreadable` if it is neither, and for a folder without an answer.
  static func sources(of argument: String) throws(SystemError) -> [(name: String, source: AnswerSource)] {
    if StandardInput.isNamed(by: argument) {
      return [(argument, .file(argument))]
    } else if FileStatus.mayBeThere(argument) {
      let isFolder = (try? FileStatus(ofFileAt: argument).isFolder) ?? false
      if !isFolder { return [(argument, .file(argument))] }
      let folders = AnswerFolder.folders(in: argument)
      if !folders.isEmpty { return folders.map { ($0.answer, .folder($0)) } }
      throw SystemError(
        .fileUnreadable, "the folder \(naming: argument) has no \(CurlConfiguration.answerName)",
        hint: "curl writes it when request.curl is sent from that folder")
    } else if let code = ExplainedCode(argument) {
      return [(argument, .code(code))]
    } else if isText(argument), (try? ExplainAnswer(Array(argument.utf8).span)) != nil {
      return [(ForeignText.mayBeSecret(argument) ? "the argument" : argument, .text(argument))]
    } else {
      throw SystemError(
        .fileUnreadable, "\(naming: argument) is not there, and is not a code or an id that is known",
        hint: "give a file with the answer, a code such as AADSTS700027, or an id that keyroll printed in brackets")
    }
  }

  /// True for what is not the path of a file that is missing.
  private static func isText(_ argument: String) -> Bool {
    argument.utf8.contains(UInt8(ascii: " ")) || argument.contains("://")
  }

  /// False for a code without an answer around it.
  var isAnswer: Bool { if case .code = self { false } else { true } }

  /// The file that is read for the answer, or nil for a code and for a text.
  var answerFile: String? {
    switch self {
    case .file(let path): path
    case .folder(let folder): folder.answer
    case .code, .text: nil
    }
  }

  var folder: AnswerFolder? { if case .folder(let folder) = self { folder } else { nil } }
}

/// An answer that curl wrote into a folder of `keyroll request`, with what was sent.
struct AnswerFolder {
  let answer: String
  /// The proof or the assertion, if it is there.
  let token: String?
  /// The certificate of the key that signed, and the registered credentials.
  let certificates: [String]
  private let folder: String

  /// True for the answer to a request that lists what is registered.
  var isOfListing: Bool { (try? ReceivedRequest(at: folder))?.listing != nil }

  /// How many levels of folders are searched for answers: a folder of packages, a package, a request.
  private static let depth = 2

  /// The answers in the folder itself, `answer.txt` first, and then those of the folders in it.
  ///
  /// Any other file in it is taken for an answer if it can be read as one.
  static func folders(in path: String, depth: Int = Self.depth) -> [AnswerFolder] {
    let base = path.utf8.last == UInt8(ascii: "/") ? path : "\(path)/"
    let names = ContainedFile.names(in: path) ?? []
    let usual = CurlConfiguration.answerName
    let isUsual = names.contains { $0.utf8.elementsEqual(usual.utf8) }
    var folders = isUsual ? [AnswerFolder(usual, in: base)] : []
    for name in names where !name.utf8.elementsEqual(usual.utf8) && !ReceivedPackage.isOwnFile(name) {
      let entry = base + name
      if ContainedFile.isFolder(entry) {
        if depth > 0 { folders += Self.folders(in: entry, depth: depth - 1) }
      } else if holdsAnswer(entry) {
        folders.append(AnswerFolder(name, in: base))
      }
    }
    return folders
  }

  /// The path of the `answer.txt` in a folder; throws `file-unreadable` if there is none.
  static func usualAnswer(in path: String) throws(SystemError) -> String {
    let answer = path + (path.utf8.last == UInt8(ascii: "/") ? "" : "/") + CurlConfiguration.answerName
    if FileStatus.isThere(answer) { return answer }
    throw SystemError(
      .fileUnreadable, "the folder \(naming: path) has no \(CurlConfiguration.answerName)",
      hint: "curl writes it when request.curl is sent from that folder")
  }

  private init(_ name: String, in base: String) {
    answer = base + name
    folder = base
    token = ["proof.jwt", "assertion.jwt"].map { base + $0 }.first { FileStatus.isThere($0) }
    certificates = ["signing-certificate.cer"].map { base + $0 }.filter { FileStatus.isThere($0) }
  }

  private static func holdsAnswer(_ path: String) -> Bool {
    guard (try? FileStatus(ofFileAt: path).isRegular) ?? false,
      let contents = try? SecretBytes.contents(ofFile: path, limit: Limits.inputByteCount)
    else { return false }
    return contents.withBytes { bytes in (try? ExplainAnswer(bytes)) != nil }
  }
}
