/* structure.h: the seam where structure factors enter.  A closure fills c_mn(k); model/statics.c does the rest.
 * To add one: a file with its function, a row in structure.c, an enumerator in statics.h (docs/adding-a-closure.md). */
#ifndef MCT_STRUCTURE_H
#define MCT_STRUCTURE_H

#include "apmct/structure.h"

typedef struct mct_closure_entry {
    const char *name;
    /* Fills direct_correlation [m*m][N] (d^3) and one_direct_correlation of `statics`, whose wave_number, density,
     * fraction are set; with so many threads, if it likes.  Errors: MCT_ARGUMENT for a mixture that the closure does not
     * cover. */
    mct_status (*direct_correlation)(mct_context *context, const mct_mixture *mixture, int threads,
                                     mct_statics *statics);
} mct_closure_entry;

/* mct_statics_compute without the checks of mixture and grid, for neighbours of a state that passed them; threads share the
 * wave numbers. */
mct_status mct_statics_update(mct_context *context, const mct_structure_options *options, const mct_mixture *mixture,
                              int threads, mct_statics *statics);

/* percus_yevick.c: c(k), d^3, of spheres of one diameter at `count` wave numbers. */
void mct_percus_yevick_fill(double packing_fraction, double diameter, size_t count, const double *wave_number,
                            double *direct_correlation);

/* NULL for a value outside the list. */
const mct_closure_entry *mct_closure_find(mct_closure closure);

#endif
