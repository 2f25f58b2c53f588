#include "baseline.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session {
  CK_FUNCTION_LIST *functions;
  CK_SESSION_HANDLE handle;
  CK_OBJECT_HANDLE key;
};

static bool is_token(CK_FUNCTION_LIST *functions, CK_SLOT_ID slot, const char *label) {
  CK_TOKEN_INFO info;
  char padded[sizeof info.label];
  size_t length = strlen(label);
  memset(padded, ' ', sizeof padded);
  memcpy(padded, label, length < sizeof padded ? length : sizeof padded);
  return functions->C_GetTokenInfo(slot, &info) == CKR_OK && !memcmp(info.label, padded, sizeof padded);
}

static bool find_key(struct session *session, const char *label) {
  CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
  CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &class, sizeof class}, {CKA_LABEL, (void *)label, strlen(label)}};
  CK_ULONG count = 0;
  if (session->functions->C_FindObjectsInit(session->handle, wanted, 2) != CKR_OK) return false;
  CK_RV value = session->functions->C_FindObjects(session->handle, &session->key, 1, &count);
  return session->functions->C_FindObjectsFinal(session->handle) == CKR_OK && value == CKR_OK && count == 1;
}

static bool log_in(struct session *session, const char *pin_file) {
  CK_UTF8CHAR pin[256];
  FILE *file = fopen(pin_file, "re");
  if (!file) return false;
  size_t length = fread(pin, 1, sizeof pin, file);
  fclose(file);
  CK_RV value = session->functions->C_Login(session->handle, CKU_USER, pin, length);
  return value == CKR_OK || value == CKR_USER_ALREADY_LOGGED_IN;
}

void *pkcs11_baseline_open(const char *module, const char *token, const char *key, const char *pin_file) {
  CK_C_INITIALIZE_ARGS arguments = {.flags = CKF_OS_LOCKING_OK};
  CK_SLOT_ID slots[64];
  CK_ULONG count = 64;
  void *library = dlopen(module, RTLD_NOW | RTLD_LOCAL);
  CK_C_GetFunctionList entry = library ? (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList") : NULL;
  struct session *session = calloc(1, sizeof *session);
  if (!entry || !session || entry(&session->functions) != CKR_OK) goto failed;
  CK_RV value = session->functions->C_Initialize(&arguments);
  if (value != CKR_OK && value != CKR_CRYPTOKI_ALREADY_INITIALIZED) goto failed;
  if (session->functions->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK) goto failed;
  for (CK_ULONG i = 0; i < count; i++) {
    if (!is_token(session->functions, slots[i], token)) continue;
    if (session->functions->C_OpenSession(slots[i], CKF_SERIAL_SESSION, NULL, NULL, &session->handle) != CKR_OK) break;
    if (log_in(session, pin_file) && find_key(session, key)) return session;
    session->functions->C_CloseSession(session->handle);
    break;
  }
failed:
  free(session);
  return NULL;
}

void pkcs11_baseline_close(void *opened) {
  struct session *session = opened;
  session->functions->C_CloseSession(session->handle);
  free(session);
}

size_t pkcs11_baseline_sign(void *opened, const unsigned char *message, size_t message_length, unsigned char *signature,
                            size_t capacity) {
  struct session *session = opened;
  CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
  CK_ULONG length = capacity;
  if (session->functions->C_SignInit(session->handle, &mechanism, session->key) != CKR_OK ||
      session->functions->C_Sign(session->handle, (CK_BYTE *)message, message_length, signature, &length) != CKR_OK)
    return 0;
  return length;
}

struct thread {
  pthread_t id;
  long (*work)(void *, long);
  void *context;
  long number, result;
};

static void *run(void *argument) {
  struct thread *thread = argument;
  thread->result = thread->work(thread->context, thread->number);
  return NULL;
}

long in_threads(long thread_count, long (*work)(void *, long), void *context) {
  struct thread threads[64];
  long started = 0, sum = 0;
  bool failed = thread_count > 64;
  while (!failed && started < thread_count) {
    threads[started] = (struct thread){.work = work, .context = context, .number = started};
    if (pthread_create(&threads[started].id, NULL, run, &threads[started])) failed = true;
    else started++;
  }
  for (long i = 0; i < started; i++) {
    pthread_join(threads[i].id, NULL);
    sum += threads[i].result;
  }
  return failed ? -1 : sum;
}
