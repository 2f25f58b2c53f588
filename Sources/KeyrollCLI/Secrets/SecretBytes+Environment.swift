import Glibc
import Keyroll

extension SecretBytes {
  /// Takes the value of a variable and leaves nothing of it in the environment of this process.
  ///
  /// Throws `secret-unavailable` when it is not set, or set to nothing. The message leaves the name out: who mistakes
  /// the option for that of the secret itself has written the secret there.
  init(takingEnvironmentVariable name: String, as content: SecretFile.Content) throws(SystemError) {
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
    // The memory that getenv points into is what /proc shows as the environment.
    unsafe explicit_bzero(value, count)
    unsafe unsetenv(name)
  }
}
