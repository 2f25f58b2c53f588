import PKCS11
import Testing

@Suite struct ReturnValueTests {
  @Test(
    "a value is shown by the standard's name, and an unknown one by its number",
    arguments: [
      (0x0, "CKR_OK"), (0xA0, "CKR_PIN_INCORRECT"), (0xB3, "CKR_SESSION_HANDLE_INVALID"), (0x203, "CKR_KEY_EXHAUSTED"),
      (0x4, "CKR 0x4"), (0x8000_0000, "CKR_VENDOR_DEFINED + 0x0"), (0x8000_00A0, "CKR_VENDOR_DEFINED + 0xa0"),
    ] as [(UInt, String)])
  func name(rawValue: UInt, name: String) {
    #expect(ReturnValue(rawValue: rawValue).description == name)
  }
}
