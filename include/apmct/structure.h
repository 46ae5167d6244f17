/* structure.h: where c(k) and S(k) of a state point come from. */
#ifndef APMCT_STRUCTURE_H
#define APMCT_STRUCTURE_H

#include "apmct/statics.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A closure is one row of the table in src/structure/structure.c. */
typedef enum mct_closure {
    MCT_CLOSURE_PERCUS_YEVICK /* hard spheres of one diameter (Wertheim 1963), any number of labelled species */
} mct_closure;

typedef struct mct_structure_options {
    mct_closure closure; /* default MCT_CLOSURE_PERCUS_YEVICK */
} mct_structure_options;

mct_structure_options mct_structure_options_default(void);
const char *mct_closure_name(mct_closure closure); /* "percus-yevick" */

/* Fills `statics` for one state point.  Errors: MCT_ARGUMENT (bad mixture; unequal diameters), MCT_NON_FINITE
 * (a structure factor that is not positive definite, with its q), MCT_MEMORY. */
mct_status mct_statics_compute(mct_context *context, const mct_structure_options *options, const mct_grid *grid,
                               const mct_mixture *mixture, mct_statics *statics);

/* Tells the context, as warnings, where the grid does not cover or resolve the main peak of the structure factor of
 * this state, or has very few points; what to set is in the text.  Errors: MCT_MEMORY.  A state without structure
 * factors is no error here: mct_statics_compute says so. */
mct_status mct_structure_judge_grid(mct_context *context, const mct_structure_options *options, const mct_grid *grid,
                                    const mct_mixture *mixture);

/* Percus-Yevick direct correlation function c(k), d^3, of hard spheres of diameter 1 at packing fraction
 * phi in (0, 1), k >= 0 in 1/d (Wertheim 1963); relative error below 1e-13 of its envelope for k <= 200. */
double mct_percus_yevick_direct_correlation(double packing_fraction, double wave_number);

#ifdef __cplusplus
}
#endif
#endif
