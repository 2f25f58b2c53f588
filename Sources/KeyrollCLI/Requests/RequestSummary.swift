import Keyroll

/// A request in words, for whoever carries and sends it; values of others are as `ForeignText` shows them.
struct RequestSummary {
  let lines: [String]

  /// Says the same for the same request, so that a check can compare it.
  init(_ parcel: borrowing RequestParcel, isSingleFile: Bool) {
    let request = parcel.address
    var fields = FieldList()
    fields.append("post to", request.description)
    switch request {
    case .graph(let graph): fields.append("object", Self.object(graph, issuer: parcel.claim("iss")))
    case .token: fields.append("client", parcel.claim("iss").map { "\(naming: $0)" } ?? "unknown")
    }
    switch parcel.body {
    case .removeKey(let keyID, _): fields.append("key to remove", "\(naming: keyID)")
    case .token(_, _, let scope): fields.append("scope", "\(naming: scope)")
    default: break
    }
    if let name = parcel.body.displayName { fields.append("display name", "\(quoting: name)") }
    if let certificate = parcel.newCertificate { Self.append(certificate, "new certificate", to: &fields) }
    if let certificate = parcel.signingCertificate { Self.append(certificate, "signed with", to: &fields) }
    if let start = parcel.window.start, let end = parcel.window.end {
      fields.append("send between", "\(start)")
      fields.append("and", "\(end), which is \(end - start)")
    }
    fields.append("success is", "HTTP status \(request.successStatus)")
    var lines = ["keyroll request \(request.requestName)", ""] + Self.lines(of: fields.text)
    if parcel.body.hasPassword {
      lines += ["", "The body holds the password of the PFX in clear text, as Graph wants it."]
    }
    lines += [""] + Self.sending(request, isSingleFile)
    self.lines = lines
  }

  private static func object(_ address: GraphAddress, issuer: String?) -> String {
    let kind = address.collection == .applications ? "application" : "service principal"
    return "\(kind) \(issuer.map { "\(naming: $0)" } ?? "unknown")"
  }

  private static func append(_ certificate: Certificate, _ name: String, to fields: inout FieldList) {
    let forms = KeyCredentialForms(certificate)
    fields.append(name, "\(quoting: certificate.subject)")
    fields.append("", "SHA-1 \(forms.thumbprint)")
    fields.append("", "valid from \(forms.startDateTime) to \(forms.endDateTime)")
  }

  private static func sending(_ address: RequestAddress, _ isSingleFile: Bool) -> [String] {
    let file = isSingleFile ? "THIS-FILE" : RequestFile.configuration.name(for: address)
    // curl knows no mode for what it writes, and the answer may hold an access token.
    let curl = "umask 077; curl --config \(file)"
    var lines = [isSingleFile ? "Send it with curl 7.76 or later:" : "Send it with curl 7.76 or later, in this folder:"]
    switch address {
    case .graph:
      lines += [
        "  printf 'Authorization: Bearer %s' \"$ACCESS_TOKEN\" | (\(curl))",
        "or, where a file holds that line alone:",
        "  (\(curl) < HEADER-FILE)",
      ]
    case .token: lines.append("  (\(curl))")
    }
    let answer = CurlConfiguration.answerName
    lines.append("The answer goes into \(answer), for you alone. Where it is another status, where keyroll is:")
    if isSingleFile { return lines + ["  keyroll explain \(answer)"] }
    let (token, certificate) = (RequestFile.token.name(for: address), RequestFile.signingCertificate.name(for: address))
    return lines + ["  keyroll explain \(answer) --token \(token) --certificate \(certificate)"]
  }

  /// Ends each line with a line feed.
  var text: String { lines.map { $0 + "\n" }.joined() }

  private static func lines(of text: String) -> [String] {
    text.utf8.split(separator: UInt8(ascii: "\n")).map { String(Substring($0)) }
  }
}
