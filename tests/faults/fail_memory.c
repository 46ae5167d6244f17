/* fail_memory.c: memory runs out once, at a place of choice; preloaded by tests/cli/test_memory_faults.py.
 *
 * Allocations are numbered by their call stacks, in the order in which each stack appears first: a run with one thread
 * numbers them the same every time, however long its loops are.
 *   APMCT_FAULT_AT=K      the first allocation on the K-th stack fails, K >= 1
 *   APMCT_FAULT_LOG=FILE  a line for each stack: its number, then the objects of its frames from the innermost one on;
 *                         with APMCT_FAULT_AT only of that stack, and its frames.  If the failure kills the process,
 *                         last "killed OBJECT", the innermost one that is not of the C library
 * Needs the allocator of the GNU C library under its second names. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

enum { DEPTH = 64, SKIPPED = 2, STACKS_MAX = 1 << 16, LINE = 1024 };

static uint64_t stacks[STACKS_MAX]; /* a hash table, 0: free */
static unsigned long count, fails_at;
static int log_file = -1;
static bool ready;
static atomic_flag lock = ATOMIC_FLAG_INIT;
static _Thread_local bool inside __attribute__((tls_model("initial-exec"))); /* of ourselves */

/* Whether `stack` has not been here before. */
static bool is_new(uint64_t stack) {
    size_t at = stack % STACKS_MAX;

    if (count >= STACKS_MAX / 2) abort(); /* far more than any test has */
    while (stacks[at] != 0 && stacks[at] != stack) at = (at + 1) % STACKS_MAX;
    if (stacks[at] == stack) return false;
    stacks[at] = stack;
    return true;
}

static void put(const char *text, size_t length) {
    while (length > 0) {
        const ssize_t done = write(log_file, text, length);

        if (done <= 0) return;
        text += done;
        length -= (size_t)done;
    }
}

static const char *object_of(void *frame) {
    Dl_info of;
    const char *name = dladdr(frame, &of) && of.dli_fname ? of.dli_fname : "?";

    return strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
}

static void record(void *const *frames, int depth, bool fails) {
    char line[LINE], last[64] = "";
    size_t length = (size_t)snprintf(line, sizeof line, "%lu", count);

    for (int i = SKIPPED; i < depth && length < LINE - 80; i++) {
        const char *name = object_of(frames[i]);

        if (strncmp(name, last, sizeof last - 1) == 0) continue;
        snprintf(last, sizeof last, "%s", name);
        length += (size_t)snprintf(line + length, LINE - length, " %s", last);
    }
    line[length++] = '\n';
    put(line, length);
    if (fails) backtrace_symbols_fd(frames + SKIPPED, depth - SKIPPED, log_file);
}

/* Whether this allocation is the one to fail. */
static bool fails(void) {
    void *frames[DEPTH];
    uint64_t hash = 14695981039346656037u;
    bool result = false;
    int depth;

    if (!ready || inside) return false;
    inside = true;
    depth = backtrace(frames, DEPTH);
    for (int i = SKIPPED; i < depth; i++) hash = (hash ^ (uint64_t)(uintptr_t)frames[i]) * 1099511628211u;
    while (atomic_flag_test_and_set(&lock)) {
    }
    if (is_new(hash | 1)) {
        count++;
        result = count == fails_at;
        if (log_file >= 0 && (fails_at == 0 || result)) record(frames, depth, result);
    }
    atomic_flag_clear(&lock);
    inside = false;
    if (result) errno = ENOMEM;
    return result;
}

/* Who is to blame for a signal: on a stack of its own, for stacks that have overflowed. */
static void on_signal(int number) {
    void *frames[DEPTH];
    char line[LINE];
    int depth, at = 0;

    signal(number, SIG_DFL);
    inside = true;
    depth = backtrace(frames, DEPTH);
    while (at < depth &&
           (strncmp(object_of(frames[at]), "libc.", 5) == 0 || strncmp(object_of(frames[at]), "ld-linux", 8) == 0 ||
            strncmp(object_of(frames[at]), "libgcc", 6) == 0 ||
            strncmp(object_of(frames[at]), "libapmct_fail", 13) == 0)) {
        at++;
    }
    put(line, (size_t)snprintf(line, sizeof line, "killed %s\n", at < depth ? object_of(frames[at]) : "?"));
    raise(number);
}

static void catch_signals(void) {
    static char room[1 << 16];
    static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
    const stack_t stack = {.ss_sp = room, .ss_size = sizeof room};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};

    sigaltstack(&stack, NULL);
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) sigaction(signals[i], &action, NULL);
}

__attribute__((constructor)) static void start(void) {
    const char *at = getenv("APMCT_FAULT_AT"), *path = getenv("APMCT_FAULT_LOG");
    void *frame;

    inside = true;
    (void)backtrace(&frame, 1); /* loads what it needs */
    if (at) fails_at = strtoul(at, NULL, 10);
    if (path) log_file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_APPEND, 0600);
    if (log_file >= 0 && log_file < 100) { /* out of the way: the program's files get the numbers that they would get */
        const int far = fcntl(log_file, F_DUPFD_CLOEXEC, 100);

        close(log_file);
        log_file = far;
    }
    if (log_file >= 0) catch_signals();
    inside = false;
    ready = true;
}

void *malloc(size_t size) {
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size) {
    return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size) {
    return fails() ? NULL : __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
    return fails() ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return fails() ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    void *fresh = fails() ? NULL : __libc_memalign(alignment, size);

    if (!fresh) return ENOMEM;
    *result = fresh;
    return 0;
}
