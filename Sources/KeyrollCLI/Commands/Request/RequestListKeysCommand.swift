import ArgumentParser
import Keyroll

/// `keyroll request list-keys`
struct RequestListKeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list-keys",
    abstract: "Make the request that asks Graph what is registered, on one object or on all.",
    usage: """
      keyroll request list-keys [<options>] --application <guid> --output <folder>
      keyroll request list-keys [<options>] --all [--after <answer>] --output <folder>
      """,
    discussion: """
      The answer for one object has its certificates; an answer for all has only thumbprints, and comes in pages. With --after \
      the request is for the page after a saved one: only the skip token is taken from it, and its host must be the one \
      that is asked. Whoever sends the request needs an access token that may read applications.

      Examples:
        keyroll request list-keys --output list \\
          --application 3f2504e0-4f89-41d3-9a0c-0305e82c3301
        keyroll request list-keys --all --output first-page
        keyroll request list-keys --all --after page-1/answer.txt --output page-2
      """)

  @OptionGroup var object: GraphObjectOptions

  @Option(
    name: .customLong("app-id"),
    help: ArgumentHelp("The application (client) id of the application, in place of its object id.", valueName: "guid"))
  var appID: String?

  @Flag(name: .customLong("all"), help: "Ask for all applications of the tenant.")
  var isForAll = false

  @Flag(name: .customLong("all-service-principals"), help: "Ask for all service principals of the tenant.")
  var isForAllServicePrincipals = false

  @Option(
    name: .customLong("after"),
    help: ArgumentHelp("The saved answer, or its folder, after which the next page comes.", valueName: "answer"),
    completion: .file())
  var previous: String?

  @OptionGroup var place: GraphPlaceOptions
  @OptionGroup var output: ListRequestOutputOptions
  @OptionGroup var format: FormatOptions

  func validate() throws {
    let subjects = [
      ("--application", object.application != nil), ("--service-principal", object.servicePrincipal != nil),
      ("--app-id", appID != nil), ("--all", isForAll), ("--all-service-principals", isForAllServicePrincipals),
    ].filter(\.1).map(\.0)
    if subjects.isEmpty {
      throw ValidationError(
        "Missing expected argument '--application <guid>', '--service-principal <guid>', '--app-id <guid>' or '--all'")
    }
    if subjects.count > 1 { throw ValidationError("only one of \(subjects.joined(separator: " and ")) can be given") }
    if previous != nil, !isForAll, !isForAllServicePrincipals {
      throw ValidationError("--after goes with --all or --all-service-principals: one object has no pages")
    }
  }

  func run() throws {
    try output.check()
    var listing = try listing()
    if let previous {
      let path = try ListedAnswer(previous).path
      let answer = try SecretBytes.contents(ofFile: path, limit: JSONLimits.savedListing.byteCount)
      listing = try answer.withBytes { (bytes) throws(KeyCredentialsError) in
        try listing.next(after: bytes, of: StandardInput.isNamed(by: path) ? "standard input" : path)
      }
    }
    if !Cloud.allCases.contains(where: { $0.graphHost.utf8.elementsEqual(listing.host.utf8) }) {
      let unknown = RequestError(.hostUnknown, "\(naming: listing.host) is not a host of any cloud that keyroll knows")
      Diagnostics.warning("\(unknown.message) [\(unknown.id)]")
    }
    let request = ListRequest(listing)
    try request.write(to: output.path, as: output.isSingleFile ? .singleFile : .folder, wording: .option)
    if format.format == .json {
      try StandardOutput.write(request.json(writtenTo: output.path, isSingleFile: output.isSingleFile))
    }
  }

  private func listing() throws(ProfileError) -> GraphListing {
    let scope: GraphListing.Scope
    if let id = object.id {
      scope = .object(.objectID(ExactText(id)))
    } else if let appID {
      scope = .object(.appID(ExactText(appID)))
    } else {
      scope = .all(after: nil)
    }
    return try GraphListing(
      host: place.graphHost, version: place.version,
      collection: object.servicePrincipal != nil || isForAllServicePrincipals ? .servicePrincipals : .applications,
      scope: scope)
  }
}

extension ListRequest {
  /// What programs are told, as of every other request: which one was written, and where.
  fileprivate func json(writtenTo path: String, isSingleFile: Bool) -> JSONObject {
    var object: JSONObject = [
      "version": .integer(ResultReport.jsonVersion), "request": .string(ExactText(GraphListing.requestName)),
    ]
    object[isSingleFile ? "file" : "folder"] = .string(ExactText(path))
    object["address"] = .string(ExactText(listing.description))
    if !isSingleFile { object["files"] = .array(fileNames.map { .string(ExactText($0)) }) }
    return object
  }
}
