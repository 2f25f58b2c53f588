import Foundation

/// The Python server that stands in for the token endpoint and for Graph, with a certificate of its own; it ends when
/// the last reference to it is destroyed.
public final class LoopbackService: Sendable {
  public static let loginHost = "login.microsoftonline.com"
  public static let graphHost = "graph.microsoft.com"
  public static let tenant = "5d9c1b7e-3f2a-4e6b-9c8d-1a2b3c4d5e03"
  public static let clientID = "2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02"
  public static let applicationID = "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01"
  public static let servicePrincipalID = "7c1d9a52-0e3b-4f6a-8d21-5b4a3c2d1e04"

  public let port: Int
  private let folder: TemporaryFolder
  private let process: Int32

  /// Starts it with these certificates registered, each under its keyId.
  ///
  /// - Parameters:
  ///   - script: of `Tests/Judges`, which takes the same settings.
  ///   - settings: others that the script takes.
  public init(
    registered: [String: String], script: String = "judge_service", settings others: [String: Any] = [:]
  ) throws {
    let folder = try TemporaryFolder()
    try Self.makeServerCertificate(in: folder)
    let settings: [String: Any] = [
      "tls_certificate": folder.path("server.pem"), "tls_key": folder.path("server.key"), "login_host": Self.loginHost,
      "graph_host": Self.graphHost, "tenant": Self.tenant, "client_id": Self.clientID,
      "objects": ["applications": Self.applicationID, "servicePrincipals": Self.servicePrincipalID],
      "registered": registered,
    ].merging(others) { $1 }
    try folder.write([UInt8](try JSONSerialization.data(withJSONObject: settings)), to: "settings.json")
    try folder.write([], to: "log")
    guard let python = Judge.python else { throw SystemFailure(Judge.absence, code: ENOENT) }
    var child = ChildProcess(
      path: python,
      arguments: [checkout.appending(path: "Tests/Judges/\(script).py").path, folder.path("settings.json")],
      environment: ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"])
    child.descriptors = [
      STDIN_FILENO: try NamelessFile(), STDOUT_FILENO: try NamelessFile(opening: folder.path("log")),
      STDERR_FILENO: try NamelessFile(opening: folder.path("log")),
    ]
    process = try child.start()
    self.folder = folder
    port = try Self.announcedPort(in: folder, of: process)
    // Made once, for tests that run at the same time: a shell skips a file that is not yet executable.
    try folder.write(Array("#!/bin/sh\nexec /usr/bin/curl \"$@\" \(curlOptions)\n".utf8), to: "curl")
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path("curl"))
  }

  deinit {
    kill(process, SIGKILL)
    _ = try? ChildProcess.wait(for: process)
  }

  /// The certificate of the issuer of the server's certificate.
  public var trustedCertificate: String { folder.path("ca.pem") }

  /// Its log of each request: a line of JSON with the real fault.
  public var log: String { (try? folder.bytes("log")).flatMap { String(validating: $0, as: UTF8.self) } ?? "" }

  /// What curl needs besides its own options to find the hosts and to know which certificates to trust, for a shell.
  public var curlOptions: String { "--cacert '\(trustedCertificate)' --connect-to '::127.0.0.1:\(port)'" }

  /// The folder of a `curl` that knows where to find the hosts and which certificates to trust.
  public var curlFolder: String { folder.path("") }

  /// Has curl send the request in a folder, with the options in its file and the addresses and certificates of the
  /// hosts only. Standard input contains the header with the access token.
  public func send(_ configuration: String = "request.curl", in folder: String, header: String = "") throws -> Outcome {
    try send(by: "printf %s \"$HEADER\" | curl --config \(configuration)", in: folder, ["HEADER": header])
  }

  /// Runs a printed line of shell in a folder; its `curl` knows where to find the hosts and which certificates to
  /// trust.
  public func send(by line: String, in folder: String, _ environment: [String: String] = [:]) throws -> Outcome {
    return try Shell.run(
      "PATH='\(curlFolder)':\"$PATH\" && cd '\(folder)' && umask 022 && \(line)",
      environment: environment)
  }

  private static func announcedPort(in folder: TemporaryFolder, of process: Int32) throws -> Int {
    // It imports libraries first; a second or two on a busy machine.
    for _ in 0..<600 {
      let log = String(validating: try folder.bytes("log"), as: UTF8.self) ?? ""
      let lines = log.split(separator: "\n", omittingEmptySubsequences: false)
      if lines.count > 1 {
        guard let port = Int(lines[0]) else { throw SystemFailure("starting the server: \(lines[0])", code: EPROTO) }
        return port
      }
      usleep(50_000)
    }
    kill(process, SIGKILL)
    throw SystemFailure("waiting for the server", code: ETIMEDOUT)
  }

  private static func makeServerCertificate(in folder: TemporaryFolder) throws {
    let names = "subjectAltName=DNS:\(loginHost),DNS:\(graphHost)"
    let path = folder.path("")
    let made = try Shell.run(
      """
      cd '\(path)' && openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=throwaway -keyout ca.key -out ca.pem -days 2 &&
      openssl req -newkey rsa:2048 -nodes -subj /CN=server -keyout server.key -out server.csr &&
      echo '\(names)' > names && openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -days 1 -extfile names -out server.pem
      """)
    guard made.status == 0 else { throw SystemFailure("openssl: \(made)", code: EPROTO) }
  }
}
