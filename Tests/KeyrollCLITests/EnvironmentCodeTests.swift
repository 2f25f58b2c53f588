import Foundation
import TestSupport
import Testing

/// Code that the environment offers to OpenSSL.
@Suite(.tags(.process)) struct EnvironmentCodeTests {
  private let folder: TemporaryFolder
  private let environment: [String: String]

  init() throws {
    folder = try TemporaryFolder()
    _ = try BuiltLibrary.mark.copy(into: folder, as: "legacy.so")
    environment = ["OPENSSL_MODULES": folder.path(""), "MARK": folder.path("mark")]
  }

  private func wasLoaded() throws -> Bool { try folder.names().contains("mark") }

  @Test("openssl takes a provider from the folder of OPENSSL_MODULES, which is what the next tests look for")
  func control() throws {
    _ = try Shell.run("openssl list -providers -provider legacy", environment: environment)
    #expect(try wasLoaded())
  }

  @Test("a file that needs the legacy provider opens without the folder of OPENSSL_MODULES")
  func legacyProvider() throws {
    let arguments = ["certificate", Fixtures.path("pfx/openssl-rc2-128.p12"), "--password-env", "PASSWORD"]
    let plain = try BuiltCommand.run(arguments, environment: ["PASSWORD": "correct horse"])
    #expect(plain.status == 0, "\(plain)")
    #expect(
      try BuiltCommand.run(arguments, environment: environment.merging(["PASSWORD": "correct horse"]) { $1 }) == plain)
    #expect(try !wasLoaded())
  }

  @Test("that folder is not used for a module that shares our libcrypto either")
  func sharedLibrary() throws {
    let module = try BuiltLibrary.provider.copy(into: folder, as: "provider.so")
    let outcome = try BuiltCommand.run("keys", "pkcs11:?module-path=\(module)", environment: environment)
    #expect(outcome.error.contains("[module-unavailable]\n"), "\(outcome)")
    #expect(try !wasLoaded())
    // In a program that trusts the environment, the same module takes the provider from there.
    _ = try Judge.run(
      "/usr/bin/env", environment.map { "\($0)=\($1)" } + ["LD_PRELOAD=\(module)", "/bin/true"])
    #expect(try wasLoaded())
  }
}
