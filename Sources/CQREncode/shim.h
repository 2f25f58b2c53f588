// libqrencode, of which the types alone are used: the library is opened when a code is drawn, and not needed before.
#ifndef KEYROLL_CQRENCODE_SHIM_H
#define KEYROLL_CQRENCODE_SHIM_H

#include <qrencode.h>

// The functions as the header declares them, for what dlsym finds.
typedef __typeof__(&QRinput_new2) CQREncode_newInput;
typedef __typeof__(&QRinput_appendECIheader) CQREncode_appendECIHeader;
typedef __typeof__(&QRinput_append) CQREncode_append;
typedef __typeof__(&QRcode_encodeInput) CQREncode_encodeInput;
typedef __typeof__(&QRinput_free) CQREncode_freeInput;
typedef __typeof__(&QRcode_free) CQREncode_freeCode;

#endif
