// The bare OpenSSL calls that the benchmark measures against, as a C programmer writes them.
#ifndef KEYROLL_OPENSSL_BASELINE_H
#define KEYROLL_OPENSSL_BASELINE_H

#include <stddef.h>

// A private key from an unencrypted PEM file, or NULL.
void *_Nullable baseline_open(const char *_Nonnull path);
void baseline_close(void *_Nonnull key);

// One RS256 signature of the message: EVP_DigestSign. Returns its length, or 0.
size_t baseline_sign(void *_Nonnull key, const unsigned char *_Nonnull message, size_t message_length,
                     unsigned char *_Nonnull signature, size_t capacity);

// One verification of such a signature: EVP_DigestVerify. Returns 1 when it is good.
int baseline_verify(void *_Nonnull key, const unsigned char *_Nonnull message, size_t message_length,
                    const unsigned char *_Nonnull signature, size_t signature_length);

#endif
