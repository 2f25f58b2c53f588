import Glibc
import Keyroll

/// A request with all that goes along, as files.
struct RequestParcel: ~Copyable {
  let request: ServiceRequest
  /// The certificate that is added, also where a PFX holds it.
  let newCertificate: Certificate?
  /// That of the key that signed the proof or the assertion.
  let signingCertificate: Certificate?
  /// What was registered, as it was saved.
  let keyCredentials: [UInt8]?

  var address: RequestAddress { request.address }
  var body: RequestBody { request.body }

  /// When it can be sent, by the claims of its token.
  var window: TokenWindow { TokenWindow(claims ?? JSONObject()) }

  func claim(_ name: ExactText) -> String? { claims?[name]?.string?.text }

  private var claims: JSONObject? {
    guard let token = try? UnverifiedToken(Array(body.token.text.utf8).span) else { return nil }
    return try? token.claims.get()
  }

  /// The bytes of one of its files, or nil where it has none such.
  func bytes(of file: RequestFile) -> SecretBytes? {
    switch file {
    case .configuration: CurlConfiguration.bytes(for: request, body: .file(RequestFile.body.name(for: address)))
    case .summary: SecretBytes(copying: Array(RequestSummary(self, isSingleFile: false).text.utf8).span)
    case .body: request.bytes()
    case .token: SecretBytes(copying: Array("\(body.token)\n".utf8).span)
    case .newCertificate: (newCertificate?.der).map { SecretBytes(copying: $0.span) }
    case .signingCertificate: (signingCertificate?.der).map { SecretBytes(copying: $0.span) }
    case .keyCredentials: keyCredentials.map { SecretBytes(copying: $0.span) }
    }
  }

  /// The configuration that holds the body and the summary too.
  func singleFile() -> SecretBytes {
    CurlConfiguration.bytes(for: request, body: .inline, comment: RequestSummary(self, isSingleFile: true).lines)
  }

  /// Throws `output-exists` or `output-unwritable`, and leaves nothing behind then.
  func write(to output: RequestOutputOptions) throws(CommandError) {
    if output.isSingleFile {
      let file = try OutputFile(path: output.path, replacing: false)
      return try singleFile().withBytes { (bytes) throws(CommandError) in try file.write(bytes) }
    }
    // Who interrupts a slow disk must not leave half a folder behind.
    let mask = SignalMask(blocking: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
    defer { mask.restore() }
    var folder = try OutputFolder(path: output.path)
    for file in RequestFile.allCases {
      guard let bytes = bytes(of: file) else { continue }
      let name = file.name(for: address)
      try bytes.withBytes { (bytes) throws(CommandError) in try folder.add(name, bytes) }
    }
    try folder.finish()
  }
}
