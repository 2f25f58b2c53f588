import Keyroll

/// A request in words, for whoever carries and sends it; every line is escaped.
struct RequestSummary {
  let lines: [String]

  /// Says the same for the same request, so that a check can compare it.
  init(_ parcel: borrowing RequestParcel, isSingleFile: Bool) {
    let request = parcel.address
    var fields = FieldList()
    fields.append("post to", request.description)
    switch request {
    case .graph(let graph): fields.append("object", Self.object(graph, issuer: parcel.claim("iss")))
    case .token: fields.append("client", parcel.claim("iss") ?? "unknown")
    }
    switch parcel.body {
    case .removeKey(let keyID, _): fields.append("key to remove", keyID.text)
    case .token(_, _, let scope): fields.append("scope", scope.text)
    default: break
    }
    if let name = parcel.body.displayName { fields.append("display name", name.text) }
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
    return "\(kind) \(issuer ?? "unknown")"
  }

  private static func append(_ certificate: Certificate, _ name: String, to fields: inout FieldList) {
    let forms = KeyCredentialForms(certificate)
    fields.append(name, certificate.subject)
    fields.append("", "SHA-1 \(forms.thumbprint)")
    fields.append("", "valid from \(forms.startDateTime) to \(forms.endDateTime)")
  }

  private static func sending(_ address: RequestAddress, _ isSingleFile: Bool) -> [String] {
    let file = isSingleFile ? "THIS-FILE" : RequestFile.configuration.name(for: address)
    var lines = [isSingleFile ? "Send it with curl 7.76 or later:" : "Send it with curl 7.76 or later, in this folder:"]
    switch address {
    case .graph:
      lines += [
        "  printf 'Authorization: Bearer %s' \"$ACCESS_TOKEN\" | curl --config \(file)",
        "or, where a file holds that line alone:",
        "  curl --config \(file) < HEADER-FILE",
      ]
    case .token: lines.append("  curl --config \(file)")
    }
    let answer = CurlConfiguration.answerName
    lines.append("The answer goes into \(answer). Where it is another status, where keyroll is:")
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
