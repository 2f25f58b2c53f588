import Keyroll

/// For a person, below the checks: which entry signed, how long it lasts, and what would be left without it.
struct RegistrationText {
  let screen: ScreenText

  init(_ registration: RegistrationReport) {
    var fields = FieldList()
    fields.append("  signed by", registration.entry.summary)
    fields.append("  valid", Self.period(registration.entry, at: registration.time))
    for (index, entry) in registration.others.enumerated() {
      fields.append(index == 0 ? "  after removeKey" : "", "\(entry.summary), until \(entry.validity.end)")
    }
    for warning in registration.warnings {
      fields.append("  warning", "\(warning.message) [\(warning.reason)]")
      if let hint = warning.hint { fields.append("", "hint: \(hint)") }
    }
    var screen = ScreenText(["", "registration:"])
    screen.append(fields.screen)
    self.screen = screen
  }

  private static func period(_ entry: KeyCredential, at time: NumericDate) -> String {
    let (start, end) = entry.validity
    return "\(start) to \(end)" + (time <= end ? " (\(end - time) left)" : "")
  }
}
