#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

private typealias UserEntry = passwd
private typealias GroupEntry = group

/// Who is in a group besides one user and root.
enum GroupMembers: Hashable {
  case nobodyElse
  case others
  /// Unknown: there is no such group, or the system cannot list its accounts.
  case unknown

  /// Looks at the members that the group names, and for users whose primary group it is.
  init(of group: gid_t, besides user: uid_t) {
    guard let names = Accounts.members(ofGroup: group) else {
      self = .unknown
      return
    }
    let users = names.map { Accounts.user(named: $0) }
    guard let all = Accounts.all() else {
      self = .unknown
      return
    }
    let primary = all.filter { $0.group == group }.map(\.user)
    // A name without an account may get one later.
    let hasOthers = (users + primary).contains { $0 != user && $0 != 0 }
    // A directory that does not list this user does not list other users either.
    let isWhole = all.contains { $0.user == user }
    self = hasOthers ? .others : isWhole ? .nobodyElse : .unknown
  }
}

/// The users and groups that the system knows (passwd(5), group(5), and the other sources in nsswitch.conf(5)).
enum Accounts {
  struct Account: Hashable {
    let user: uid_t
    let group: gid_t
  }

  /// The largest entry that is read, in bytes; a group may name many members.
  private static let mostBytes = 1 << 20

  /// Nil for a user that the system does not know.
  static func primaryGroup(ofUser user: uid_t) -> gid_t? {
    unsafe entry(UserEntry(), { unsafe getpwuid_r(user, $0, $1, $2, $3) }) { unsafe $0.pw_gid }
  }

  static func name(ofUser user: uid_t) -> String? {
    unsafe entry(UserEntry(), { unsafe getpwuid_r(user, $0, $1, $2, $3) }) { unsafe text($0.pw_name) } ?? nil
  }

  static func user(named name: String) -> uid_t? {
    unsafe entry(UserEntry(), { unsafe getpwnam_r(name, $0, $1, $2, $3) }) { unsafe $0.pw_uid }
  }

  static func name(ofGroup group: gid_t) -> String? {
    unsafe entry(GroupEntry(), { unsafe getgrgid_r(group, $0, $1, $2, $3) }) { unsafe text($0.gr_name) } ?? nil
  }

  /// The names that the group lists; nil for a group that the system does not know, and for names that are not text.
  static func members(ofGroup group: gid_t) -> [String]? {
    unsafe entry(GroupEntry(), { unsafe getgrgid_r(group, $0, $1, $2, $3) }) { entry in
      var names: [String] = []
      guard var member = unsafe entry.gr_mem else { return [] }
      while let name = unsafe member.pointee {
        guard let text = unsafe text(name) else { return nil }
        names.append(text)
        unsafe member += 1
      }
      return names
    } ?? nil
  }

  /// Every account that the system lists; nil if it cannot.
  static func all() -> [Account]? {
    #if canImport(Glibc)
      setpwent()
      defer { endpwent() }
      var accounts: [Account] = []
      while true {
        let found = unsafe lookUp(UserEntry(), { unsafe getpwent_r($0, $1, $2, $3) }) { entry in
          unsafe Account(user: entry.pw_uid, group: entry.pw_gid)
        }
        switch found {
        case .entry(let account): accounts.append(account)
        case .none: return accounts
        case .failure: return nil
        }
      }
    #else
      return nil
    #endif
  }

  private enum Answer<Value> {
    case entry(Value)
    case none
    case failure
  }

  private typealias Call<Entry> = (
    UnsafeMutablePointer<Entry>, UnsafeMutablePointer<CChar>, Int, UnsafeMutablePointer<UnsafeMutablePointer<Entry>?>
  ) -> Int32

  private static func entry<Entry, Value>(
    _ empty: Entry, _ call: Call<Entry>, _ read: (Entry) -> Value
  ) -> Value? {
    guard case .entry(let value) = unsafe lookUp(empty, call, read) else { return nil }
    return value
  }

  /// Calls with a larger buffer until the entry fits.
  private static func lookUp<Entry, Value>(
    _ empty: Entry, _ call: Call<Entry>, _ read: (Entry) -> Value
  ) -> Answer<Value> {
    var size = 4_096
    while true {
      var entry = empty
      var found: UnsafeMutablePointer<Entry>?
      var buffer = [CChar](repeating: 0, count: size)
      let answer: (failure: Int32, value: Value?) = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return (EINVAL, nil) }
        let failure = unsafe call(&entry, start, buffer.count, &found)
        // The result points into the buffer, so it is read while the buffer exists.
        guard failure == 0, unsafe found != nil else { return (failure, nil) }
        return (failure, read(entry))
      }
      if let value = answer.value { return .entry(value) }
      switch answer.failure {
      case 0, ENOENT: return .none
      case EINTR: continue
      case ERANGE where size < mostBytes: size *= 2
      default: return .failure
      }
    }
  }

  private static func text(_ characters: UnsafeMutablePointer<CChar>?) -> String? {
    unsafe characters.flatMap { unsafe String(validatingCString: $0) }
  }
}
