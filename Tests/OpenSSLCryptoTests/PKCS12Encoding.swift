/// DER of PKCS#12 structures, valid or not, for tests of files that no tool writes.
enum PKCS12Encoding {
  static func element(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
    let count = contents.count
    let length: [UInt8] =
      switch count {
      case 0..<0x80: [UInt8(count)]
      case 0..<0x100: [0x81, UInt8(count)]
      case 0..<0x1_0000: [0x82, UInt8(count >> 8), UInt8(count & 0xFF)]
      default: [0x83, UInt8(count >> 16), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF)]
      }
    return [tag] + length + contents
  }

  static func sequence(_ elements: [UInt8]...) -> [UInt8] { element(0x30, elements.flatMap { $0 }) }
  static func sequence(of elements: [[UInt8]]) -> [UInt8] { element(0x30, elements.flatMap { $0 }) }
  static func octets(_ contents: [UInt8]) -> [UInt8] { element(0x04, contents) }
  static func explicit(_ contents: [UInt8]) -> [UInt8] { element(0xA0, contents) }

  static func integer(_ value: Int64) -> [UInt8] {
    var bytes = (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) }
    while bytes.count > 1, (bytes[0] == 0 && bytes[1] < 0x80) || (bytes[0] == 0xFF && bytes[1] >= 0x80) {
      bytes.removeFirst()
    }
    return element(0x02, bytes)
  }

  /// An object identifier from its dotted numbers.
  static func object(_ dotted: String) -> [UInt8] {
    let arcs = dotted.split(separator: ".").compactMap { Int($0) }
    let contents = ([arcs[0] * 40 + arcs[1]] + arcs.dropFirst(2)).flatMap { arc -> [UInt8] in
      var septets = [UInt8(arc & 0x7F)]
      var rest = arc >> 7
      while rest > 0 {
        septets.insert(UInt8(rest & 0x7F) | 0x80, at: 0)
        rest >>= 7
      }
      return septets
    }
    return element(0x06, contents)
  }

  static func algorithm(_ dotted: String, _ parameters: [UInt8] = []) -> [UInt8] {
    sequence(object(dotted), parameters)
  }

  // MARK: RFC 7292, section 4

  static func pfx(version: Int64 = 3, _ contents: [UInt8], mac: [UInt8] = []) -> [UInt8] {
    sequence(integer(version), contents, mac)
  }

  static func data(_ contents: [UInt8]) -> [UInt8] {
    sequence(object("1.2.840.113549.1.7.1"), explicit(octets(contents)))
  }

  /// A PFX of parts that are ContentInfos.
  static func pfx(parts: [[UInt8]], mac: [UInt8] = []) -> [UInt8] { pfx(data(sequence(of: parts)), mac: mac) }

  /// A PFX of one plain part with these bags.
  static func pfx(bags: [[UInt8]], mac: [UInt8] = []) -> [UInt8] { pfx(parts: [data(sequence(of: bags))], mac: mac) }

  static func encryptedPart(_ algorithm: [UInt8], _ ciphertext: [UInt8] = .init(repeating: 7, count: 16)) -> [UInt8] {
    let content = sequence(object("1.2.840.113549.1.7.1"), algorithm, element(0x80, ciphertext))
    return sequence(object("1.2.840.113549.1.7.6"), explicit(sequence(integer(0), content)))
  }

  static func bag(_ kind: Int, _ value: [UInt8], attributes: [UInt8] = []) -> [UInt8] {
    sequence(object("1.2.840.113549.1.12.10.1.\(kind)"), explicit(value), attributes)
  }

  static func certificateBag(_ der: [UInt8], attributes: [UInt8]) -> [UInt8] {
    bag(3, sequence(object("1.2.840.113549.1.9.22.1"), explicit(octets(der))), attributes: attributes)
  }

  /// The attributes of a bag with this friendly name (RFC 2985, section 5.5.1).
  static func friendlyName(_ name: String) -> [UInt8] {
    let text = name.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    return element(0x31, sequence(object("1.2.840.113549.1.9.20"), element(0x31, element(0x1E, text))))
  }

  static func shroudedKeyBag(_ algorithm: [UInt8], _ ciphertext: [UInt8] = .init(repeating: 7, count: 16)) -> [UInt8] {
    bag(2, sequence(algorithm, octets(ciphertext)))
  }

  static func mac(_ algorithm: [UInt8], _ value: [UInt8], iterations: [UInt8] = []) -> [UInt8] {
    sequence(sequence(algorithm, octets(value)), octets(.init(repeating: 9, count: 8)), iterations)
  }

  // MARK: Protection

  static let sha256 = algorithm("2.16.840.1.101.3.4.2.1")
  static let hmacWithSHA256 = algorithm("1.2.840.113549.2.9")

  /// pbeWithSHAAnd3-KeyTripleDES-CBC (RFC 7292, appendix C).
  static func tripleDES(iterations: Int64) -> [UInt8] {
    algorithm("1.2.840.113549.1.12.1.3", sequence(octets([1, 2, 3, 4, 5, 6, 7, 8]), integer(iterations)))
  }

  static func pbes2(_ derivation: [UInt8], _ cipher: [UInt8] = aes256) -> [UInt8] {
    algorithm("1.2.840.113549.1.5.13", sequence(derivation, cipher))
  }

  static let aes256 = algorithm("2.16.840.1.101.3.4.1.42", octets(.init(repeating: 3, count: 16)))

  static func pbkdf2(iterations: Int64, keyLength: Int64? = nil, prf: [UInt8] = hmacWithSHA256) -> [UInt8] {
    algorithm(
      "1.2.840.113549.1.5.12",
      sequence(octets([1, 2, 3, 4, 5, 6, 7, 8]), integer(iterations), keyLength.map(integer) ?? [], prf))
  }

  static func scrypt(cost: Int64, blockSize: Int64, parallelization: Int64) -> [UInt8] {
    algorithm(
      "1.3.6.1.4.1.11591.4.11",
      sequence(octets([1, 2, 3, 4, 5, 6, 7, 8]), integer(cost), integer(blockSize), integer(parallelization)))
  }

  static func pbmac1(_ derivation: [UInt8], _ scheme: [UInt8] = hmacWithSHA256) -> [UInt8] {
    algorithm("1.2.840.113549.1.5.14", sequence(derivation, scheme))
  }
}
