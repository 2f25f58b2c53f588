import Keyroll

/// Makes the rollovers of one run.
struct NewRolloverMaker {
  let ring: RolloverKeyRing
  let time: NumericDate
  let buildTime: Int64
  let isRequest: Bool
  /// True if the first package follows at once.
  var writesPackage = true
  var storesCertificate = false

  private var toolkit: Toolkit { ring.toolkit }

  /// Opens the old key first, then makes or opens the new one, then makes the folder; with what there is to say of it.
  mutating func make(
    _ order: RolloverOrder, at path: String
  ) throws -> (folder: RolloverFolder, lines: [(name: String, text: String)]) {
    let given = try order.certificate.map(ring.keys.certificates) ?? []
    let old = try NewRollover.OldKey(at: order.key, certificates: given, from: order.certificate, by: ring.keys)
    try requireValid(old.certificate)
    let subject = order.subject ?? old.certificate.subject
    var lines: [(name: String, text: String)] = []
    let new: NewRollover.NewKey
    var reference: String?
    switch order.newKey {
    case .open(let key, let certificate):
      let given = try certificate.map(ring.keys.certificates) ?? []
      new = try NewRollover.NewKey(at: key, certificates: given, from: certificate, subject: subject, by: ring.keys)
    case .create(let place, let description, let seconds, let file):
      let created = try create(place, description, order, subject: subject, seconds, password: file?.path)
      new = NewRollover.NewKey(created.key)
      reference = file.map { "\(new.reference)\($0.attribute)" }
      lines.append(("made", made(created, at: place, order)))
    }
    var rollover = NewRollover(title: order.title, object: order.object, old: old, new: new)
    rollover.overlap = order.overlap
    rollover.maximumLifetime = order.maximumLifetime
    rollover.newReference = reference
    rollover.workingFolder = ring.workingFolder
    let folder: RolloverFolder
    do throws(RolloverError) {
      folder = try rollover.make(at: path, time: time, cryptography: toolkit.cryptography)
    } catch {
      guard case .create = order.newKey else { throw error }
      throw RolloverError(
        id: error.id, "\(error.message); the new key was made and stays: \(naming: new.reference)", hint: error.hint)
    }
    if new.certificateRequest != nil {
      lines.append(
        ("wrote", "\(naming: "\(path)/\(RolloverFolder.requestName)")   the certificate request, for the authority"))
    }
    return (folder, lines)
  }

  private static let resuming = "where an earlier run has made it, name it by --new-key in its place"

  /// Throws `certificate-not-yet-valid` if the old key could prove nothing yet, before anything is made.
  private func requireValid(_ old: Certificate) throws {
    let start = old.validity.notBefore
    if !writesPackage || start <= time { return }
    throw RolloverError(
      id: "certificate-not-yet-valid", "the old certificate is valid from \(start) on, and it is \(time)",
      hint: "wait, or begin without a package by --plan-only; if the certificate is in use, the clock here is behind")
  }

  private func create(
    _ place: KeyDestination, _ description: KeyDescription, _ order: RolloverOrder, subject: String, _ seconds: Int64,
    password path: String?
  ) throws -> (key: CreatedKey, file: String?) {
    let life = try CertificateLife(
      at: time.seconds, startingAt: nil, lasting: seconds, atMost: order.maximumLifetime?.seconds, builtAt: buildTime)
    let plan: CertificatePlan
    do throws(CertificateError) {
      plan = try CertificatePlan(subject, life: isRequest ? nil : life, with: toolkit)
    } catch {
      if order.subject != nil { throw error }
      throw CertificateError(
        id: error.id, "the subject of the old certificate cannot be that of a new one: \(error.message)",
        hint: "choose one by --subject")
    }
    // The key before what lies beside it: an earlier run may have made both.
    do throws(KeyMakingError) { try place.requireFree() } catch {
      throw KeyMakingError(id: error.id, error.message, hint: Self.resuming)
    }
    let neighbour = place.neighbour(ending: isRequest ? ".csr" : ".cer")
    let file = try neighbour.map(NewCertificateOutput.file)
    plan.warnings.forEach(ring.warnings.warn)
    let secret = try password(for: place, in: path)
    if let secret { ring.newSecrets.remember(secret, of: place.reference.description) }
    let (maker, warnings) = try toolkit.maker(
      at: place, password: secret?.copy, secrets: ring.secrets)
    warnings.forEach(ring.warnings.warn)
    let created: CreatedKey
    do throws(KeyMakingError) {
      created = try plan.key(description, by: maker, writing: file, with: toolkit)
    } catch {
      throw error.code == .keyTaken ? KeyMakingError(.keyTaken, error.message, hint: Self.resuming) : error
    }
    created.finished.notes.forEach(ring.warnings.warn)
    if let secret { ring.remember(secret, of: created.finished.reference) }
    if storesCertificate, let certificate = created.product.certificate { try store(certificate, beside: created) }
    return (created, neighbour)
  }

  /// Puts the certificate on the token of a key that was made there.
  private func store(_ certificate: Certificate, beside created: CreatedKey) throws {
    do throws(KeyMakingError) {
      let reference = try KeyMakingError.passing { () throws(KeyError) in
        try KeyReference(created.finished.reference, of: Toolkit.keySyntaxes)
      }
      try toolkit.store(certificate, besideKeyAt: reference, secrets: ring.secrets).notes.forEach(ring.warnings.warn)
    } catch {
      throw KeyMakingError(
        id: error.id, "\(error.message); the new key was made and stays: \(naming: created.finished.reference)",
        hint: error.hint)
    }
  }

  private func password(for place: KeyDestination, in path: String?) throws -> SharedSecret? {
    guard place.isFile else { return nil }
    let source = path.map(SecretSource.path)
    if source == nil, let given = ring.newSecrets.given { return given }
    return SharedSecret(try NewSecret.password(from: source, for: place.reference.description))
  }

  private func made(_ created: (key: CreatedKey, file: String?), at place: KeyDestination, _ order: RolloverOrder)
    -> String
  {
    let key = created.key
    var names = "\(naming: place.isFile ? place.reference.path : key.finished.reference)"
    if let file = created.file { names += ", \(naming: file)" }
    guard let certificate = key.product.certificate else { return "\(names)   \(key.publicKey.summary)" }
    let whose = order.subject == nil ? "subject of the old one" : "\(quoting: certificate.subject)"
    let (start, end) = certificate.validity
    return "\(names)   \(key.publicKey.summary), \(whose), to \(end) (\((end - start).seconds / 86_400 + 1) d)"
  }
}

extension RolloverOrder {
  /// Throws `usage` unless the new key is made on a token.
  func requireStore() throws(CommandError) {
    if case .create(let place, _, _, _) = newKey, !place.isFile { return }
    throw .usage("--store is for a key that is made on a token")
  }

  /// Of the keys that are opened, as far as they are known before they are made.
  var references: [ExactText] {
    let new: String
    switch newKey {
    case .open(let reference, _): new = reference.description
    case .create(let place, _, _, _): new = place.reference.description
    }
    return [ExactText(key.description), ExactText(new)]
  }
}
