// See README.md.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>

static int is_refused(const char *function) {
  const char *refused = getenv("REFUSE");
  return refused && strcmp(refused, function) == 0;
}

// Defines a function that fails with this value, or calls the one behind it.
#define REFUSE(failure, name, parameters, ...)                         \
  __attribute__((visibility("default"))) int name parameters {        \
    if (is_refused(#name)) return failure;                             \
    return ((int(*) parameters)dlsym(RTLD_NEXT, #name))(__VA_ARGS__); \
  }

REFUSE(ENOMEM, posix_spawn_file_actions_init, (posix_spawn_file_actions_t * actions), actions)
REFUSE(EBADF, posix_spawn_file_actions_adddup2, (posix_spawn_file_actions_t * actions, int from, int to), actions, from,
       to)
REFUSE(ENOSYS, posix_spawn_file_actions_addclosefrom_np, (posix_spawn_file_actions_t * actions, int from), actions,
       from)
REFUSE(ENOMEM, posix_spawnattr_init, (posix_spawnattr_t * attributes), attributes)
REFUSE(EINVAL, posix_spawnattr_setsigdefault, (posix_spawnattr_t * attributes, const sigset_t *signals), attributes,
       signals)
REFUSE(EINVAL, posix_spawnattr_setsigmask, (posix_spawnattr_t * attributes, const sigset_t *signals), attributes,
       signals)
REFUSE(EINVAL, posix_spawnattr_setflags, (posix_spawnattr_t * attributes, short flags), attributes, flags)
REFUSE(EAGAIN, pthread_create,
       (pthread_t * thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument), thread,
       attributes, body, argument)
REFUSE((errno = ENFILE, -1), signalfd, (int descriptor, const sigset_t *signals, int flags), descriptor, signals, flags)
REFUSE((errno = ENOMEM, -1), poll, (struct pollfd * events, nfds_t count, int timeout), events, count, timeout)

// A terminal that says yes and does nothing.
REFUSE(0, tcsetattr, (int terminal, int when, const struct termios *modes), terminal, when, modes)

// For /dev/null alone.
__attribute__((visibility("default"))) int open(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | __O_TMPFILE)) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  if (is_refused("open") && strcmp(path, "/dev/null") == 0) {
    errno = ENOENT;
    return -1;
  }
  return ((int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open"))(path, flags, mode);
}
