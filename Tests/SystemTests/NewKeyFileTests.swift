import Foundation
import System
import TestSupport
import Testing

@Suite("NewKeyFile") struct NewKeyFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// True if a signal that asks to end waits in this thread.
  private func interruptionWaits() -> Bool {
    var mask = sigset_t()
    unsafe pthread_sigmask(SIG_BLOCK, nil, &mask)
    return [SIGINT, SIGTERM, SIGHUP, SIGQUIT].allSatisfy { unsafe sigismember(&mask, $0) == 1 }
  }

  private func make(named name: String, givingName: Bool) throws -> Bool {
    let file = try NewKeyFile(path: folder.path(name), holding: [1, 2].span)
    let waits = interruptionWaits()
    if givingName { _ = try file.giveName() }
    return withExtendedLifetime(file) { waits }
  }

  @Test("an interruption waits until the key has its name or is gone", arguments: [true, false])
  func interruption(givingName: Bool) throws {
    let before = interruptionWaits()
    #expect(try make(named: "new.pfx", givingName: givingName))
    #expect(interruptionWaits() == before)
    #expect(try folder.names() == (givingName ? ["new.pfx"] : []))
  }

  @Test("a key never takes the place of a file, and nothing is left of it")
  func taken() throws {
    let before = interruptionWaits()
    try folder.write([9], to: "new.pfx")
    #expect(throws: SystemError.self) { try make(named: "new.pfx", givingName: true) }
    #expect(interruptionWaits() == before)
    #expect(try folder.names() == ["new.pfx"] && folder.bytes("new.pfx") == [9])
  }
}
