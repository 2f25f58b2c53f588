import Entra
import JSON
import Messages
import Tokens
import OpenSSLCrypto
import Signing
import SigningTesting

extension FuzzTarget {
  static let response = FuzzTarget(
    "response", "saved answers of the services, alone and in other text, and after a NUL the token that was sent",
    seeds: {
      let responses = try Seeds.fixtures("responses", endingIn: "http", "json", "txt", "html")
      let tokens = try Seeds.fixtures("tokens", endingIn: "jwt")
      return responses + zip(responses, tokens).map { response, token in response + [0] + token }
    }
  ) { input in
    var finder = AnswerFinder(input)
    _ = finder.first()
    try require(
      finder.stepCount <= 5 * ((AnswerFinder.stepsPerByte + 1) * input.count + 4096),
      "looking for an answer takes steps in proportion to the length")
    let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    let response: ServiceResponse
    do throws(ResponseError) { response = try ServiceResponse(Array(parts[0]).span) } catch {
      try require(!error.message.isEmpty, "an error says what is wrong")
      return
    }
    try requireSound(response, in: Array(parts[0]))
    try requireSound(ResponseExplanation(response, token: nil, certificates: []))
    guard parts.count == 2 else { return }
    let judges = try judges.get()
    let key = TrustedKey(FakeVerifier(judges.certificate.publicKey), certificate: judges.certificate)
    for keys in [[], [key]] {
      let sent = SentToken(
        Array(parts[1]).span, profile: response.service == .tokenEndpoint ? judges.entraAssertion : judges.graphProof,
        keys: keys, cryptography: OpenSSLCryptography(), at: response.date ?? Judges.now)
      let explanation = ResponseExplanation(response, token: sent, certificates: keys.compactMap(\.certificate))
      try requireSound(explanation)
      try require(
        explanation.explainingChecks.count + explanation.otherFaults.count == sent.faults.count,
        "each fault either explains the answer or does not")
      try require(
        explanation.explainingChecks.isEmpty || explanation.otherCauses.isEmpty,
        "no other cause is named beside a fault that explains the answer")
    }
  }

  private static let judges = Result { try Judges() }

  private static func requireSound(_ response: ServiceResponse, in text: [UInt8]) throws {
    if let date = response.date { try require(.earliest <= date && date <= .latest, "\(date) is a date") }
    if let status = response.status { try require((0...999).contains(status), "\(status) is a status") }
    if let place = response.place {
      try require(place.line >= 1 && place.line <= text.count { $0 == 0x0A } + 1, "\(place.line) is a line of the text")
      guard case .error = response.kind else { throw BrokenProperty("only an error is found in other text") }
      return
    }
    guard let saved = try? SavedResponse(text.span), saved.body.count != 0, text.first != 0xEF, text.first ?? 0 < 0xFE
    else { return }
    try require(text.suffix(saved.body.count).elementsEqual(saved.body), "the body is the end of what was saved")
    guard case .error(let error) = response.kind else { return }
    guard case .error(let alone) = try ServiceResponse(saved.body.span).kind else {
      throw BrokenProperty("an error is one without the status line, too")
    }
    try require(error.name == alone.name && error.message == alone.message, "it is the same one")
  }

  private static func requireSound(_ explanation: ResponseExplanation) throws {
    try require(!explanation.meaning.isEmpty, "every answer means something")
    try require(
      explanation.answer == nil || explanation.outcome == .refused, "only errors are among the answers that are known")
    let written = JSONWriter.bytes(explanation.json)
    if written.count <= JSONLimits.savedAnswer.byteCount {
      let read = try JSONReader.object(written, within: .savedAnswer)
      try require(read == explanation.json, "what is printed of an explanation is read back the same")
    }
  }
}
