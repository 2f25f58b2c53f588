// A PKCS #11 module that passes every call on to a real module, but for those that its plan spoils.
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "answers.h"

// Held for reading by every call to the real module: what happens behind a caller's back waits until nobody is inside.
// SoftHSM frees a session that another thread signs with, and crashes.
static pthread_rwlock_t inside = PTHREAD_RWLOCK_INITIALIZER;

static void for_each_slot(void (*act)(CK_SLOT_ID)) {
  CK_SLOT_ID slots[64];
  CK_ULONG count = 64;
  pthread_rwlock_wrlock(&inside);
  if (real->C_GetSlotList(CK_TRUE, slots, &count) == CKR_OK)
    for (CK_ULONG i = 0; i < count; i++) act(slots[i]);
  pthread_rwlock_unlock(&inside);
}

static void close_sessions(CK_SLOT_ID slot) {
  real->C_CloseAllSessions(slot);
  forget_sessions();
}

static void log_out(CK_SLOT_ID slot) {
  CK_SESSION_HANDLE session;
  if (real->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session) != CKR_OK) return;
  real->C_Logout(session);
  real->C_CloseSession(session);
}

// What is done instead of the call, or before it. Returns true where `value` is the answer.
static bool intervenes(const char *function, struct step step, bool is_about_session, CK_RV *value) {
  switch (step.action) {
    case WAIT: sleep(3); break;
    case PRINT: printf("[vendor] %s\n", function); fflush(stdout); break;
    case EXIT: exit(3);
    case FAIL: *value = step.value; return true;
    case HANG: for (;;) pause();
    case CRASH: raise(SIGSEGV); break;
    case KILL: raise(SIGKILL); break;
    case CLOSE: for_each_slot(close_sessions); break;
    case LOGOUT: for_each_slot(log_out); break;
    case REMOVE: for_each_slot(close_sessions); *value = CKR_DEVICE_REMOVED; return true;
    default: break;
  }
  if (!is_token_absent()) return false;
  *value = is_about_session ? CKR_SESSION_HANDLE_INVALID : CKR_TOKEN_NOT_PRESENT;
  return true;
}

static const char *login_note(CK_USER_TYPE user, const CK_UTF8CHAR *pin) {
  if (user == CKU_CONTEXT_SPECIFIC) return pin ? "context" : "context pin-pad";
  if (user == CKU_SO) return "officer";
  return pin ? "user" : "user pin-pad";
}

// FAULTY(function, is about a session, note, parameters, the call): the function as the caller sees it.
#define FAULTY(name, is_about_session, note, parameters, call) \
  static CK_RV faulty_##name parameters { \
    struct step step = next_step(#name); \
    CK_RV value; \
    if (!intervenes(#name, step, is_about_session, &value)) { \
      pthread_rwlock_rdlock(&inside); \
      value = call; \
      pthread_rwlock_unlock(&inside); \
      if (step.action == ANSWER) value = step.value; \
      if (step.action == KILL_AFTER) raise(SIGKILL); \
    } \
    record(#name, value, note); \
    return value; \
  }
// Those that work without a token.
#define FAULTY_WITHOUT_TOKEN(name, parameters, call) \
  static CK_RV faulty_##name parameters { \
    struct step step = next_step(#name); \
    CK_RV value = CKR_OK; \
    bool is_answered = intervenes(#name, step, false, &value) && (step.action == FAIL || step.action == REMOVE); \
    if (!is_answered) value = call; \
    if (step.action == ANSWER) value = step.value; \
    record(#name, value, ""); \
    return value; \
  }

#define SESSION CK_SESSION_HANDLE session

FAULTY_WITHOUT_TOKEN(C_Initialize, (void *arguments), initialize(arguments))
FAULTY_WITHOUT_TOKEN(C_Finalize, (void *reserved), (forget_sessions(), real->C_Finalize(reserved)))
FAULTY_WITHOUT_TOKEN(C_GetInfo, (CK_INFO *info), real->C_GetInfo(info))
FAULTY_WITHOUT_TOKEN(C_GetSlotList, (CK_BBOOL present, CK_SLOT_ID *slots, CK_ULONG *count),
                     get_slot_list(step, present, slots, count))
FAULTY_WITHOUT_TOKEN(C_GetSlotInfo, (CK_SLOT_ID slot, CK_SLOT_INFO *info), get_slot_info(slot, info))
FAULTY_WITHOUT_TOKEN(C_WaitForSlotEvent, (CK_FLAGS flags, CK_SLOT_ID *slot, void *reserved),
                     real->C_WaitForSlotEvent(flags, slot, reserved))
FAULTY(C_GetTokenInfo, false, "", (CK_SLOT_ID slot, CK_TOKEN_INFO *info), get_token_info(slot, info))
FAULTY(C_GetMechanismList, false, "", (CK_SLOT_ID slot, CK_MECHANISM_TYPE *list, CK_ULONG *count),
       get_mechanism_list(step, slot, list, count))
FAULTY(C_GetMechanismInfo, false, "", (CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info),
       get_mechanism_info(slot, type, info))
FAULTY(C_OpenSession, false, "",
       (CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *session),
       open_session(slot, flags, application, notify, session))
FAULTY(C_CloseSession, true, "", (SESSION), close_session(session))
FAULTY(C_CloseAllSessions, false, "", (CK_SLOT_ID slot), close_all_sessions(slot))
FAULTY(C_GetSessionInfo, true, "", (SESSION, CK_SESSION_INFO *info), real->C_GetSessionInfo(session, info))
FAULTY(C_Login, true, login_note(user, pin), (SESSION, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG length),
       login(session, user, pin, length))
FAULTY(C_Logout, true, "", (SESSION), real->C_Logout(session))
FAULTY(C_FindObjectsInit, true, "", (SESSION, CK_ATTRIBUTE *attributes, CK_ULONG count),
       find_objects_init(session, attributes, count))
FAULTY(C_FindObjects, true, "", (SESSION, CK_OBJECT_HANDLE *objects, CK_ULONG room, CK_ULONG *count),
       find_objects(step, session, objects, room, count))
FAULTY(C_FindObjectsFinal, true, "", (SESSION), real->C_FindObjectsFinal(session))
FAULTY(C_GetAttributeValue, true, "", (SESSION, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *attributes, CK_ULONG count),
       get_attribute_value(step, session, object, attributes, count))
FAULTY(C_SignInit, true, "", (SESSION, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key),
       real->C_SignInit(session, mechanism, key))
FAULTY(C_Sign, true, "", (SESSION, CK_BYTE *data, CK_ULONG length, CK_BYTE *signature, CK_ULONG *signature_length),
       sign(step, session, data, length, signature, signature_length))
FAULTY(C_SignUpdate, true, "", (SESSION, CK_BYTE *data, CK_ULONG length), real->C_SignUpdate(session, data, length))
FAULTY(C_GenerateKeyPair, true, "",
       (SESSION, CK_MECHANISM *mechanism, CK_ATTRIBUTE *public_key, CK_ULONG public_count, CK_ATTRIBUTE *private_key,
        CK_ULONG private_count, CK_OBJECT_HANDLE *public_handle, CK_OBJECT_HANDLE *private_handle),
       real->C_GenerateKeyPair(session, mechanism, public_key, public_count, private_key, private_count, public_handle,
                               private_handle))
FAULTY(C_CreateObject, true, "", (SESSION, CK_ATTRIBUTE *attributes, CK_ULONG count, CK_OBJECT_HANDLE *object),
       real->C_CreateObject(session, attributes, count, object))
FAULTY(C_DestroyObject, true, "", (SESSION, CK_OBJECT_HANDLE object), real->C_DestroyObject(session, object))
FAULTY(C_SignFinal, true, "", (SESSION, CK_BYTE *signature, CK_ULONG *length), sign_final(step, session, signature, length))

// The real list with the functions above in their places; whatever else there is goes to the real module as it is.
__attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list) {
  static CK_FUNCTION_LIST faulty;
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  struct step step = next_step("C_GetFunctionList");
  CK_RV value = CKR_OK;
  if (step.action != NOTHING && intervenes("C_GetFunctionList", step, false, &value)) return value;
  if (is_null("list")) {
    *list = NULL;
    return CKR_OK;
  }
  pthread_mutex_lock(&lock);
  if (!real) {
    void *library = dlopen(real_module(), RTLD_NOW | RTLD_LOCAL);
    CK_C_GetFunctionList entry = library ? (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList") : NULL;
    if (!entry || entry(&real) != CKR_OK) {
      fprintf(stderr, "fault module: cannot load '%s': %s\n", real_module(), dlerror());
      abort();
    }
    faulty = *real;
#define X(name) faulty.name = is_null(#name) ? NULL : faulty_##name;
    X(C_Initialize) X(C_Finalize) X(C_GetInfo) X(C_GetSlotList) X(C_GetSlotInfo) X(C_GetTokenInfo) X(C_WaitForSlotEvent)
    X(C_GetMechanismList) X(C_GetMechanismInfo) X(C_OpenSession) X(C_CloseSession) X(C_CloseAllSessions)
    X(C_GetSessionInfo) X(C_Login) X(C_Logout) X(C_FindObjectsInit) X(C_FindObjects) X(C_FindObjectsFinal)
    X(C_GetAttributeValue) X(C_SignInit) X(C_Sign) X(C_SignUpdate) X(C_SignFinal)
    X(C_GenerateKeyPair) X(C_CreateObject) X(C_DestroyObject)
#undef X
    faulty.C_GetFunctionList = C_GetFunctionList;
  }
  pthread_mutex_unlock(&lock);
  *list = &faulty;
  return CKR_OK;
}
