import Glibc
import Keyroll

/// Compares a key on a token with the bare calls on the same key, in one session and with as many as there are cores.
struct TokenMeasurement {
  let module: String
  let token: String
  let key: String
  let pinFile: String

  private static let message = Array("a message of about the length that a token has, which is some hundred bytes".utf8)
  /// How many signatures each thread makes before all are waited for.
  private static let batchCount = 50

  func run() throws {
    let backend = PKCS11Backend(cryptography: OpenSSLCryptography())
    defer { backend.close() }
    let registry = KeyRegistry(backend)
    let reference = try registry.reference(
      "pkcs11:token=\(token);object=\(key)?module-path=\(module)&pin-source=file:\(pinFile)")
    let signer = try registry.signer(for: KeyRequest(reference, algorithm: .rs256, at: 0, secrets: NoSecrets()))
    let session = try bareSession()
    try Main.report(
      Contest(name: "signature on a token, checked / C_SignInit + C_Sign, one session", goal: 0.95) {
        _ = try signer.sign(Self.message.span)
      } bare: {
        if session.sign(Self.message) == 0 { throw BenchmarkError("the bare calls did not sign") }
      })

    let threadCount = max(2, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    // Each is used by the thread of its number alone.
    nonisolated(unsafe) let sessions = try (0..<threadCount).map { _ in try bareSession() }
    let ours = Threads(threadCount) { _ in
      (0..<Self.batchCount).allSatisfy { _ in (try? signer.sign(Self.message.span)) != nil }
    }
    let bare = Threads(threadCount) { thread in
      (0..<Self.batchCount).allSatisfy { _ in unsafe sessions[thread].sign(Self.message) > 0 }
    }
    try Main.report(
      Contest(name: "the same in \(threadCount) threads / \(threadCount) sessions in as many threads", goal: 0.95) {
        try ours.run()
      } bare: {
        try bare.run()
      })
  }

  private func bareSession() throws(BenchmarkError) -> BareSession {
    try BareSession(module: module, token: token, key: key, pinFile: pinFile)
  }
}
