internal import Signing

extension FileReference {
  /// The key that the attributes `name` and `id` choose; throws `malformed-key-reference` for an id that is not hexadecimal.
  func keySelection(of reference: KeyReference) throws(KeyError) -> KeySelection {
    guard let text = self["id"] else { return KeySelection(name: self["name"], id: nil) }
    guard let id = Hexadecimal.bytes(text) else {
      throw KeyError(
        .malformedKeyReference, "key reference \(reference) has an id that is not hexadecimal",
        hint: "write the id of the key, or the SHA-256 of its public key, as pairs of hexadecimal digits")
    }
    return KeySelection(name: self["name"], id: id)
  }
}
