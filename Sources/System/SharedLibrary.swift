#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A shared library, loaded while this value exists (dlopen(3)).
@safe
package struct SharedLibrary: ~Copyable, Sendable {
  // The result of dlopen; closed by `deinit` alone.
  private nonisolated(unsafe) let handle: UnsafeMutableRawPointer

  /// Loads the library at this path, or of this name from where the system looks for libraries; nil if it cannot be
  /// loaded.
  ///
  /// The symbols that it needs are found now, and its own symbols are not offered to other libraries.
  package init?(path: String) {
    guard let handle = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL) else { return nil }
    unsafe self.handle = unsafe handle
  }

  deinit { unsafe dlclose(handle) }

  /// The symbol of this name, while the library is loaded; nil if there is none.
  package borrowing func symbol(_ name: String) -> UnsafeMutableRawPointer? { unsafe dlsym(handle, name) }
}
