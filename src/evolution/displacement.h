/* displacement.h: what the backend is told about mean-squared displacements. */
#ifndef MCT_DISPLACEMENT_H
#define MCT_DISPLACEMENT_H

#include "apmct/evolution.h"
#include "backend/backend_evolution.h"

/* species, coupling and source of a point's matrices; *work (NULL without displacements) holds them, free() it after use.
 * Errors: MCT_ARGUMENT (a species that is none or not tagged), MCT_MEMORY. */
mct_status mct_displacement_prepare(mct_context *context, const mct_evolution_options *options, const mct_grid *grid,
                                    const mct_statics *statics, size_t point, mct_evolution_matrices *matrices,
                                    double **work);

#endif
