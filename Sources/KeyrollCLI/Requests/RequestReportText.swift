import Keyroll

/// A report on a request for a person: the answer, its own checks, the report on its token, and the answer again.
struct RequestReportText {
  let screen: ScreenText

  /// The columns before what a check says.
  private static let labelWidth = 38

  init(_ report: RequestReport) {
    let answer =
      "\(ReportText.answer(report.isAccepted))  request \(report.requestName ?? "of an unknown kind"), judged for "
      + "\(report.time)\(report.verdict == .notYetValid ? ", not open yet" : "")"
    let counts =
      ReportText.count(report.failedChecks.count, "failed") + ReportText.count(report.warnings.count, "warned")
    var screen = ScreenText([answer + counts, ""])
    if let values = report.values {
      screen.append(Self.fields(of: values).screen)
      screen.append("")
    }
    for check in report.checks { screen.append(Self.screen(of: check)) }
    if let token = report.token {
      screen.append("")
      screen.append(ReportText(token).part)
    }
    screen.append(ScreenText(["", answer]))
    self.screen = screen
  }

  /// A line for a check, and its hint.
  static func screen(of check: Check) -> ScreenText {
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
  static func fields(of values: RequestValues) -> FieldList {
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

/// A report on a package for a person: the answer, a line for each request, what each row asks for, its checks, what was found
/// about requests that are rejected, and the answer again.
struct PackageReportText {
  let screen: ScreenText

  init(_ report: PackageReport) {
    let answer =
      "\(ReportText.answer(report.isAccepted))  \(naming: report.name), judged for \(report.time)"
      + (report.verdict == .notYetValid ? ", not open yet" : "")
    var screen = ScreenText([answer, ""])
    var requests = FieldList()
    for request in report.requests { requests.append("  \(naming: request.folder)", Self.line(request)) }
    screen.append(requests.screen)
    for (kind, values) in Self.kinds(report) {
      screen.append(ScreenText(["", "\(kind):"]))
      screen.append(RequestReportText.fields(of: values).screen)
    }
    screen.append("")
    for check in report.checks + Self.warnings(report) { screen.append(RequestReportText.screen(of: check)) }
    for request in report.requests where request.state == .rejected {
      screen.append(ScreenText(["", "\(naming: request.folder):"]))
      if let report = request.report {
        screen.append(RequestReportText(report).screen)
      } else {
        for check in request.checks { screen.append(RequestReportText.screen(of: check)) }
      }
    }
    screen.append(ScreenText(["", answer]))
    self.screen = screen
  }

  private static func line(_ request: PackageReport.Request) -> String {
    let kind = request.kind ?? "of an unknown kind"
    return switch request.state {
    case .open: "\(kind), open\(request.window?.end.map { " until \($0)" } ?? "")"
    case .later(let start): "\(kind), opens at \(start)"
    case .closed(let end): "\(kind), closed at \(end)"
    case .untimed: "\(kind), at any time"
    default: "\(kind), REJECTED"
    }
  }

  /// The first of each kind whose values can be read: those of a row are alike, or a check says that they are not.
  private static func kinds(_ report: PackageReport) -> [(String, RequestValues)] {
    var kinds: [(String, RequestValues)] = []
    for request in report.requests where request.state != .rejected {
      guard let kind = request.kind, let values = request.report?.values, !kinds.contains(where: { $0.0 == kind })
      else {
        continue
      }
      kinds.append((kind, values))
    }
    return kinds
  }

  /// Those of requests that can be sent, each once; that a window opens later has been said.
  private static func warnings(_ report: PackageReport) -> [Check] {
    var warnings: [Check] = []
    var said: [String] = []
    for check in report.requests.flatMap(\.checks) where check.status == .warning {
      guard let finding = check.finding, finding.reason != Check.Reason.notYetValid.rawValue,
        !said.contains(finding.message)
      else { continue }
      said.append(finding.message)
      warnings.append(check)
    }
    return warnings
  }
}
