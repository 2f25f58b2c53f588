import Keyroll

/// One thing that `keyroll explain` was given: a file with an answer, a folder that a request was sent from, or a code.
enum AnswerSource {
  case file(String)
  case folder(AnswerFolder)
  case code(ExplainedCode)

  /// A file wins over a code of the same spelling.
  ///
  /// Throws `file-unreadable` for what is neither, and for a folder without an answer.
  init(_ argument: String) throws(SystemError) {
    if StandardInput.isNamed(by: argument) {
      self = .file(argument)
    } else if FileStatus.mayBeThere(argument) {
      let isFolder = (try? FileStatus(ofFileAt: argument).isFolder) ?? false
      self = isFolder ? .folder(try AnswerFolder(argument)) : .file(argument)
    } else if let code = ExplainedCode(argument) {
      self = .code(code)
    } else {
      throw SystemError(
        .fileUnreadable, "\(naming: argument) is not there, and is not a code or an id that is known",
        hint: "give a file with the answer, a code such as AADSTS700027, or an id that keyroll printed in brackets")
    }
  }

  /// The file that is read for the answer, or nil for a code.
  var answerFile: String? {
    switch self {
    case .file(let path): path
    case .folder(let folder): folder.answer
    case .code: nil
    }
  }

  var folder: AnswerFolder? { if case .folder(let folder) = self { folder } else { nil } }
}

/// A folder that `keyroll request` made and curl wrote an answer into.
struct AnswerFolder {
  let answer: String
  /// The proof or the assertion, where it is there.
  let token: String?
  /// The certificate of the key that signed, and what was registered.
  let certificates: [String]

  init(_ path: String) throws(SystemError) {
    let file = { (name: String) in path.utf8.last == UInt8(ascii: "/") ? path + name : "\(path)/\(name)" }
    let existing = { (names: [String]) in names.map(file).filter { FileStatus.isThere($0) } }
    answer = file(CurlConfiguration.answerName)
    guard FileStatus.isThere(answer) else {
      throw SystemError(
        .fileUnreadable, "the folder \(naming: path) has no \(CurlConfiguration.answerName)",
        hint: "curl writes it when request.curl is sent from that folder")
    }
    token = existing(["proof.jwt", "assertion.jwt"]).first
    certificates = existing(["signing-certificate.cer"])
  }
}
