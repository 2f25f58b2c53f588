internal import CP11Kit
import Encodings
import Messages
internal import Signing
import System

extension Module {
  /// Why a module shows no token, if a reason is known: nothing at the other end, no daemon, empty readers.
  var reasonForNoTokens: String? {
    let reason = remote.flatMap(Self.fault(ofRemote:)) ?? missingDaemon ?? emptyReaders
    return reason.map { "the module \(naming: name) shows no token: \($0)" }
  }

  /// For the end of a message about a module that cannot be initialised; empty if no reason is known.
  var reasonForNoStart: String {
    if let remote { return ": it runs elsewhere, as remote: \(quoting: remote) says" }
    guard let path, path.contains("opencryptoki") else { return "" }
    return ": its daemon pkcsslotd may not be running"
  }

  /// What is wrong with the place that p11-kit's `remote:` names.
  private static func fault(ofRemote remote: String) -> String? {
    let prefix = "unix:path="
    guard remote.utf8.starts(with: prefix.utf8) else { return nil }
    let written = Array(remote.utf8.dropFirst(prefix.utf8.count))
    guard let path = PercentEncoding.decoded(written[...]).flatMap({ String(validating: $0, as: UTF8.self) }) else {
      return nil
    }
    switch LocalSocket(path).state {
    case .absent: return "there is no socket \(naming: path) (remote: in its configuration)"
    case .unreachable(let reason): return "the socket \(naming: path) cannot be reached: \(reason)"
    case .abandoned:
      return "no server listens at the socket \(naming: path); it has ended (remote: in its configuration)"
    case .open: return "the server at the socket \(naming: path) does not answer"
    }
  }

  /// Modules of smart cards reach readers through a daemon, and report nothing if it does not run.
  private var missingDaemon: String? {
    guard let path, ["opensc", "ykcs11"].contains(where: path.contains) else { return nil }
    let socket = LocalSocket("/run/pcscd/pcscd.comm")
    return socket.isThere ? nil : "pcscd, the daemon of readers, is not running (there is no \(socket.path))"
  }

  /// The names of empty readers.
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
