import CQREncode
public import Messages
import System

/// A QR code (ISO/IEC 18004): a square of modules, each dark or light, without the quiet zone around it.
public struct QRCode: Sendable, Hashable {
  /// 1 to 40; a code is `17 + 4 × version` modules wide.
  public let version: Int
  /// The modules in a row, and the rows.
  public let width: Int
  private let modules: [Bool]

  /// The number of light modules that the standard requires on each side (section 5.3.8).
  public static let quietZone = 4

  /// `modules` are the rows from top to bottom, true for dark; nil if they do not make a square.
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

/// Draws codes with libqrencode, which is loaded while this value exists.
@safe
public struct QREncoder: ~Copyable {
  private let library: SharedLibrary
  private let newInput: CQREncode_newInput
  private let appendECIHeader: CQREncode_appendECIHeader
  private let append: CQREncode_append
  private let encodeInput: CQREncode_encodeInput
  private let freeInput: CQREncode_freeInput
  private let freeCode: CQREncode_freeCode

  /// The assignment number of UTF-8 (AIM ECI). Without it, readers guess the encoding.
  private static let utf8: UInt32 = 26

  /// Throws `qr-unavailable` if the library is not installed.
  public init() throws(QRCodeError) {
    guard let library = SharedLibrary(path: "libqrencode.so.4") else {
      throw QRCodeError(
        .unavailable, "libqrencode.so.4, which draws QR codes, cannot be loaded", hint: "apt-get install libqrencode4")
    }
    guard let newInput = unsafe library.symbol("QRinput_new2"),
      let appendECIHeader = unsafe library.symbol("QRinput_appendECIheader"),
      let append = unsafe library.symbol("QRinput_append"),
      let encodeInput = unsafe library.symbol("QRcode_encodeInput"),
      let freeInput = unsafe library.symbol("QRinput_free"), let freeCode = unsafe library.symbol("QRcode_free")
    else {
      throw QRCodeError(.unavailable, "libqrencode.so.4 lacks a function that drawing QR codes needs")
    }
    self.library = library
    // The types are those of the functions in qrencode.h, by name.
    unsafe self.newInput = unsafe unsafeBitCast(newInput, to: CQREncode_newInput.self)
    unsafe self.appendECIHeader = unsafe unsafeBitCast(appendECIHeader, to: CQREncode_appendECIHeader.self)
    unsafe self.append = unsafe unsafeBitCast(append, to: CQREncode_append.self)
    unsafe self.encodeInput = unsafe unsafeBitCast(encodeInput, to: CQREncode_encodeInput.self)
    unsafe self.freeInput = unsafe unsafeBitCast(freeInput, to: CQREncode_freeInput.self)
    unsafe self.freeCode = unsafe unsafeBitCast(freeCode, to: CQREncode_freeCode.self)
  }

  /// The smallest code that holds the bytes of the text, with error correction of level L; nil if none does.
  ///
  /// Throws `qr-not-drawable` if the library fails for another reason.
  borrowing func code(for text: String) throws(QRCodeError) -> QRCode? {
    var bytes = Array(text.utf8)
    guard let input = unsafe newInput(0, QR_ECLEVEL_L) else { throw Self.failure(.last) }
    defer { unsafe freeInput(input) }
    if bytes.contains(where: { $0 > 0x7F }), unsafe appendECIHeader(input, Self.utf8) != 0 { throw Self.failure(.last) }
    guard unsafe append(input, QR_MODE_8, Int32(clamping: bytes.count), &bytes) == 0 else {
      let reason = SystemReason.last
      // A text that no version could hold is refused here already.
      if reason == .invalidArgument || reason == .resultTooLarge { return nil }
      throw Self.failure(reason)
    }
    guard let encoded = unsafe encodeInput(input) else {
      let reason = SystemReason.last
      if reason == .resultTooLarge { return nil }
      throw Self.failure(reason)
    }
    defer { unsafe freeCode(encoded) }
    let width = unsafe Int(encoded.pointee.width)
    let modules = unsafe UnsafeBufferPointer(start: encoded.pointee.data, count: width * width)
    let code = unsafe QRCode(
      version: Int(encoded.pointee.version), width: width, modules: modules.map { $0 & 1 == 1 })
    guard let code else { throw Self.failure(.last) }
    return code
  }

  private static func failure(_ reason: SystemReason) -> QRCodeError {
    QRCodeError(.notDrawable, "libqrencode failed with error number \(reason.code)")
  }
}

/// Why no code could be drawn, or why the texts of several do not make one.
public typealias QRCodeError = Failure<QRCodeErrorCode>

/// The reasons of a `QRCodeError`, by their stable ids.
@nonexhaustive
public enum QRCodeErrorCode: String, FailureCode {
  case unavailable = "qr-unavailable"
  case notDrawable = "qr-not-drawable"
  case tooLong = "qr-too-long"
  case terminalTooSmall = "qr-terminal-too-small"
  case malformedPart = "qr-part-malformed"
  case partsOfSeveral = "qr-parts-of-several"
  case partMissing = "qr-part-missing"
  case checksumMismatch = "qr-checksum-mismatch"
}
