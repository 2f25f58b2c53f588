import CLinux
package import Encodings
public import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Bytes that no one else may see: never copied, never a `String`, wiped with `explicit_bzero` when this value is
/// destroyed.
@safe
public struct SecretBytes: ~Copyable, @unchecked Sendable {
  // Sending it is safe because it has one owner: the memory is reachable only through this value.
  private let storage: UnsafeMutableRawBufferPointer
  /// How many of the bytes are in use.
  public private(set) var count = 0
  /// How many bytes there is room for.
  public let capacity: Int

  /// True if there are no bytes.
  public var isEmpty: Bool { count == 0 }

  /// Takes room for `capacity` bytes, none of them in use.
  package init(capacity: Int) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(capacity, 1), alignment: 16)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0)
    unsafe storage = memory
    self.capacity = max(capacity, 0)
  }

  /// Takes room for `capacity` bytes and lets `fill` write them; it returns how many it wrote.
  ///
  /// The whole capacity is wiped, whatever `fill` leaves in it.
  public init<E: Error>(capacity: Int, fill: (UnsafeMutableRawBufferPointer) throws(E) -> Int) throws(E) {
    self.init(capacity: capacity)
    let written = unsafe try fill(UnsafeMutableRawBufferPointer(rebasing: storage[..<self.capacity]))
    count = min(max(written, 0), self.capacity)
  }

  /// Copies the bytes; the caller wipes the source.
  public init(copying bytes: Span<UInt8>) {
    unsafe self.init(capacity: bytes.count) { memory in
      for index in bytes.indices { unsafe memory[index] = bytes[index] }
      return bytes.count
    }
  }

  /// Decodes base64 straight into wiped memory.
  ///
  /// Throws on everything that differs from the canonical spelling of the alphabet and is not in `tolerated`: see
  /// `Base64.decode`.
  package init(
    decoding text: Span<UInt8>, as alphabet: Base64, tolerating tolerated: Set<Base64Error.Code> = []
  ) throws(Base64Error) {
    unsafe try self.init(capacity: Base64.capacity(forDecoding: text.count)) { (memory) throws(Base64Error) in
      // The closure cannot keep the view, and every byte of the memory is initialised.
      var output = unsafe MutableSpan<UInt8>(_unsafeBytes: memory)
      return try alphabet.decode(text, into: &output, tolerating: tolerated)
    }
  }

  deinit {
    if let start = unsafe storage.baseAddress { unsafe explicit_bzero(start, storage.count) }
    unsafe storage.deallocate()
  }

  /// Calls the closure with the bytes in use, which it must not keep.
  public borrowing func withBytes<Result: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> Result
  ) throws(E) -> Result {
    // The closure cannot keep the view, and the memory outlives it because this value is borrowed.
    let span = unsafe Span<UInt8>(_unsafeBytes: UnsafeRawBufferPointer(rebasing: storage[..<count]))
    return try body(span)
  }

  /// Drops bytes from the end; they are wiped with the rest.
  public mutating func truncate(to newCount: Int) {
    count = min(count, max(newCount, 0))
  }

  /// Moves its bytes to a larger room and wipes the old one.
  package consuming func grown(to newCapacity: Int) -> SecretBytes {
    withBytes { bytes in
      unsafe SecretBytes(capacity: max(newCapacity, bytes.count)) { memory in
        for index in bytes.indices { unsafe memory[index] = bytes[index] }
        return bytes.count
      }
    }
  }

  /// Adds a byte at the end; if there is no room, all of them move to a larger room.
  package mutating func append(_ byte: UInt8) {
    if count == capacity {
      let room = max(capacity * 2, 64)
      self = (consume self).grown(to: room)
    }
    unsafe storage[count] = byte
    count += 1
  }

  /// Adds bytes at the end.
  package mutating func append(_ bytes: Span<UInt8>) {
    if capacity - count < bytes.count {
      let room = max(capacity * 2, count + bytes.count)
      self = (consume self).grown(to: room)
    }
    for index in bytes.indices { append(bytes[index]) }
  }

  /// Reads once from a file descriptor into the free room; returns what `read` returned.
  package mutating func append(from descriptor: Int32) -> Int {
    guard let start = unsafe storage.baseAddress else { return 0 }
    let received = unsafe read(descriptor, start + count, capacity - count)
    count += max(received, 0)
    return received
  }
}

extension SecretBytes {
  package var endsWithNewline: Bool {
    withBytes { bytes in !bytes.isEmpty && bytes[bytes.count - 1] == UInt8(ascii: "\n") }
  }

  /// Removes one line feed, or one carriage return and line feed, from the end.
  package consuming func withoutTrailingNewline() -> SecretBytes {
    truncate(to: countWithoutTrailingNewline)
    return self
  }

  /// The number of bytes before that line break, if there is one.
  package var countWithoutTrailingNewline: Int {
    withBytes { bytes in
      let count = bytes.count
      guard count > 0, bytes[count - 1] == UInt8(ascii: "\n") else { return count }
      return count > 1 && bytes[count - 2] == UInt8(ascii: "\r") ? count - 2 : count - 1
    }
  }
}

extension SecretBytes {
  /// Reads a whole file, pipe or device into wiped memory; `-` is standard input.
  ///
  /// Never reads more than one byte above `limit`. Throws `file-unreadable` or `file-too-large`; may block on a pipe.
  public static func contents(ofFile path: String, limit: Int) throws(SystemError) -> SecretBytes {
    let isStandardInput = path.utf8.elementsEqual("-".utf8)
    let name = isStandardInput ? "standard input" : "\(naming: path)"
    let descriptor = isStandardInput ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw unreadable(name, errno) }
    defer { if !isStandardInput { close(descriptor) } }
    return try contents(ofDescriptor: descriptor, named: name, limit: limit)
  }

  /// The same for an open file descriptor, which stays open.
  public static func contents(
    ofDescriptor descriptor: Int32, named name: String, limit: Int
  ) throws(SystemError) -> SecretBytes {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw unreadable(name, errno) }
    if status.st_mode & S_IFMT == S_IFDIR { throw unreadable(name, EISDIR) }
    let isRegular = status.st_mode & S_IFMT == S_IFREG
    if isRegular && status.st_size > limit { throw tooLarge(name, limit) }

    // One byte more than expected, so that it sees the end of the file without growing.
    var contents = SecretBytes(capacity: isRegular ? Int(status.st_size) + 1 : 4096)
    while true {
      if contents.count == contents.capacity {
        contents = contents.grown(to: min(contents.capacity * 2, limit + 1))
      }
      let received = contents.append(from: descriptor)
      if received == 0 { return contents }
      if received < 0 {
        if errno == EINTR { continue }
        throw unreadable(name, errno)
      }
      if contents.count > limit { throw tooLarge(name, limit) }
    }
  }

  private static func unreadable(_ name: String, _ code: Int32) -> SystemError {
    SystemError(.fileUnreadable, "\(name) cannot be read: \(SystemReason(code: code))")
  }

  private static func tooLarge(_ name: String, _ limit: Int) -> SystemError {
    SystemError(.fileTooLarge, "\(name) is larger than \(limit) bytes, the most that is read of such a file")
  }
}

extension SecretBytes {
  /// Takes the value of a variable and removes it from the environment of this process.
  ///
  /// Throws `secret-unavailable` if the variable is not set, or empty. The message leaves the name out, because a
  /// person who takes the option for that of the secret itself has written the secret there.
  package init(takingEnvironmentVariable name: String, as content: SecretFile.Content) throws(SystemError) {
    guard let value = unsafe getenv(name) else {
      throw SystemError(.secretUnavailable, "the environment variable for the \(content.rawValue) is not set")
    }
    let count = unsafe strlen(value)
    guard count > 0 else {
      throw SystemError(
        .secretUnavailable, "the environment variable for the \(content.rawValue) is empty",
        hint: SecretFile.emptyHint(content))
    }
    unsafe self.init(capacity: count) { memory in
      unsafe memory.copyMemory(from: UnsafeRawBufferPointer(start: value, count: count))
      return count
    }
    // getenv points into the memory that /proc shows as the environment.
    unsafe explicit_bzero(value, count)
    unsafe unsetenv(name)
  }
}
