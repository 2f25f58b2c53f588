internal import CP11Kit
internal import Signing

/// A PKCS #11 URI as p11-kit parsed it, which matches modules, slots, tokens and objects.
@safe
final class URIMatcher: Sendable {
  // Written by the initializer alone, and only read by p11-kit after that.
  private nonisolated(unsafe) let uri: OpaquePointer

  /// Throws `malformed-key-reference` for what p11-kit does not take, or took only in part.
  init(_ text: PKCS11URI) throws(KeyError) {
    guard let uri = unsafe p11_kit_uri_new() else { throw KeyError(.deviceFailed, "p11-kit has no memory left") }
    unsafe self.uri = uri
    let result = unsafe p11_kit_uri_parse(text.standardText, P11_KIT_URI_FOR_ANY, uri)
    guard result == P11_KIT_URI_OK.rawValue, unsafe p11_kit_uri_any_unrecognized(uri) == 0 else {
      throw PKCS11URI.malformed("is not taken by p11-kit")
    }
  }

  deinit { unsafe p11_kit_uri_free(uri) }

  func matches(_ info: CK_INFO) -> Bool {
    unsafe withUnsafePointer(to: info) { info in unsafe p11_kit_uri_match_module_info(uri, info) } == 1
  }

  func matches(_ info: CK_SLOT_INFO, id: CK_SLOT_ID) -> Bool {
    let wanted = unsafe p11_kit_uri_get_slot_id(uri)
    if wanted != CK_SLOT_ID.max && wanted != id { return false }
    return unsafe withUnsafePointer(to: info) { info in unsafe p11_kit_uri_match_slot_info(uri, info) } == 1
  }

  func matches(_ info: CK_TOKEN_INFO) -> Bool {
    unsafe withUnsafePointer(to: info) { info in unsafe p11_kit_uri_match_token_info(uri, info) } == 1
  }

  /// Compares `object` and `id` with what an object has; one that has no such attribute does not match.
  func matches(label: [UInt8]?, id: [UInt8]?) -> Bool {
    matches(CKA_LABEL, label) && matches(CKA_ID, id)
  }

  private func matches(_ type: CK_ATTRIBUTE_TYPE, _ value: [UInt8]?) -> Bool {
    guard unsafe p11_kit_uri_get_attribute(uri, type) != nil else { return true }
    guard var value else { return false }
    return unsafe value.withUnsafeMutableBytes { bytes in
      var attribute = unsafe CK_ATTRIBUTE(type: type, pValue: bytes.baseAddress, ulValueLen: UInt(bytes.count))
      return unsafe p11_kit_uri_match_attributes(uri, &attribute, 1) == 1
    }
  }
}
