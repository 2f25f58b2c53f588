// See README.md.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

__attribute__((visibility("default"))) time_t time(time_t *result) {
  long long seconds = 0;
  FILE *file = fopen(getenv("CLOCK"), "re");
  if (!file || fscanf(file, "%lld", &seconds) != 1) abort();
  fclose(file);
  if (result) *result = (time_t)seconds;
  return (time_t)seconds;
}
