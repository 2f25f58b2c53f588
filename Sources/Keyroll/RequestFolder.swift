public import Encodings
public import Entra
import JSON
public import Signing
public import System
public import Tokens

/// A request for another machine to send, with everything that goes with it: as the files of a folder, or as one single file.
///
/// `UnsignedRequest` makes one, `ReceivedRequest` reads one that was carried here, and `CheckRequest` judges that one. The files
/// are values until `write` is called: a caller with folders of its own takes `files` and `bytes(of:)`.
public struct RequestFolder: ~Copyable, Sendable {
  /// The files of a folder; each has one name for requests to Graph and may have another for a token request.
  @nonexhaustive
  public enum File: String, Sendable, Hashable, CaseIterable {
    /// `request.curl`: what curl is started with.
    case configuration
    /// `summary.txt`: the request in words, for whoever carries and sends it.
    case summary
    /// `body.json` or `body.form`: the bytes that are posted.
    case body
    /// `proof.jwt` or `assertion.jwt`: the token in the body, for `keyroll explain`.
    case token
    /// `new-certificate.cer`: the certificate that is added, in DER.
    case newCertificate = "new-certificate"
    /// `signing-certificate.cer`: that of the key that signed the token, in DER.
    case signingCertificate = "signing-certificate"
    /// `key-credentials.json`: what was registered when a removal was made, as somebody saved it.
    case keyCredentials = "key-credentials"
  }

  /// The two forms in which a request is carried.
  @nonexhaustive
  public enum Form: Sendable, Hashable {
    case folder
    /// A configuration for curl that holds the body and the summary too.
    case singleFile
  }

  /// The request that the files make up.
  public let request: ServiceRequest
  /// The certificate that is added, also where a PFX holds it.
  public let newCertificate: Certificate?
  /// That of the key that signed the proof or the assertion.
  public let signingCertificate: Certificate?
  /// What was registered, as it was saved.
  private let keyCredentials: [UInt8]?
  /// Those of the token, where they can be read.
  private let claims: JSONObject

  /// The most that is read of one of the files, in bytes.
  public static let mostFileBytes = 1 << 20

  init(
    _ request: consuming ServiceRequest, newCertificate: Certificate?, signingCertificate: Certificate?,
    keyCredentials: [UInt8]? = nil
  ) {
    let token = try? UnverifiedToken(Array(request.body.token.text.utf8).span)
    claims = (try? token?.claims.get()) ?? JSONObject()
    self.request = request
    self.newCertificate = newCertificate
    self.signingCertificate = signingCertificate
    self.keyCredentials = keyCredentials
  }

  /// Where the request is sent to.
  public var address: RequestAddress { request.address }
  /// What is sent.
  public var body: RequestBody { request.body }

  /// When it can be sent, by the claims of its token.
  public var window: TokenWindow { TokenWindow(claims) }

  /// Whom the token names as its issuer: the object of a proof, or the client of an assertion.
  public var issuer: ExactText? { claims["iss"]?.string }

  /// The files that the folder has, in the order in which they are written.
  public var files: [File] {
    File.allCases.filter { file in
      switch file {
      case .configuration, .summary, .body, .token: true
      case .newCertificate: newCertificate != nil
      case .signingCertificate: signingCertificate != nil
      case .keyCredentials: keyCredentials != nil
      }
    }
  }

  /// The bytes of one of them, or nil if the request has no such file.
  public func bytes(of file: File) -> SecretBytes? {
    switch file {
    case .configuration: CurlConfiguration.bytes(for: request, body: .file(File.body.name(for: address)))
    case .summary: SecretBytes(copying: Array(RequestSummary(self, form: .folder).text.utf8).span)
    case .body: request.bytes()
    case .token: SecretBytes(copying: Array("\(body.token)\n".utf8).span)
    case .newCertificate: (newCertificate?.der).map { SecretBytes(copying: $0.span) }
    case .signingCertificate: (signingCertificate?.der).map { SecretBytes(copying: $0.span) }
    case .keyCredentials: keyCredentials.map { SecretBytes(copying: $0.span) }
    }
  }

  /// The bytes of the single file.
  public func singleFile() -> SecretBytes {
    CurlConfiguration.bytes(
      for: request, body: .inline, comment: RequestSummary(self, form: .singleFile).lines)
  }

  /// Makes the folder or the single file, for its owner alone, whole or not at all.
  ///
  /// Throws `output-exists` for what already exists, and `output-unwritable`.
  public func write(to path: String, as form: Form = .folder) throws(SystemError) {
    try write(to: path, as: form, wording: OutputWording())
  }

  /// The same, with what messages about the file say that only the caller knows.
  package func write(to path: String, as form: Form, wording: OutputWording) throws(SystemError) {
    if form == .singleFile {
      let file = try OutputFile(path: path, replacing: false, wording: wording)
      return try singleFile().withBytes { (bytes) throws(SystemError) in try file.write(bytes) }
    }
    var folder = try OutputFolder(path: path)
    for file in files {
      guard let bytes = bytes(of: file) else { continue }
      let name = file.name(for: address)
      try bytes.withBytes { (bytes) throws(SystemError) in try folder.add(name, bytes) }
    }
    try folder.finish()
  }
}

extension RequestFolder.File {
  /// The name of this file in the folder of a request, such as `body.json`.
  public func name(for address: RequestAddress) -> String {
    let names = names
    return if case .token = address { names.ofToken } else { names.ofGraph }
  }

  /// Every name that such a file may have.
  var everyName: [String] { [names.ofGraph, names.ofToken] }

  /// Those that a request has which lists what is registered, in the order in which they are written.
  static let ofListing: [RequestFolder.File] = [.configuration, .summary]

  /// The name of this file in the folder of such a request.
  var nameInListing: String { names.ofGraph }

  private var names: (ofGraph: String, ofToken: String) {
    switch self {
    case .configuration: ("request.curl", "request.curl")
    case .summary: ("summary.txt", "summary.txt")
    case .body: ("body.json", "body.form")
    case .token: ("proof.jwt", "assertion.jwt")
    case .newCertificate: ("new-certificate.cer", "new-certificate.cer")
    case .signingCertificate: ("signing-certificate.cer", "signing-certificate.cer")
    case .keyCredentials: ("key-credentials.json", "key-credentials.json")
    }
  }

  /// Whether a request to this address has such a file, or may have it.
  public func belongs(to address: RequestAddress) -> Bool {
    switch (self, address) {
    case (.newCertificate, .graph(let graph)): graph.action == .addKey
    case (.keyCredentials, .graph(let graph)): graph.action == .removeKey
    case (.newCertificate, .token), (.keyCredentials, .token): false
    default: true
    }
  }

  /// The id of the check that compares it.
  public var checkID: String { "\(rawValue)-file" }
}
