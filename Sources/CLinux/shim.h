// What Linux offers and Swift cannot import: variadic functions, macros, and headers that its Glibc module leaves out.
#ifndef KEYROLL_CLINUX_SHIM_H
#define KEYROLL_CLINUX_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

// prctl(2): no core dumps, and no tracing or reading of memory by other processes of the same user.
static inline int linux_forbid_dumping(void) { return prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L); }

// renameat2(2) inside one directory, which fails with EEXIST when the new name is taken.
static inline int linux_rename_noreplace(int directory, const char *old_name, const char *new_name) {
  return (int)syscall(SYS_renameat2, directory, old_name, directory, new_name, RENAME_NOREPLACE);
}

// pipe2(2): both ends are closed in every program that any thread starts.
static inline int linux_pipe(int ends[2]) { return (int)syscall(SYS_pipe2, ends, O_CLOEXEC | O_NONBLOCK); }

// pidfd_open(2): a descriptor that becomes readable when the process has ended.
static inline int linux_watch_process(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

// What <spawn.h> shows to those who define _GNU_SOURCE alone. Weak: a C library that does not have it makes this null.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from) __attribute__((weak));
enum { LINUX_SPAWN_NEW_SESSION = 0x80 };

// Closes every descriptor from this one on in a program that is started; ENOSYS where the C library cannot.
static inline int linux_spawn_close_from(posix_spawn_file_actions_t *actions, int from) {
  if (!posix_spawn_file_actions_addclosefrom_np) return ENOSYS;
  return posix_spawn_file_actions_addclosefrom_np(actions, from);
}

// getxattr(2) for the POSIX access control list of a file or folder (acl(5)).
static inline ssize_t linux_access_list(const char *path, void *list, size_t size) {
  return getxattr(path, "system.posix_acl_access", list, size);
}

// The version of the C library that this process runs with; null where it has another name than glibc.
static inline const char *linux_glibc_version(void) {
#ifdef __GLIBC__
  return gnu_get_libc_version();
#else
  return NULL;
#endif
}

#endif
