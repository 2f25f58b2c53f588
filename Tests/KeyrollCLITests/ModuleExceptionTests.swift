import Foundation
import TestSupport
import Testing

/// Modules in C++, whose exceptions must leave a function with the tables of the object that contains it.
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

/// The functions of the release binary for those that glibc 2.34 lacks.
@Suite(.tags(.process)) struct ReleaseFunctionsTests {
  @Test("the functions that the release brings along answer as those of this system's glibc")
  func sameAnswers() throws {
    let folder = try TemporaryFolder()
    let compiled = try Judge.run(
      "/usr/bin/cc",
      ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-o", folder.path("compare")]
        + [checkout.appending(path: "Tests/Libraries/glibc.c").path, "-lm", "-ldl"])
    try #require(compiled.status == 0, "\(compiled)")
    #expect(try Judge.run(folder.path("compare"), []) == Outcome(status: 0, output: "0 0 0\n"))
  }
}
