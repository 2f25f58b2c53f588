// The bare PKCS #11 calls that the benchmark measures against, as a C programmer writes them.
#ifndef KEYROLL_PKCS11_BASELINE_H
#define KEYROLL_PKCS11_BASELINE_H

#include <stddef.h>

// One session with the token of this label, logged in with the PIN of that file, and the private key of this label; NULL
// when anything fails. Somebody else in this process may have initialised the module already, and logged in.
void *_Nullable pkcs11_baseline_open(const char *_Nonnull module, const char *_Nonnull token, const char *_Nonnull key,
                                     const char *_Nonnull pin_file);
// Closes the session. The module stays initialised for who else uses it.
void pkcs11_baseline_close(void *_Nonnull session);

// One RS256 signature of the message: C_SignInit and C_Sign with CKM_SHA256_RSA_PKCS. Returns its length, or 0.
size_t pkcs11_baseline_sign(void *_Nonnull session, const unsigned char *_Nonnull message, size_t message_length,
                            unsigned char *_Nonnull signature, size_t capacity);

// Calls `work` in so many threads at once, with the number of the thread, and waits for all. Returns the sum of what
// they returned, or -1 where a thread could not be started.
long in_threads(long thread_count, long (*_Nonnull work)(void *_Nonnull context, long thread), void *_Nonnull context);

#endif
