import System
import TestSupport
import Testing

@Suite struct FileLockTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private struct Counts {
    var now = 0
    var most = 0
    var all = 0
  }

  @Test("only one process at a time has the lock")
  func exclusion() async throws {
    let lock = FileLock(try folder.write([], to: "file"), mostTries: 100_000, pause: 1...100)
    let counts = Monitor(Counts())
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<20 {
            lock.hold {
              counts.withLock { counts in
                counts.now += 1
                counts.all += 1
                counts.most = max(counts.most, counts.now)
              }
              SystemClock.pause(microseconds: 1...50)
              counts.withLock { $0.now -= 1 }
            }
          }
        }
      }
    }
    #expect(counts.withLock { $0.most } == 1)
    #expect(counts.withLock { $0.all } == 160)
  }

  @Test("after the last try for a lock that is never released, the work is done without it")
  func heldElsewhere() throws {
    let path = try folder.write([], to: "file")
    let isDone = FileLock(path, mostTries: 1, pause: 1...1).hold {
      FileLock(path, mostTries: 3, pause: 1...1).hold { true }
    }
    #expect(isDone)
  }

  @Test("a missing file does not prevent the work")
  func noFile() {
    #expect(FileLock(folder.path("missing"), mostTries: 1, pause: 1...1).hold { true })
  }
}
