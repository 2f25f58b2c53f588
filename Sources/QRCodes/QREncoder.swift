import CQREncode
import Glibc
public import Messages

/// Makes codes by libqrencode, which is loaded for as long as this lives.
@safe
public struct QREncoder: ~Copyable {
  private let library: UnsafeMutableRawPointer
  private let newInput: CQREncode_newInput
  private let appendECIHeader: CQREncode_appendECIHeader
  private let append: CQREncode_append
  private let encodeInput: CQREncode_encodeInput
  private let freeInput: CQREncode_freeInput
  private let freeCode: CQREncode_freeCode

  /// The assignment number of UTF-8 (AIM ECI): without it readers guess the encoding.
  private static let utf8: UInt32 = 26

  /// Throws `qr-unavailable` where the library is not installed.
  public init() throws(QRCodeError) {
    guard let library = unsafe dlopen("libqrencode.so.4", RTLD_NOW | RTLD_LOCAL) else {
      throw QRCodeError(
        .unavailable, "libqrencode.so.4, which draws QR codes, cannot be loaded", hint: "apt-get install libqrencode4")
    }
    guard let newInput = unsafe dlsym(library, "QRinput_new2"),
      let appendECIHeader = unsafe dlsym(library, "QRinput_appendECIheader"),
      let append = unsafe dlsym(library, "QRinput_append"),
      let encodeInput = unsafe dlsym(library, "QRcode_encodeInput"),
      let freeInput = unsafe dlsym(library, "QRinput_free"), let freeCode = unsafe dlsym(library, "QRcode_free")
    else {
      unsafe dlclose(library)
      throw QRCodeError(.unavailable, "libqrencode.so.4 lacks a function that drawing QR codes needs")
    }
    unsafe self.library = unsafe library
    // The types are those of the functions in qrencode.h, by name.
    unsafe self.newInput = unsafe unsafeBitCast(newInput, to: CQREncode_newInput.self)
    unsafe self.appendECIHeader = unsafe unsafeBitCast(appendECIHeader, to: CQREncode_appendECIHeader.self)
    unsafe self.append = unsafe unsafeBitCast(append, to: CQREncode_append.self)
    unsafe self.encodeInput = unsafe unsafeBitCast(encodeInput, to: CQREncode_encodeInput.self)
    unsafe self.freeInput = unsafe unsafeBitCast(freeInput, to: CQREncode_freeInput.self)
    unsafe self.freeCode = unsafe unsafeBitCast(freeCode, to: CQREncode_freeCode.self)
  }

  deinit { unsafe dlclose(library) }

  /// The smallest code that holds the bytes of the text, with error correction of level L; nil when none does.
  ///
  /// Throws `qr-not-drawable` where the library fails for another reason.
  borrowing func code(for text: String) throws(QRCodeError) -> QRCode? {
    var bytes = Array(text.utf8)
    guard let input = unsafe newInput(0, QR_ECLEVEL_L) else { throw failure }
    defer { unsafe freeInput(input) }
    if bytes.contains(where: { $0 > 0x7F }), unsafe appendECIHeader(input, Self.utf8) != 0 { throw failure }
    guard unsafe append(input, QR_MODE_8, Int32(clamping: bytes.count), &bytes) == 0 else {
      // What no version could hold is refused here already.
      if errno == EINVAL || errno == ERANGE { return nil }
      throw failure
    }
    guard let encoded = unsafe encodeInput(input) else {
      if errno == ERANGE { return nil }
      throw failure
    }
    defer { unsafe freeCode(encoded) }
    let width = unsafe Int(encoded.pointee.width)
    let modules = unsafe UnsafeBufferPointer(start: encoded.pointee.data, count: width * width)
    let code = unsafe QRCode(
      version: Int(encoded.pointee.version), width: width, modules: modules.map { $0 & 1 == 1 })
    guard let code else { throw failure }
    return code
  }

  private var failure: QRCodeError {
    QRCodeError(.notDrawable, "libqrencode failed with error number \(errno)")
  }
}
