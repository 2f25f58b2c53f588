import Signing
import TestSupport
import Testing

@testable import OpenSSLCrypto

@Suite("OpenSSLErrors")
struct OpenSSLErrorsTests {
  @Test("the entries of a failed call are drained with their texts, and the queue is then empty") func drain() {
    OpenSSLErrors.clear()
    let bytes: [UInt8] = [0x30, 3, 2, 1, 0]
    _ = X509Item(bytes.span)
    let errors = OpenSSLErrors.drain()
    #expect(!errors.entries.isEmpty)
    #expect(errors.entries.allSatisfy { !$0.text.isEmpty })
    #expect(errors.contains(errors.entries[0].library, errors.entries[0].reason))
    #expect(!errors.contains(errors.entries[0].library, -1))
    #expect(OpenSSLErrors.drain().entries.isEmpty)
    #expect(OpenSSLErrors.drain().summary == "no reason given")
  }

  @Test("clearing drops entries that nobody asks for") func clear() {
    let bytes: [UInt8] = [0x30, 3, 2, 1, 0]
    _ = X509Item(bytes.span)
    OpenSSLErrors.clear()
    #expect(OpenSSLErrors.drain().entries.isEmpty)
  }
}
