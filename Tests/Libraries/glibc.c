// See README.md.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// Ours under names of their own, beside those of the system.
#define arc4random our_random
#define hypotf our_hypotf
#define _dl_find_object our_find_object
#include "../../Sources/CRelease/glibc.c"
#undef arc4random
#undef hypotf
#undef _dl_find_object

extern float hypotf(float, float);
extern int _dl_find_object(void *, struct dl_find_object *);

static int find_objects(void) {
  int local = 0;
  // The program, a library, the loader's own data, the stack, and nothing.
  void *addresses[] = {
    (void *)(uintptr_t)find_objects, dlsym(RTLD_DEFAULT, "printf"), dlsym(RTLD_DEFAULT, "dlopen"), stdout, &local, NULL, (void *)8};
  int differences = 0;
  for (size_t index = 0; index < sizeof addresses / sizeof *addresses; index++) {
    struct dl_find_object theirs = {0}, ours = {0};
    int their_result = _dl_find_object(addresses[index], &theirs), our_result = our_find_object(addresses[index], &ours);
    if (their_result != our_result) differences++;
    if (their_result == 0 && (theirs.dlfo_map_start != ours.dlfo_map_start || theirs.dlfo_map_end != ours.dlfo_map_end ||
                              theirs.dlfo_link_map != ours.dlfo_link_map || theirs.dlfo_eh_frame != ours.dlfo_eh_frame))
      differences++;
  }
  return differences;
}

static int hypotenuses(void) {
  const float special[] = {0, -0.0f, 1, -1, 3, 4, 1e-45f, 1e-38f, 3.4e38f, -3.4e38f, INFINITY, -INFINITY, NAN};
  int differences = 0;
  uint32_t state = 1;
  for (int count = 0; count < 1000000; count++) {
    float numbers[2];
    for (int side = 0; side < 2; side++) {
      state = state * 1664525 + 1013904223;
      memcpy(&numbers[side], &state, sizeof state);
      if (count % 4 == side) numbers[side] = special[state % (sizeof special / sizeof *special)];
    }
    float theirs = hypotf(numbers[0], numbers[1]), ours = our_hypotf(numbers[0], numbers[1]);
    if (memcmp(&theirs, &ours, sizeof theirs) != 0 && !(isnan(theirs) && isnan(ours))) differences++;
  }
  return differences;
}

// Every bit is 0 in one number and 1 in another; 64 are enough but for once in 2^58.
static int bits(void) {
  uint32_t ones = 0, zeros = 0;
  for (int count = 0; count < 64; count++) {
    uint32_t number = our_random();
    ones |= number;
    zeros |= ~number;
  }
  return (ones & zeros) != UINT32_MAX;
}

int main(void) {
  printf("%d %d %d\n", find_objects(), hypotenuses(), bits());
  return 0;
}
