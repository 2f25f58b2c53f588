public import ArgumentParser
public import Keyroll

// How the library's own names are written on the command line: exactly, as everywhere.

extension SignatureAlgorithm: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }
}

extension KeyHint: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }
}

extension TimeSpan: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension Cloud: ExpressibleByArgument {}

extension AudienceForm: ExpressibleByArgument {}
