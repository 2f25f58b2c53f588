import ArgumentParser
import Glibc
import Keyroll

/// Where the process starts and ends.
@main
enum Main {
  static func main() {
    // Not `exit`: nothing here is buffered, and what libraries would tidy up the kernel frees at once.
    _exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  private static func run(_ arguments: [String]) -> ExitStatus {
    let devices = Devices()
    return Devices.$current.withValue(devices) {
      let status = perform(arguments)
      devices.end(with: status)
      return status
    }
  }

  private static func perform(_ arguments: [String]) -> ExitStatus {
    do {
      try ProcessProtection.apply()
      var command = try CommandPath.parse(arguments)
      try command.run()
      return .success
    } catch let status as ExitStatus {
      return status
    } catch let error as any DiagnosticError {
      return Diagnostics.report(error)
    } catch {
      return conclude(error, arguments)
    }
  }

  /// Ends what ArgumentParser did not hand to a command: a request for help or for the version, or a wrong command line.
  private static func conclude(_ error: any Error, _ arguments: [String]) -> ExitStatus {
    guard KeyrollCommand.exitCode(for: error) == .success else {
      return Diagnostics.report(CommandError.usage(error, in: arguments))
    }
    do {
      try StandardOutput.write(KeyrollCommand.fullMessage(for: error) + "\n")
      return .success
    } catch {
      return Diagnostics.report(error)
    }
  }
}
