public import ArgumentParser
public import Keyroll

// How the library's own names are written on the command line: exactly, as everywhere, except for algorithms, which
// people also write in lower case.
//
// The lists for help are spelled out because the default ones, which are the same, cost time at each start.

extension SignatureAlgorithm: ExpressibleByArgument {
  public init?(argument: String) {
    guard let algorithm = Self.allCases.first(where: { ASCII.isEqualIgnoringCase($0.rawValue, argument) }) else {
      return nil
    }
    self = algorithm
  }

  public static var allValueStrings: [String] { allCases.map { $0.rawValue } }
  public static var allValueDescriptions: [String: String] { [:] }
}

extension KeyHint: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }

  public static var allValueStrings: [String] { allCases.map { $0.rawValue } }
  public static var allValueDescriptions: [String: String] { [:] }
}

extension SigningRequestForm: ExpressibleByArgument {
  public static var allValueStrings: [String] { allCases.map { $0.rawValue } }
  public static var allValueDescriptions: [String: String] { [:] }
}

extension TimeSpan: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension Cloud: ExpressibleByArgument {}

extension AudienceForm: ExpressibleByArgument {}

/// `name=value` on the command line.
struct NamedValue: ExpressibleByArgument {
  let name: ExactText
  let value: ExactText

  init?(argument: String) {
    guard let separator = argument.utf8.firstIndex(of: UInt8(ascii: "=")), separator > argument.startIndex else {
      return nil
    }
    name = ExactText(String(argument[..<separator]))
    value = ExactText(String(argument[argument.utf8.index(after: separator)...]))
  }

  func json() throws(CommandError) -> JSONValue {
    do throws(JSONError) {
      return try JSONReader.value(Array(value.text.utf8).span)
    } catch {
      throw .usage("the value of \(argument: name) is not JSON: \(error.problem), at byte \(error.offset)")
    }
  }
}

/// The options for the hints of the libraries, which know no options.
package enum OptionHints {
  /// The hint with the option in it if the command has one for it; otherwise the hint as it is.
  package static func worded(_ hint: String) -> String { table[hint] ?? hint }

  /// By the text of the library; a test looks for each text in the libraries.
  package static let table = [
    "give it a value": "give it by --parameter NAME=VALUE",
    "to judge the token for the time of its use, give that time":
      "to judge the token for the time of its use, give that time by --at",
    "if the certificate is in use already, the clock of this machine is behind: give the time":
      "if the certificate is in use already, the clock of this machine is behind: give the time by --at",
    "if that is not meant, set the clock right, or give the time":
      "if that is not meant, set the clock right, or give the time by --at",
    "give the key's id at the issuer": "give the key's id at the issuer by --key-id",
    "give the certificate, in the key's file or beside it":
      "give the certificate, in the key's file or by --certificate",
    "choose the time of signing and the window instead": "choose it by --at, --not-before and --valid-for",
    "to find out whose it is, give the certificates of other keys":
      "to find out whose it is, give the certificates of other keys by --certificate",
    "give it as a public key": "give it by --public-key",
    "give the object id that is meant, or its answer alone":
      "give the object that is meant, by --object-id or --client-id, or its answer alone",
    "save the page that follows, too":
      "save the page that follows, too: keyroll request list-keys --all --after FILE makes the request for it",
    "a page in between is missing: save each page that follows":
      "a page in between is missing: keyroll request list-keys --all --after FILE makes the request for the one behind FILE",
    "if another cloud is meant, choose it; otherwise do not follow it":
      "if another cloud is meant, choose it by --cloud; otherwise do not follow it",
    "ask for the collection and version that the page is of":
      "ask for what the page is of: --all for applications, --all-service-principals, --beta",
    "give the certificate": "give the certificate by --certificate",
    "give it as a certificate, and its dates are judged": "give it by --certificate, and its dates are judged",
    "judge it as a proof": "judge it by --profile graph-proof",
    "judge it as a client assertion, or make a proof for Graph":
      "judge it by --profile entra-assertion, or make a proof with keyroll sign proof",
    "if that cloud is meant, choose it": "if that cloud is meant, choose it by --cloud",
    "give the tenant by its domain, as aud does": "give --tenant by its domain, as aud does",
    "give the tenant by its id, as aud does": "give --tenant by its id, as aud does",
    "give the certificate itself as well": "give the certificate itself as well, by --certificate",
    "give the certificate from where you trust it": "give the certificate from where you trust it, by --certificate",
    "give what you saved yourself": "give what you saved yourself, by --registered",
    "give the application id that is meant": "give the expected value by --app-id",
    "give the object id that is meant": "give the expected value by --object-id",
    "give the cloud or the host of Graph that is meant": "give the expected value by --cloud or --graph-host",
    "give the cloud or the login host that is meant": "give the expected value by --cloud or --login-host",
    "give the new certificate that is meant": "give the expected value by --new-certificate",
    "give the keyId that is meant": "give the expected value by --key-id",
    "give the cloud or the scope that is meant": "give the expected value by --cloud or --scope",
    "do not send it unless you know the host; then name it as the host of Graph":
      "do not send it unless you know the host; then name it by --graph-host",
    "do not send it unless you know the host; then name it as the login host":
      "do not send it unless you know the host; then name it by --login-host",
    "do not send it unless you know the scope; then name it, or its host":
      "do not send it unless you know the scope; then name it by --scope, or its host by --graph-host",
    "when you are sure of the PIN, allow the last try": "when you are sure of the PIN, add --final-pin-try",
    "see what is there after a login": "see what is there with keyroll keys --login",
    "choose another algorithm": "choose another --algorithm",
    "set the clock of this machine, or say what time it is":
      "set the clock of this machine, or say what time it is by --at",
    "give a lifetime such as 365d": "give a lifetime such as --valid-for 365d",
    "let it start later, or be valid for longer":
      "let it start later by --not-before, or be valid for longer by --valid-for",
    "choose RS256, RS384, RS512 or PS256": "choose --algorithm RS256, RS384, RS512 or PS256",
    "use a longer key, or an algorithm with a shorter digest": "use a longer key, or a shorter digest by --algorithm",
    "find out what it waits for: it has no terminal to ask on; a slow program needs more time":
      "find out what it waits for: it has no terminal to ask on; a slow program needs a longer --signer-timeout",
  ]
}
