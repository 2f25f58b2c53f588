import Keyroll

/// Says what was made: the files, the key, and the next step.
struct NewCertificateOutput {
  private var report: NewCertificateReport
  private let format: OutputFormat
  /// The file of a key that was made in one.
  var keyPath: String?
  /// The reference of an existing key.
  var keyName: String?
  private var failure: KeyMakingError?

  init(_ report: NewCertificateReport, format: OutputFormat) {
    self.report = report
    self.format = format
  }

  /// A new file for a certificate or request; throws `usage`, and what is known to prevent it.
  static func file(_ path: String) throws(CommandError) -> OutputFile {
    guard OutputFile.isNamed(by: path), !StandardOutput.isNamed(by: path) else {
      throw .usage("\(naming: path) is not the path of a file")
    }
    return try CommandError.passing { () throws(SystemError) in
      let file = try OutputFile(path: path, replacing: false)
      try file.check()
      return file
    }
  }

  /// Writes it as PEM.
  static func write(_ product: CertificateSigningRequest.Product, to file: OutputFile) throws(CommandError) {
    let text = Array(product.pem.utf8)
    try CommandError.passing { () throws(SystemError) in try file.write(text.span) }
  }

  /// Puts the certificate on the token of its key. If the token does not accept it, nothing is lost; the end of the
  /// report says so.
  mutating func store(
    besideKeyAt reference: KeyReference, secrets: any SecretProvider, with toolkit: Toolkit
  ) throws(KeyMakingError) {
    guard let certificate = report.product.certificate else { return }
    do throws(KeyMakingError) {
      let stored = try toolkit.store(certificate, besideKeyAt: reference, secrets: secrets)
      stored.notes.forEach(Diagnostics.warning)
      report.stored = stored
    } catch {
      failure = error
    }
  }

  /// Throws the status for a certificate that was made but is not on its token.
  func write() throws {
    if let life = report.life { Diagnostics.note("valid from \(life)") }
    switch format {
    case .text: try StandardOutput.write(screen)
    case .json: try StandardOutput.write(report.json)
    }
    guard let failure else { return }
    let hint = "sign with ?certificate=\(report.path) in the reference of the key"
    _ = Diagnostics.report(
      KeyMakingError(.certificateNotStored, "the certificate is not on the token: \(failure.message)", hint: hint))
    throw ExitStatus.rejected
  }

  private var screen: ScreenText {
    var fields = FieldList()
    appendFiles(to: &fields)
    fields.append("subject", "\(quoting: report.subject)")
    if let certificate = report.product.certificate {
      fields.append("SHA-1", "\(Hexadecimal.upperCase(certificate.sha1Thumbprint))   as the portal shows it")
      fields.append("SHA-256", Hexadecimal.upperCase(certificate.sha256Thumbprint))
    }
    fields.append("next", next)
    return fields.screen
  }

  private func appendFiles(to fields: inout FieldList) {
    let path = "\(naming: report.path)"
    let certificate = report.product.certificate
    let text =
      certificate == nil
      ? "the certificate request, for the authority" : "the certificate alone, for addKey or the portal"
    let kind = report.publicKey.summary
    switch (report.key, keyPath) {
    case (let key?, let keyPath?):
      let keyPath = "\(naming: keyPath)"
      let width = max(keyPath.unicodeScalars.count, path.unicodeScalars.count)
      func padded(_ name: String) -> String {
        name + String(repeating: " ", count: width - name.unicodeScalars.count + 3)
      }
      let contents = certificate == nil ? kind : "\(kind), its certificate"
      fields.append("wrote", padded(keyPath) + [contents, key.protection ?? "in the clear"].joined(separator: "; "))
      fields.append("wrote", padded(path) + text)
    case (let key?, nil):
      fields.append("made", key.reference)
      fields.append("", [kind, key.protection].compactMap(\.self).joined(separator: "; "))
      fields.append("wrote", "\(path)   \(text)")
    default: fields.append("wrote", "\(path)   \(text)")
    }
    if let stored = report.stored {
      fields.append(stored.isNew ? "stored" : "is there", stored.reference)
    }
  }

  private var next: String {
    if report.product.certificate != nil {
      return "keyroll request add-key --new-certificate \(ShellWord.quoted(report.path)) --key OLD-KEY …"
    }
    let key = report.key?.reference ?? keyName ?? "KEY"
    return
      "have the authority issue the certificate, then: keyroll sign … --key \(ShellWord.quoted(key)) --certificate FILE"
  }
}
