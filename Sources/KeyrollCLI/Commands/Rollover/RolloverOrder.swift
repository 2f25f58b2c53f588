import Keyroll

/// One rollover that is to be made, as options or a line of a table say it, read before any key is opened.
struct RolloverOrder {
  let object: RolloverPlan.Object
  let title: ExactText
  let key: KeyReference
  /// The certificate of the old key, if it is not beside it.
  let certificate: String?
  let newKey: NewKey
  let subject: String?
  let overlap: TimeSpan
  let maximumLifetime: TimeSpan?

  enum NewKey {
    /// With the file that holds its password, if the reference names one, and how the reference goes on with it.
    case create(KeyDestination, KeyDescription, validFor: Int64, passwordFile: (path: String, attribute: String)?)
    case open(KeyReference, certificate: String?)
  }

  /// The options that a column of a table may be.
  static let names = [
    "application", "service-principal", "client-id", "tenant", "cloud", "title", "key", "certificate", "create-key",
    "bits", "valid-for", "new-key", "new-certificate", "subject", "overlap", "max-lifetime",
  ]

  /// - Parameters:
  ///   - values: by the names of the options.
  ///   - folder: names it if no title is given.
  ///   - isRequest: true if an authority issues the certificate of a key that is made.
  ///
  /// Throws `usage` for what is missing or given twice, `malformed-parameter`, and what reading references throws.
  init(_ values: [String: String], folder: String, isRequest: Bool) throws {
    object = try Self.object(values)
    title = ExactText(values["title"] ?? folder)
    guard let key = values["key"] else { throw CommandError.usage("--key, the old key, is missing") }
    self.key = try KeySchemes.reference(key)
    certificate = values["certificate"]
    newKey = try Self.newKey(values, isRequest: isRequest)
    subject = values["subject"]
    overlap = try Self.span(values, "overlap") ?? RolloverPlan.usualOverlap
    maximumLifetime = try Self.span(values, "max-lifetime")
  }

  private static func object(_ values: [String: String]) throws -> RolloverPlan.Object {
    let (kind, name): (RolloverPlan.Object.Kind, String)
    switch (values["application"], values["service-principal"]) {
    case (.some, nil): (kind, name) = (.application, "application")
    case (nil, .some): (kind, name) = (.servicePrincipal, "service-principal")
    case (nil, nil): throw CommandError.usage("--application or --service-principal, the object id, is missing")
    case (.some, .some): throw CommandError.usage("only one of --application and --service-principal can be given")
    }
    let (objectID, clientID) = (try guid(values, name), try guid(values, "client-id"))
    if ASCII.isEqualIgnoringCase(objectID.text, clientID.text) {
      throw ProfileError(
        .malformedParameter,
        "the object id is not the application (client) id, and both are given as \(naming: objectID)")
    }
    guard let tenant = values["tenant"] else { throw CommandError.usage("--tenant is missing") }
    _ = try TokenAddress(tenant: ExactText(tenant))
    var cloud = Cloud.global
    if let name = values["cloud"] {
      guard let known = Cloud(rawValue: name) else {
        throw ProfileError(
          .malformedParameter,
          "--cloud takes one of \(Cloud.allCases.map(\.rawValue).joined(separator: ", ")), not \(argument: name)"
        )
      }
      cloud = known
    }
    return .init(kind: kind, objectID: objectID, clientID: clientID, tenant: ExactText(tenant), cloud: cloud)
  }

  private static func guid(_ values: [String: String], _ name: String) throws -> ExactText {
    guard let text = values[name] else { throw CommandError.usage("--\(name) is missing") }
    guard TextForm.guid.matches(ExactText(text)) else {
      throw ProfileError(.malformedParameter, "--\(name) takes a GUID, not \(argument: text)")
    }
    return ExactText(text)
  }

  private static func span(_ values: [String: String], _ name: String) throws -> TimeSpan? {
    guard let text = values[name] else { return nil }
    guard let span = TimeSpan(text), span > .zero || name == "overlap" else {
      throw CommandError(
        .usage, "--\(name) takes a duration, not \(argument: text)", hint: "write a whole number and a unit, such as 7d"
      )
    }
    return span
  }

  private static func newKey(_ values: [String: String], isRequest: Bool) throws -> NewKey {
    switch (values["create-key"], values["new-key"]) {
    case (nil, nil):
      throw CommandError.usage("--create-key, to make the new key, or --new-key, for one that is there, is missing")
    case (.some, .some): throw CommandError.usage("only one of --create-key and --new-key can be given")
    case (nil, let reference?):
      for name in ["bits", "valid-for"] where values[name] != nil {
        throw CommandError.usage("--\(name) is for a key that is made, by --create-key")
      }
      if isRequest {
        throw CommandError.usage(
          "--csr is for a key that is made: one that is there without a certificate gets a request")
      }
      return .open(try KeySchemes.reference(reference), certificate: values["new-certificate"])
    case (let destination?, nil):
      if values["new-certificate"] != nil {
        throw CommandError.usage("--new-certificate is for a key that is there, by --new-key")
      }
      if isRequest, values["valid-for"] != nil {
        throw CommandError.usage("--valid-for is for a certificate that is made here, and --csr makes a request")
      }
      var bitCount = KeyDescription.standardBitCount
      if let text = values["bits"] {
        guard let count = Int(text) else { throw CommandError.usage("--bits takes a number, not \(argument: text)") }
        bitCount = count
      }
      let (place, file) = try self.destination(destination)
      return .create(
        place, try KeyDescription(rsaBitCount: bitCount),
        validFor: try span(values, "valid-for")?.seconds ?? CertificateLife.standardSeconds, passwordFile: file)
    }
  }

  /// A new key file may name the file with its password, as references to keys do.
  private static func destination(
    _ text: String
  ) throws -> (place: KeyDestination, passwordFile: (path: String, attribute: String)?) {
    let mark = ";password-file="
    guard let reference = try? KeySchemes.reference(text), let path = reference["password-file"],
      let attribute = text.split(separator: ";").first(where: { ";\($0)".hasPrefix(mark) })
    else { return (try KeyDestination(text), nil) }
    return (try KeyDestination(text.replacing(";\(attribute)", with: "")), (path, ";\(attribute)"))
  }
}

extension RolloverOrder {
  /// The orders of a table, with the folder of each; what `options` say counts for every line.
  ///
  /// Throws `malformed-table` for a fault in the file or in one of its lines, before anything is made.
  static func all(
    in file: String, options: [String: String], isRequest: Bool
  ) throws -> [(folder: String, order: RolloverOrder)] {
    let bytes = try SecretBytes.contents(ofFile: file, limit: RolloverTable.mostBytes + 1)
      .withBytes { [UInt8](copying: $0) }
    let table = try RolloverTable(bytes.span, known: names)
    for name in table.columns where options[name] != nil {
      throw CommandError.usage("--\(name) is a column of the table too")
    }
    if table.rows.isEmpty {
      throw RolloverError(.malformedTable, "the table has no rollovers", hint: "write a line for each below the first")
    }
    var lines: [String: Int] = [:]
    return try table.rows.map { row in
      let folder = row[RolloverTable.folderColumn] ?? ""
      do {
        let values = options.merging(row.values) { $1 }
        let order = try RolloverOrder(values, folder: folder, isRequest: isRequest)
        if let other = lines.updateValue(row.line, forKey: ASCII.lowercased(order.object.objectID.text)) {
          throw CommandError.usage("the object \(order.object.objectID) is that of line \(other)")
        }
        return (folder, order)
      } catch let error as any DiagnosticError {
        throw RolloverError(
          .malformedTable, "line \(row.line) of the table, \(folder): \(error.message)", hint: "nothing was made")
      }
    }
  }
}
