import Encodings
public import Entra
public import JSON
import Messages
import Tokens

extension CredentialReport {
  /// The version of the JSON form; it rises when a member changes its meaning or goes.
  public static let jsonVersion: Int64 = 1

  /// For programs, under a version; with `onlyDue` the objects with something that is due, and that alone.
  public func json(onlyDue: Bool = false) -> JSONObject {
    var counts = JSONObject()
    for flag in CredentialFlag.allCases {
      counts[ExactText(flag.rawValue.lowercased())] = .integer(Int64(count(of: flag)))
    }
    return [
      "version": .integer(Self.jsonVersion),
      "at": .string(ExactText(policy.time.description)),
      "withinSeconds": .integer(policy.period.seconds),
      "objectCount": .integer(Int64(objects.count)),
      "credentialCount": .integer(Int64(credentialCount)),
      "flagCounts": .object(counts),
      "failures": .array(
        failures.map { .object(["id": .string(ExactText($0.id)), "message": .string(ExactText($0.message))]) }),
      "objects": .array(listed(onlyDue: onlyDue).map { .object(json($0, $1)) }),
    ]
  }

  /// The objects and the credentials of each that are listed: all of them, or what is due.
  public func listed(onlyDue: Bool) -> [(object: ListedObject, credentials: [JudgedCredential])] {
    let all = objects.map { ($0.object, $0.credentials) }
    if !onlyDue { return all }
    return all.compactMap { object, credentials in
      let due = credentials.filter { $0.flags.contains(.due) }
      return due.isEmpty ? nil : (object, due)
    }
  }

  private func json(_ object: ListedObject, _ credentials: [JudgedCredential]) -> JSONObject {
    [
      "file": .string(ExactText(object.file)),
      "kind": Self.text(object.collection?.objectName),
      "id": object.objectID.map(JSONValue.string) ?? .null,
      "appId": object.applicationID.map(JSONValue.string) ?? .null,
      "displayName": object.displayName.map(JSONValue.string) ?? .null,
      "keysSaved": .boolean(object.hasKeys),
      "secretsSaved": .boolean(object.hasSecrets),
      "credentials": .array(credentials.map { .object(json($0)) }),
    ]
  }

  private func json(_ judged: JudgedCredential) -> JSONObject {
    let credential = judged.credential
    return [
      "flags": .array(judged.flags.map { .string(ExactText($0.rawValue)) }),
      "startDateTime": Self.text(credential.start?.description),
      "endDateTime": Self.text(credential.end?.description),
      "secondsLeft": credential.end.map { .integer(($0 - policy.time).seconds) } ?? .null,
      "thumbprint": Self.text(credential.thumbprint.map { Hexadecimal.upperCase($0.bytes) }),
      "x5t": Self.text(credential.thumbprint.flatMap { $0.kind == .sha1 ? Base64.url.text($0.bytes) : nil }),
      "x5t#S256": Self.text(credential.thumbprint.flatMap { $0.kind == .sha256 ? Base64.url.text($0.bytes) : nil }),
      "subject": Self.text(credential.subject),
      "certificates": .array(credential.certificateNames.map { .string(ExactText($0)) }),
      "registeredTimes": .integer(Int64(judged.occurrences)),
      "entries": .array(
        credential.entries.map { entry in
          .object([
            "credential": .string(entry.isSecret ? "secret" : "key"),
            "keyId": .string(entry.keyID),
            "displayName": entry.displayName.map(JSONValue.string) ?? .null,
            "type": entry.type.map(JSONValue.string) ?? .null,
            "usage": entry.usage.map(JSONValue.string) ?? .null,
            "unreadableKey": .boolean(entry.hasUnreadableKey),
            "startDateTime": Self.text(entry.start?.description),
            "endDateTime": Self.text(entry.end?.description),
          ])
        }),
    ]
  }

  private static func text(_ text: String?) -> JSONValue { text.map { .string(ExactText($0)) } ?? .null }
}

extension GraphAddress.Collection {
  /// One object of it, in words.
  public var objectName: String { self == .applications ? "application" : "service principal" }
}

// MARK: CSV

extension CredentialReport {
  private static let columns = [
    "object", "kind", "id", "appId", "credential", "keyId", "thumbprint", "x5t", "subject", "displayName", "usage",
    "startDateTime", "endDateTime", "daysLeft", "flags", "certificate", "file",
  ]

  /// A table as RFC 4180 writes it, with a line for each entry; with `onlyDue` for what is due alone.
  ///
  /// What a spreadsheet would take for a formula gets an apostrophe before it, and what would not be seen is written as an escape:
  /// names are written by others.
  public func csv(onlyDue: Bool = false) -> [UInt8] {
    var output: [UInt8] = []
    Self.append(Self.columns, to: &output)
    for (object, credentials) in listed(onlyDue: onlyDue) {
      for judged in credentials {
        for entry in judged.credential.entries { Self.append(fields(object, judged, entry), to: &output) }
      }
    }
    return output
  }

  private func fields(_ object: ListedObject, _ judged: JudgedCredential, _ entry: ListedEntry) -> [String] {
    let thumbprint = entry.thumbprint ?? (judged.credential.isSAML ? judged.credential.thumbprint : nil)
    let daysLeft = entry.end.map { end in "\(Self.days(in: (end - policy.time).seconds))" }
    return [
      object.displayName?.text ?? "", object.collection?.objectName ?? "", object.objectID?.text ?? "",
      object.applicationID?.text ?? "", entry.isSecret ? "secret" : "key", entry.keyID.text,
      thumbprint.map { Hexadecimal.upperCase($0.bytes) } ?? "",
      thumbprint.map { Base64.url.text($0.bytes) } ?? "",
      entry.subject ?? judged.credential.subject ?? "", entry.displayName?.text ?? "", entry.usage?.text ?? "",
      entry.start?.description ?? "", entry.end?.description ?? "", daysLeft ?? "",
      judged.flags.map(\.rawValue).joined(separator: " "),
      judged.credential.certificateNames.joined(separator: " "), object.file,
    ]
  }

  /// Whole days, rounded down: -1 for what ended an hour ago.
  private static func days(in seconds: Int64) -> Int64 {
    seconds / 86_400 - (seconds % 86_400 < 0 ? 1 : 0)
  }

  private static func append(_ fields: [String], to output: inout [UInt8]) {
    for (index, field) in fields.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      append(harmless(field), to: &output)
    }
    output.append(contentsOf: "\r\n".utf8)
  }

  /// Between quotation marks where RFC 4180 asks for it.
  private static func append(_ field: String, to output: inout [UInt8]) {
    let needsQuotes = field.utf8.contains { "\",\r\n".utf8.contains($0) } || field.utf8.first == UInt8(ascii: " ")
    guard needsQuotes else { return output.append(contentsOf: field.utf8) }
    output.append(UInt8(ascii: "\""))
    for byte in field.utf8 {
      if byte == UInt8(ascii: "\"") { output.append(byte) }
      output.append(byte)
    }
    output.append(UInt8(ascii: "\""))
  }

  /// What begins a formula, in the letters of East Asian keyboards too.
  private static let formulaMarks: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
  ]

  private static func harmless(_ field: String) -> String {
    let shown = VisibleText.escaped(field, escapingQuotes: false, keepingSpaces: true)
    guard let first = shown.unicodeScalars.first(where: { $0 != " " }), formulaMarks.contains(first) else {
      return shown
    }
    // A number is not a formula.
    if first == "-", shown.utf8.dropFirst().allSatisfy({ ASCII.isDigit($0) }), shown.utf8.count > 1 { return shown }
    return "'" + shown
  }
}
