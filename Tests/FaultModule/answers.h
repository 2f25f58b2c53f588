// The calls whose answers the plan changes.
#ifndef KEYROLL_ANSWERS_H
#define KEYROLL_ANSWERS_H

#include "plan.h"

extern CK_FUNCTION_LIST *real;

// When all of them were closed at once.
void forget_sessions(void);

CK_RV initialize(void *arguments);
CK_RV get_slot_list(struct step step, CK_BBOOL present, CK_SLOT_ID *slots, CK_ULONG *count);
CK_RV get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO *info);
CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info);
CK_RV get_mechanism_list(struct step step, CK_SLOT_ID slot, CK_MECHANISM_TYPE *list, CK_ULONG *count);
CK_RV get_mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info);
CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *session);
CK_RV close_session(CK_SESSION_HANDLE session);
CK_RV close_all_sessions(CK_SLOT_ID slot);
CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG length);
CK_RV find_objects_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE *attributes, CK_ULONG count);
CK_RV find_objects(struct step step, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *objects, CK_ULONG room, CK_ULONG *count);
CK_RV get_attribute_value(struct step step, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *attributes, CK_ULONG count);
CK_RV sign(struct step step, CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG length, CK_BYTE *signature, CK_ULONG *signature_length);
CK_RV sign_final(struct step step, CK_SESSION_HANDLE session, CK_BYTE *signature, CK_ULONG *length);

#endif
