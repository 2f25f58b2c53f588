/// A QR code (ISO/IEC 18004): a square of modules, each dark or light, without the quiet zone around it.
public struct QRCode: Sendable, Hashable {
  /// 1 to 40; a code is `17 + 4 × version` modules wide.
  public let version: Int
  /// The modules in a row, and the rows.
  public let width: Int
  private let modules: [Bool]

  /// How many light modules the standard wants on each side (section 5.3.8).
  public static let quietZone = 4

  /// `modules` are the rows from top to bottom, true for dark; nil unless they make a square.
  init?(version: Int, width: Int, modules: [Bool]) {
    guard width > 0, modules.count == width * width else { return nil }
    self.version = version
    self.width = width
    self.modules = modules
  }

  /// Light for every place outside the code.
  public func isDark(column: Int, row: Int) -> Bool {
    (0..<width).contains(column) && (0..<width).contains(row) && modules[row * width + column]
  }

  /// The width of a code of that version, quiet zones included.
  static func outerWidth(version: Int) -> Int { 17 + 4 * version + 2 * quietZone }
}
