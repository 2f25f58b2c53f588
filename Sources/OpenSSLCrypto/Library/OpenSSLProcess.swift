internal import COpenSSL

/// What a program may decide about OpenSSL for its whole process, and a library may not.
public enum OpenSSLProcess {
  /// Keeps the environment from loading code into the process through OpenSSL; false where OpenSSL refuses.
  ///
  /// `openssl.cnf`, or the file that `OPENSSL_CONF` names, is not read: it can load code. Only the first call into OpenSSL
  /// decides this. Here nothing needs that file; reading it costs time at each start. Providers come from the folder that
  /// OpenSSL was built with, whatever `OPENSSL_MODULES` names, in the default context too, which PKCS#11 modules that share
  /// this libcrypto use.
  public static func ignoreConfiguration() -> Bool {
    unsafe OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil) == 1
      && LibraryContext.ignoreSearchPath(of: nil)
  }
}
