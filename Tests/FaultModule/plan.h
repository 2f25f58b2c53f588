// What the module shall do wrong, read from PATH-OF-THE-MODULE.plan whenever that file changed; what was called is
// written to PATH-OF-THE-MODULE.calls. README.md beside this file tells the format.
#ifndef KEYROLL_PLAN_H
#define KEYROLL_PLAN_H

#include <p11-kit/pkcs11.h>
#include <stdbool.h>

enum action {
  NOTHING,  // pass the call on
  FAIL,     // answer with `value`, and do nothing
  ANSWER,   // pass the call on, then answer with `value`
  HANG,     // never come back
  CRASH,    // take the process along
  SPOIL,    // pass the call on, then flip a bit of what it gave
  TRUNCATE, // pass the call on, then take a byte from what it gave
  REPEAT,   // give what the call gave the time before
  CLOSE,    // close every session behind the caller's back, then pass the call on
  LOGOUT,   // log the user out behind the caller's back, then pass the call on
  REMOVE,   // take the token away until the plan changes
  EMPTY,    // find nothing
  WAIT,     // take three seconds, then pass the call on
  PRINT,    // write a line to standard output, then pass the call on
  EXIT,     // end the process as a program does
  KILL,     // end the process as kill -9 does, before the call
  KILL_AFTER, // the same, after the call
};

struct step {
  enum action action;
  CK_RV value;
};

// Reads the plan anew if it changed, counts a call of the function and tells what to do with it.
struct step next_step(const char *function);

// Writes a line to the list of calls: the function, how often it was called, what it answered, and a note.
void record(const char *function, CK_RV value, const char *note);

// The state that the plan asks for. All of them read the plan that the last `next_step` saw.
const char *real_module(void);
bool is_token_absent(void);
// The sizes of keys that the mechanism that makes RSA pairs seems to have; false where the plan names none.
bool key_sizes(CK_ULONG *least, CK_ULONG *most);
// The model of all tokens, or NULL for their own.
const char *model(void);
// The value that an attribute of private keys seems to have: true where the plan names one.
bool is_attribute_set(CK_ATTRIBUTE_TYPE type, CK_BYTE *value);
bool is_mechanism_hidden(CK_MECHANISM_TYPE mechanism);
CK_FLAGS flags_to_set(void);
CK_FLAGS flags_to_clear(void);
// 0 where the plan names none.
CK_ULONG maximum_session_count(void);
// A variable and its value for C_Initialize; NULL for the environment as it is.
const char *variable_name(void);
const char *variable_value(void);
// The path of the file with the PIN that somebody types on the reader, or NULL where the reader has no keys.
const char *pin_pad(void);
// The folder that the module goes to when it is initialised, or NULL.
const char *directory(void);
// True for an attribute that objects of this class do not have.
bool is_attribute_hidden(CK_OBJECT_CLASS object_class, CK_ATTRIBUTE_TYPE type);
bool hides_attributes(void);
// True when all tokens have one name and one serial number.
bool are_twins(void);
// True when a call for several attributes fails as a whole for one that is missing.
bool fails_whole_calls(void);
// How many certificates of others seem to lie on the token, beside those that do.
CK_ULONG more_certificates(void);
// True when the list of functions has nothing in this place; `list` is the list itself.
bool is_null(const char *function);

#endif
