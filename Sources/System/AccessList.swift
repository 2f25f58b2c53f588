internal import CLinux
import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The POSIX access control list of a file or folder (acl(5)), as far as it lets somebody write.
struct AccessList: Equatable {
  /// Somebody who can write, besides the owner and those who are in none of the entries.
  enum Writer: Equatable {
    case owningGroup
    case user(uid_t)
    case group(gid_t)
  }

  /// Why there may be a list that was not read.
  struct Failure: Error, Equatable { let reason: String }

  /// In the order of the list, which is by kind and then by number.
  let writers: [Writer]

  /// The longest value of an extended attribute (XATTR_SIZE_MAX).
  private static let mostBytes = 65_536

  /// Nil where there is no list, on a file system without them too.
  init?(of path: String) throws(Failure) {
    var bytes = [UInt8](repeating: 0, count: Self.mostBytes)
    let count = unsafe linux_access_list(path, &bytes, bytes.count)
    if count < 0 {
      if errno == ENODATA || errno == EOPNOTSUPP { return nil }
      throw Failure(reason: CodePath.reason(errno))
    }
    try self.init(bytes: bytes[..<count])
  }

  /// Reads the form that Linux keeps: a version, then a tag, permissions and a number for each entry, in little-endian order.
  init(bytes: ArraySlice<UInt8>) throws(Failure) {
    let version: UInt32 = 2
    guard bytes.count % 8 == 4, Self.number(bytes.prefix(4)) == version else { throw Self.malformed }
    var mask: UInt32 = 7
    var found: [(writer: Writer, permissions: UInt32)] = []
    var rest = bytes.dropFirst(4)
    while !rest.isEmpty {
      let tag = Self.number(rest.prefix(2))
      let permissions = Self.number(rest.dropFirst(2).prefix(2))
      let id = Self.number(rest.dropFirst(4).prefix(4))
      rest = rest.dropFirst(8)
      switch tag {
      case 0x01, 0x20: break  // The owner, and all others: the mode has both.
      case 0x02: found.append((.user(id), permissions))
      case 0x04: found.append((.owningGroup, permissions))
      case 0x08: found.append((.group(id), permissions))
      case 0x10: mask = permissions
      default: throw Self.malformed
      }
    }
    let write: UInt32 = 2
    writers = found.filter { $0.permissions & mask & write != 0 }.map(\.writer)
  }

  private static var malformed: Failure { Failure(reason: "its access control list is of a form not known here") }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
