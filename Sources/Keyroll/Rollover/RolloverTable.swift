import Encodings
public import Messages

/// Many rollovers in one file: CSV as RFC 4180 writes it, read strictly, whose columns are options of the command.
///
/// Lines end with a line feed, or with a carriage return before it. A field with a comma, a quotation mark or a line end is
/// between quotation marks, where a quotation mark is written twice.
public struct RolloverTable: Sendable {
  /// One rollover: what the columns say in its line.
  public struct Row: Sendable, Hashable {
    /// Where the record begins, for messages.
    public let line: Int
    /// By the names of the columns; an empty field is no value.
    public let values: [String: String]

    /// The value in a column; nil if it is empty or the table has no such column.
    public subscript(column: String) -> String? { values[column] }
  }

  /// In the order of the first line.
  public let columns: [String]
  /// The rows, in the order of the table.
  public let rows: [Row]

  /// The column with the folder of each rollover, which must be there.
  public static let folderColumn = "folder"
  /// The most that is read of the file, in bytes.
  public static let mostBytes = 1 << 22
  /// The most rollovers that are read.
  public static let mostRows = 10_000

  /// Throws `malformed-table`, whose message names line and column.
  ///
  /// - Parameters:
  ///   - bytes: the table in CSV (RFC 4180).
  ///   - known: the names that a column may have besides `folder`.
  public init(_ bytes: Span<UInt8>, known: [String]) throws(RolloverError) {
    var records = try CSVReader.records(bytes)[...]
    guard let head = records.popFirst() else { throw Self.malformed(1, 1, "the table is empty") }
    columns = head.fields.map(\.text)
    for (index, field) in head.fields.enumerated() {
      let place = (field.line, field.column)
      let isKnown = ([Self.folderColumn] + known).contains { $0.utf8.elementsEqual(field.text.utf8) }
      guard isKnown else {
        throw Self.malformed(
          place.0, place.1, "\(argument: field.text) is not an option that a column may have",
          hint: "the columns are \(([Self.folderColumn] + known).joined(separator: ", "))")
      }
      if columns[..<index].contains(where: { $0.utf8.elementsEqual(field.text.utf8) }) {
        throw Self.malformed(place.0, place.1, "the column \(field.text) occurs twice")
      }
    }
    guard columns.contains(Self.folderColumn) else {
      throw Self.malformed(1, 1, "no column is named \(Self.folderColumn)")
    }
    if records.count > Self.mostRows {
      throw Self.malformed(records[records.startIndex + Self.mostRows].line, 1, "more than \(Self.mostRows) rollovers")
    }
    rows = try Self.rows(records, columns)
  }

  private static func rows(
    _ records: ArraySlice<CSVReader.Record>, _ columns: [String]
  ) throws(RolloverError) -> [Row] {
    var rows: [Row] = []
    var lines: [String: Int] = [:]
    for record in records {
      guard record.fields.count == columns.count else {
        let place =
          record.fields.count > columns.count ? record.fields[columns.count] : record.fields[record.fields.count - 1]
        throw malformed(
          place.line, place.column, "\(record.fields.count) fields where the first line has \(columns.count)")
      }
      var values: [String: String] = [:]
      for (name, field) in zip(columns, record.fields) where !field.text.isEmpty { values[name] = field.text }
      let index = columns.firstIndex(of: folderColumn) ?? 0
      let place = (record.fields[index].line, record.fields[index].column)
      guard let folder = values[folderColumn], RolloverNames.isPlain(folder) else {
        throw malformed(
          place.0, place.1,
          "the folder \(argument: record.fields[index].text) is not a name of letters, digits, - and _, "
            + "and dots behind the first of them")
      }
      if let other = lines.updateValue(record.line, forKey: folder) {
        throw malformed(place.0, place.1, "the folder \(folder) is that of line \(other)")
      }
      rows.append(Row(line: record.line, values: values))
    }
    return rows
  }

  static func malformed(_ line: Int, _ column: Int, _ problem: String, hint: String? = nil) -> RolloverError {
    RolloverError(
      .malformedTable, "line \(line), column \(column) of the table: \(problem)",
      hint: hint ?? "write it as RFC 4180 says: commas between fields, \" around a field that needs it")
  }
}

/// Splits the bytes of a CSV into records.
private struct CSVReader {
  struct Field {
    let text: String
    /// Where it begins; the column counts characters.
    let line: Int
    let column: Int
  }

  struct Record {
    let line: Int
    let fields: [Field]
  }

  private var position = 0
  private var line = 1
  private var column = 1

  static func records(_ text: Span<UInt8>) throws(RolloverError) -> [Record] {
    if text.count > RolloverTable.mostBytes {
      throw RolloverTable.malformed(1, 1, "the table is longer than \(RolloverTable.mostBytes) bytes")
    }
    if text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF {
      throw RolloverTable.malformed(
        1, 1, "the table begins with a byte order mark", hint: "save it as UTF-8 without one")
    }
    var reader = CSVReader()
    var records: [Record] = []
    while reader.position < text.count { records.append(try reader.record(text)) }
    return records
  }

  private mutating func record(_ text: Span<UInt8>) throws(RolloverError) -> Record {
    let start = line
    var fields: [Field] = []
    while true {
      fields.append(try field(text))
      guard position < text.count else { return Record(line: start, fields: fields) }
      let byte = text[position]
      if byte == UInt8(ascii: ",") {
        advance(byte)
        continue
      }
      // What else ends a field is the end of its line, which `field` has looked at.
      if byte == UInt8(ascii: "\r") { advance(byte) }
      advance(UInt8(ascii: "\n"))
      if fields.count == 1, fields[0].text.isEmpty {
        throw RolloverTable.malformed(start, 1, "the line is empty")
      }
      return Record(line: start, fields: fields)
    }
  }

  private mutating func field(_ text: Span<UInt8>) throws(RolloverError) -> Field {
    let (startLine, startColumn) = (line, column)
    var bytes: [UInt8] = []
    let isQuoted = position < text.count && text[position] == UInt8(ascii: "\"")
    if isQuoted { try quoted(text, &bytes) } else { try bare(text, &bytes) }
    guard let value = String(validating: bytes, as: UTF8.self) else {
      throw RolloverTable.malformed(startLine, startColumn, "the field is not UTF-8")
    }
    return Field(text: value, line: startLine, column: startColumn)
  }

  private mutating func quoted(_ text: Span<UInt8>, _ bytes: inout [UInt8]) throws(RolloverError) {
    let (startLine, startColumn) = (line, column)
    advance(UInt8(ascii: "\""))
    while position < text.count {
      let byte = text[position]
      advance(byte)
      if byte != UInt8(ascii: "\"") {
        try refuseControl(byte, allowing: "\r\n\t")
        bytes.append(byte)
      } else if position < text.count, text[position] == byte {
        bytes.append(byte)
        advance(byte)
      } else if position == text.count || text[position] == UInt8(ascii: ",") || isLineEnd(text) {
        return
      } else {
        throw RolloverTable.malformed(line, column, "something follows the closing quotation mark")
      }
    }
    throw RolloverTable.malformed(startLine, startColumn, "the quotation mark is not closed")
  }

  private mutating func bare(_ text: Span<UInt8>, _ bytes: inout [UInt8]) throws(RolloverError) {
    while position < text.count, text[position] != UInt8(ascii: ","), !isLineEnd(text) {
      let byte = text[position]
      if byte == UInt8(ascii: "\"") {
        throw RolloverTable.malformed(
          line, column, "a quotation mark inside a field that is not between quotation marks")
      }
      try refuseControl(byte, allowing: "\t")
      bytes.append(byte)
      advance(byte)
    }
  }

  private func refuseControl(_ byte: UInt8, allowing allowed: String) throws(RolloverError) {
    if byte >= 0x20 && byte != 0x7F || allowed.utf8.contains(byte) { return }
    throw RolloverTable.malformed(line, column, "a control character")
  }

  private func isLineEnd(_ text: Span<UInt8>) -> Bool {
    text[position] == UInt8(ascii: "\n")
      || (text[position] == UInt8(ascii: "\r") && position + 1 < text.count && text[position + 1] == UInt8(ascii: "\n"))
  }

  private mutating func advance(_ byte: UInt8) {
    position += 1
    if byte == UInt8(ascii: "\n") {
      (line, column) = (line + 1, 1)
    } else if byte & 0xC0 != 0x80 {
      column += 1
    }
  }
}
