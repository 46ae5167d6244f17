/* Planted mistakes: each is run in a process of its own, which must end with the right message, under every order. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults.h"
#include "orders.h"

/* What a child printed on stderr and how it ended. */
typedef struct outcome {
    char text[4096];
    int status;
} outcome;

static void child_of(const char *order, const int ends[2]) {
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    signal(SIGABRT, SIG_DFL);
    setenv("APMCT_CUDA_HOST_ORDER", order, 1);
}

static outcome parent_of(pid_t child, const int ends[2]) {
    outcome out = {.status = 0};
    size_t length = 0;
    ssize_t got;
    close(ends[1]);
    while (length + 1 < sizeof out.text && (got = read(ends[0], out.text + length, sizeof out.text - 1 - length)) > 0) {
        length += (size_t)got;
    }
    close(ends[0]);
    cr_assert(waitpid(child, &out.status, 0) == child);
    return out;
}

static void expect_faults(const planted_fault *faults) {
    for (; faults->message; faults++) {
        for (int order = 0; order < ORDERS; order++) {
            int ends[2];
            cr_assert(pipe(ends) == 0);
            const pid_t child = fork();
            cr_assert(child >= 0);
            if (child == 0) {
                child_of(orders[order], ends);
                faults->run();
                _exit(0);
            }
            const outcome out = parent_of(child, ends);
            cr_expect(WIFSIGNALED(out.status) && WTERMSIG(out.status) == SIGABRT && strstr(out.text, "cuda-host: ") &&
                          strstr(out.text, faults->message),
                      "order %s: expected \"%s\", status %d, got:\n%s", orders[order], faults->message, out.status,
                      out.text);
        }
    }
}

/* 0, or 1 where the values are wrong. */
static int values_under(const char *order, int (*run)(void)) {
    int ends[2];
    cr_assert(pipe(ends) == 0);
    const pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        child_of(order, ends);
        _exit(run() != 0);
    }
    const outcome out = parent_of(child, ends);
    cr_assert(WIFEXITED(out.status), "%s", out.text);
    return WEXITSTATUS(out.status);
}

#ifdef FAULTS_INSTRUMENTED

Test(faults, races) {
    expect_faults(race_faults);
}

#else

Test(faults, disorder_shows_in_some_order) {
    for (const planted_disorder *d = disorders; d->name; d++) {
        int wrong = 0;
        for (int order = 0; order < ORDERS; order++) wrong += values_under(orders[order], d->run);
        cr_expect(wrong > 0, "%s: the values are right under all orders", d->name);
    }
}

#endif

Test(faults, barriers) {
    expect_faults(barrier_faults);
}

Test(faults, memory) {
    expect_faults(memory_faults);
}

Test(faults, launches) {
    expect_faults(launch_faults);
}

Test(faults, undefined_memory_is_no_number) {
    cr_expect(values_under("forward", undefined_numbers) == 0);
    cr_expect(values_under("random:1", undefined_numbers) == 0);
}
