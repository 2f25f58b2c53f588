import Encodings
import Signing
public import System

/// A file for `curl --config` that sends one request, by options that curl 7.76 and later have.
///
/// The header with the access token is read from standard input when curl is started, so that it is in no file and no argument.
public enum CurlConfiguration {
  /// Where curl finds the body.
  @nonexhaustive
  public enum BodySource: Sendable, Hashable {
    /// A file of this name in the folder where curl is started.
    case file(String)
    /// The configuration itself.
    case inline
  }

  /// The file that curl writes the answer into, its header first, in the folder where it is started.
  public static let answerName = "answer.txt"

  /// The whole file; each line of `comment` goes before it.
  public static func bytes(
    for request: borrowing ServiceRequest, body source: BodySource, comment: [String] = []
  ) -> SecretBytes {
    var output = SecretBytes(capacity: 4096)
    for line in comment { append(line.isEmpty ? "#\n" : "# \(line)\n", to: &output) }
    append("url", request.address.description, to: &output)
    append("request", "POST", to: &output)
    // Against what ~/.curlrc may say.
    append("proto", "=https", to: &output)
    append("no-location\nno-insecure\ngloboff\ntlsv1.2\n", to: &output)
    if case .graph = request.address { append("header", "@-", to: &output) }
    append("header", "Content-Type: \(request.address.mediaType)", to: &output)
    append("header", "Accept: application/json", to: &output)
    // Else the answer would begin with "100 Continue".
    append("header", "Expect:", to: &output)
    switch source {
    // Not data-binary: of a file that is missing curl 7.88 makes an empty request, and sends it.
    case .file(let name): append("upload-file", name, to: &output)
    case .inline: append("data-raw", request.bytes(), to: &output)
    }
    appendAnswer(to: &output)
    return output
  }

  /// The whole file for a request that asks for what is at an address of Graph; it needs an access token and has no body.
  public static func bytes(forGetting address: String, comment: [String] = []) -> SecretBytes {
    var output = SecretBytes(capacity: 4096)
    for line in comment { append(line.isEmpty ? "#\n" : "# \(line)\n", to: &output) }
    append("url", address, to: &output)
    append("request", "GET", to: &output)
    append("proto", "=https", to: &output)
    append("no-location\nno-insecure\ngloboff\ntlsv1.2\n", to: &output)
    append("header", "@-", to: &output)
    append("header", "Accept: application/json", to: &output)
    appendAnswer(to: &output)
    return output
  }

  /// What the first `url` line names; nil if there is none, or it is not an address of a request.
  public static func address(in configuration: Span<UInt8>) -> RequestAddress? {
    url(in: configuration).flatMap(RequestAddress.init)
  }

  /// What it lists, where the first `url` line is that of a request for what is registered.
  public static func listing(in configuration: Span<UInt8>) -> GraphListing? {
    url(in: configuration).flatMap(GraphListing.init)
  }

  private static func url(in configuration: Span<UInt8>) -> String? {
    guard let value = value(of: "url", in: configuration) else { return nil }
    return String(validating: [UInt8](copying: configuration.extracting(value)), as: UTF8.self)
  }

  /// The body that is in the configuration itself, or nil.
  public static func inlineBody(in configuration: Span<UInt8>) -> SecretBytes? {
    guard let value = value(of: "data-raw", in: configuration) else { return nil }
    var body = SecretBytes(capacity: value.count)
    var isEscaped = false
    for index in value {
      isEscaped = !isEscaped && configuration[index] == UInt8(ascii: "\\")
      if !isEscaped { body.append(configuration[index]) }
    }
    return body
  }

  /// Where the text between the quotation marks of the first line `name = "…"` lies.
  ///
  /// Only good for finding what to write again: whether curl would read the same, comparing the two tells.
  private static func value(of name: String, in configuration: Span<UInt8>) -> Range<Int>? {
    let mark = Array("\(name) = \"".utf8)
    var lineStart = 0
    while lineStart < configuration.count {
      if configuration.holds(mark, at: lineStart) { return configuration.quotedText(from: lineStart + mark.count) }
      while lineStart < configuration.count, configuration[lineStart] != UInt8(ascii: "\n") { lineStart += 1 }
      lineStart += 1
    }
    return nil
  }

  private static func appendAnswer(to output: inout SecretBytes) {
    append("output", answerName, to: &output)
    append("include\nsuppress-connect-headers\nfail-with-body\nsilent\nshow-error\n", to: &output)
    append("write-out = \"HTTP status %{response_code}, answer in \(answerName)\\n\"\n", to: &output)
  }

  private static func append(_ text: String, to output: inout SecretBytes) {
    for byte in text.utf8 { output.append(byte) }
  }

  private static func append(_ name: String, _ value: String, to output: inout SecretBytes) {
    append(name, SecretBytes(copying: Array(value.utf8).span), to: &output)
  }

  /// Quotes a value by curl's own rules; of control characters, which JSON and forms escape, none is there.
  private static func append(_ name: String, _ value: borrowing SecretBytes, to output: inout SecretBytes) {
    append("\(name) = \"", to: &output)
    value.withBytes { bytes in
      for index in bytes.indices {
        switch bytes[index] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
          output.append(UInt8(ascii: "\\"))
          output.append(bytes[index])
        default: output.append(bytes[index])
        }
      }
    }
    append("\"\n", to: &output)
  }
}
