public import ArgumentParser
public import Keyroll

// How the library's own names are written on the command line: exactly, as everywhere.
//
// The lists for help are spelled out because the default ones, which are the same, cost each start.

extension SignatureAlgorithm: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }

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
