// Here for the search path of p11-kit's headers, which the C code includes itself.
#include <p11-kit/pkcs11.h>
