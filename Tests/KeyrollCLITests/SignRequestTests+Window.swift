import Keyroll
import TestSupport
import Testing

/// Windows, by their distance and by the validity of the certificate.
extension SignRequestTests {
  @Test("a window that starts further ahead than --horizon, or than 30 days without it, is not signed")
  func horizon() throws {
    let request = try Self.proof(in: folder)
    func refusal(at time: String, _ options: [String] = []) throws -> String {
      let outcome = try sign(request, key: Self.absentKey, at: time, options)
      #expect(outcome.status == 2 && outcome.output.isEmpty)
      return self.refusal(outcome)
    }
    func refused(_ latest: String, _ horizon: String) -> String {
      """
      keyroll: error: the window of the signing request starts at 2027-01-15T08:00:00Z, later than \(latest), which is \(horizon) ahead [window-beyond-horizon]
      keyroll: hint: have it prepared closer to its use, or allow a longer horizon

      """
    }
    #expect(try refusal(at: "2026-12-16T07:59:59Z") == refused("2027-01-15T07:59:59Z", "30 d"))
    #expect(try refusal(at: "2020-01-15T08:00:00Z") == refused("2020-02-14T08:00:00Z", "30 d"))
    #expect(try refusal(at: "2027-01-15T05:59:59Z", ["--horizon", "2h"]) == refused("2027-01-15T07:59:59Z", "2 h"))
    #expect(try refusal(at: "2027-01-15T07:59:59Z", ["--horizon", "0s"]) == refused("2027-01-15T07:59:59Z", "0 s"))
    for (time, options, distance) in [
      ("2026-12-16T08:00:00Z", [], "30 d"), ("2027-01-15T06:00:00Z", ["--horizon", "2h"], "2 h"),
      ("2026-11-16T08:00:00Z", ["--horizon", "60d"], "60 d"),
    ] {
      let outcome = try sign(request, at: time, options)
      #expect(outcome.status == 0)
      #expect(outcome.error.hasSuffix("10 min: it starts in \(distance)\n"), "\(outcome)")
    }
  }

  /// A request that no `prepare` writes, with a proof from this second on.
  private func forged(_ certificate: String, notBefore: Int64) throws -> String {
    let cryptography = OpenSSLCryptography()
    let leaf = try #require(cryptography.certificates(inFile: Fixtures.path("certificates/\(certificate).pem")).first)
    let reference = ProfileReference.graphProof(objectID: ExactText(SignCommandTests.objectID))
    let profile = try reference.profile(algorithm: nil, publicKey: leaf.publicKey)
    let draft = try profile.draft(
      DraftRequest(time: NumericDate(seconds: notBefore)), algorithm: .rs256, publicKey: leaf.publicKey,
      certificates: [leaf])
    let request = try SigningRequest(
      draft, by: reference, algorithm: .rs256, certificates: [leaf], cryptography: cryptography)
    return try folder.write(JSONWriter.bytes(request.json), to: "forged.json")
  }

  @Test(
    "a window outside the validity of the certificate is not signed",
    arguments: [
      (
        "not-yet-valid", 2_461_449_599, "2047-12-31T23:59:59Z",
        "starts at 2047-12-31T23:59:59Z, before its certificate does at 2048-01-01T00:00:00Z [window-before-certificate]",
        "have it prepared for a window in which the certificate is valid"
      ),
      (
        "expired", 1_577_836_201, "2019-12-31T23:50:01Z",
        "ends at 2020-01-01T00:00:01Z, after its certificate does at 2020-01-01T00:00:00Z [window-after-certificate]",
        "have it prepared with a certificate that is valid for the whole window"
      ),
      (
        "expired", 1_800_000_000, "2027-01-15T08:00:00Z",
        "ends at 2027-01-15T08:10:00Z, after its certificate does at 2020-01-01T00:00:00Z [window-after-certificate]",
        "have it prepared with a certificate that is valid for the whole window"
      ),
    ])
  func certificateDates(certificate: String, start: Int64, time: String, reason: String, hint: String) throws {
    let outcome = try sign(try forged(certificate, notBefore: start), key: Self.absentKey, at: time)
    #expect(outcome.status == 2 && outcome.output.isEmpty)
    #expect(
      refusal(outcome) == "keyroll: error: the window of the signing request \(reason)\nkeyroll: hint: \(hint)\n")
  }

  @Test("a window as long as the validity of the certificate is signed")
  func wholeValidity() throws {
    for (certificate, start, time) in [
      ("not-yet-valid", 2_461_449_600, "2048-01-01T00:00:00Z"), ("expired", 1_577_836_200, "2019-12-31T23:50:00Z"),
    ] as [(String, Int64, String)] {
      let outcome = try sign(try forged(certificate, notBefore: start), at: time)
      #expect(outcome.status == 0, "\(outcome)")
    }
  }
}
