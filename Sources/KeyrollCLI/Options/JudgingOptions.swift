import ArgumentParser
import Keyroll

/// The rules for a token: a profile with its values, or the general rules with theirs.
struct JudgingOptions: ParsableArguments {
  @Option(
    name: .customLong("profile"),
    help: ArgumentHelp(
      "graph-proof, entra-assertion, a built-in profile or a profile file.", valueName: "name or file"),
    completion: .file()
  )
  var profile: String?

  @Option(
    name: .customLong("object-id"),
    help: ArgumentHelp("graph-proof: the object id that iss should be.", valueName: "guid"))
  var objectID: String?

  @OptionGroup var client: EntraClientOptions
  @OptionGroup var parameters: ParameterOptions

  @Option(
    name: .customLong("algorithm"),
    help: ArgumentHelp(
      "An algorithm to allow; without a profile at least one is needed; may be repeated.", valueName: "name"))
  var algorithms: [SignatureAlgorithm] = []

  @Option(name: .customLong("issuer"), help: ArgumentHelp("Without a profile: what iss should be.", valueName: "text"))
  var issuer: String?

  @Option(
    name: .customLong("audience"),
    help: ArgumentHelp("Without a profile: what aud should be or contain.", valueName: "text"))
  var audience: String?

  @Option(name: .customLong("subject"), help: ArgumentHelp("Without a profile: what sub should be.", valueName: "text"))
  var subject: String?

  @Option(
    name: .customLong("require"),
    help: ArgumentHelp("Without a profile: a claim that must be there; may be repeated.", valueName: "name"))
  var required: [String] = []

  @Option(
    name: .customLong("leeway"), help: ArgumentHelp("How far clocks may differ, such as 30s.", valueName: "duration"))
  var leeway: TimeSpan?

  /// The profile to judge by; `publicKey` is the trusted key, which some issuers name in a claim.
  func judgingProfile(publicKey: PublicKey?) throws -> Profile {
    var profile = try namedProfile(publicKey)
    if let leeway { profile.time.leeway = leeway }
    return profile
  }

  private func namedProfile(_ publicKey: PublicKey?) throws -> Profile {
    guard let name = profile else { return try generalProfile() }
    try refuse(generalNames, "goes without --profile")
    var profile: Profile
    switch ExactText(name) {
    case "graph-proof":
      try refuse(client.audienceNames + parameterNames, "is not for graph-proof")
      profile = try .graphProof(
        objectID: objectID.map(ExactText.init(_:)), clientID: client.clientID.map(ExactText.init(_:)))
    case "entra-assertion":
      try refuse(objectNames + parameterNames, "is not for entra-assertion")
      profile = try client.profile(algorithm: nil)
    default:
      // An unknown profile is reported before the options that go with it.
      let document = try ProfileFile.document(name)
      try refuse(objectNames + client.names, "is for Entra's profiles; this one takes --parameter")
      profile =
        try document
        .profile(parameters: try parameters.dictionary(), publicKey: publicKey, isSigning: false)
    }
    profile.algorithms = profile.algorithms.asking(for: algorithms)
    return profile
  }

  private func generalProfile() throws -> Profile {
    try refuse(objectNames + client.names + parameterNames, "needs --profile")
    guard let policy = AlgorithmPolicy(algorithms) else {
      throw CommandError.usage(
        "without --profile at least one --algorithm is needed: the token must not choose for itself")
    }
    return .general(
      algorithms: policy, issuer: issuer.map(ExactText.init(_:)), audience: audience.map(ExactText.init(_:)),
      subject: subject.map(ExactText.init(_:)), required: required.map(ExactText.init(_:)))
  }

  // The names of the given options, by their purpose.

  private var objectNames: [String] { objectID == nil ? [] : ["--object-id"] }
  private var parameterNames: [String] { parameters.isEmpty ? [] : ["--parameter"] }
  private var generalNames: [String] {
    let given = [("--issuer", issuer), ("--audience", audience), ("--subject", subject), ("--require", required.first)]
    return given.filter { $0.1 != nil }.map(\.0)
  }

  /// An option that would be ignored is refused: a check that was asked for must not be silently skipped.
  private func refuse(_ names: [String], _ reason: String) throws(CommandError) {
    if let first = names.first { throw .usage("\(first) \(reason)") }
  }
}

/// The keys that the user trusts to have signed a token.
struct TrustedKeyOptions: ParsableArguments {
  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp(
      "The certificate of the signing key (PEM, DER, a bundle, a PFX, or a saved Graph answer with keyCredentials); may be repeated.",
      valueName: "file"), completion: .file()
  )
  var certificates: [String] = []

  @Option(
    name: .customLong("public-key"),
    help: ArgumentHelp("The public key (PEM, DER, JWK or JWK Set); may be repeated.", valueName: "file"),
    completion: .file())
  var publicKeys: [String] = []

  var isEmpty: Bool { certificates.isEmpty && publicKeys.isEmpty }

  func inputs() throws(KeyError) -> CommandInputs {
    var inputs = CommandInputs()
    try inputs.append(certificates: certificates)
    inputs.append("the public key", publicKeys)
    return inputs
  }

  /// If there are several saved objects, it takes the one that has one of `ids`. Throws what is wrong with a file,
  /// `usage` for a second saved answer, and `no-key-credentials` for one without registered keys if no other key is
  /// given.
  func trust(
    at time: NumericDate, choosing ids: [String?] = [], secrets: any SecretProvider = NoSecrets()
  ) throws -> Trust {
    let toolkit = Toolkit.command
    let ids = ids.compactMap { $0.map(ExactText.init(_:)) }
    var trust = Trust()
    for path in certificates {
      switch try toolkit.contents(of: path, choosing: ids, secrets: secrets) {
      case .certificates(let certificates): for certificate in certificates { trust.add(certificate, with: toolkit) }
      case .registered(let saved):
        // With two it would be unclear which one counts.
        if trust.registered != nil {
          throw CommandError.usage("only one --certificate can be a saved answer: a token belongs to one application")
        }
        trust.add(saved, at: time, with: toolkit)
      }
    }
    for path in publicKeys {
      let trusted = try toolkit.trustedKeys(from: path) { error in
        Diagnostics.warning("\(naming: path): \(error.message)", id: error.id)
      }
      trust.add(trusted)
    }
    try trust.requireUsable()
    return trust
  }
}
