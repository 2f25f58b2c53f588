// See README.md.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

static int count;

// Counts the calls that change a folder; true for the one before which the process is to end.
static int is_last(void) {
  const char *at = getenv("KILL_AT");
  count++;
  return at && atoi(at) == count;
}

static void end_if_last(void) {
  if (is_last()) raise(SIGKILL);
}

// A process that ends by itself leaves the number of its calls.
EXPORT void _exit(int status) {
  const char *path = getenv("KILL_COUNT");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (file) {
    fprintf(file, "%d\n", count);
    fclose(file);
  }
  NEXT(void (*)(int), "_exit")(status);
  abort();
}

EXPORT int open(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | __O_TMPFILE)) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
    end_if_last();
  }
  return NEXT(int (*)(const char *, int, ...), "open")(path, flags, mode);
}

EXPORT int openat(int folder, const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | __O_TMPFILE)) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
    end_if_last();
  }
  return NEXT(int (*)(int, const char *, int, ...), "openat")(folder, path, flags, mode);
}

EXPORT int mkdirat(int folder, const char *path, mode_t mode) {
  end_if_last();
  return NEXT(int (*)(int, const char *, mode_t), "mkdirat")(folder, path, mode);
}

EXPORT int renameat(int folder, const char *old, int other, const char *new) {
  end_if_last();
  return NEXT(int (*)(int, const char *, int, const char *), "renameat")(folder, old, other, new);
}

EXPORT int mkdir(const char *path, mode_t mode) {
  end_if_last();
  return NEXT(int (*)(const char *, mode_t), "mkdir")(path, mode);
}

EXPORT int rename(const char *old, const char *new) {
  end_if_last();
  return NEXT(int (*)(const char *, const char *), "rename")(old, new);
}

EXPORT int fsync(int descriptor) {
  end_if_last();
  return NEXT(int (*)(int), "fsync")(descriptor);
}

// A file is left with half of what was to be written; one without a name is the output of a test.
EXPORT ssize_t write(int descriptor, const void *bytes, size_t length) {
  ssize_t (*next)(int, const void *, size_t) = NEXT(ssize_t(*)(int, const void *, size_t), "write");
  struct stat status;
  if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink > 0 && is_last()) {
    if (next(descriptor, bytes, length / 2) >= 0) raise(SIGKILL);
  }
  return next(descriptor, bytes, length);
}

EXPORT long syscall(long number, ...) {
  va_list rest;
  va_start(rest, number);
  long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long);
  long d = va_arg(rest, long), e = va_arg(rest, long), f = va_arg(rest, long);
  va_end(rest);
  if (number == SYS_renameat2) end_if_last();
  return NEXT(long (*)(long, ...), "syscall")(number, a, b, c, d, e, f);
}
