import Keyroll

/// A report on a request for a person: the answer, its own checks, the report on its token, and the answer again.
struct RequestReportText {
  let screen: ScreenText

  /// The columns before what a check says.
  private static let labelWidth = 38

  init(_ report: RequestReport) {
    let answer =
      "\(ReportText.answer(report.isAccepted))  request \(report.address?.requestName ?? "of an unknown kind"), judged for "
      + "\(report.time)\(report.verdict == .notYetValid ? ", not open yet" : "")"
    let counts =
      ReportText.count(report.failedChecks.count, "failed") + ReportText.count(report.warnings.count, "warned")
    var screen = ScreenText([answer + counts, ""])
    if let values = report.values {
      screen.append(Self.fields(of: values).screen)
      screen.append("")
    }
    for check in report.checks { screen.append(Self.screen(check)) }
    if let token = report.token {
      screen.append("")
      screen.append(ReportText(token).part)
    }
    screen.append(ScreenText(["", answer]))
    self.screen = screen
  }

  private static func screen(_ check: Check) -> ScreenText {
    let label = ReportText.label(check.status, check.id, width: labelWidth)
    guard let finding = check.finding else {
      // A sentence of ours with what was found in it, which is not shown longer than a value of its own.
      let found = (check.found?.string).map { ForeignText(json: $0.text).description } ?? ""
      return ReportText.screen(label, found, width: labelWidth)
    }
    let isNotable = check.status == .failed || check.status == .warning
    var screen = ReportText.screen(
      label, finding.message + (isNotable ? " [\(finding.reason)]" : ""), width: labelWidth)
    if isNotable, let hint = finding.hint.map(OptionHints.worded) {
      screen.append(String(repeating: " ", count: labelWidth) + "hint: \(hint)", indentation: labelWidth)
    }
    return screen
  }

  /// What the request asks for, in the values that a person compares.
  private static func fields(of values: RequestValues) -> FieldList {
    var fields = FieldList()
    if let objectID = values.objectID { fields.append("object", "\(naming: objectID)") }
    fields.append("host", "\(naming: values.address.host)")
    if let keyID = values.keyID { fields.append("key id", "\(naming: keyID)") }
    if let scope = values.scope { fields.append("scope", "\(naming: scope)") }
    if let name = values.displayName { fields.append("display name", "\(quoting: name)") }
    if let certificate = values.newCertificate { append(certificate, "new certificate", to: &fields) }
    if let certificate = values.signingCertificate {
      append(certificate, "signed with", to: &fields)
    } else {
      fields.append("signed with", "a key that is not known: no certificate that was given made the signature")
    }
    return fields
  }

  private static func append(_ certificate: Certificate, _ name: String, to fields: inout FieldList) {
    let forms = KeyCredentialForms(certificate)
    fields.append(name, "\(quoting: certificate.subject)")
    fields.append("", "SHA-1 \(forms.thumbprint)")
    fields.append("", "SHA-256 \(forms.sha256Thumbprint)")
  }
}
