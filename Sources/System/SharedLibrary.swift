#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A shared library, loaded for as long as this lives (dlopen(3)).
@safe
package struct SharedLibrary: ~Copyable, Sendable {
  // As dlopen gave it; closed by `deinit` alone.
  private nonisolated(unsafe) let handle: UnsafeMutableRawPointer

  /// Loads the library of this path, or of this name where the system looks for libraries; nil for one that cannot be loaded.
  ///
  /// Whatever it needs is found now, and what it offers is not offered to others.
  package init?(path: String) {
    guard let handle = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL) else { return nil }
    unsafe self.handle = unsafe handle
  }

  deinit { unsafe dlclose(handle) }

  /// What the library offers by this name, for as long as it is loaded; nil if it offers nothing of the kind.
  package borrowing func symbol(_ name: String) -> UnsafeMutableRawPointer? { unsafe dlsym(handle, name) }
}
