internal import CLinux
import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Who else can change a file or folder with code in it, and what stops that.
package struct CodeChange: Sendable, Hashable {
  /// Those who can write there, besides this user and root.
  enum Party: Hashable {
    case owner(uid_t)
    case everybody
    case group(gid_t, GroupMembers)
    /// Named in the access control list (acl(5)).
    case listedUser(uid_t)
    case listedGroup(gid_t, GroupMembers)
    /// The access control list cannot be read, for this reason.
    case unknown(String)
  }

  /// Without symbolic links.
  let place: String
  let party: Party

  /// For the end of a message: `users other than you and root can change /usr/local/bin`.
  package var reason: String {
    switch party {
    case .owner(let user):
      "\(Self.named(place)) belongs to \(Self.named(user: user)), who is neither you nor root"
    case .everybody: "users other than you and root can change \(Self.named(place))"
    case .group(let group, let members):
      "\(Self.named(group: group)) can change \(Self.named(place)), and \(Self.text(members))"
    case .listedUser(let user):
      "the access control list of \(Self.named(place)) lets \(Self.named(user: user)) change it"
    case .listedGroup(let group, let members):
      "the access control list of \(Self.named(place)) lets \(Self.named(group: group)) change it, which "
        + (members == .others ? "has members other than you and root" : "has members that cannot be found out")
    case .unknown(let reason): "who can change \(Self.named(place)) cannot be found out: \(reason)"
    }
  }

  /// The next step: the `chmod`, if one helps.
  package var remedy: String {
    let place = "put the code where only you or root can write"
    return chmod.map { "\($0), or \(place)" } ?? place
  }

  /// The command that ends it; nil if none does.
  package var chmod: String? {
    switch party {
    case .owner, .unknown: nil
    case .everybody: "chmod go-w \(Self.named(place))"
    // In a file with an access control list, these are the bits of its mask, which limits every entry.
    case .group, .listedUser, .listedGroup: "chmod g-w \(Self.named(place))"
    }
  }

  private static func named(_ place: String) -> String { ForeignText(naming: place).description }

  private static func named(user: uid_t) -> String {
    "the user \(Accounts.name(ofUser: user).map { ForeignText(naming: $0).description } ?? String(user))"
  }

  private static func named(group: gid_t) -> String {
    "the group \(Accounts.name(ofGroup: group).map { ForeignText(naming: $0).description } ?? String(group))"
  }

  private static func text(_ members: GroupMembers) -> String {
    members == .others ? "has members other than you and root" : "its members cannot be found out"
  }
}

extension CodeChange {
  /// Nil for a file or folder that belongs to this user or root.
  static func ofOwner(of place: String, _ status: stat) -> CodeChange? {
    status.st_uid == 0 || status.st_uid == geteuid() ? nil : CodeChange(place: place, party: .owner(status.st_uid))
  }

  /// Nil if only this user and root can write; judged by owner, mode and access control list.
  ///
  /// A group may be able to write if it is root's or the user's own, or has no other members. With `sparingSticky`,
  /// everybody may be able to write in a folder with the sticky bit, in which others can add files but not replace any.
  static func others(at place: String, _ status: stat, sparingSticky: Bool) -> CodeChange? {
    if let change = ofOwner(of: place, status) { return change }
    if sparingSticky, status.st_mode & S_IFMT == S_IFDIR, status.st_mode & S_ISVTX != 0 { return nil }
    if status.st_mode & S_IWOTH != 0 { return CodeChange(place: place, party: .everybody) }
    // With an access control list, these bits are its mask. Without them, none of its entries can write.
    if status.st_mode & S_IWGRP == 0 { return nil }
    return writer(at: place, group: status.st_gid).map { CodeChange(place: place, party: $0) }
  }

  /// True if the mode lets others write, by the same rule. The owner and access control lists are not looked at.
  package static func othersMayWrite(mode: UInt32, group: UInt32) -> Bool {
    mode & S_IWOTH != 0 || (mode & S_IWGRP != 0 && members(of: group) != nil)
  }

  private static func writer(at place: String, group: gid_t) -> Party? {
    let list: AccessList?
    do throws(AccessList.Failure) { list = try AccessList(of: place) } catch { return .unknown(error.reason) }
    guard let list else {
      return members(of: group).map { .group(group, $0) }
    }
    for entry in list.writers {
      switch entry {
      case .owningGroup: if let members = members(of: group) { return .group(group, members) }
      case .user(let user): if user != 0 && user != geteuid() { return .listedUser(user) }
      case .group(let group): if let members = members(of: group) { return .listedGroup(group, members) }
      }
    }
    return nil
  }

  /// Nil for a group that may write.
  private static func members(of group: gid_t) -> GroupMembers? {
    if group == 0 || group == Accounts.primaryGroup(ofUser: geteuid()) { return nil }
    let members = GroupMembers(of: group, besides: geteuid())
    return members == .nobodyElse ? nil : members
  }
}

/// The entries of the POSIX access control list of a file or folder (acl(5)) that let somebody write.
struct AccessList: Equatable {
  /// A user or group of an entry that can write; the owner and all others are not among them.
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

  /// Nil if there is no list, also on a file system that has none.
  init?(of path: String) throws(Failure) {
    var bytes = [UInt8](repeating: 0, count: Self.mostBytes)
    let count = unsafe linux_access_list(path, &bytes, bytes.count)
    if count < 0 {
      if errno == ENODATA || errno == EOPNOTSUPP { return nil }
      throw Failure(reason: SystemReason.last.description)
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
      case 0x01, 0x20: break  // The owner and all others are in the mode.
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

  private static var malformed: Failure { Failure(reason: "its access control list has an unknown form") }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
