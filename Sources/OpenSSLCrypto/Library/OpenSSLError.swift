/// One entry of OpenSSL's error queue.
struct OpenSSLError: Sendable, Hashable {
  /// `ERR_LIB_…`: the part of OpenSSL that raised it.
  let library: Int32
  /// `…_R_…`: its number within the library.
  let reason: Int32
  /// OpenSSL's words for the reason.
  let text: String
}
