/* evolution_layout.c: the arrays of a block of wave numbers, one after the other. */
#include "evolution_layout.h"

#include "history_cut.h"

mct_step_layout mct_step_layout_of(const mct_evolution_shape *shape) {
    mct_step_layout y = {.m = shape->species, .N = shape->N};
    const size_t n = shape->steps_per_block << shape->doublings, D = (size_t)shape->scheme.degree;
    const size_t size = shape->species * shape->species * MCT_LANES;
    const struct {
        size_t *at, count;
    } arrays[] = {{&y.F, n + 1},
                  {&y.M, n + 1},
                  {&y.moment_F, n / 2 * D},
                  {&y.moment_M, n / 2 * D},
                  {&y.weight_F, n / 2 + 1},
                  {&y.weight_M, n / 2 + 1},
                  {&y.tail_F, mct_tails_of_F(n) * D},
                  {&y.tail_M, MCT_TAILS_M * D},
                  {&y.ahead, MCT_TILE},
                  {&y.Gamma, 1}, /* one matrix each from here on: mct_evolution_clear */
                  {&y.S, 1},
                  {&y.W_inverse, 1},
                  {&y.norm, 1},
                  {&y.A_inverse, 1},
                  {&y.right, 1},
                  {&y.offset, 1},
                  {&y.g, 1},
                  {&y.residual, 1},
                  {&y.kernel, 1}};
    for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++) {
        *arrays[a].at = y.stride;
        y.stride += arrays[a].count * size;
    }
    for (size_t j = 0; j < MCT_SECANTS; j++) {
        y.dg[j] = y.stride;
        y.dr[j] = y.stride + size;
        y.dM[j] = y.stride + 2 * size;
        y.stride += 3 * size;
    }
    return y;
}
