/* structure.c: the closures of this build, one row each. */
#include "structure/structure.h"

#include <string.h>

#include "base/parts.h"

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
