internal import CP11Kit
import Encodings
internal import Glibc
import Messages
internal import Signing

extension Module {
  /// Why a module shows no token, as far as something tells: nobody at the other end, no daemon, empty readers.
  var reasonForNoTokens: String? {
    let reason = remote.flatMap(Self.fault(ofRemote:)) ?? missingDaemon ?? emptyReaders
    return reason.map { "the module \(naming: name) shows no token: \($0)" }
  }

  /// For the end of a message about a module that cannot be initialised; empty where nothing tells why.
  var reasonForNoStart: String {
    if let remote { return ": it runs elsewhere, as remote: \(quoting: remote) says" }
    guard let path, path.contains("opencryptoki") else { return "" }
    return ": its daemon pkcsslotd may not run"
  }

  /// What is wrong with the place that p11-kit's `remote:` names.
  private static func fault(ofRemote remote: String) -> String? {
    let prefix = "unix:path="
    guard remote.utf8.starts(with: prefix.utf8) else { return nil }
    let written = Array(remote.utf8.dropFirst(prefix.utf8.count))
    guard let path = PercentEncoding.decoded(written[...]).flatMap({ String(validating: $0, as: UTF8.self) }) else {
      return nil
    }
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      let code = errno
      if code == ENOENT { return "there is no socket \(naming: path) (remote: in its configuration)" }
      let reason = unsafe strerror(code).flatMap { unsafe String(validatingCString: $0) } ?? "error \(code)"
      return "the socket \(naming: path) cannot be reached: \(reason.lowercased())"
    }
    if isOpen(path) { return "the server at the socket \(naming: path) does not answer" }
    return "no server listens at the socket \(naming: path); it has ended (remote: in its configuration)"
  }

  /// True when some process has the socket of this path, as `/proc/net/unix` lists them; true where that cannot be read.
  ///
  /// Without a connection: nothing here calls a function that could reach a network.
  private static func isOpen(_ path: String) -> Bool {
    let file = unsafe open("/proc/net/unix", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return true }
    defer { close(file) }
    var contents: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while contents.count < 1 << 24 {
      let count = unsafe read(file, &buffer, buffer.count)
      if count <= 0 { break }
      contents += buffer.prefix(count)
    }
    let end = Array(" \(path)".utf8)
    return contents.split(separator: UInt8(ascii: "\n")).contains { $0.suffix(end.count).elementsEqual(end) }
  }

  /// Modules of smart cards reach readers through a daemon, and say nothing when it does not run.
  private var missingDaemon: String? {
    guard let path, ["opensc", "ykcs11"].contains(where: path.contains) else { return nil }
    let socket = "/run/pcscd/pcscd.comm"
    return unsafe access(socket, F_OK) == 0 ? nil : "pcscd, the daemon of readers, does not run (there is no \(socket))"
  }

  /// The names of readers with nothing in them.
  private var emptyReaders: String? {
    let slots = try? unsafe CountedList.read { (buffer, count) throws(DeviceError) in
      try unsafe call("C_GetSlotList") { unsafe $0.pointee.C_GetSlotList?(CK_BBOOL(CK_FALSE), buffer, count) }
    }
    let names: [String] = (slots ?? []).prefix(4).compactMap { slotID -> String? in
      var info = CK_SLOT_INFO()
      do throws(DeviceError) {
        try unsafe call("C_GetSlotInfo") { unsafe $0.pointee.C_GetSlotInfo?(slotID, &info) }
      } catch { return nil }
      guard info.flags & CKF_TOKEN_PRESENT == 0 else { return nil }
      return "\(quoting: FixedField(info.slotDescription).text)"
    }
    return names.isEmpty ? nil : "nothing is in \(names.joined(separator: ", "))"
  }
}
