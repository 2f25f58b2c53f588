import Foundation
import Keyroll
import TestSupport
import Testing

/// Request folders, made and judged by a user of the library.
@Suite struct RequestWorkflowTests {
  private static let application: ExactText = "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01"
  private static let now = NumericDate(seconds: 1_800_000_000)

  private let toolkit = Toolkit.openSSL()

  private func added() throws -> Certificate {
    let pem = try [UInt8](Data(contentsOf: URL(filePath: Fixtures.path("certificates/other.pem"))))
    return try #require(try toolkit.certificates(in: pem.span, of: "other.pem").first)
  }

  private func signer() throws -> any Signer {
    let reference = try toolkit.keys.reference("pfx:\(Fixtures.path("pfx/openssl-empty.p12"))")
    return try toolkit.keys.signer(
      for: KeyRequest(reference, algorithm: .rs256, at: Self.now.seconds, secrets: NoSecrets()))
  }

  private func unsigned() throws -> UnsignedRequest {
    let address = try GraphAddress(collection: .applications, name: .objectID(Self.application), action: .addKey)
    return try .addKey(NewCertificate(try added()), to: address, of: Self.application, at: Self.now)
  }

  @Test("the example makes a folder that is accepted")
  func exampleWorks() throws {
    let folder = try TemporaryFolder()
    let der = try added().der
    let verdict = try makeAndCheck(
      adding: der.span, to: Self.application, key: Fixtures.path("pfx/openssl-empty.p12"),
      folder: folder.path("request"), now: Self.now, secrets: NoSecrets())
    #expect(verdict == .accepted)
    #expect(
      try folder.names(in: "request") == [
        "body.json", "new-certificate.cer", "proof.jwt", "request.curl", "signing-certificate.cer", "summary.txt",
      ])
  }

  @Test("a folder is judged the same whether it was written or not")
  func values() throws {
    let folder = try TemporaryFolder()
    let made = try unsigned().signed(DraftRequest(time: Self.now), by: try signer(), with: toolkit)
    try made.folder.write(to: folder.path("request"))
    let check = CheckRequest(toolkit)
    let (written, value) = (
      check.report(on: try ReceivedRequest(at: folder.path("request")), at: Self.now),
      check.report(on: ReceivedRequest(copying: made.folder, named: folder.path("request")), at: Self.now)
    )
    #expect(written.isAccepted && written.json == value.json)
  }

  @Test("a single file is judged by its bytes, and an altered one is rejected")
  func singleFile() throws {
    let made = try unsigned().signed(DraftRequest(time: Self.now), by: try signer(), with: toolkit)
    var check = CheckRequest(toolkit)
    let signing = made.folder.signingCertificate
    let certificate = try #require(signing)
    check.keys = [
      TrustedKey(try toolkit.cryptography.verifier(for: certificate.publicKey), certificate: certificate)
    ]
    let bytes = made.folder.singleFile().withBytes { [UInt8](copying: $0) }
    #expect(check.report(on: ReceivedRequest(single: made.folder.singleFile(), named: "it"), at: Self.now).isAccepted)
    let altered = SecretBytes(copying: (bytes + Array("insecure\n".utf8)).span)
    let report = check.report(on: ReceivedRequest(single: altered, named: "it"), at: Self.now)
    #expect(report.verdict == .rejected && report.failedChecks.map(\.id) == ["configuration-file"])
  }

  @Test("a proof that was signed elsewhere completes a request, and one by another key does not")
  func signedElsewhere() throws {
    let made = try unsigned().signed(DraftRequest(time: Self.now), by: try signer(), with: toolkit)
    let proof = made.folder.body.token
    let signing = made.folder.signingCertificate
    let certificate = try #require(signing)
    let key = TrustedKey(try toolkit.cryptography.verifier(for: certificate.publicKey), certificate: certificate)
    let again = try unsigned().made(try unsigned().request(with: proof), trusting: [key], at: Self.now, with: toolkit)
    #expect(again.window == made.window)
    let other = try added()
    let stranger = TrustedKey(try toolkit.cryptography.verifier(for: other.publicKey), certificate: other)
    #expect(throws: RequestError.self) {
      _ = try unsigned().made(try unsigned().request(with: proof), trusting: [stranger], at: Self.now, with: toolkit)
    }
  }

  @Test("a request that no token could make acceptable cannot be made")
  func refusedBeforeTheKey() throws {
    let address = try GraphAddress(collection: .applications, name: .objectID(Self.application), action: .addKey)
    let error = #expect(throws: RequestError.self) {
      try UnsignedRequest.addKey(
        NewCertificate(try added()), to: address, of: Self.application,
        policy: NewCertificatePolicy(maximumLifetime: TimeSpan("1d")), at: Self.now)
    }
    #expect(error?.code == .certificateLifetime)
  }

  @Test("a window that opens later is neither accepted now nor rejected")
  func notYet() throws {
    var draft = DraftRequest(time: Self.now)
    draft.notBefore = Self.now + TimeSpan(seconds: 3600)
    let made = try unsigned().signed(draft, by: try signer(), with: toolkit)
    let report = CheckRequest(toolkit).report(
      on: ReceivedRequest(copying: made.folder, named: "request"), at: Self.now)
    #expect(report.verdict == .notYetValid)
  }

  @Test("an answer is explained with the token that was sent")
  func explained() throws {
    let made = try unsigned().signed(DraftRequest(time: Self.now), by: try signer(), with: toolkit)
    let body = #"{"error":{"code":"Authentication_MissingOrMalformed","message":"Access Token missing or malformed."}}"#
    let answer = try ExplainAnswer(Array(body.utf8).span)
    let token = Array(made.folder.body.token.text.utf8)
    #expect(answer.service(for: token.span) == .graph && answer.explanation().token == nil)
    let explanation = answer.explanation(
      of: token.span, by: try .graphProof(objectID: "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d02"), trusting: [],
      at: Self.now, with: toolkit)
    #expect(explanation.outcome == .refused && explanation.explainingChecks.contains { $0.id == "iss" })
  }
}
