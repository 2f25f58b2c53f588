// What Linux offers and Swift cannot import: variadic functions, macros, and headers that its Glibc module leaves out.
#ifndef KEYROLL_CLINUX_SHIM_H
#define KEYROLL_CLINUX_SHIM_H

#include <linux/fs.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

// prctl(2): no core dumps, and no tracing or reading of memory by other processes of the same user.
static inline int linux_forbid_dumping(void) { return prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L); }

// renameat2(2) inside one directory, which fails with EEXIST when the new name is taken.
static inline int linux_rename_noreplace(int directory, const char *old_name, const char *new_name) {
  return (int)syscall(SYS_renameat2, directory, old_name, directory, new_name, RENAME_NOREPLACE);
}

#endif
