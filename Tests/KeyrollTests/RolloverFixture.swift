import Foundation
import Keyroll
import TestSupport
import Testing

/// A rollover on the disk whose journal a test writes, with two certificates of the fixtures.
struct RolloverFixture {
  let folder: TemporaryFolder
  let old: Certificate
  let new: Certificate
  let cryptography = OpenSSLCryptography()

  static let start = RolloverHistory.start

  init() throws {
    folder = try TemporaryFolder()
    func certificate(_ name: String) throws -> Certificate {
      try #require(try OpenSSLCryptography().certificates(inFile: Fixtures.path("certificates/\(name).pem")).first)
    }
    (old, new) = (try certificate("leaf"), try certificate("other"))
  }

  func plan(_ objectID: ExactText = RolloverHistory.plan.object.objectID) -> RolloverPlan {
    var plan = RolloverHistory.plan
    plan.object.objectID = objectID
    plan.old.publicKeySHA256 = old.publicKey.sha256Fingerprint
    plan.new.publicKeySHA256 = new.publicKey.sha256Fingerprint
    return plan
  }

  /// Makes it, and adds an event a minute to its journal.
  func rollover(
    _ kinds: [RolloverEvent.Kind] = [], at name: String = "payroll", plan: RolloverPlan? = nil, withNew: Bool = true
  ) throws -> RolloverFolder {
    let path = folder.path(name)
    do {
      _ = try RolloverFolder.make(
        plan ?? self.plan(), old: old, new: withNew ? new : nil, at: path, time: Self.start, cryptography: cryptography)
    }
    try append(kinds, to: name)
    return try RolloverFolder(at: path, for: .changing, cryptography: cryptography)
  }

  func append(_ kinds: [RolloverEvent.Kind], to name: String = "payroll") throws {
    let hasPackage = kinds.contains { if case .packed = $0 { true } else { false } }
    let events = kinds.enumerated().map { index, kind in
      RolloverEvent(kind, at: Self.start + .minutes(Int64(index) + 1), package: hasPackage ? "send-1" : nil)
    }
    let journal = "\(name)/journal.jsonl"
    try folder.write(try folder.bytes(journal) + events.flatMap(\.line), to: journal)
  }

  /// To the stage, without the certificates that a new folder notes by itself.
  static func kinds(to stage: RolloverState.Stage) -> [RolloverEvent.Kind] {
    RolloverHistory.kinds(to: stage).filter { if case .certificate = $0 { false } else { true } }
  }

  /// A package that can be sent for an hour.
  static func packed(_ kind: PackageKind) -> RolloverEvent.Kind {
    .packed(.init(kind: kind, opens: start, closes: start + .minutes(60)))
  }

  /// What Graph says of the object, or its keyCredentials alone where `head` is nil.
  func list(
    _ entries: [(id: ExactText, certificate: Certificate)],
    _ head: String? = #""id": "\#(RolloverHistory.plan.object.objectID)""#
  ) -> [UInt8] {
    let rows = entries.map { entry in
      """
      {"keyId": "\(entry.id)", "type": "AsymmetricX509Cert", "usage": "Verify", "customKeyIdentifier": \
      "\(KeyCredentialForms(entry.certificate).thumbprint)", "startDateTime": "2020-01-01T00:00:00Z", \
      "endDateTime": "2049-12-31T23:59:59Z"}
      """
    }
    let all = "[\(rows.joined(separator: ", "))]"
    return Array((head.map { #"{\#($0), "keyCredentials": \#(all)}"# } ?? all).utf8)
  }

  var both: [UInt8] { list([(RolloverHistory.new, new), (RolloverHistory.old, old)]) }
  var onlyOld: [UInt8] { list([(RolloverHistory.old, old)]) }

  /// Writes the package that comes next, with requests signed by the keys of the fixtures.
  @discardableResult
  func pack(_ rollover: inout RolloverFolder, at time: NumericDate = start) throws -> RolloverPackage {
    try rollover.writePackage(
      at: time, in: SendWindow.row(of: 1, from: time), by: try StagedRequests(certificate: new))
  }

  func answer(_ text: String, to request: String, of package: String = "payroll/send-1") throws {
    try folder.write(Array(text.utf8), to: "\(package)/\(request)/answer.txt")
  }
}

/// Expects an error of this id.
func expect(_ code: RolloverErrorCode, _ body: () throws -> Void) {
  expect(id: code.rawValue, body)
}

func expect(id: String, _ body: () throws -> Void) {
  do {
    try body()
    Issue.record("it was done")
  } catch {
    #expect((error as? any DiagnosticError)?.id == id, "\(error)")
  }
}
