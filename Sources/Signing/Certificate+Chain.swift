extension [Certificate] {
  /// The certificate of the key, each followed by the one its issuer name asks for; empty when the key has none.
  ///
  /// Names decide, not signatures: nobody trusts the chain for its order. What is not asked for is left out.
  public func chain(endingAt key: PublicKey) -> [Certificate] {
    guard let leaf = first(where: { $0.publicKey == key }) else { return [] }
    var chain = [leaf]
    var rest = filter { $0 != leaf }
    while let last = chain.last, last.issuerDER != last.subjectDER,
      let index = rest.firstIndex(where: { $0.subjectDER == last.issuerDER })
    {
      chain.append(rest.remove(at: index))
    }
    return chain
  }
}
