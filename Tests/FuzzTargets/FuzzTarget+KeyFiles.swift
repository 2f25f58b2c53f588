import OpenSSLCrypto

extension FuzzTarget {
  static let pem = FuzzTarget(
    "pem", "private keys and certificates in PEM or DER",
    seeds: {
      try Seeds.fixtures("pem") + Seeds.fixtures("keys") + Seeds.fixtures("certificates") + Seeds.corpus("pem")
    }
  ) { input in try KeyOpening.check(input, with: PEMBackend()) }

  static let file = FuzzTarget(
    "file", "keys as they are handed out: JSON, quoted, in UTF-16, under another label",
    seeds: { try Seeds.fixtures("key-files") }
  ) { input in try KeyOpening.check(input, with: FileBackend()) }

  static let pfx = FuzzTarget(
    "pfx", "private keys and certificates in PKCS#12", seeds: { try Seeds.fixtures("pfx") + Seeds.corpus("pkcs12") }
  ) { input in try KeyOpening.check(input, with: PFXBackend()) }
}
