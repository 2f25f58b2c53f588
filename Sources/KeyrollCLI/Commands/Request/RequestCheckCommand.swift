import ArgumentParser
import Keyroll

/// `keyroll request check`
struct RequestCheckCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Judge a request before it is sent: its token, its body, its files and the time left.",
    discussion: """
      Exit status 0: it can be sent; 1: it is rejected; 2: it could not be judged. Without --certificate the token is \
      verified with the signing certificate that lies in the folder, which proves only that the two belong together.
      """)

  static let repeatableOptions = ["--algorithm"]

  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp("The certificate of the signing key, from where you trust it (PEM or DER).", valueName: "file"))
  var certificate: String?

  @Option(
    name: .customLong("object-id"),
    help: ArgumentHelp(
      "The object id that the proof should name, where the address names an application id.", valueName: "guid"))
  var objectID: String?

  @Option(
    name: .customLong("registered"),
    help: ArgumentHelp("The saved keyCredentials of the object, in place of those in the folder.", valueName: "file"))
  var registered: String?

  @Option(
    name: .customLong("max-lifetime"),
    help: ArgumentHelp("Reject a new certificate that lives longer, such as 730d.", valueName: "duration"))
  var maximumLifetime: TimeSpan?

  @Option(
    name: .customLong("algorithm"),
    help: ArgumentHelp("An algorithm to allow instead of the profile's; may be repeated.", valueName: "name"))
  var algorithms: [SignatureAlgorithm] = []

  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("The folder or the single file of the request.", valueName: "folder or file"))
  var path: String

  func run() throws {
    let time = try clock.now()
    let files = RequestSource(path)
    let report = try report(on: files, at: time)
    switch format.format {
    case .text: try StandardOutput.write(RequestReportText(report).description)
    case .json: try StandardOutput.write(report.json)
    }
    if !report.isAccepted { throw ExitStatus.rejected }
  }

  private func report(on files: RequestSource, at time: NumericDate) throws -> RequestReport {
    let configuration = try files.configuration()
    guard let address = configuration.withBytes({ CurlConfiguration.address(in: $0) }) else {
      let error = RequestError(
        .addressMalformed, "\(files.configurationPath) posts to no address that keyroll writes",
        hint: "make the request again")
      return RequestReport(address: nil, time: time, checks: [.failed("address", error)], token: nil)
    }
    let request: ServiceRequest
    do throws(RequestError) { request = try files.request(to: address, configuration: configuration) } catch {
      return RequestReport(address: address, time: time, checks: [.failed("body", error)], token: nil)
    }
    let given = try certificate.map(CertificateFiles.certificates(in:)) ?? []
    let own = try files.certificate(.signingCertificate, for: address)
    let trusted = given.isEmpty ? [own].compactMap(\.self) : given
    let keyCredentials =
      try registered.map { try RequestMaking.keyCredentials(in: $0) }
      ?? RequestMaking.keyCredentials(in: files.path(of: .keyCredentials, for: address))
    var verifier = RequestMaking.verifier(keys: try trusted.map(RequestKeyOptions.trustedKey), at: time)
    verifier.objectID = objectID.map(JSONString.init(_:))
    verifier.algorithms = algorithms
    verifier.newCertificates = NewCertificatePolicy(
      registered: keyCredentials?.value, maximumLifetime: maximumLifetime)
    // Whoever made it has decided; here it is said again.
    verifier.removal = RemovalPolicy(registered: keyCredentials?.value, isForced: true)
    let report = verifier.verify(request, at: time)
    let parcel = RequestParcel(
      request: request, newCertificate: try? verifier.newCertificate(in: request),
      signingCertificate: own ?? given.first,
      keyCredentials: nil)
    return report.preceded(by: try files.checks(of: parcel, configuration: configuration))
  }
}
