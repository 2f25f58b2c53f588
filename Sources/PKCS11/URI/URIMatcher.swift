internal import CP11Kit
import Messages
internal import Signing

/// A PKCS #11 URI in the form that p11-kit parsed, which matches modules, slots, tokens and objects.
@safe
final class URIMatcher: Sendable {
  // Written by the initializer alone; p11-kit only reads it after that.
  private nonisolated(unsafe) let uri: OpaquePointer
  /// True if the URI compares what modules say about themselves; otherwise they need not be asked.
  let comparesModules: Bool
  /// The same for slots.
  let comparesSlots: Bool
  /// True if one slot is named by its number.
  let namesSlot: Bool
  private let wanted: (label: [UInt8]?, id: [UInt8]?)

  /// Throws `malformed-key-reference` for a URI that p11-kit does not accept, or accepts only in part.
  init(_ text: PKCS11URI) throws(KeyError) {
    comparesModules = [.libraryManufacturer, .libraryDescription, .libraryVersion].contains { text[$0] != nil }
    comparesSlots = [.slotManufacturer, .slotDescription].contains { text[$0] != nil }
    namesSlot = text[.slotID] != nil
    wanted = (text[.object], text[.id])
    guard let uri = unsafe p11_kit_uri_new() else { throw KeyError(.deviceFailed, "p11-kit has no memory left") }
    unsafe self.uri = uri
    let result = unsafe p11_kit_uri_parse(text.standardText, P11_KIT_URI_FOR_ANY, uri)
    guard result == P11_KIT_URI_OK.rawValue, unsafe p11_kit_uri_any_unrecognized(uri) == 0 else {
      throw PKCS11URI.malformed("is not accepted by p11-kit")
    }
  }

  deinit { unsafe p11_kit_uri_free(uri) }

  func matches(_ info: CK_INFO) -> Bool {
    var info = info
    FixedField.pad(&info.manufacturerID)
    FixedField.pad(&info.libraryDescription)
    return unsafe withUnsafePointer(to: info) { info in unsafe p11_kit_uri_match_module_info(uri, info) } == 1
  }

  /// Compares only the number of the slot.
  func matches(_ slotID: CK_SLOT_ID) -> Bool {
    let wanted = unsafe p11_kit_uri_get_slot_id(uri)
    return !namesSlot || wanted == slotID
  }

  func matches(_ info: CK_SLOT_INFO) -> Bool {
    var info = info
    FixedField.pad(&info.manufacturerID)
    FixedField.pad(&info.slotDescription)
    return unsafe withUnsafePointer(to: info) { info in unsafe p11_kit_uri_match_slot_info(uri, info) } == 1
  }

  func matches(_ info: CK_TOKEN_INFO) -> Bool {
    var info = info
    FixedField.pad(&info.label)
    FixedField.pad(&info.manufacturerID)
    FixedField.pad(&info.model)
    FixedField.pad(&info.serialNumber)
    return unsafe withUnsafePointer(to: info) { info in unsafe p11_kit_uri_match_token_info(uri, info) } == 1
  }

  /// Compares `object` and `id` with those of an object; an object without such an attribute does not
  /// match.
  ///
  /// Spaces and NULs that pad a name do not count, on either side.
  func matches(label: [UInt8]?, id: [UInt8]?) -> Bool {
    if let wanted = wanted.id, id.map({ $0 != wanted }) ?? true { return false }
    guard let wanted = wanted.label else { return true }
    return label.map { FixedField(bytes: $0).bytes == FixedField(bytes: wanted).bytes } ?? false
  }
}
