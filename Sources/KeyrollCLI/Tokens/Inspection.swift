import Keyroll

/// What an unverified token says, for a person or a program.
struct Inspection {
  private let token: UnverifiedToken
  private let time: NumericDate

  /// The version of the JSON form.
  static let jsonVersion: Int64 = 1

  /// The longest name that the others are padded to: one long name would make as many long lines as there are members.
  private static let widestName = 32

  init(_ token: UnverifiedToken, at time: NumericDate) {
    self.token = token
    self.time = time
  }

  // MARK: Text

  /// Begins and ends with the warning: whatever is in between, it is what a person sees last.
  var screen: ScreenText {
    var screen = ScreenText(["NOT VERIFIED: nothing below was checked, anybody can have written it."])
    screen.append(section("header", token.header) { name, value in headerNote(name, value) })
    screen.append(section("claims", token.claims) { name, value in dateNote(name, value) })
    screen.append(ScreenText(["", "signature", "  \(token.serialization.signature.count) bytes"]))
    if !token.serialization.irregularities.isEmpty {
      screen.append(ScreenText(["", "irregularities"]))
      for irregularity in token.serialization.irregularities {
        screen.append(
          "  the \(irregularity.segment.rawValue) segment has \(irregularity.error.message) [\(irregularity.error.id)]")
      }
    }
    screen.append(ScreenText(["", "NOT VERIFIED: nothing above was checked, anybody can have written it."]))
    return screen
  }

  private func section(
    _ title: String, _ part: Result<JSONObject, JSONError>, note: (ExactText, JSONValue) -> String?
  ) -> ScreenText {
    var screen = ScreenText(["", title])
    switch part {
    case .failure(let error): screen.append("  unreadable: \(error.message) [\(error.id)]")
    case .success(let object):
      // A name is quoted as a value is: it can hold spaces, or look like words of ours.
      let names = object.members.map { "\(quoting: $0.name)" }
      let width = names.map(\.unicodeScalars.count).filter { $0 <= Self.widestName }.max() ?? 0
      for (name, member) in zip(names, object.members) {
        let padding = String(repeating: " ", count: max(0, width - name.unicodeScalars.count))
        screen.append("  \(name)\(padding)  \(member.value.printed)", indentation: width + 4)
        if let note = note(member.name, member.value) {
          screen.append(String(repeating: " ", count: width + 4) + note, indentation: width + 4)
        }
      }
    }
    return screen
  }

  private func headerNote(_ name: ExactText, _ value: JSONValue) -> String? {
    guard let bytes = thumbprint(name, value) else { return nil }
    let kind = Thumbprint.allCases.first { $0.byteCount == bytes.count }?.digest.rawValue ?? "no thumbprint"
    return "= \(Hexadecimal.upperCase(bytes)), \(bytes.count) bytes: \(kind)"
  }

  private func thumbprint(_ name: ExactText, _ value: JSONValue) -> [UInt8]? {
    guard Thumbprint.allCases.contains(where: { $0.headerName == name }), let text = value.string else { return nil }
    return try? Base64.url.decodeReportingIrregularities(text).bytes
  }

  private func dateNote(_ name: ExactText, _ value: JSONValue) -> String? {
    guard let date = date(name, value) else {
      return milliseconds(name, value).map { "looks like milliseconds: \($0)" }
    }
    let distance = date - time
    let relative = distance < .zero ? "\(TimeSpan(seconds: -distance.seconds)) ago" : "in \(distance)"
    return "= \(date), \(relative)"
  }

  private func date(_ name: ExactText, _ value: JSONValue) -> NumericDate? {
    seconds(name, value).map(NumericDate.init(seconds:)).flatMap { $0 < .earliest || $0 > .latest ? nil : $0 }
  }

  /// The date that a number is in milliseconds, where it is none in seconds.
  private func milliseconds(_ name: ExactText, _ value: JSONValue) -> NumericDate? {
    seconds(name, value).map { NumericDate(seconds: $0 / 1000) }.flatMap { $0 < .earliest || $0 > .latest ? nil : $0 }
  }

  private func seconds(_ name: ExactText, _ value: JSONValue) -> Int64? {
    guard ["nbf", "iat", "exp"].contains(name) else { return nil }
    return value.number?.roundedUp ?? value.string.flatMap { Int64($0.text) }
  }

  // MARK: JSON

  var json: JSONObject {
    var object: JSONObject = ["version": .integer(Self.jsonVersion), "verified": .boolean(false)]
    object["header"] = json(token.header)
    object["claims"] = json(token.claims)
    var thumbprints = JSONObject()
    var dates = JSONObject()
    for member in (try? token.header.get())?.members ?? [] {
      thumbprints[member.name] = thumbprint(member.name, member.value).map {
        .string(ExactText(Hexadecimal.upperCase($0)))
      }
    }
    for member in (try? token.claims.get())?.members ?? [] {
      dates[member.name] = date(member.name, member.value).map { .string(ExactText($0.description)) }
    }
    object["thumbprints"] = .object(thumbprints)
    object["dates"] = .object(dates)
    object["signatureByteCount"] = .integer(Int64(token.serialization.signature.count))
    object["irregularities"] = .array(
      token.serialization.irregularities.map {
        .object(["segment": .string(ExactText($0.segment.rawValue)), "reason": .string(ExactText($0.error.id))])
      })
    return object
  }

  private func json(_ part: Result<JSONObject, JSONError>) -> JSONValue {
    switch part {
    case .success(let object): .object(object)
    case .failure(let error): .object(["unreadable": .string(ExactText(error.id))])
    }
  }
}
