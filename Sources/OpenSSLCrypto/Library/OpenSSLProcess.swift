internal import COpenSSL

/// What a program may decide about OpenSSL for its whole process, and a library may not.
public enum OpenSSLProcess {
  /// Keeps `openssl.cnf`, or the file that `OPENSSL_CONF` names, from being read: it can load code into the process.
  ///
  /// Only the first call into OpenSSL decides this. Here nothing needs that file; reading it costs time at each start.
  public static func ignoreConfiguration() {
    _ = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil)
  }
}
