import JOSE
import Signing

/// Tells the known ways of signing something else than the token from any other bad signature.
enum SignatureFailure {
  /// The same check, or where it failed by a known mistake one that names it.
  static func named(_ check: Check, _ token: UnverifiedToken, _ header: JSONObject, _ key: TrustedKey) -> Check {
    let serialization = token.serialization
    guard check.status == .failed, serialization.signingInputByteCount <= Limits.diagnosedByteCount,
      let algorithm = header["alg"]?.string.flatMap({ SignatureAlgorithm(name: $0.text) }),
      let mistake = key.verifier.mistake(
        in: serialization.signature.span, by: algorithm,
        for: serialization.text.span.extracting(..<serialization.signingInputByteCount))
    else { return check }
    switch mistake {
    case .trailingLineBreak:
      return .failed(
        check.id, check.verdict, .signatureOverLineBreak,
        "the signature is over header and payload with a line break behind them",
        hint: "sign header.payload without a line break, as printf and echo -n write it")
    case .hexadecimalDigest:
      return .failed(
        check.id, check.verdict, .signatureOverHexadecimalDigest,
        "the signature is over the hexadecimal text of a SHA-256 in the place of the \(algorithm.digest.rawValue)",
        hint:
          "pass the \(algorithm.digest.byteCount) bytes of the \(algorithm.digest.rawValue), not the text of a digest")
    }
  }
}
