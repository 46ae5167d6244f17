/* evolution_internal.h: the object behind evolution.h, for its own files and for tests on other models. */
#ifndef MCT_EVOLUTION_INTERNAL_H
#define MCT_EVOLUTION_INTERNAL_H

#include "backend/backend.h"
#include "evolution/projection.h"
#include "evolution/relaxation.h"

struct mct_evolution {
    mct_context *context;
    mct_kernel *kernel; /* NULL with a custom one */
    const char *backend_name;
    const mct_evolution_operations *operations;
    void *state; /* of the backend */
    mct_evolution_shape shape;
    size_t row;       /* doubles of a row */
    size_t *observed; /* wave numbers of a row; NULL: all */
    double spacing;   /* of the wave numbers */
    double *start;    /* [points][m][N], S_mm */
    bool *passive;    /* [points]: W is diagonal, and the correlators cannot leave 0 ... S_mm */
    bool started;
    mct_clock *clocks;          /* [points], of the last look */
    mct_relaxation *relaxation; /* [points] */
    mct_projection *projection; /* [points] */
    double *displacement;       /* [points][displacements]: of the last row */
    mct_evolution_sink sink;
    void *sink_user;
    mct_evolution_displacement_sink displacement_sink;
    void *displacement_user;
};

/* The same for a model of its own: matrices [count], a memory kernel of the caller's (backend_evolution.h), on the CPU.
 * Errors: MCT_ARGUMENT, MCT_MEMORY. */
mct_status mct_evolution_create_custom(mct_context *context, const mct_evolution_options *options, size_t N,
                                       size_t species, size_t count, const mct_evolution_matrices *matrices,
                                       mct_evolution_kernel custom, void *user, mct_evolution **evolution);

/* Clocks and rows of the window that has just been computed; who waits for rows is given them in the order of the points.
 * Errors: those of the sinks, MCT_MEMORY. */
mct_status mct_evolution_hand_on(mct_evolution *evolution);

/* Phi_mm/S_mm [m] at wave number q, at a time among those of the last few rows (NaN at others) or of a wave number of which
 * there are rows (NaN: of others). */
void mct_evolution_value_at(const mct_evolution *evolution, size_t point, size_t q, double time, double *f);

/* evolution_domain.c: S_mm of a point, and whether it is passive, for later. */
void mct_evolution_keep_start(mct_evolution *evolution, size_t point, const mct_evolution_matrices *matrices);
/* Errors: MCT_UNPHYSICAL (a failed run that has grown beyond its start, a plateau that is none), MCT_MEMORY. */
mct_status mct_evolution_check_domain(const mct_evolution *evolution, size_t point, const mct_evolution_point *at);

#endif
