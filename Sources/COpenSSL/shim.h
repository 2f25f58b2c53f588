// What OpenSSL offers only as macros, which Swift cannot import, and the headers that OpenSSLCrypto uses.
#ifndef KEYROLL_COPENSSL_SHIM_H
#define KEYROLL_COPENSSL_SHIM_H

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/decoder.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// RFC 2253 text that keeps UTF-8 as it is: what is printable in the name stays readable.
static const unsigned long COpenSSL_nameFlags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;

// Which halves of a key EVP_PKEY_fromdata makes.
static const int COpenSSL_keyPair = EVP_PKEY_KEYPAIR;
static const int COpenSSL_publicKey = EVP_PKEY_PUBLIC_KEY;

// What a provider says its version is; null where it does not say.
static inline const char *COpenSSL_providerVersion(const OSSL_PROVIDER *provider) {
  char *version = NULL;
  OSSL_PARAM parameters[] = {
    OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_VERSION, &version, 0), OSSL_PARAM_construct_end()};
  return OSSL_PROVIDER_get_params(provider, parameters) == 1 ? version : NULL;
}

#endif
