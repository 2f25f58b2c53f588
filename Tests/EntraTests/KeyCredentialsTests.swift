import Encodings
import Entra
import Foundation
import JSON
import Messages
import Tokens
import OpenSSLCrypto
import Signing
import TestSupport
import Testing

@Suite("KeyCredentials")
struct KeyCredentialsTests {
  struct Row: Decodable, Sendable, CustomTestStringConvertible {
    let file: String
    let entries: [String]?
    let error: String?
    let why: String

    var testDescription: String { "\(file): \(why)" }
  }

  static let rows: [Row] = {
    do {
      return try JSONDecoder().decode([Row].self, from: Data(Fixtures.bytes("key-credentials/manifest.json")))
    } catch { return [] }
  }()

  @Test("Every saved answer is read, or refused for the reason in its row", arguments: rows)
  func fixture(_ row: Row) throws {
    let bytes = try Fixtures.bytes("key-credentials/\(row.file)")
    do throws(KeyCredentialsError) {
      let credentials = try KeyCredentials(bytes.span, of: row.file, cryptography: OpenSSLCryptography())
      #expect(credentials.entries.map(\.keyID.text) == row.entries)
      #expect(row.error == nil)
    } catch {
      #expect(error.id == row.error, "\(error)")
      #expect(error.message.contains(row.file))
    }
  }

  @Test("An entry that lacks something says what, in either spelling of the names, and how to save it")
  func missing() throws {
    let json = Array("[{\"KeyId\":\"5d9c1b7e-3f2a-4e6b-9c8d-1a2b3c4d5e03\",\"Usage\":\"Verify\"}]".utf8)
    do throws(KeyCredentialsError) {
      _ = try KeyCredentials(json.span, cryptography: OpenSSLCryptography())
      Issue.record("read")
    } catch {
      #expect(
        error.message == #"entry 5d9c1b7e-3f2a-4e6b-9c8d-1a2b3c4d5e03 of "the saved answer": type is missing"#)
      #expect(error.hint == "save the whole answer, as Graph, az or PowerShell writes it")
    }
  }

  @Test("However an application was saved, the same is read of it")
  func sameOfAll() throws {
    let expected = try read("application").entries
    let files = [
      "byte-order-mark.json", "utf-16.json", "powershell-7.json", "powershell-5.json", "powershell-cut.json",
      "powershell-wrapped.json", "azuread.json", "portal-manifest.json", "batch.json", "curl-i.http", "pages.json",
    ]
    for file in files {
      let bytes = try Fixtures.bytes("key-credentials/\(file)")
      let read = try KeyCredentials(bytes.span, of: file, cryptography: OpenSSLCryptography())
      #expect(read.entries == expected, "\(file)")
      #expect(read.objectID == "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01", "\(file)")
      #expect(read.applicationID == "2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02", "\(file)")
      #expect(read.answered?.description == (file == "curl-i.http" ? "2023-11-14T22:18:20Z" : nil))
    }
  }

  @Test(
    "A date of Windows PowerShell is milliseconds, perhaps with an offset that changes nothing",
    arguments: [
      ("/Date(1735689600000)/", "2025-01-01T00:00:00Z"), ("/Date(1735689600999)/", "2025-01-01T00:00:00Z"),
      ("/Date(1735689600000+0200)/", "2025-01-01T00:00:00Z"), ("/Date(-1)/", "1969-12-31T23:59:59Z"),
      ("/Date(-62135596800000)/", "0001-01-01T00:00:00Z"), ("/Date(253402300800000)/", nil), ("/Date()/", nil),
      ("/Date(1e3)/", nil), ("/Date(1735689600000+2)/", nil), ("/Date(--1)/", nil), ("/Date(1735689600000)", nil),
      ("/Date(9223372036854775808)/", nil), ("2025-01-01T00:00:00", "2025-01-01T00:00:00Z"),
    ] as [(String, String?)])
  func windowsDate(text: String, expected: String?) throws {
    let json = """
      [{"KeyId": "5d9c1b7e-3f2a-4e6b-9c8d-1a2b3c4d5e03", "Usage": "Verify", "Type": "AsymmetricX509Cert",
        "StartDateTime": "0001-01-01T00:00:00Z", "EndDateTime": {"value": "\(text)", "DisplayHint": 2}}]
      """
    let read = try? KeyCredentials(Array(json.utf8).span, cryptography: OpenSSLCryptography())
    #expect(read?.entries.first?.endDateTime.description == expected)
  }

  @Test("There are answers that are read and answers that are refused")
  func bothKinds() {
    #expect(Self.rows.count { $0.error == nil } > 10)
    #expect(Self.rows.count { $0.error != nil } > 10)
  }

  @Test("An entry says what Graph says of it")
  func members() throws {
    let credentials = try read("application")
    #expect(credentials.objectID == "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01")
    #expect(credentials.applicationID == "2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02")
    let entry = try #require(credentials.entries.first)
    let leaf = try certificate("leaf")
    #expect(entry.displayName == "CN=leaf, O=keyroll fixtures")
    #expect(entry.type == "AsymmetricX509Cert")
    #expect(entry.usage == "Verify")
    #expect(entry.startDateTime.description == "2022-01-01T00:00:00Z")
    #expect(entry.endDateTime.description == "2025-01-01T00:00:00Z")
    #expect(entry.customKeyIdentifier == leaf.sha1Thumbprint)
    #expect(entry.certificate == leaf)
    #expect(try read("value").objectID == nil)
  }

  @Test("Dates may have fractions and offsets")
  func fractions() throws {
    let entry = try #require(try read("fractions").entries.first)
    #expect(entry.startDateTime.description == "2022-01-01T00:00:00Z")
    #expect(entry.endDateTime.description == "2025-01-01T00:00:00Z")
  }

  @Test("A date without a time zone is in UTC, which is said")
  func timeZone() throws {
    let local = try read("date-local")
    #expect(local.entries.first?.startDateTime.description == "2022-01-01T00:00:00Z")
    #expect(local.lacksTimeZone)
    #expect(try !read("fractions").lacksTimeZone)
  }

  @Test("An entry is found by its id in either case, and by its certificate or a thumbprint of it")
  func lookups() throws {
    let now = NumericDate(seconds: 1_700_000_300)
    let (leaf, other) = (try certificate("leaf"), try certificate("other"))
    for file in ["application", "az", "without-key", "value-of-one"] {
      let credentials = try read(file)
      let entry = try #require(credentials.entry(of: leaf, at: now), "\(file)")
      #expect(entry == credentials.entries.first)
      #expect(entry.has(.sha1, leaf.sha1Thumbprint))
      #expect(!entry.has(.sha1, other.sha1Thumbprint))
      #expect(credentials.entry(keyID: ExactText(entry.keyID.text.uppercased())) == entry)
      #expect(credentials.entry(of: try certificate("self-signed"), at: now) == nil)
    }
    #expect(try read("application").entries.first?.has(.sha256, leaf.sha256Thumbprint) == true)
    #expect(try read("az").entries.first?.has(.sha256, leaf.sha256Thumbprint) == false)
    #expect(try read("application").entry(keyID: "00000000-0000-0000-0000-000000000000") == nil)
  }

  @Test("Valid at a time is what is for verifying, and neither registration nor certificate has ended")
  func validity() throws {
    let now = NumericDate(seconds: 1_700_000_300)
    #expect(try read("others-ended").validEntries(at: now).map(\.displayName) == ["CN=leaf, O=keyroll fixtures"])
    #expect(try read("entry-not-begun").validEntries(at: now).map(\.displayName) == ["CN=other, O=keyroll fixtures"])

    let credentials = try read("application")
    let (leaf, other) = (try #require(credentials.entries.first), try #require(credentials.entries.last))
    #expect(credentials.validEntries(at: now, without: leaf) == [other])
    #expect(credentials.validEntries(at: now, without: other) == [leaf])
    #expect(try read("others-ended").validEntries(at: now, without: leaf).isEmpty)
    #expect(!leaf.isValid(at: leaf.startDateTime - .seconds(1)) && leaf.isValid(at: leaf.startDateTime))
    #expect(leaf.isValid(at: leaf.endDateTime) && !leaf.isValid(at: leaf.endDateTime + .seconds(1)))
  }

  @Test("Of two entries of one certificate the one that is valid is found")
  func twice() throws {
    let (credentials, leaf) = (try read("one-certificate-twice"), try certificate("leaf"))
    #expect(credentials.entry(of: leaf, at: NumericDate(seconds: 1_700_000_300)) == credentials.entries.last)
    #expect(credentials.entry(of: leaf, at: NumericDate(seconds: 1_650_000_000)) == credentials.entries.first)
    #expect(credentials.entry(of: leaf, at: NumericDate(seconds: 1_800_000_000)) == credentials.entries.first)
  }

  @Test("What would be left is ordered by its end, the last first")
  func order() throws {
    let credentials = try read("others-ended")
    let expired = try #require(credentials.entries.last)
    let early = NumericDate(seconds: 1_650_000_000)
    #expect(
      credentials.validEntries(at: early, without: expired).map(\.displayName)
        == ["CN=leaf, O=keyroll fixtures", "CN=other, O=keyroll fixtures"])
  }

  @Test("An answer is read up to 1 MiB and not beyond")
  func size() throws {
    let whole = try Fixtures.bytes("key-credentials/application.json")
    let fitting = whole + [UInt8](repeating: 0x20, count: JSONLimits.savedAnswer.byteCount - whole.count)
    let reader = OpenSSLCryptography()
    #expect(try KeyCredentials(fitting.span, cryptography: reader).entries.count == 2)
    let tooLarge = fitting + [0x20]
    do throws(KeyCredentialsError) {
      _ = try KeyCredentials(tooLarge.span, cryptography: reader)
      Issue.record("more than 1 MiB was read")
    } catch { #expect(error.message.contains("longer than 1048576 bytes")) }
  }

  @Test("No prefix of an answer is read")
  func prefixes() throws {
    let whole = Array(try Fixtures.bytes("key-credentials/az.json").dropLast())
    for count in 0..<whole.count {
      let prefix = Array(whole[..<count])
      #expect(throws: KeyCredentialsError.self) {
        try KeyCredentials(prefix.span, cryptography: OpenSSLCryptography())
      }
    }
  }

  private func read(_ file: String) throws -> KeyCredentials {
    let bytes = try Fixtures.bytes("key-credentials/\(file).json")
    return try KeyCredentials(bytes.span, cryptography: OpenSSLCryptography())
  }

  private func certificate(_ name: String) throws -> Certificate {
    let bytes = try Fixtures.bytes("certificates/\(name).pem")
    return try #require(try CertificateFile.read(bytes.span).first)
  }
}
