import Encodings
import Foundation
import Messages
import Signing
import SigningTesting
import System
import TestSupport
import Testing

@testable import OpenSSLCrypto

/// Keys and certificates in the forms of services, shells and other tools; the manifest beside them has the expected
/// results.
@Suite("Key files in the forms of services and people")
struct HandedOutKeyTests {
  typealias Entry = PEMFixtureTests.Entry

  static let entries: [Entry] = {
    let manifest = try? JSONDecoder().decode(
      [Entry].self, from: Data(contentsOf: Fixtures.url("key-files/manifest.json")))
    return manifest ?? []
  }()

  @Test("the whole manifest is read") func manifest() { #expect(Self.entries.count > 70) }

  /// Opens a plain path, which messages call `file:KEY`.
  private func signer(_ file: String, password: String? = nil) throws(KeyError) -> any Signer {
    let registry = KeyRegistry(PEMBackend(), PFXBackend(), FileBackend())
    return try registry.signer(
      for: KeyRequest(
        registry.reference(Fixtures.path("key-files/\(file)")), algorithm: .rs256, at: 0,
        secrets: FixedSecrets(password)))
  }

  @Test("a file opens, or is refused with the error in its row", arguments: entries)
  func open(_ entry: Entry) throws {
    do throws(KeyError) {
      let signer = try signer(entry.file, password: entry.password)
      #expect(entry.error == nil)
      #expect(signer.publicKey.sha256Fingerprint.map { String(format: "%02x", $0) }.joined() == entry.fingerprint)
    } catch {
      #expect(error.id == entry.error, "\(error)")
    }
    #expect(OpenSSLErrors.drain().entries.isEmpty)
  }

  private func words(_ error: KeyError) -> String {
    let message = error.message.replacing(Fixtures.folder.path, with: "")
    return "\(message)|\(error.hint ?? "")"
  }

  @Test(
    "a file that is not opened is named, with the command that converts it",
    arguments: [
      (
        "store.jks",
        "is a Java key store (JKS), which is not read here|convert it: keytool -importkeystore -srcstoretype JKS -srckeystore FILE -deststoretype PKCS12 -destkeystore key.p12"
      ),
      (
        "store.jceks",
        "is a Java key store (JCEKS), which is not read here|convert it: keytool -importkeystore -srcstoretype JCEKS -srckeystore FILE -deststoretype PKCS12 -destkeystore key.p12"
      ),
      (
        "key.ppk",
        "is a key of PuTTY (PPK), which is not read here|convert it: puttygen FILE -O private-openssh -o key.pem"
      ),
      (
        "openssh.pem",
        "is a key in the format of OpenSSH, which is not read here|convert a copy of it: ssh-keygen -p -m PKCS8 -f COPY"
      ),
      (
        "openssh.pub",
        "is a public key in the format of OpenSSH, which is not read here|convert it: ssh-keygen -e -m PKCS8 -f FILE > public.pem"
      ),
      (
        "key.xml",
        "is a key in XML (RSAKeyValue), as .NET writes it, which is not read here|convert it in PowerShell 7: $k = [Security.Cryptography.RSA]::Create(); $k.FromXmlString((Get-Content -Raw FILE)); $k.ExportPkcs8PrivateKeyPem() > key.pem"
      ),
      (
        "gnupg.asc",
        "is a key of GnuPG, which is not read here|export a key that has a certificate: gpgsm --export-secret-key-p12 USER-ID > key.p12; a key of OpenPGP has none"
      ),
      (
        "gnupg.key",
        "is a key of GnuPG, which is not read here|export a key that has a certificate: gpgsm --export-secret-key-p12 USER-ID > key.p12; a key of OpenPGP has none"
      ),
      (
        "box.json",
        "is a configuration of Box, whose private key is under a passphrase|extract the key; its password is the passphrase beside it: jq -r .boxAppSettings.appAuth.privateKey FILE > key.pem"
      ),
      (
        "deep.json",
        "is JSON with a private key in it, at .data.private_key and at .data.\"tls.key\"|extract it into a file of its own: jq -r '.data.private_key' FILE"
      ),
      (
        "cluster.json",
        "is JSON with a private key in it, at .data.\"tls.key\" and at .data.\"key.p12\"|extract it into a file of its own: jq -r '.data.\"tls.key\"' FILE"
      ),
      (
        "other.json",
        "is JSON without a private key that keyroll can read|give a private key as PEM or DER, or a PFX"
      ),
      (
        "vault-certificate.json",
        "is a certificate of Key Vault, without its private key|the key is in the secret of the same name: give that, or the key in the vault"
      ),
      (
        "setting.env",
        "has a PEM block that cannot be read: its line begins with something else|copy what is between the quotation marks, or after the name, into a file of its own"
      ),
      (
        "spaces.pem",
        "has a PEM block that cannot be read: its line breaks are missing, or have become spaces|copy the file itself: if an environment variable or an editor has joined its lines, it is not PEM any more"
      ),
      (
        "message.pem",
        "holds no private key (0 certificates, PGP MESSAGE)|export the certificate together with its private key"
      ),
      (
        "member-twice.json",
        "is JSON with a fault, or with a member twice in one object|save it again as the service gives it"
      ),
      ("two.jwks", "is a JWK Set with 2 private RSA keys|take out the one that is meant: jq '.keys[0]' FILE"),
    ])
  func names(_ file: String, _ words: String) {
    do throws(KeyError) {
      _ = try signer(file, password: "123456")
      Issue.record("it opens")
    } catch {
      #expect(self.words(error).contains(words), "\(self.words(error))")
      #expect(error.message.contains(file))
    }
  }

  @Test(
    "a key of an algorithm that OpenSSL does not know is named, as a private key, in a PFX and as a public key",
    arguments: [
      ("ml-dsa-65", "ML-DSA-65"), ("ml-kem-768", "ML-KEM-768"), ("slh-dsa-128s", "SLH-DSA-SHA2-128s"),
      ("gost-2012", "GOST R 34.10-2012 with 256 bit modulus"), ("nameless", "1.2.3.4"),
    ])
  func otherAlgorithms(_ file: String, _ name: String) throws {
    for file in ["\(file).pem", "\(file).p12"] {
      do throws(KeyError) {
        _ = try signer(file, password: "correct horse")
        Issue.record("it opens")
      } catch {
        #expect(error.code == .keyNotRSA && error.message.contains("is \(name), and"), "\(error)")
      }
    }
    let bytes = try Fixtures.bytes("key-files/\(file)-public.pem")
    let key = try #require(PublicKeyFile.read(bytes.span).first)
    #expect(key.summary == name)
    do throws(KeyError) {
      _ = try RSASignatureVerifier(key)
      Issue.record("it verifies")
    } catch { #expect(error.code == .keyNotRSA) }
  }

  @Test(
    "the certificates of a file are found in their wrapping",
    arguments: [
      ("chain.p7b", 3), ("chain.p7b.der", 3), ("vault-certificate.json", 1), ("vault-secret.json", 1),
      ("vault-secret-pem.json", 1), ("vault-secret-utf-16.json", 1), ("pfx.pem", 1), ("pfx-as-certificate.pem", 1),
      ("quoted.txt", 1),
    ])
  func certificates(_ file: String, _ count: Int) throws {
    let bytes = try Fixtures.bytes("key-files/\(file)")
    let leafBytes = try Fixtures.bytes("certificates/leaf.pem")
    let leaf = try #require(CertificateFile.read(leafBytes.span).first)
    let found = try CertificateFile.read(SecretBytes(copying: bytes.span), of: "a file", secrets: NoSecrets())
    #expect(found.count == count)
    #expect(found.contains(leaf))
    #expect(CertificateFile.isJSON(bytes.span) == file.contains(".json"))
  }

  @Test(
    "the error about a file without a certificate says what the file is",
    arguments: ["private.jwk", "store.jks", "service-account.json", "pkcs8-v2.pem"])
  func noCertificate(_ file: String) throws {
    let bytes = try Fixtures.bytes("key-files/\(file)")
    do throws(KeyError) {
      _ = try CertificateFile.read(bytes.span, of: "a file")
      Issue.record("it is read")
    } catch {
      #expect([.noCertificate, .unrecognisedKeyFile].contains(error.code), "\(error)")
    }
  }

  @Test(
    "a vault's secret opens as a PFX by its name too, and a PFX in PEM", arguments: ["vault-secret.json", "pfx.pem"])
  func asPFX(_ file: String) throws {
    let registry = KeyRegistry(PFXBackend())
    let reference = try registry.reference("pfx:\(Fixtures.path("key-files/\(file)"))")
    let signer = try registry.signer(for: KeyRequest(reference, algorithm: .rs256, at: 0, secrets: NoSecrets()))
    #expect(signer.certificates.count == 1)
  }

  @Test("a PFX that is sent whole is sent without the zero bytes after it") func sentWhole() throws {
    let whole = try Fixtures.bytes("pfx/openssl-default.p12")
    let longer = whole + [0, 0, 0]
    let file = SecretBytes(copying: longer.span)
    let pfx = try PFXFile(file, of: "a file", at: 0, secrets: FixedSecrets("correct horse"))
    #expect(pfx.bytes == whole)
  }

  private func utf8(_ bytes: [UInt8]) -> [UInt8]? {
    guard let text = UTF16Text.utf8(bytes.span) else { return nil }
    return text.withBytes { [UInt8](copying: $0) }
  }

  @Test(
    "text that is not UTF-16, or is cut, is left alone",
    arguments: [
      [], [0xFF, 0xFE], [0xFF, 0xFE, 0x41], [0xFE, 0xFF, 0xD8, 0x00], [0xFF, 0xFE, 0x00, 0xDC], [0x41, 0, 0, 0x41],
    ] as [[UInt8]])
  func notUTF16(_ bytes: [UInt8]) { #expect(utf8(bytes) == nil) }

  @Test("two units of UTF-16 that make one character are read") func surrogates() {
    #expect(utf8([0xFE, 0xFF, 0xD8, 0x3D, 0xDE, 0x00]) == Array("😀".utf8))
  }
}

/// JSON around a key, which is never copied into a string.
@Suite("SecretJSON")
struct SecretJSONTests {
  private func text(_ member: String, of json: String) -> String? {
    let bytes = Array(json.utf8)
    guard let object = SecretJSON(bytes.span), let place = object.string(member) else { return nil }
    let value = SecretJSON.decoded(place, of: bytes.span)
    return value.withBytes { String(decoding: [UInt8](copying: $0), as: UTF8.self) }
  }

  @Test(
    "a member that is a string is decoded",
    arguments: [
      (#"{"a":"b"}"#, "b"), (#" { "x" : [1, {"y": null}, "z"] , "a" : "b" } "#, "b"), (#"{"\u0061":""}"#, ""),
      (#"{"a":"\"\\\/\b\f\n\r\t"}"#, "\"\\/\u{8}\u{C}\n\r\t"), (#"{"a":"\u00e9\u20AC\ud83d\ude00é"}"#, "é€😀é"),
      (#"{"n":-1.5e+3,"t":true,"f":false,"a":"b"}"#, "b"),
    ])
  func decodes(_ json: String, _ value: String) { #expect(text("a", of: json) == value) }

  @Test(
    "anything except exactly one valid object is refused",
    arguments: [
      "", "[]", "\"a\"", "{", "}", "{]", "{\"a\"}", "{\"a\":}", "{\"a\":\"b\",}", "{\"a\":\"b\"}x", "{\"a\":\"b\"}{}",
      "{\"a\":\"b\",\"a\":\"c\"}", "{\"a\":\"b\",\"\\u0061\":\"c\"}", "{\"a\":\"b\",\"o\":{\"x\":1,\"x\":2}}",
      "{\"a\":\"b\\x\"}", "{\"a\":\"\\ud83d\"}",
      "{\"a\":\"\\ude00\"}", "{\"a\":\"\\u00\"}", "{\"a\":\"\n\"}", "{'a':'b'}", "{\"a\":\"b\",\"c\":nul}",
      "{\"a\":\"b", "{\"a\":\"\\",
      "\u{FEFF}{\"a\":\"b\"}",
    ])
  func refuses(_ json: String) { #expect(text("a", of: json) == nil) }

  @Test("no depth of nesting causes a crash", arguments: [15, 16, 100_000])
  func depth(_ count: Int) {
    let json = "{\"a\":\"b\",\"c\":" + String(repeating: "[", count: count) + String(repeating: "]", count: count) + "}"
    #expect((text("a", of: json) != nil) == (count < 16))
  }

  private func refusal(_ contents: [UInt8], as wanted: KeyFileContent = .privateKey) -> String {
    do throws(KeyError) {
      let file = SecretBytes(copying: contents.span)
      switch wanted {
      case .privateKey: _ = try KeyFileReader(subject: "FILE").contents(of: file, secrets: NoSecrets())
      case .certificate: _ = try CertificateFile.read(contents.span, of: "FILE")
      case .publicKey: _ = try PublicKeyFile.read(contents.span, of: "FILE")
      }
      return ""
    } catch { return "\(error.message)|\(error.hint ?? "")" }
  }

  @Test(
    "what is not a key file, or has become none, is named",
    arguments: [
      ("", "an empty file"), (" \n", "an empty file"),
      ("version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "git lfs pull"),
      ("<!doctype html><html></html>", "a web page"), ("$ANSIBLE_VAULT;1.1;AES256\n00\n", "ansible-vault decrypt"),
      ("-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\n-----END AGE ENCRYPTED FILE-----\n", "age -d"),
      ("apiVersion: v1\nkind: Secret\ndata:\n  tls.key: AAAA\n", "a Secret of Kubernetes"),
      ("-----BEGIN%20PRIVATE%20KEY-----%0AMIIE", "percent escapes"),
      ("\u{2014}--BEGIN PRIVATE KEY\u{2014}--\nMIIE\n", "made into dashes"),
      ("MIIE\n-----END PRIVATE KEY-----\n", "without its first line"),
      (" 1  -----BEGIN PRIVATE KEY-----\n 2  MIIE\n", "a number before each line"),
      ("308209ef" + String(repeating: "02", count: 100), "the hexadecimal text of a file"),
      ("0\u{82}\u{9}", "saved as text"),
      (#"{"key":{"kid":"https://v/k/1","kty":"RSA-HSM","n":"AQAB","e":"AQAB"}}"#, "a key of Key Vault"),
      (
        #"{"publicKey":{"kty":"RSA"},"privateKey":{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}}"#,
        "jq -r '.privateKey' FILE"
      ),
      (#"{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}"#, "p, q, dp, dq, qi are missing"),
    ])
  func others(_ text: String, _ words: String) {
    let refusal = refusal(Array(text.utf8))
    #expect(refusal.contains(words), "\(refusal)")
  }

  @Test("what was expected to be a certificate is named")
  func otherCertificates() throws {
    #expect(refusal([], as: .certificate).contains("an empty file"))
    #expect(
      refusal(Array("<EntityDescriptor><ds:X509Certificate>MIIC</ds:X509Certificate>".utf8), as: .certificate).contains(
        "SAML"))
    let pem = try Fixtures.bytes("certificates/leaf.pem")
    let certificate = try #require(try CertificateFile.read(pem.span).first)
    #expect(refusal(Array(Hexadecimal.lowerCase(certificate.der).utf8), as: .certificate).contains("hexadecimal"))
    #expect(refusal(Array(Hexadecimal.lowerCase(certificate.der).utf8), as: .publicKey).contains("hexadecimal"))
  }

  @Test("the base64 of a JSON Web Key opens as the key does")
  func encodedKey() throws {
    let key = try Fixtures.bytes("key-files/private.jwk")
    let file = SecretBytes(copying: Array(Base64.standard.text(key).utf8).span)
    let contents = try KeyFileReader(subject: "FILE").contents(of: file, secrets: NoSecrets())
    #expect(contents.privateKeys.count == 1)
  }
}
