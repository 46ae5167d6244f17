/* structure.c: the closures of this build, one row each. */
#include "structure/structure.h"

#include <string.h>

#include "base/need.h"
#include "base/parts.h"
#include "model/statics.h"

/* Hard spheres of one diameter: labels do not matter, every c_mn(k) is c(k). */
static mct_status percus_yevick(mct_context *context, const mct_mixture *mixture, int threads, mct_statics *statics) {
    const size_t N = statics->points, m = statics->species;
    const double d = mixture->species[0].diameter;
    for (size_t mu = 1; mu < m; mu++) {
        if (mixture->species[mu].diameter != d) {
            return mct_fail(context, MCT_ARGUMENT,
                            "mixture.species.%zu.diameter = %.15g: structure.closure percus-yevick solves hard spheres "
                            "of one diameter, here %.15g (mixture.species.0.diameter)",
                            mu, mixture->species[mu].diameter, d);
        }
    }
    double *const all = statics->direct_correlation;
    MCT_FOR_PARTS(N, threads, {
        mct_percus_yevick_fill(mixture->packing_fraction, d, last - first, statics->wave_number + first, all + first);
        for (size_t c = 1; c < m * m; c++) memcpy(all + c * N + first, all + first, (last - first) * sizeof *all);
    })
    statics->one_direct_correlation = true;
    return MCT_OK;
}

static const mct_closure_entry closures[] = {
    [MCT_CLOSURE_PERCUS_YEVICK] = {"percus-yevick", percus_yevick},
};

const mct_closure_entry *mct_closure_find(mct_closure closure) {
    size_t index = (size_t)closure;
    return index < sizeof closures / sizeof *closures ? &closures[index] : NULL;
}

const char *mct_closure_name(mct_closure closure) {
    const mct_closure_entry *entry = mct_closure_find(closure);
    return entry ? entry->name : "unknown";
}

mct_structure_options mct_structure_options_default(void) {
    return (mct_structure_options){.closure = MCT_CLOSURE_PERCUS_YEVICK};
}

mct_status mct_statics_update(mct_context *context, const mct_structure_options *options, const mct_mixture *mixture,
                              int threads, mct_statics *statics) {
    const size_t m = statics->species;
    const mct_closure_entry *closure = mct_closure_find(options->closure);
    if (!closure) return mct_fail(context, MCT_ARGUMENT, "structure.closure = %d: unknown", (int)options->closure);
    statics->density = mct_mixture_density(mixture);
    for (size_t mu = 0; mu < m; mu++) {
        statics->fraction[mu] = mixture->species[mu].fraction;
        statics->diffusivity[mu] = mixture->species[mu].diffusivity;
    }
    MCT_TRY(closure->direct_correlation(context, mixture, threads, statics));
    return mct_statics_derive(context, mixture, threads, statics);
}

mct_status mct_statics_compute(mct_context *context, const mct_structure_options *options, const mct_grid *grid,
                               const mct_mixture *mixture, mct_statics *statics) {
    MCT_NEED(context, options, grid, mixture, statics);
    MCT_TRY(mct_grid_check(context, grid));
    MCT_TRY(mct_mixture_check(context, mixture));
    if (statics->points != grid->points || statics->species != mixture->species_count) {
        return mct_fail(context, MCT_ARGUMENT, "statics made for %zu wave numbers and %zu species, not %zu and %zu",
                        statics->points, statics->species, grid->points, mixture->species_count);
    }
    for (size_t i = 0; i < grid->points; i++) statics->wave_number[i] = mct_grid_wave_number(grid, i);
    return mct_statics_update(context, options, mixture, 1, statics);
}
