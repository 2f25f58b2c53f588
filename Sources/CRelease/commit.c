#include "release.h"

// Package.swift defines it; a word, not a string, so that no quotation mark has to pass through a build system.
#define TEXT_OF(word) #word
#define TEXT(word) TEXT_OF(word)

const char *release_commit(void) {
#ifdef KEYROLL_COMMIT
  return TEXT(KEYROLL_COMMIT);
#else
  return "";
#endif
}
