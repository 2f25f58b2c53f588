import Encodings
import Messages
import Tokens

/// Looks in a text for a code of Entra or of Graph, or for a sentence that only one answer has.
struct CodeSearch {
  /// Without its secrets: a log has the whole request beside the answer.
  private let text: [UInt8]

  /// Every message is shorter than this.
  private static let longestMessage = 8192
  private static let mostLines = 24

  init(_ text: [UInt8]) { self.text = SecretsInText.masked(text) }

  /// The first `AADSTS` with its digits, or the first known code of Graph.
  func first(in view: TextView) -> AnswerFinder.Candidate? {
    var index = 0
    while let word = nextWord(from: &index) {
      let start = word.lowerBound
      if let code = entraCode(word) {
        // After an address there is no message.
        let message = ASCII.isDigit(text[index - 1]) || index == start + Self.prefix.count ? message(from: start) : nil
        let error = ServiceError(
          service: .tokenEndpoint, code: nil, message: message, entraCodes: [code], time: Self.time(in: message))
        return AnswerFinder.Candidate(error: error, offset: view.origin(of: start))
      }
      if let code = graphCode(word) {
        let message = lineMessage(at: sentence()?.offset ?? start)
        let error = ServiceError(service: .graph, code: code, message: message, entraCodes: [], time: nil)
        return AnswerFinder.Candidate(error: error, offset: view.origin(of: start))
      }
    }
    return nil
  }

  /// The codes of Entra with a message of their own that are in the text and not among these, each with its line, counted from 1.
  func otherCodes(than known: [String]) -> [(code: String, line: Int)] {
    var found: [(code: String, line: Int)] = []
    var line = 1
    var index = 0
    while found.count < Self.mostCodes {
      let end = index
      guard let word = nextWord(from: &index) else { break }
      line += text[end..<word.lowerBound].count { $0 == 0x0A }
      guard text[word.lowerBound] | 0x20 == UInt8(ascii: "a"), let code = entraCode(word) else { continue }
      let isKnown = known.contains { $0.utf8.elementsEqual(code.utf8) }
      if !isKnown, !found.contains(where: { $0.code.utf8.elementsEqual(code.utf8) }) { found.append((code, line)) }
    }
    return found
  }

  private static let mostCodes = 4

  /// The first number that is a code of Entra in a log of sign-ins, whose fields say so: `"errorCode": 700027`.
  func firstNumber(in view: TextView) -> AnswerFinder.Candidate? {
    let names = ["errorcode", "error code", "error_code", "resulttype"]
    let lower = text.map(ASCII.lowercased)
    guard names.contains(where: { lower.span.firstOffset(of: Array($0.utf8)) != nil }) else { return nil }
    var index = 0
    while let word = nextWord(from: &index) {
      guard (5...7).contains(word.count), text[word].allSatisfy(ASCII.isDigit),
        let code = Self.code(Array(text[word])), !ServiceAnswer.answers(to: code).isEmpty
      else { continue }
      let error = ServiceError(
        service: .tokenEndpoint, code: nil, message: message(from: word.lowerBound), entraCodes: [code], time: nil)
      return AnswerFinder.Candidate(error: error, offset: view.origin(of: word.lowerBound))
    }
    return nil
  }

  /// The first sentence that identifies an answer whose code is not in the text, as with some answers that `az` prints.
  func firstSentence(in view: TextView) -> AnswerFinder.Candidate? {
    guard let (offset, code) = sentence() else { return nil }
    let error = ServiceError(
      service: .graph, code: ExactText(code), message: lineMessage(at: offset), entraCodes: [], time: nil)
    return AnswerFinder.Candidate(error: error, offset: view.origin(of: offset))
  }

  /// The code, if the text is nothing else: `AADSTS700027`, `aadsts 700027?`, `Authorization_RequestDenied`.
  static func code(_ argument: String) -> String? {
    let text = Array(argument.utf8)
    let word = text.split { !isOfWord($0) }
    let search = CodeSearch(text)
    guard let first = word.first else { return nil }
    if let code = search.entraCode(first.indices), word.count <= 2 { return code }
    return word.count == 1 ? search.graphCode(first.indices)?.text : nil
  }

  // MARK: Codes

  /// The next word at or after a place, which then moves to the end of the word; nil at the end of the text.
  private func nextWord(from index: inout Int) -> Range<Int>? {
    while index < text.count, !Self.isOfWord(text[index]) { index += 1 }
    let start = index
    while index < text.count, Self.isOfWord(text[index]) { index += 1 }
    return start < index ? start..<index : nil
  }

  private static func isOfWord(_ byte: UInt8) -> Bool { ASCII.isLetterOrDigit(byte) || byte == UInt8(ascii: "_") }

  private static let prefix = Array("AADSTS".utf8)

  /// `AADSTS` and digits as one word, with a space between, or as GitHub cuts a number with links: `AADSTS700[21](…)1`.
  /// Also the number after `error?code=`.
  private func entraCode(_ word: Range<Int>) -> String? {
    let letters = text[word].prefix(Self.prefix.count)
    if ASCII.isEqualIgnoringCase(letters, Self.prefix) {
      var digits = digits(from: letters.endIndex)
      if digits.isEmpty, letters.endIndex == word.upperBound, word.upperBound < text.count,
        text[word.upperBound] == UInt8(ascii: " ")
      {
        digits = self.digits(from: word.upperBound + 1)
      }
      return Self.code(digits)
    }
    guard text[word].elementsEqual("code".utf8), text[..<word.lowerBound].suffix(6).elementsEqual("error?".utf8),
      word.upperBound < text.count, text[word.upperBound] == UInt8(ascii: "=")
    else { return nil }
    return Self.code(digits(from: word.upperBound + 1))
  }

  private static func code(_ digits: [UInt8]) -> String? {
    (4...9).contains(digits.count) ? String(validating: prefix + digits, as: UTF8.self) : nil
  }

  private func digits(from start: Int) -> [UInt8] {
    var digits: [UInt8] = []
    var index = start
    while index < text.count, digits.count < 10 {
      if ASCII.isDigit(text[index]) {
        digits.append(text[index])
        index += 1
      } else if text[index] == UInt8(ascii: "["), let linked = linkedDigits(from: index) {
        digits += text[linked.digits]
        index = linked.end
      } else {
        break
      }
    }
    return digits
  }

  private func linkedDigits(from bracket: Int) -> (digits: Range<Int>, end: Int)? {
    let end = text[(bracket + 1)...].prefix(9).prefix { ASCII.isDigit($0) }.endIndex
    guard end > bracket + 1, text[end...].starts(with: "](".utf8),
      let close = text[end...].prefix(400).firstIndex(of: UInt8(ascii: ")"))
    else { return nil }
    return (bracket + 1..<end, close + 1)
  }

  private func graphCode(_ word: Range<Int>) -> ExactText? {
    guard (8...80).contains(word.count), ASCII.isUpperCase(text[word.lowerBound]),
      let name = String(validating: text[word], as: UTF8.self)
    else { return nil }
    let code = ExactText(name)
    return ServiceAnswer.graphCodes.contains(code) ? code : nil
  }

  // MARK: Messages

  private func sentence() -> (offset: Int, code: String)? {
    // One pass, which looks for each sentence by its first letter.
    var index = 0
    while index < text.count {
      defer { index += 1 }
      let letter = ASCII.lowercased(text[index])
      for (sentence, code) in Self.sentences where sentence.utf8.first == letter && isThere(sentence, at: index) {
        return (index, code)
      }
    }
    return nil
  }

  /// True if the words are there, with any white space and line marks between them.
  private func isThere(_ sentence: String, at start: Int) -> Bool {
    var index = start
    for byte in sentence.utf8 {
      guard index < text.count else { return false }
      if byte == 0x20 {
        guard ASCII.isWhiteSpace(text[index]) else { return false }
        while index < text.count, ASCII.isWhiteSpace(text[index]), index - start < 4096 {
          index += 1
          if text[index - 1] == 0x0A { index = LinePrefix.end(text, at: index) }
        }
      } else if ASCII.lowercased(text[index]) == byte {
        index += 1
      } else {
        return false
      }
    }
    return true
  }

  /// The words of Graph that identify one code each.
  private static let sentences: [(String, String)] = [
    ("insufficient privileges to complete the operation", "Authorization_RequestDenied"),
    ("access token missing or malformed", "Authentication_MissingOrMalformed"),
    ("error due to concurrent requests being made to the tenant", "Directory_ConcurrencyViolation"),
    ("no credentials found to be removed", "Request_BadRequest"),
    ("cannot convert a primitive value to the expected type 'edm.binary'", "Request_BadRequest"),
    ("does not exist or one of its queried reference-property objects are not present", "Request_ResourceNotFound"),
    ("the size of the object has exceeded its limit", "Directory_ResourceSizeExceeded"),
    ("key credential end date is invalid", "KeyCredentialsInvalidEndDate"),
    ("lifetime validation failed, the token is expired", "InvalidAuthenticationToken"),
  ]

  /// The words around an offset, from the start of the line or from after the name of the command that printed them.
  private func lineMessage(at offset: Int) -> ExactText? {
    let line = text[max(0, offset - 512)..<offset]
    let start = line.lastIndex(of: 0x0A).map { LinePrefix.end(text, at: $0 + 1) } ?? line.startIndex
    let colon = line.indices.dropLast().last { index in
      index >= start && text[index] == UInt8(ascii: ":") && text[index + 1] == 0x20
    }
    return message(from: colon.map { $0 + 2 } ?? start)
  }

  /// The words from there to the end of the paragraph, or to the end of the list of reasons in brackets.
  private func message(from start: Int) -> ExactText? {
    var lines: [[UInt8]] = []
    var count = 0
    var position = start
    while position < text.count, lines.count < Self.mostLines, count < Self.longestMessage {
      let end = text[position...].prefix(Self.longestMessage).firstIndex(of: 0x0A)
      var line = Array(text[position..<(end ?? min(text.count, position + Self.longestMessage))])
      while let last = line.last, ASCII.isWhiteSpace(last) { line.removeLast() }
      if let last = lines.last, line.isEmpty || Self.endsMessage(line) || Self.beginsAnother(line, after: last) {
        break
      }
      if let end = Self.endOfTimestamp(line) {
        lines.append(Array(line[..<end]))
        break
      }
      lines.append(line)
      count += line.count
      guard let end else { break }
      position = LinePrefix.end(text, at: end + 1)
    }
    // Text that was cut in the middle of a character is shown up to that character.
    let bytes = Array(lines.joined(separator: [0x0A]))
    let text = (0..<min(4, bytes.count + 1)).lazy.compactMap { String(validating: bytes.dropLast($0), as: UTF8.self) }
      .first
    return text.map { ExactText(SecretsInText.shown($0)) }
  }

  /// The end of the time at the end of Entra's messages, or nil.
  private static func endOfTimestamp(_ line: [UInt8]) -> Int? {
    guard let start = line.span.firstOffset(of: timestamp) else { return nil }
    let value = line[(start + timestamp.count)...].prefix(20)
    return ServiceError.time(ExactText(String(validating: value, as: UTF8.self) ?? ""), " ").map { _ in value.endIndex }
  }

  private static let timestamp = Array("Timestamp: ".utf8)

  /// True for text that follows a message in a record or a trace.
  private static func endsMessage(_ line: [UInt8]) -> Bool {
    let words = line.drop { ASCII.isWhiteSpace($0) }
    return [
      "at ", "At ", "+ ", "File ", "Caused by", "CategoryInfo", "╵", "---", "}", "try ", "ERROR", "##[",
      "Status:", "StatusCode:", "ErrorCode:", "Date:", "Headers:",
    ].contains {
      words.starts(with: $0.utf8)
    }
  }

  /// True for a line with a code of its own, unless the code of the line before only announces another.
  private static func beginsAnother(_ line: [UInt8], after last: [UInt8]) -> Bool {
    line.span.firstOffset(of: prefix) != nil && last.span.firstOffset(of: Array("AADSTS70002:".utf8)) == nil
  }

  /// The time after `Timestamp: `.
  private static func time(in message: ExactText?) -> NumericDate? {
    guard let text = message.map({ Array($0.text.utf8) }) else { return nil }
    guard let start = text.span.firstOffset(of: timestamp),
      let value = String(validating: text[(start + timestamp.count)...].prefix(20), as: UTF8.self)
    else { return nil }
    return ServiceError.time(ExactText(value), " ") ?? ServiceError.time(ExactText(value), "T")
  }
}
