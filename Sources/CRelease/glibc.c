// Functions that glibc has had since 2.35 or 2.36, and that the static runtimes of Swift and C++ call when they were built there.
//
// The release binary finds them here instead, and starts on glibc 2.34. They are hidden: a PKCS #11 module, or any other library
// of the process, goes on using those of its own glibc. scripts/package.sh looks at the versions that the binary asks for.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <features.h>
#include <link.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 35)

#define HIDDEN __attribute__((visibility("hidden")))

#if __GLIBC_PREREQ(2, 36)
// arc4random(3): std::random_device in libstdc++.a.
HIDDEN uint32_t arc4random(void) {
  uint32_t number;
  size_t count = 0;
  while (count < sizeof number) {
    ssize_t more = getrandom((char *)&number + count, sizeof number - count, 0);
    if (more > 0) count += (size_t)more;
    // Like glibc's: there is no number to give, and no way to say so.
    else if (errno != EINTR) abort();
  }
  return number;
}
#endif

// hypot(3): complex numbers in libswiftGlibc.a. The squares of floats are exact in doubles and cannot overflow there.
HIDDEN float hypotf(float x, float y) {
  if ((isinf(x) || isinf(y)) && !issignaling(x) && !issignaling(y)) return INFINITY;
  return (float)__builtin_sqrt((double)x * x + (double)y * y);
}

#if !DLFO_STRUCT_HAS_EH_DBASE && !DLFO_STRUCT_HAS_EH_COUNT
struct search {
  uintptr_t address;
  struct dl_find_object *result;
};

// Called for each object that is loaded; ends the search with 1 where the address lies in this one.
static int look(struct dl_phdr_info *object, size_t size, void *data) {
  (void)size;
  struct search *search = data;
  uintptr_t start = UINTPTR_MAX, end = 0;
  int contains = 0;
  void *frames = NULL;
  for (ElfW(Half) index = 0; index < object->dlpi_phnum; index++) {
    const ElfW(Phdr) *header = &object->dlpi_phdr[index];
    uintptr_t first = object->dlpi_addr + header->p_vaddr;
    if (header->p_type == PT_LOAD) {
      uintptr_t next = first + header->p_memsz;
      if (first < start) start = first;
      if (next > end) end = next;
      if (search->address >= first && search->address < next) contains = 1;
    } else if (header->p_type == PT_GNU_EH_FRAME) {
      frames = (void *)first;
    }
  }
  if (!contains) return 0;
  search->result->dlfo_map_start = (void *)start;
  search->result->dlfo_map_end = (void *)end;
  search->result->dlfo_eh_frame = frames;
  return 1;
}

// _dl_find_object(3): where libgcc_eh.a finds the tables by which an exception leaves a function. -1 where no object has the
// address, or the object has no such table.
HIDDEN int _dl_find_object(void *address, struct dl_find_object *result) {
  memset(result, 0, sizeof *result);
  struct search search = {(uintptr_t)address, result};
  if (dl_iterate_phdr(look, &search) != 1 || !result->dlfo_eh_frame) return -1;
  Dl_info symbol;
  if (!dladdr1(address, &symbol, (void **)&result->dlfo_link_map, RTLD_DL_LINKMAP)) result->dlfo_link_map = NULL;
  return 0;
}
#endif

#endif
