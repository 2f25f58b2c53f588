public import Encodings
import Entra
public import Messages
public import Signing
public import Tokens

/// The keys of the rollovers of one run: each is opened once for an algorithm, however many rollovers and packages it signs for.
///
/// It keeps what it has opened; `finish` lets go of a key that no other rollover of the run needs, so that memory does not grow
/// with their number.
public final class RolloverKeys {
  /// Opens one key; the place where a program says what it opens, and asks for secrets.
  public typealias Opening = (SigningKey, SignatureAlgorithm, NumericDate) throws(KeyError) -> any Signer

  /// What makes a signer the same as another.
  private struct Key: Hashable {
    let reference: String
    let role: RolloverKeyRole
    let algorithm: SignatureAlgorithm
    let certificate: Certificate?
  }

  /// The time at which keys are opened.
  public let time: NumericDate
  /// What keys are opened with.
  public let toolkit: Toolkit
  /// That of the assertions; proofs are signed by RS256, the one that is documented.
  public let assertionAlgorithm: SignatureAlgorithm
  private let secrets: [RolloverKeyRole: any SecretProvider]
  /// Nil for `SigningKey.signer`.
  private let opening: Opening?
  // A key that was refused is not asked for again: nobody types a wrong password twice.
  private var signers: [Key: Result<any Signer, KeyError>] = [:]
  private var uses: [String: Int] = [:]

  /// - Parameters:
  ///   - time: the present time.
  ///   - toolkit: opens the keys.
  ///   - secrets: the passwords and PINs of the old and the new keys.
  ///   - assertionAlgorithm: the algorithm of the client assertions.
  ///   - opening: opens a key; nil for `SigningKey.signer`.
  public init(
    at time: NumericDate, with toolkit: Toolkit, secrets: [RolloverKeyRole: any SecretProvider],
    assertionAlgorithm: SignatureAlgorithm = .ps256, opening: Opening? = nil
  ) {
    self.time = time
    self.toolkit = toolkit
    self.assertionAlgorithm = assertionAlgorithm
    self.secrets = secrets
    self.opening = opening
  }

  /// The key of a reference for one algorithm, opened now or before.
  ///
  /// `certificates` are given beside the key, and come from `source`. Throws what `SigningKey.signer` throws.
  public func signer(
    for algorithm: SignatureAlgorithm, at reference: KeyReference, as role: RolloverKeyRole,
    certificates: [Certificate] = [], from source: String? = nil
  ) throws(KeyError) -> any Signer {
    let key = Key(
      reference: reference.description, role: role, algorithm: algorithm, certificate: certificates.first)
    if let known = signers[key] { return try known.get() }
    let opened: Result<any Signer, KeyError>
    let opener = SigningKey(reference, certificates: certificates, from: source, secrets: secrets[role] ?? NoSecrets())
    do throws(KeyError) {
      if let opening {
        opened = .success(try opening(opener, algorithm, time))
      } else {
        opened = .success(try opener.signer(for: algorithm, at: time, with: toolkit))
      }
    } catch {
      opened = .failure(error)
    }
    signers[key] = opened
    return try opened.get()
  }

  /// Makes the requests of one rollover with these keys.
  public func requests(of folder: RolloverFolder) -> some RolloverRequests {
    KeyedRequests(keys: self, certificates: folder.certificates)
  }

  // MARK: How long a key is kept

  /// Says before the first rollover which keys the run will need, a reference for each rollover that needs it.
  public func expect(_ references: [ExactText]) {
    for reference in references { uses[Self.name(reference), default: 0] += 1 }
  }

  /// Says that a rollover needs these keys no more.
  public func finish(_ references: [ExactText]) {
    for name in references.map(Self.name) {
      guard let count = uses[name] else { continue }
      uses[name] = count - 1
      if count > 1 { continue }
      signers = signers.filter { !$0.key.reference.utf8.elementsEqual(name.utf8) }
    }
  }

  private static func name(_ reference: ExactText) -> String {
    (try? KeyReference(reference.text, of: Toolkit.keySyntaxes).description) ?? reference.text
  }
}

/// Signs the requests of one rollover; each is judged as every request is before it counts as made.
private struct KeyedRequests: RolloverRequests {
  let keys: RolloverKeys
  let certificates: RolloverCertificates

  func token(
    by role: RolloverKeyRole, of plan: RolloverPlan, in window: SendWindow
  ) throws(RolloverError) -> PackagedRequest {
    let (object, cloud) = (plan.object, plan.object.cloud)
    var unsigned = try RolloverError.passing { () throws(ProfileError) in
      try UnsignedRequest.token(
        for: object.clientID, at: try TokenAddress(host: cloud.loginHost, tenant: object.tenant),
        graphHost: cloud.graphHost,
        assertion: .entraAssertion(tenant: object.tenant, clientID: object.clientID, cloud: cloud))
    }
    unsigned.algorithm = keys.assertionAlgorithm == .ps256 ? nil : keys.assertionAlgorithm
    return try signed(unsigned, by: role, of: plan, keys.assertionAlgorithm, in: window)
  }

  func addKey(of plan: RolloverPlan, in window: SendWindow) throws(RolloverError) -> PackagedRequest {
    guard let new = certificates.new else {
      throw RolloverError(.stepTooEarly, "the certificate over the new key is missing")
    }
    let address = try address(plan, .addKey)
    let unsigned = try RolloverError.passing { () throws(RequestError) in
      try UnsignedRequest.addKey(
        NewCertificate(new), to: address, of: plan.object.objectID,
        policy: NewCertificatePolicy(maximumLifetime: plan.maximumLifetime), at: keys.time)
    }
    return try signed(unsigned, by: .old, of: plan, .rs256, in: window)
  }

  func removeKey(
    _ permit: RemovalPermit, of plan: RolloverPlan, in window: SendWindow
  ) throws(RolloverError) -> PackagedRequest {
    let address = try address(plan, .removeKey)
    let unsigned = try RolloverError.passing { () throws(RequestError) in
      try UnsignedRequest.removeKey(permit.keyID, from: address, of: plan.object.objectID, at: keys.time)
    }
    return try signed(unsigned, by: permit.signer, of: plan, .rs256, in: window)
  }

  private func address(_ plan: RolloverPlan, _ action: GraphAddress.Action) throws(RolloverError) -> GraphAddress {
    try RolloverError.passing { () throws(ProfileError) in
      try GraphAddress(
        host: plan.object.cloud.graphHost, collection: plan.object.kind.collection,
        name: .objectID(plan.object.objectID), action: action)
    }
  }

  private func signed(
    _ unsigned: UnsignedRequest, by role: RolloverKeyRole, of plan: RolloverPlan, _ algorithm: SignatureAlgorithm,
    in window: SendWindow
  ) throws(RolloverError) -> PackagedRequest {
    let key = plan[role]
    let certificate = role == .old ? certificates.old : certificates.new
    let signer = try RolloverError.passing { () throws(KeyError) in
      try keys.signer(
        for: algorithm, at: try KeyReference(key.reference.text, of: Toolkit.keySyntaxes), as: role,
        certificates: [certificate].compactMap(\.self), from: key.certificate.text)
    }
    var generator = SystemRandomNumberGenerator()
    var draft = DraftRequest(time: keys.time, identifier: UniqueIdentifier.uuid(using: &generator))
    draft.notBefore = window.start
    draft.lifetime = SendWindow.length
    let toolkit = keys.toolkit
    do throws(RequestError) {
      let made = try unsigned.signed(draft, by: signer, with: toolkit)
      return PackagedRequest(made.folder)
    } catch {
      throw RolloverError(error)
    }
  }
}

extension PackagedRequest {
  /// The files of a request that was made.
  init(_ folder: borrowing RequestFolder) {
    var files: [(name: String, bytes: [UInt8])] = []
    for file in folder.files {
      guard let bytes = folder.bytes(of: file) else { continue }
      files.append((file.name(for: folder.address), bytes.withBytes { [UInt8](copying: $0) }))
    }
    self.init(files)
  }
}
