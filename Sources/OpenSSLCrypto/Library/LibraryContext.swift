internal import COpenSSL

/// Owns an `OSSL_LIB_CTX`: the providers and fetched algorithms that calls into OpenSSL work with.
///
/// Never the default context, which `openssl.cnf` configures and whose providers belong to the program and to PKCS#11
/// modules that share libcrypto. Providers are loaded from OpenSSL's own folder alone, whatever `OPENSSL_MODULES` names.
@safe
final class LibraryContext: Sendable {
  // An OSSL_LIB_CTX locks itself; nil would mean the default context, so calls fail by themselves when memory ran out.
  nonisolated(unsafe) let pointer: OpaquePointer?
  private nonisolated(unsafe) let providers: [OpaquePointer]

  /// The default provider alone.
  static let standard = LibraryContext(providers: [])

  /// The default and the legacy provider, for RC2, RC4 and single DES in old files; loaded at the first use.
  static let legacy = LibraryContext(providers: ["default", "legacy"])

  /// No algorithm at all, for reading what needs none.
  ///
  /// OpenSSL decodes the key of each certificate that it reads, and looks for a decoder among all that the providers have: that is
  /// most of the time that a certificate takes. Here it finds none, and the key stays the bytes that it is.
  static let empty = LibraryContext(providers: ["null"])

  /// Without a list, OpenSSL loads the default provider itself when it is first needed.
  private init(providers names: [String]) {
    let context = unsafe OSSL_LIB_CTX_new()
    unsafe pointer = context
    // The generator rests on a digest (SP 800-90A, section 10.1.1) and not, as by default, on a cipher: for its first
    // cipher a context sets up all it has, which takes longer than a signature.
    unsafe RAND_set_DRBG_type(context, "HASH-DRBG", nil, nil, "SHA512")
    // A provider that is missing shows later, as an algorithm that cannot be fetched; so does one that is not loaded because
    // its code could come from anywhere.
    let isOwnFolder = unsafe Self.ignoreSearchPath(of: context)
    unsafe providers = isOwnFolder ? names.compactMap { name in unsafe OSSL_PROVIDER_load(context, name) } : []
    OpenSSLErrors.clear()
  }

  /// Sets the folder of providers to the one that OpenSSL was built with; nil is the default context. False when it fails.
  ///
  /// Without it OpenSSL takes `OPENSSL_MODULES`, a folder from which any code can come.
  static func ignoreSearchPath(of context: OpaquePointer?) -> Bool {
    guard let folder = unsafe OPENSSL_info(OPENSSL_INFO_MODULES_DIR) else { return false }
    return unsafe OSSL_PROVIDER_set_default_search_path(context, folder) == 1
  }

  deinit {
    unsafe providers.forEach { unsafe OSSL_PROVIDER_unload($0) }
    unsafe OSSL_LIB_CTX_free(pointer)
  }
}

/// What a program may decide about OpenSSL for its whole process, and a library may not.
public enum OpenSSLProcess {
  /// Keeps the environment from loading code into the process through OpenSSL; false if OpenSSL refuses.
  ///
  /// `openssl.cnf`, or the file that `OPENSSL_CONF` names, is not read: it can load code. Only the first call into OpenSSL
  /// decides this. Here nothing needs that file; reading it costs time at each start. Providers come from the folder that
  /// OpenSSL was built with, whatever `OPENSSL_MODULES` names, in the default context too, which PKCS#11 modules that share
  /// this libcrypto use.
  public static func ignoreConfiguration() -> Bool {
    unsafe OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil) == 1
      && LibraryContext.ignoreSearchPath(of: nil)
  }
  /// What the libcrypto of this process says of itself: `OpenSSL 3.0.17 1 Jul 2025`.
  public static var version: String {
    unsafe OpenSSL_version(OPENSSL_VERSION).flatMap { unsafe String(validatingCString: $0) } ?? "OpenSSL"
  }

  /// The provider that RSA keys in files, and every verification, are worked with; nil where OpenSSL finds none.
  public static var rsaProvider: (name: String, version: String)? {
    defer { OpenSSLErrors.clear() }
    guard let signature = unsafe EVP_SIGNATURE_fetch(LibraryContext.standard.pointer, "RSA", nil) else { return nil }
    defer { unsafe EVP_SIGNATURE_free(signature) }
    guard let provider = unsafe EVP_SIGNATURE_get0_provider(signature),
      let name = unsafe OSSL_PROVIDER_get0_name(provider).flatMap({ unsafe String(validatingCString: $0) }),
      let version = unsafe COpenSSL_providerVersion(provider).flatMap({ unsafe String(validatingCString: $0) })
    else { return nil }
    return (name, version)
  }
}
