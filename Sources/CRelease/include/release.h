// What the command is built with, besides its Swift code.
#ifndef KEYROLL_CRELEASE_H
#define KEYROLL_CRELEASE_H

// The commit that it was built from, in hexadecimal, with a plus sign behind it where files differed from the commit; empty where
// KEYROLL_COMMIT was not set.
const char *release_commit(void);

#endif
