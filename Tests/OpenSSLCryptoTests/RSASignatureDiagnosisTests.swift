import OpenSSLCrypto
import Signing
import SigningTesting
import TestSupport
import Testing

@Suite("RSASignatureDiagnosis", .tags(.process))
struct RSASignatureDiagnosisTests {
  private static let message = Array("header.claims".utf8)

  private func signer(_ key: String = "rsa-2048", algorithm: SignatureAlgorithm = .rs256) throws -> any Signer {
    let registry = KeyRegistry(PEMBackend())
    return try registry.signer(
      for: KeyRequest(
        try registry.reference("pem:\(Fixtures.path("keys/\(key).pem"))"), algorithm: algorithm, at: 0,
        secrets: NoSecrets()))
  }

  private func fault(
    _ signature: [UInt8], _ algorithm: SignatureAlgorithm, under key: PublicKey, among certificates: [Certificate] = []
  ) -> SignatureFault {
    RSASignatureDiagnosis().fault(
      in: signature.span, by: algorithm, for: Self.message.span, under: key, among: certificates)
  }

  private func certificate(_ name: String) throws -> Certificate {
    let bytes = try Fixtures.bytes("certificates/\(name)")
    return try #require(CertificateFile.read(bytes.span).first)
  }

  static let cases: [(SignatureAlgorithm, SignatureScript, SignatureFault.Code)] = [
    (.rs256, .init("SHA-512", "hashed -sha512 input"), .wrongHash),
    (.rs256, .init("SHA-1", "hashed -sha1 input"), .wrongHash),
    (.rs384, .init("SHA-256 for RS384", "hashed -sha256 input"), .wrongHash),
    (.rs256, .init("the digest, hashed again", "hashed -sha256 sha256"), .digestHashed),
    (.rs256, .init("the DigestInfo, hashed", "hashed -sha256 digest-info"), .digestHashed),
    (.rs512, .init("SHA-512 over the SHA-256", "hashed -sha512 sha256"), .digestHashed),
    (.rs256, .init("hex text, hashed", "hex < sha256 > text; hashed -sha256 text"), .hexText),
    (.rs256, .init("hex text and newline", "hex < sha256 > text; echo >> text; hashed -sha256 text"), .hexText),
    (.rs256, .init("upper case", "hex < sha256 | tr a-f A-F > text; hashed -sha256 text"), .hexText),
    (.rs256, .init("hex text, only padded", "hex < sha256 > text; sign -in text"), .hexText),
    (.rs256, .init("hex text of the input", "hex < input > text; hashed -sha256 text"), .hexText),
    (
      .rs512, .init("hex text of SHA-256 as a SHA-512", "hex < sha256 > text; sign -pkeyopt digest:sha512 -in text"),
      .hexText
    ),
    (.rs256, .init("base64", "openssl base64 -A -in sha256 -out text; hashed -sha256 text"), .base64Text),
    (.rs256, .init("base64 and newline", "openssl base64 -in sha256 -out text; hashed -sha256 text"), .base64Text),
    (
      .rs256,
      .init("base64url", "openssl base64 -A -in sha256 | tr +/ -_ | tr -d = > text; hashed -sha256 text"), .base64Text
    ),
    (.rs256, .init("base64 of the input", "openssl base64 -A -in input -out text; hashed -sha256 text"), .base64Text),
    (.rs256, .init("newline", "echo >> input; hashed -sha256 input"), .newline),
    (.rs256, .init("carriage return and newline", "printf '\\r\\n' >> input; hashed -sha256 input"), .newline),
    (.rs256, .init("PSS", "hashed -sha256 $pss input"), .pssForPKCS1),
    (.rs256, .init("PSS with the longest salt", "hashed -sha256 -sigopt rsa_padding_mode:pss input"), .pssForPKCS1),
    (.rs256, .init("PSS over something else", "echo x > input; hashed -sha256 $pss input"), .pssForPKCS1),
    (.rs256, .init("the bare digest", "sign -in sha256"), .digestInfo),
    (
      .rs256,
      .init(
        "a DigestInfo without NULL",
        "{ printf '\\060\\057\\060\\013\\006\\011\\140\\206\\110\\001\\145\\003\\004\\002\\001\\004\\040'; cat sha256; } > text; sign -in text"
      ), .digestInfo
    ),
    (.rs256, .init("something else", "echo x > input; hashed -sha256 input"), .otherContent),
    (.rs256, .init("something else, not hashed", "sign -in input"), .digestInfo),
    (.rs256, .init("turned round", "hashed -sha256 input; \(reversal)"), .byteOrder),
    (.ps256, .init("turned round", "hashed -sha256 $pss input; \(reversal)"), .byteOrder),
    (.ps256, .init("PKCS #1", "hashed -sha256 input"), .pkcs1ForPSS),
    (.ps256, .init("the bare digest", "sign -in sha256"), .pkcs1ForPSS),
    (.ps256, .init("the longest salt", "hashed -sha256 -sigopt rsa_padding_mode:pss input"), .saltLength),
    (.ps256, .init("no salt", "hashed -sha256 $pss -sigopt rsa_pss_saltlen:0 input"), .saltLength),
    (.ps256, .init("a salt of 20 bytes", "hashed -sha256 $pss -sigopt rsa_pss_saltlen:20 input"), .saltLength),
    (.ps512, .init("a salt of 32 bytes", "hashed -sha512 $pss -sigopt rsa_pss_saltlen:32 input"), .saltLength),
    (.ps256, .init("MGF1 over SHA-1", "hashed -sha256 $pss -sigopt rsa_mgf1_md:sha1 input"), .maskHash),
    (.ps384, .init("MGF1 over SHA-512", "hashed -sha384 $pss -sigopt rsa_mgf1_md:sha512 input"), .maskHash),
    (.ps256, .init("SHA-512", "hashed -sha512 $pss input"), .wrongHash),
    (.ps256, .init("SHA-1 all through", "hashed -sha1 $pss input"), .wrongHash),
    (.ps256, .init("the digest, hashed again", "hashed -sha256 $pss sha256"), .digestHashed),
    (.ps256, .init("hex text, hashed", "hex < sha256 > text; hashed -sha256 $pss text"), .hexText),
    (
      .ps256, .init("newline and the longest salt", "echo >> input; hashed -sha256 -sigopt rsa_padding_mode:pss input"),
      .newline
    ),
    (.ps256, .init("something else", "echo x > input; hashed -sha256 $pss input"), .otherContent),
  ]

  /// GNU's `tac` reverses lines; here each line is one byte.
  private static let reversal =
    "od -An -v -tx1 -w1 signature | tac | while read -r byte; do printf \"\\\\$(printf %o 0x$byte)\"; done > turned; mv turned signature"

  @Test("the mistakes of signers are told apart", arguments: cases)
  func told(_ algorithm: SignatureAlgorithm, _ script: SignatureScript, _ code: SignatureFault.Code) throws {
    let key = try signer().publicKey
    let signature = try script.signature(for: Self.message, key: Fixtures.path("keys/rsa-2048.pem"))
    let verifier = try RSASignatureVerifier(key)
    let isValid = verifier.isValid(signature.span, by: algorithm, for: Self.message.span)
    #expect(!isValid)
    let fault = fault(signature, algorithm, under: key)
    #expect(fault.code == code, "\(fault)")
  }

  @Test("the message says what the signature is, and what was asked for")
  func message() throws {
    let script = SignatureScript("", "echo >> input; hashed -sha512 -sigopt rsa_padding_mode:pss input")
    let signature = try script.signature(for: Self.message, key: Fixtures.path("keys/rsa-2048.pem"))
    #expect(
      fault(signature, .ps256, under: try signer().publicKey)
        == SignatureFault(
          .newline,
          "the signature is PSS with SHA-512, MGF1 over SHA-512 and a salt of 190 bytes over the signing input and a line break, and PS256 is PSS with SHA-256, MGF1 over SHA-256 and a salt of 32 bytes over the signing input",
          hint: "sign the signing input as it is: echo and editors add a line break"))
  }

  @Test("PSS is also found if the modulus begins a byte of its own")
  func oddModulus() throws {
    let folder = try TemporaryFolder()
    let made = try Judge.run("/usr/bin/openssl", ["genrsa", "-out", folder.path("key.pem"), "2049"])
    try #require(made.status == 0, "\(made)")
    let registry = KeyRegistry(PEMBackend())
    let signer = try registry.signer(
      for: KeyRequest(
        try registry.reference("pem:\(folder.path("key.pem"))"), algorithm: .ps256, at: 0, secrets: NoSecrets()))
    for (lines, code) in [
      ("hashed -sha256 -sigopt rsa_padding_mode:pss input", SignatureFault.Code.saltLength),
      ("hashed -sha256 $pss sha256", .digestHashed), ("echo x > input; hashed -sha256 $pss input", .otherContent),
    ] {
      let signature = try SignatureScript(lines, lines).signature(for: Self.message, key: folder.path("key.pem"))
      #expect(fault(signature, .ps256, under: signer.publicKey).code == code)
    }
  }

  @Test("the certificate of the key that signed is named, if it is given")
  func otherKey() throws {
    let key = try signer().publicKey
    let others = [try certificate("rsa-4096.pem"), try certificate("other.pem")]
    for (name, subject) in [("rsa-2048-other", others[1].subject), ("rsa-4096", others[0].subject)] {
      let signature = try signer(name).sign(Self.message.span).bytes
      let named = fault(signature, .rs256, under: key, among: others)
      #expect(named.code == .otherKey)
      #expect(named.message.contains("\"\(subject)\""), "\(named)")
    }
    let unnamed = fault(try signer("rsa-2048-other").sign(Self.message.span).bytes, .rs256, under: key)
    #expect(unnamed.code == .otherKey)
    #expect(unnamed.hint?.contains("the certificates of other keys") == true)
  }

  @Test(
    "bytes that are not a signature are reported as made by another key, or changed",
    arguments: SignatureAlgorithm.allCases)
  func noise(_ algorithm: SignatureAlgorithm) throws {
    let signer = try signer(algorithm: algorithm)
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<40 {
      let noise = (0..<256).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(fault(noise, algorithm, under: signer.publicKey).code == .otherKey)
    }
    var changed = try signer.sign(Self.message.span).bytes
    changed[100] ^= 1
    #expect(fault(changed, algorithm, under: signer.publicKey).code == .otherKey)
    for uniform in [UInt8(0), 0xFF] {
      let bytes = [UInt8](repeating: uniform, count: 256)
      #expect(fault(bytes, algorithm, under: signer.publicKey).code == .otherKey)
    }
  }

  @Test("a signature of another length is refused, and dropped zero bytes are recognised")
  func length() throws {
    let signer = try signer()
    let good = try signer.sign(Self.message.span).bytes
    for bad in [[], [0], Array(good.dropLast()), good + [0], good + good] {
      let fault = fault(bad, .rs256, under: signer.publicKey)
      #expect(fault.code == .wrongLength)
      #expect(fault.message == "the signature has \(bad.count) bytes, and one of this key, RSA 2048, has 256")
    }
    // One signature in 256 begins with a zero byte.
    var message = Self.message
    var short: [UInt8]?
    for counter in 0..<10_000 where short == nil {
      message = Array("\(counter)".utf8)
      let bytes = try signer.sign(message.span).bytes
      if bytes[0] == 0 { short = Array(bytes.drop { $0 == 0 }) }
    }
    let bytes = try #require(short)
    let fault = RSASignatureDiagnosis().fault(
      in: bytes.span, by: .rs256, for: message.span, under: signer.publicKey, among: [])
    #expect(fault.code == .wrongLength)
    #expect(fault.message.hasSuffix(": leading zero bytes are missing"), "\(fault)")
  }
}
