import ArgumentParser
import Keyroll

/// Where a request for another machine goes.
struct RequestOutputOptions: ParsableArguments {
  @Option(
    name: .customLong("output"),
    help: ArgumentHelp("Write the request into this new folder, for its owner alone.", valueName: "folder"))
  var path: String

  @Flag(
    name: .customLong("single-file"),
    help: "Write one file instead, a curl configuration that holds the body and the summary.")
  var isSingleFile = false

  /// Throws at once what is known to stand against it, before a key is used.
  func check() throws(CommandError) {
    if isSingleFile {
      try OutputFile(path: path, replacing: false).check()
    } else {
      try OutputFolder.check(path: path)
    }
  }
}
