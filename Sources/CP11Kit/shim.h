// PKCS #11 and p11-kit, with what Swift cannot import of their macros.
#ifndef KEYROLL_CP11KIT_SHIM_H
#define KEYROLL_CP11KIT_SHIM_H

#include <p11-kit/p11-kit.h>
#include <p11-kit/pkcs11.h>
#include <p11-kit/uri.h>
#include <stdlib.h>

// An attribute whose name is made of other macros.
static const CK_ATTRIBUTE_TYPE CP11Kit_allowedMechanisms = CKA_ALLOWED_MECHANISMS;

// Of PKCS #11 3.1, which the header does not have everywhere.
static const CK_RV CP11Kit_tokenResourceExceeded = 0x201;

// Text that p11-kit hands over belongs to whoever asked for it.
static inline void CP11Kit_freeText(char *text) { free(text); }

#endif
