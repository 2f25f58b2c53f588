import Signing
import SigningTesting

/// Uses its key for something other than what was asked.
struct LyingSigner: Signer {
  enum Lie: CaseIterable {
    case otherMessage, otherKey, otherAlgorithm, nothing, trailingByte

    var error: String { self == .nothing ? "empty-segment" : "bad-signature" }
  }

  let algorithm = SignatureAlgorithm.rs256
  let publicKey = PublicKey.fake()
  let certificates: [Certificate] = []
  let lie: Lie

  init(_ lie: Lie) { self.lie = lie }

  func sign(_ message: Span<UInt8>) throws(SigningError) -> Signature {
    let honest = FakeSigner()
    switch lie {
    case .otherMessage: return try honest.sign([1].span)
    case .otherKey: return try FakeSigner(publicKey: .fake(2)).sign(message)
    case .otherAlgorithm: return try FakeSigner(.ps256).sign(message)
    case .nothing: return Signature(algorithm: algorithm, bytes: [])
    case .trailingByte: return Signature(algorithm: algorithm, bytes: try honest.sign(message).bytes + [0])
    }
  }
}
