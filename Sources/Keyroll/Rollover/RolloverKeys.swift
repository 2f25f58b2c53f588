public import Encodings
import Entra
public import Messages
public import Signing
public import Tokens

/// The keys of the rollovers of one run: each is opened once, however many algorithms, rollovers and packages it signs for.
///
/// It keeps what it has opened; `finish` lets go of a key that no other rollover of the run needs, so that memory does not grow
/// with their number.
public final class RolloverKeys {
  /// Opens one key; the place where a program says what it opens, and asks for secrets.
  public typealias Opening = (SigningKey, SignatureAlgorithm, NumericDate) throws(KeyError) -> any Signer

  /// What is opened once.
  private struct Place: Hashable {
    let reference: String
    let role: RolloverKeyRole
  }

  /// One key that is open, bound to the algorithms that were asked for so far.
  private struct OpenKey {
    let first: any Signer
    /// True if it came with its own certificates, which a certificate that was given would hide.
    let hasOwnCertificates: Bool
    var bound: [SignatureAlgorithm: (certificate: Certificate?, signer: any Signer)] = [:]
  }

  /// The time at which keys are opened.
  public let time: NumericDate
  /// What keys are opened with.
  public let toolkit: Toolkit
  /// That of the assertions; proofs are signed by RS256, the one that is documented.
  public let assertionAlgorithm: SignatureAlgorithm
  private let secrets: [RolloverKeyRole: any SecretProvider]
  private let workingFolder: String?
  /// Nil for `SigningKey.signer`.
  private let opening: Opening?
  private var open: [Place: [OpenKey]] = [:]
  // A key that was refused is not asked for again: nobody types a wrong password twice.
  private var refused: [Place: KeyError] = [:]
  private var uses: [String: Int] = [:]

  /// - Parameters:
  ///   - time: the present time.
  ///   - toolkit: opens the keys.
  ///   - secrets: the passwords and PINs of the old and the new keys.
  ///   - assertionAlgorithm: the algorithm of the client assertions.
  ///   - workingFolder: what relative paths begin with: one key is known by its relative and its absolute path.
  ///   - opening: opens a key; nil for `SigningKey.signer`.
  public init(
    at time: NumericDate, with toolkit: Toolkit, secrets: [RolloverKeyRole: any SecretProvider],
    assertionAlgorithm: SignatureAlgorithm = .ps256, workingFolder: String? = nil, opening: Opening? = nil
  ) {
    self.time = time
    self.toolkit = toolkit
    self.assertionAlgorithm = assertionAlgorithm
    self.secrets = secrets
    self.workingFolder = workingFolder
    self.opening = opening
  }

  /// How many keys are open.
  public var openCount: Int { open.values.reduce(0) { $0 + $1.count } }

  /// The key of a reference for one algorithm, opened now or before.
  ///
  /// `certificates` are given beside the key, and come from `source`. Throws what `SigningKey.signer` throws.
  public func signer(
    for algorithm: SignatureAlgorithm, at reference: KeyReference, as role: RolloverKeyRole,
    certificates: [Certificate] = [], from source: String? = nil
  ) throws(KeyError) -> any Signer {
    let place = Place(reference: name(ExactText(reference.description)), role: role)
    if let error = refused[place] { throw error }
    let key = SigningKey(reference, certificates: certificates, from: source, secrets: secrets[role] ?? NoSecrets())
    if let signer = try shared(key, algorithm, at: place) { return signer }
    do throws(KeyError) {
      let signer =
        if let opening { try opening(key, algorithm, time) } else {
          try key.signer(for: algorithm, at: time, with: toolkit)
        }
      open[place, default: []].append(OpenKey(first: signer, hasOwnCertificates: certificates.isEmpty))
      return signer
    } catch {
      // With another certificate it may be another key of the same file.
      if certificates.isEmpty { refused[place] = error }
      throw error
    }
  }

  /// The signer of a key that is open already; nil if it has to be opened.
  private func shared(
    _ key: SigningKey, _ algorithm: SignatureAlgorithm, at place: Place
  ) throws(KeyError) -> (any Signer)? {
    let wanted = key.certificates.first
    for index in (open[place] ?? []).indices {
      guard let one = open[place]?[index], wanted != nil || one.hasOwnCertificates else { continue }
      if let known = one.bound[algorithm], known.certificate == wanted { return known.signer }
      let signer = one.first
      let isAsOpened = signer.algorithm == algorithm && (wanted == nil || signer.certificates.first == wanted)
      if isAsOpened { return signer }
      if let bound = try key.signer(for: algorithm, sharing: signer, at: time, with: toolkit) {
        // The last one alone: many rollovers may have a certificate each over one key.
        open[place]?[index].bound[algorithm] = (wanted, bound)
        return bound
      }
    }
    return nil
  }

  /// The certificates of a file, or of a `pkcs11:` reference, beside the keys that are open: no login of theirs is lost.
  public func certificates(from name: String) throws(KeyError) -> [Certificate] {
    try toolkit.certificates(from: name, besideOpenKeys: !open.isEmpty)
  }

  /// Makes the requests of one rollover with these keys.
  public func requests(of folder: RolloverFolder) -> some RolloverRequests {
    KeyedRequests(keys: self, certificates: folder.certificates)
  }

  // MARK: How long a key is kept

  /// Says before the first rollover which keys the run will need, a reference for each rollover that needs it.
  public func expect(_ references: [ExactText]) {
    for name in Set(references.map(name)) { uses[name, default: 0] += 1 }
  }

  /// Says that a rollover needs these keys no more; one that no rollover was expected to need goes at once.
  public func finish(_ references: [ExactText]) {
    for name in Set(references.map(name)) {
      let count = (uses[name] ?? 0) - 1
      uses[name] = count > 0 ? count : nil
      if count > 0 { continue }
      open = open.filter { !$0.key.reference.utf8.elementsEqual(name.utf8) }
      refused = refused.filter { !$0.key.reference.utf8.elementsEqual(name.utf8) }
    }
  }

  /// One name for each key, however its path is written.
  private func name(_ reference: ExactText) -> String {
    guard let known = try? KeyReference(reference.text, of: Toolkit.keySyntaxes) else { return reference.text }
    guard let workingFolder else { return known.description }
    return known.text(startingAt: workingFolder)
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
