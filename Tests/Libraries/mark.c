// See README.md.
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((constructor)) static void leave_mark(void) {
  const char *path = getenv("MARK");
  if (path) close(open(path, O_CREAT | O_WRONLY, 0600));
}

// OSSL_provider_init of provider-base(7): zero is a failure.
__attribute__((visibility("default"))) int OSSL_provider_init(const void *handle, const void *in, const void **out,
                                                              void **context) {
  (void)handle, (void)in, (void)out, (void)context;
  return 0;
}
