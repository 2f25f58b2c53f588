public import Entra
import Messages
public import System

/// A request for another machine to send that asks Graph what is registered: as a folder, or as one single file.
///
/// It holds no token and no key: whoever sends it needs an access token that may read applications.
public struct ListRequest: Sendable {
  /// What is asked for.
  public let listing: GraphListing

  public init(_ listing: GraphListing) { self.listing = listing }

  /// Makes the folder or the single file, for its owner alone, whole or not at all.
  ///
  /// Throws `output-exists` for what is there already, and `output-unwritable`.
  public func write(to path: String, as form: RequestFolder.Form = .folder) throws(SystemError) {
    try write(to: path, as: form, wording: OutputWording())
  }

  /// The same, with what messages about the file say that only the caller knows.
  package func write(to path: String, as form: RequestFolder.Form, wording: OutputWording) throws(SystemError) {
    if form == .singleFile {
      let file = try OutputFile(path: path, replacing: false, wording: wording)
      return try singleFile().withBytes { (bytes) throws(SystemError) in try file.write(bytes) }
    }
    var folder = try OutputFolder(path: path)
    for file in RequestFolder.File.ofListing {
      guard let bytes = bytes(of: file) else { continue }
      try bytes.withBytes { (bytes) throws(SystemError) in try folder.add(file.nameInListing, bytes) }
    }
    try folder.finish()
  }

  /// The names of the files of the folder, in the order in which they are written.
  public var fileNames: [String] { RequestFolder.File.ofListing.map(\.nameInListing) }

  /// The bytes of a file of the folder, or nil if it has no such file.
  public func bytes(of file: RequestFolder.File) -> SecretBytes? {
    switch file {
    case .configuration: CurlConfiguration.bytes(forGetting: listing.description)
    case .summary: SecretBytes(copying: Array(summary(.folder).map { $0 + "\n" }.joined().utf8).span)
    default: nil
    }
  }

  /// The bytes of the single file.
  public func singleFile() -> SecretBytes {
    CurlConfiguration.bytes(forGetting: listing.description, comment: summary(.singleFile))
  }

  /// The request in words, for whoever carries and sends it.
  private func summary(_ form: RequestFolder.Form) -> [String] {
    let answer = CurlConfiguration.answerName
    var lines = ["keyroll request list-keys", ""] + RequestSummary.lines(of: fields) + [""]
    lines += RequestSummary.sendingToGraph(form)
    lines += ["The answer goes into \(answer), for you alone. Where keyroll is:", "  keyroll credentials \(answer)"]
    if case .all = listing.scope {
      lines.append("Where the answer has an @odata.nextLink, ask for the page that follows, too.")
    }
    return lines
  }

  private var fields: [RequestSummary.Field] {
    let kind = listing.collection == .applications ? "application" : "service principal"
    var fields: [RequestSummary.Field] = [("get", listing.description)]
    switch listing.scope {
    case .object(.objectID(let id)): fields.append(("object", "\(kind) \(id)"))
    case .object(.appID(let id)): fields.append(("object", "\(kind) of the application id \(id)"))
    case .all(let token):
      fields.append(("objects", "every \(kind), \(token == nil ? "the first page" : "a further page")"))
    @unknown default: break
    }
    return fields + [("needs", "an access token that may read it"), ("success is", "HTTP status 200")]
  }
}
