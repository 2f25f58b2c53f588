#include "baseline.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

void *baseline_open(const char *path) {
  BIO *file = BIO_new_file(path, "r");
  if (file == NULL) return NULL;
  EVP_PKEY *key = PEM_read_bio_PrivateKey(file, NULL, NULL, "");
  BIO_free(file);
  return key;
}

void baseline_close(void *key) { EVP_PKEY_free(key); }

size_t baseline_sign(void *key, const unsigned char *message, size_t message_length, unsigned char *signature,
                     size_t capacity) {
  size_t length = capacity;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context == NULL) return 0;
  if (EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL, key, NULL) != 1 ||
      EVP_DigestSign(context, signature, &length, message, message_length) != 1)
    length = 0;
  EVP_MD_CTX_free(context);
  return length;
}

int baseline_verify(void *key, const unsigned char *message, size_t message_length, const unsigned char *signature,
                    size_t signature_length) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context == NULL) return 0;
  int isGood = EVP_DigestVerifyInit_ex(context, NULL, "SHA256", NULL, NULL, key, NULL) == 1 &&
               EVP_DigestVerify(context, signature, signature_length, message, message_length) == 1;
  EVP_MD_CTX_free(context);
  return isGood;
}
