import Encodings
import Entra
import Messages
import Signing
import Tokens

/// A request in words, for the person who carries and sends it; foreign values are shown as a `ForeignText`.
///
/// A check compares this file byte for byte, so it has a layout of its own: the display on a terminal may change, but
/// old folders must stay what keyroll writes.
struct RequestSummary {
  let lines: [String]

  /// The same text for the same request.
  init(_ folder: borrowing RequestFolder, form: RequestFolder.Form) {
    let address = folder.address
    var lines = ["keyroll request \(address.requestName)", ""] + Self.lines(of: Self.fields(of: folder))
    if folder.body.hasPassword {
      lines += ["", "The body holds the password of the PFX in clear text, as Graph wants it."]
    }
    self.lines = lines + [""] + Self.sending(address, form)
  }

  /// Ends each line with a line feed.
  var text: String { lines.map { $0 + "\n" }.joined() }

  /// A line without a name continues the value before it.
  typealias Field = (name: String, value: String)

  private static func fields(of folder: borrowing RequestFolder) -> [Field] {
    let address = folder.address
    var fields: [Field] = [("post to", address.description)]
    let issuer = folder.issuer.map { "\(naming: $0)" } ?? "unknown"
    switch address {
    case .graph(let graph):
      let kind = graph.collection == .applications ? "application" : "service principal"
      fields.append(("object", "\(kind) \(issuer)"))
    case .token: fields.append(("client", issuer))
    }
    switch folder.body {
    case .removeKey(let keyID, _): fields.append(("key to remove", "\(naming: keyID)"))
    case .token(_, _, let scope): fields.append(("scope", "\(naming: scope)"))
    default: break
    }
    if let name = folder.body.displayName { fields.append(("display name", "\(quoting: name)")) }
    if let certificate = folder.newCertificate { fields += Self.fields("new certificate", certificate) }
    if let certificate = folder.signingCertificate { fields += Self.fields("signed with", certificate) }
    let window = folder.window
    if let start = window.start, let end = window.end {
      fields.append(("send between", "\(start)"))
      fields.append(("and", "\(end), which is \(end - start)"))
    }
    fields.append(("success is", "HTTP status \(address.successStatus)"))
    return fields
  }

  private static func fields(_ name: String, _ certificate: Certificate) -> [Field] {
    let forms = KeyCredentialForms(certificate)
    return [
      (name, "\(quoting: certificate.subject)"), ("", "SHA-1 \(forms.thumbprint)"),
      ("", "valid from \(forms.startDateTime) to \(forms.endDateTime)"),
    ]
  }

  /// The values below each other, two columns after the longest name.
  static func lines(of fields: [Field]) -> [String] {
    let width = fields.map(\.name.utf8.count).max() ?? 0
    return fields.map { name, value in
      let padding = String(repeating: " ", count: width - name.utf8.count + 2)
      return VisibleText.escaped(name + padding + value, escapingQuotes: false, keepingSpaces: true)
    }
  }

  /// How to send a request that needs an access token.
  static func sendingToGraph(_ form: RequestFolder.Form) -> [String] {
    [
      opening(form), "  printf 'Authorization: Bearer %s' \"$ACCESS_TOKEN\" | (\(curl(form)))",
      "or, where a file holds that line alone:", "  (\(curl(form)) < HEADER-FILE)",
    ]
  }

  private static func opening(_ form: RequestFolder.Form) -> String {
    form == .singleFile ? "Send it with curl 7.76 or later:" : "Send it with curl 7.76 or later, in this folder:"
  }

  /// curl has no option for the mode of the files that it writes, and the answer may contain an access token.
  private static func curl(_ form: RequestFolder.Form) -> String {
    "umask 077; curl --config \(form == .singleFile ? "THIS-FILE" : "request.curl")"
  }

  private static func sending(_ address: RequestAddress, _ form: RequestFolder.Form) -> [String] {
    let isSingleFile = form == .singleFile
    var lines: [String]
    switch address {
    case .graph: lines = sendingToGraph(form)
    case .token: lines = [opening(form), "  (\(curl(form)))"]
    }
    let answer = CurlConfiguration.answerName
    lines.append("The answer goes into \(answer), for you alone. Where it is another status, where keyroll is:")
    if isSingleFile { return lines + ["  keyroll explain \(answer)"] }
    let token = RequestFolder.File.token.name(for: address)
    let certificate = RequestFolder.File.signingCertificate.name(for: address)
    return lines + ["  keyroll explain \(answer) --token \(token) --certificate \(certificate)"]
  }
}
