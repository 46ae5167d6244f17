/* signals.c: Ctrl-C and the like. */
#include <stdatomic.h>
#include <time.h>

#include "cli/cli.h"

static mct_context *interruptible; /* what a signal handler can reach; set before the handlers */

static atomic_llong first_signal;    /* ms of the clock; 0: none yet */
static const long long grace = 1000; /* ms */

static void handled(sigset_t *signals) {
    sigemptyset(signals);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGHUP);
}

static void on_signal(int signal_number) {
    struct timespec now;
    long long first = 0, milliseconds;

    clock_gettime(CLOCK_MONOTONIC, &now);
    milliseconds = (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
    if (atomic_compare_exchange_strong(&first_signal, &first, milliseconds)) {
        mct_context_interrupt(interruptible);
    } else if (milliseconds - first >= grace) {
        signal(signal_number, SIG_DFL);
        raise(signal_number); /* takes effect when this function is left */
    }
}

void cli_hold_signals(sigset_t *before) {
    sigset_t signals;

    handled(&signals);
    sigprocmask(SIG_BLOCK, &signals, before);
}

/* The first Ctrl-C asks, a later one ends; but not one within a second of the first: timeout(1), for one, signals the
 * process and then its group. */
void cli_take_signals(mct_context *context) {
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t signals;

    interruptible = context;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    handled(&signals);
    sigprocmask(SIG_UNBLOCK, &signals, NULL); /* that cli_hold_signals held back */
    signal(SIGXFSZ, SIG_IGN);                 /* a file too large is an error of write(), with a message */
}
