/* aside.h: work that may crash, hang or take too much memory, done in a process of its own. */
#ifndef MCT_CLI_ASIDE_H
#define MCT_CLI_ASIDE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "apmct/context.h"

enum { CLI_ASIDE_IDLE = 10, CLI_ASIDE_SIGNALS = 4 }; /* s without a byte from the process: it hangs */

typedef struct cli_aside {
    pid_t process;
    int answer; /* what the process writes is read from here */
    bool hangs, ended;
    struct sigaction before[CLI_ASIDE_SIGNALS];
} cli_aside;

/* What the process does: writes its answer and returns. */
typedef void cli_aside_work(void *user, int answer);

/* Starts a process that does work(user, ...) with at most `memory` bytes more than this one has, and ends with this
 * one.  Until cli_aside_finish, which must follow, signals that ask this process to end do so at once.
 * Errors: MCT_FILE. */
mct_status cli_aside_start(mct_context *context, size_t memory, cli_aside_work *work, void *user, cli_aside *aside);

/* The next bytes[size] of the answer; false where they do not come: it has ended, or hangs. */
bool cli_aside_read(cli_aside *aside, void *bytes, size_t size);

/* Ends the process, unless its answer was `complete`, and the default effect of signals.  True if all went well, else
 * `how` says with what it ended ("signal 11 (Segmentation fault)"). */
bool cli_aside_finish(cli_aside *aside, bool complete, char *how, size_t size);

#endif
