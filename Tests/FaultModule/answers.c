#include "answers.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

CK_FUNCTION_LIST *real;
static CK_ULONG open_session_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void count_sessions(CK_ULONG change) {
  pthread_mutex_lock(&lock);
  open_session_count += change;
  pthread_mutex_unlock(&lock);
}

void forget_sessions(void) {
  pthread_mutex_lock(&lock);
  open_session_count = 0;
  pthread_mutex_unlock(&lock);
}

// Some modules find their tokens by the environment alone, which all copies of this one share: they take turns by locking
// the one file that they have in common. The variable must be there already, so that readers never see it move.
CK_RV initialize(void *arguments) {
  if (directory() && chdir(directory())) abort();
  if (!variable_name()) return real->C_Initialize(arguments);
  int turn = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (turn < 0 || flock(turn, LOCK_EX)) abort();
  const char *before = getenv(variable_name());
  char *restored = before ? strdup(before) : NULL;
  setenv(variable_name(), variable_value(), 1);
  CK_RV value = real->C_Initialize(arguments);
  if (restored) setenv(variable_name(), restored, 1);
  free(restored);
  close(turn);
  return value;
}

CK_RV get_slot_list(struct step step, CK_BBOOL present, CK_SLOT_ID *slots, CK_ULONG *count) {
  if (step.action == EMPTY || (present && is_token_absent())) {
    *count = 0;
    return CKR_OK;
  }
  return real->C_GetSlotList(present, slots, count);
}

CK_RV get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO *info) {
  CK_RV value = real->C_GetSlotInfo(slot, info);
  if (value == CKR_OK && is_token_absent()) info->flags &= ~(CK_FLAGS)CKF_TOKEN_PRESENT;
  return value;
}

CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info) {
  CK_RV value = real->C_GetTokenInfo(slot, info);
  if (value != CKR_OK) return value;
  info->flags = (info->flags | flags_to_set()) & ~flags_to_clear();
  if (are_twins() && info->flags & CKF_TOKEN_INITIALIZED) {
    // Padded as C does it, which the standard does not.
    memset(info->label, 0, sizeof info->label);
    memcpy(info->label, "twin", 4);
    memset(info->serialNumber, 0, sizeof info->serialNumber);
    memcpy(info->serialNumber, "0001", 4);
  }
  if (model()) {
    memset(info->model, ' ', sizeof info->model);
    memcpy(info->model, model(), strlen(model()) < sizeof info->model ? strlen(model()) : sizeof info->model);
  }
  if (maximum_session_count()) info->ulMaxSessionCount = maximum_session_count();
  return value;
}

CK_RV get_mechanism_list(struct step step, CK_SLOT_ID slot, CK_MECHANISM_TYPE *list, CK_ULONG *count) {
  CK_MECHANISM_TYPE all[512];
  CK_ULONG all_count = 512, shown_count = 0;
  CK_RV value = real->C_GetMechanismList(slot, all, &all_count);
  if (value != CKR_OK) return value;
  for (CK_ULONG i = 0; i < all_count; i++)
    if (step.action != EMPTY && !is_mechanism_hidden(all[i])) all[shown_count++] = all[i];
  if (list && *count < shown_count) value = CKR_BUFFER_TOO_SMALL;
  else if (list) memcpy(list, all, shown_count * sizeof *list);
  *count = shown_count;
  return value;
}

CK_RV get_mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info) {
  if (is_mechanism_hidden(type)) return CKR_MECHANISM_INVALID;
  CK_RV value = real->C_GetMechanismInfo(slot, type, info);
  if (value == CKR_OK && type == CKM_RSA_PKCS_KEY_PAIR_GEN) key_sizes(&info->ulMinKeySize, &info->ulMaxKeySize);
  return value;
}

CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify,
                          CK_SESSION_HANDLE *session) {
  if (maximum_session_count() && open_session_count >= maximum_session_count()) return CKR_SESSION_COUNT;
  CK_RV value = real->C_OpenSession(slot, flags, application, notify, session);
  if (value == CKR_OK) count_sessions(1);
  return value;
}

CK_RV close_session(CK_SESSION_HANDLE session) {
  CK_RV value = real->C_CloseSession(session);
  if (value == CKR_OK) count_sessions((CK_ULONG)-1);
  return value;
}

CK_RV close_all_sessions(CK_SLOT_ID slot) {
  CK_RV value = real->C_CloseAllSessions(slot);
  if (value == CKR_OK) forget_sessions();
  return value;
}

CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG length) {
  CK_UTF8CHAR typed[64];
  if (pin || !pin_pad()) return real->C_Login(session, user, pin, length);
  FILE *file = fopen(pin_pad(), "re");
  if (!file) return CKR_FUNCTION_CANCELED;
  length = fread(typed, 1, sizeof typed, file);
  fclose(file);
  return real->C_Login(session, user, typed, length);
}

// How many more are still to be found by the search that is under way.
static CK_ULONG rest_count;

CK_RV find_objects_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE *attributes, CK_ULONG count) {
  bool is_for_all = count == 1 && attributes->type == CKA_CLASS &&
                    *(CK_OBJECT_CLASS *)attributes->pValue == CKO_CERTIFICATE;
  rest_count = is_for_all ? more_certificates() : 0;
  return real->C_FindObjectsInit(session, attributes, count);
}

CK_RV find_objects(struct step step, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *objects, CK_ULONG room,
                          CK_ULONG *count) {
  CK_RV value = real->C_FindObjects(session, objects, room, count);
  // Those of others are told by handles that the real module does not have.
  for (; value == CKR_OK && rest_count && *count < room; rest_count--) objects[(*count)++] = 1000000 + rest_count;
  if (value == CKR_OK && step.action == EMPTY) *count = 0;
  return value;
}

static CK_RV hide_attributes(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *attributes, CK_ULONG count,
                             CK_RV value) {
  CK_OBJECT_CLASS object_class = 0;
  CK_ATTRIBUTE class_attribute = {CKA_CLASS, &object_class, sizeof object_class};
  if (real->C_GetAttributeValue(session, object, &class_attribute, 1) != CKR_OK) return value;
  for (CK_ULONG i = 0; i < count; i++) {
    if (!is_attribute_hidden(object_class, attributes[i].type)) continue;
    attributes[i].ulValueLen = (CK_ULONG)-1;
    value = CKR_ATTRIBUTE_TYPE_INVALID;
  }
  return value;
}

// Private keys alone: of others nobody is told what they may be used for.
static void set_attributes(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *attributes, CK_ULONG count) {
  CK_OBJECT_CLASS object_class = 0;
  CK_ATTRIBUTE class_attribute = {CKA_CLASS, &object_class, sizeof object_class};
  if (real->C_GetAttributeValue(session, object, &class_attribute, 1) != CKR_OK || object_class != CKO_PRIVATE_KEY) return;
  for (CK_ULONG i = 0; i < count; i++)
    if (attributes[i].pValue && attributes[i].ulValueLen == 1) is_attribute_set(attributes[i].type, attributes[i].pValue);
}

CK_RV get_attribute_value(struct step step, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                                 CK_ATTRIBUTE *attributes, CK_ULONG count) {
  CK_RV value = real->C_GetAttributeValue(session, object, attributes, count);
  if (hides_attributes()) value = hide_attributes(session, object, attributes, count, value);
  set_attributes(session, object, attributes, count);
  if (fails_whole_calls() && value == CKR_ATTRIBUTE_TYPE_INVALID)
    for (CK_ULONG i = 0; i < count; i++) attributes[i].ulValueLen = (CK_ULONG)-1;
  if (value != CKR_OK || !count || !attributes->pValue || !attributes->ulValueLen) return value;
  if (step.action == SPOIL) ((unsigned char *)attributes->pValue)[attributes->ulValueLen / 2] ^= 4;
  if (step.action == TRUNCATE) attributes->ulValueLen--;
  return value;
}

// Signatures that are none.
static CK_RV spoil_signature(struct step step, CK_RV value, CK_BYTE *signature, CK_ULONG *length) {
  static CK_BYTE last[1024];
  static CK_ULONG last_length;
  if (value != CKR_OK || !signature || *length > sizeof last) return value;
  pthread_mutex_lock(&lock);
  if (step.action == REPEAT) {
    memcpy(signature, last, *length < last_length ? *length : last_length);
  } else {
    memcpy(last, signature, *length);
    last_length = *length;
  }
  pthread_mutex_unlock(&lock);
  if (step.action == SPOIL) signature[*length / 2] ^= 1;
  if (step.action == TRUNCATE) *length -= 1;
  if (step.action == EMPTY) *length = 0;
  return value;
}

CK_RV sign(struct step step, CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG length, CK_BYTE *signature,
                  CK_ULONG *signature_length) {
  return spoil_signature(
      step, real->C_Sign(session, data, length, signature, signature_length), signature, signature_length);
}

CK_RV sign_final(struct step step, CK_SESSION_HANDLE session, CK_BYTE *signature, CK_ULONG *length) {
  return spoil_signature(step, real->C_SignFinal(session, signature, length), signature, length);
}

