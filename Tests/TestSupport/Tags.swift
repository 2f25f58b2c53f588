public import Testing

extension Tag {
  /// Needs a token: SoftHSM or another module of PKCS #11.
  @Tag public static var hsm: Self
  /// Runs the built command or another program.
  @Tag public static var process: Self
  /// Takes more than ten seconds on two cores.
  @Tag public static var slow: Self
}
