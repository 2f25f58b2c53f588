// See README.md.
#include <openssl/provider.h>

__attribute__((constructor)) static void load_provider(void) { (void)OSSL_PROVIDER_load(NULL, "legacy"); }
