import Keyroll

/// What the signing commands have in common: judge, open, draft, sign, verify, hand out.
struct TokenSigning {
  let options: SigningOptions
  let profile: ProfileReference
  var claims = JSONObject()
  /// What the command reads besides the key, such as a profile.
  var otherInputs = CommandInputs()
  /// What the service would answer to tokens of a key that is refused here.
  var answerToKey: (KeyError.Code) -> String? = { _ in nil }

  /// Signs one token and writes it.
  func run() throws {
    let (reference, inputs) = try inputs()
    let destination = try options.output.destination(sparing: inputs)
    let (request, algorithm) = try drafting.request()
    for token in try tokens(for: [request], algorithm, by: reference) {
      try destination.write(token.text + "\n")
      // In UTC, because a clock in another zone hides when the token can be used.
      if token.window.end != nil { Diagnostics.note("valid \(token.window)") }
    }
  }

  /// Signs tokens for windows that follow each other and writes each into a file of its own, all or none.
  func run(windows count: Int) throws {
    let (reference, _) = try inputs()
    let names = try WindowFileNames(options.output)
    let (requests, algorithm) = try drafting.requests(count: count)
    let paths = requests.map { names.path(for: $0.notBefore ?? $0.time) }
    let files = try OutputFileSet(paths)
    try files.check()
    let tokens = try tokens(for: requests, algorithm, by: reference)
    try files.write(tokens.map { Array("\($0.text)\n".utf8) })
    for (path, token) in zip(paths, tokens) { Diagnostics.note("\(path) is valid \(token.window)") }
    if count > 1 {
      Diagnostics.warning("whether the service honours a token that starts later is not documented")
    }
  }

  /// The key's reference, and everything that is read; throws `usage` for what is named twice.
  private func inputs() throws -> (reference: KeyReference, inputs: CommandInputs) {
    let reference = try options.key.reference()
    try options.key.access.requireNoneNamedTwice(by: reference, certificate: options.certificate)
    var inputs = try options.inputs(with: reference)
    inputs.append(otherInputs)
    try inputs.requireOneReaderOfStandardInput()
    return (reference, inputs)
  }

  private var drafting: TokenDrafting { TokenDrafting(options: options.draft, profile: profile, claims: claims) }

  /// With one opening of the key for all of them; nothing is signed unless every draft is accepted.
  private func tokens(
    for requests: [DraftRequest], _ algorithm: SignatureAlgorithm, by reference: KeyReference
  ) throws -> [SignedToken] {
    let making = TokenMaking(
      key: reference, access: options.key.access, certificate: options.certificate, profile: profile,
      asked: options.draft.algorithm, answerToKey: answerToKey)
    return try making.tokens(for: requests, algorithm).tokens
  }
}
