/* aside.c: work that may crash, hang or take too much memory, done in a process of its own. */
#include "cli/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

/* SIGCHLD: who started us may have ignored it, and then nobody could say how the process ended. */
static const int signals[CLI_ASIDE_SIGNALS] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD};

enum { TICKS_PER_SECOND = 10 };

/* ---- in the process ----------------------------------------------------------------------------------------- */

/* Bytes of addresses that this process has: the libraries of a GPU, or sanitizers, reserve terabytes. */
static size_t address_space(void) {
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (!file) return 0;
    if (fscanf(file, "%zu", &pages) != 1) pages = 0;
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* Never raises a limit that is there already. */
static void limit_memory(size_t bytes) {
    struct rlimit now;

    if (getrlimit(RLIMIT_AS, &now) != 0) return;
    if (now.rlim_cur == RLIM_INFINITY || now.rlim_cur > bytes) now.rlim_cur = bytes;
    setrlimit(RLIMIT_AS, &now);
}

/* Whatever a library has to say about its crash, the user gets our line about it; no core, no files. */
static void confine(size_t memory, pid_t parent) {
    const struct rlimit nothing = {0, 0};
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (nowhere >= 0) {
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
    }
    limit_memory(address_space() + memory);
    setrlimit(RLIMIT_CORE, &nothing);
    setrlimit(RLIMIT_FSIZE, &nothing);
#ifdef __linux__
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != parent) _exit(1); /* it ended before we could ask to be told */
}

/* ---- in this one -------------------------------------------------------------------------------------------- */

static void restore_signals(const cli_aside *aside) {
    for (size_t i = 0; i < CLI_ASIDE_SIGNALS; i++) sigaction(signals[i], &aside->before[i], NULL);
}

/* A pipe whose ends are none of the standard files, which may be closed. */
static bool open_pipe(int ends[2]) {
    int low[2];
    if (pipe2(low, O_CLOEXEC) != 0) return false;
    for (int i = 0; i < 2; i++) ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    for (int i = 0; i < 2; i++) close(low[i]);
    if (ends[0] >= 0 && ends[1] >= 0) return true;
    for (int i = 0; i < 2; i++) {
        if (ends[i] >= 0) close(ends[i]);
    }
    return false;
}

mct_status cli_aside_start(mct_context *context, size_t memory, cli_aside_work *work, void *user, cli_aside *aside) {
    const struct sigaction end = {.sa_handler = SIG_DFL};
    const pid_t parent = getpid();
    int ends[2], failure;

    *aside = (cli_aside){.process = -1};
    if (!open_pipe(ends)) {
        return mct_fail(context, MCT_FILE, "a process cannot be started: %s", strerror(errno));
    }
    for (size_t i = 0; i < CLI_ASIDE_SIGNALS; i++) sigaction(signals[i], &end, &aside->before[i]);
    aside->process = fork(); /* this process has one thread that works: no lock is held by others */
    if (aside->process == 0) {
        close(ends[0]);
        confine(memory, parent);
        work(user, ends[1]);
        _exit(0); /* what waits in buffers belongs to the other process */
    }
    failure = errno;
    close(ends[1]);
    aside->answer = ends[0];
    if (aside->process > 0) return MCT_OK;
    close(ends[0]);
    restore_signals(aside);
    return mct_fail(context, MCT_FILE, "a process cannot be started: %s", strerror(failure));
}

bool cli_aside_read(cli_aside *aside, void *bytes, size_t size) {
    char *at = bytes;
    int ticks = 0; /* not a clock: that goes on while Ctrl-Z stops both processes */

    while (size > 0 && !aside->hangs) {
        struct pollfd watched = {.fd = aside->answer, .events = POLLIN};
        const int ready = poll(&watched, 1, 1000 / TICKS_PER_SECOND);

        if (ready == 0) {
            aside->hangs = ++ticks == CLI_ASIDE_IDLE * TICKS_PER_SECOND;
        } else if (ready > 0) {
            const ssize_t count = read(aside->answer, at, size);

            aside->ended = count == 0;
            if (count == 0 || (count < 0 && errno != EINTR)) return false;
            if (count < 0) continue;
            at += count;
            size -= (size_t)count;
            ticks = 0;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return size == 0;
}

bool cli_aside_finish(cli_aside *aside, bool complete, char *how, size_t size) {
    int status = 0;
    pid_t ended;
    char more;

    /* it has said everything and need do nothing but end; one that does not is not waited for */
    if (complete && !aside->ended) (void)cli_aside_read(aside, &more, 1);
    if (!aside->ended) kill(aside->process, SIGKILL);
    close(aside->answer);
    while ((ended = waitpid(aside->process, &status, 0)) < 0 && errno == EINTR) continue;
    restore_signals(aside);
    if (aside->hangs) {
        snprintf(how, size, "no progress for %d s", CLI_ASIDE_IDLE);
    } else if (!aside->ended) {
        snprintf(how, size, "an answer that makes no sense");
    } else if (ended < 0) {
        snprintf(how, size, "%s", strerror(errno));
    } else if (WIFSIGNALED(status)) {
        snprintf(how, size, "signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    } else if (!complete || WEXITSTATUS(status) != 0) {
        snprintf(how, size, "exit status %d", WEXITSTATUS(status));
    } else {
        return true;
    }
    return false;
}
