import Testing

@testable import OpenSSLCrypto

@Suite("BagAttributes")
struct PKCS12BagAttributesTests {
  @Test("a friendly name is big-endian UTF-16, with surrogate pairs and a NUL at its end allowed")
  func names() {
    #expect(BagAttributes.text(ofBMPString: [0, 0x61, 0x03, 0xBA]) == "aκ")
    #expect(BagAttributes.text(ofBMPString: [0xD8, 0x3D, 0xDD, 0x11]) == "🔑")
    #expect(BagAttributes.text(ofBMPString: [0, 0x61, 0, 0]) == "a")
    #expect(BagAttributes.text(ofBMPString: []) == "")
  }

  @Test(
    "a friendly name that is not UTF-16 is not a name",
    arguments: [[0], [0xD8, 0x3D], [0xDD, 0x11, 0, 0x61]] as [[UInt8]])
  func noNames(_ bytes: [UInt8]) { #expect(BagAttributes.text(ofBMPString: bytes) == nil) }
}
