import TestSupport
import Testing

/// Modules in C++, whose exceptions have to find their way out of a function by the tables of the object that it lies in.
@Suite(
  .tags(.hsm, .process),
  .enabled(if: ThrowawayToken.isAvailable(.softHSM), Comment(rawValue: ThrowawayToken.absence(of: .softHSM))))
struct ModuleExceptionTests {
  @Test(
    "a module in C++ throws and catches an exception and then signs, also where the release's search for tables is built into it",
    arguments: [BuiltLibrary.exception, .exceptionInside])
  func throwsAndCatches(library: BuiltLibrary) throws {
    let tokens = try SharedToken.softHSM()
    let folder = try TemporaryFolder()
    let module = try library.copy(into: folder, as: "module.so")
    let outcome = try BuiltCommand.run(
      "sign", "proof", "--object-id", SignCommandTests.objectID, "--at", SignCommandTests.at, "--pin-file",
      tokens.pinFile,
      "--key", "pkcs11:token=keyroll;object=rsa-2048?module-path=\(module)",
      environment: ["SOFTHSM2_CONF": tokens.path("softhsm2.conf"), "MODULE": tokens.module])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.split(separator: ".").count == 3)
  }
}
