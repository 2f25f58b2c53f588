import Keyroll

/// The schemes of key references that the command opens.
enum KeySchemes {
  static let all = Toolkit.keySyntaxes

  /// Reads a reference as the user wrote it: see `KeyReference.init(_:of:)`.
  static func reference(_ text: String) throws(KeyError) -> KeyReference { try KeyReference(text, of: all) }

  /// The probable meaning of a text that was taken for a path, if there is no file of that name; nil if it was a path,
  /// and for a reference with a scheme.
  static func misreading(of reference: KeyReference) -> KeyError? {
    let path = reference.path
    guard reference.scheme.utf8.elementsEqual(KeyReference.plainPathScheme.utf8) else { return nil }
    if FileStatus.isThere(path) { return nil }
    if let scheme = scheme(of: path) {
      return KeyError(
        .unknownKeyScheme,
        "keyroll does not open key references of the scheme \(naming: scheme), and no file has that name",
        hint: "known schemes: \(all.map(\.scheme).joined(separator: ", "))")
    }
    // The text after the semicolon may be a secret.
    let parts = path.utf8.split(separator: UInt8(ascii: ";"), maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count > 1 {
      return KeyError(
        .fileUnreadable, "\(naming: Substring(parts[0])) with the attributes after it is not the name of a file",
        hint: "attributes go with a scheme: pem:PATH;name=value or pfx:PATH;name=value")
    }
    return nil
  }

  /// RFC 3986, section 3.1; a single letter is the drive of a path.
  private static func scheme(of text: String) -> String? {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let scheme = text.utf8[..<colon]
    let isScheme = scheme.count > 1 && scheme.allSatisfy { ASCII.isLetterOrDigit($0) }
    return isScheme ? String(Substring(scheme)) : nil
  }
}

extension Toolkit {
  /// The toolkit of commands without options for a key.
  static let command = Toolkit.watched()

  /// The only place where the command chooses its cryptography: with modules that are watched, and finalised when the
  /// run ends.
  static func watched(
    allowsFinalPINTry: Bool = false, timeout: TimeSpan = DeviceOptions.usualTimeout, programs: SigningPrograms = .init()
  ) -> Toolkit {
    let watch = DeviceWatch(timeout: timeout)
    let toolkit = Toolkit.openSSL(allowsFinalPINTry: allowsFinalPINTry, tokenObserver: watch, programs: programs)
    Devices.current?.keep(Device(toolkit.tokens, watchedBy: watch))
    warnOnce
    return toolkit
  }

  /// Warns about a system in FIPS mode, at the first toolkit of a run.
  private static let warnOnce: Void = {
    if let warning = fipsWarning() { Diagnostics.warning(warning) }
  }()
}
