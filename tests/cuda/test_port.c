/* Kernels, streams, graphs and libraries: the same sources on a device, or on the host under several orders. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>

#include "checks.h"
#include "orders.h"

enum { CHECKS_MAX = 64 };

typedef struct trial {
    int order, list, index;
} trial;

static const check *const lists[] = {kernel_checks, host_checks};

ParameterizedTestParameters(port, checks) {
    static trial trials[CHECKS_MAX * ORDERS];
    size_t count = 0;
    for (int list = 0; list < 2; list++) {
        for (int index = 0; lists[list][index].name; index++) {
            for (int order = 0; order < ORDERS; order++) trials[count++] = (trial){order, list, index};
        }
    }
    return cr_make_param_array(trial, trials, count);
}

ParameterizedTest(trial *t, port, checks) {
    setenv("APMCT_CUDA_HOST_ORDER", orders[t->order], 1);
    if (!check_device()) cr_skip_test("no device answers");
    const check *trial_check = &lists[t->list][t->index];
    const int wrong = trial_check->run();
    cr_assert(wrong == 0, "%s, order %s: %d wrong values", trial_check->name, orders[t->order], wrong);
}
