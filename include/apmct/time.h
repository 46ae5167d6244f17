/* time.h: how a run in time is made, and how it stands. */
#ifndef APMCT_TIME_H
#define APMCT_TIME_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mct_time_scheme {
    MCT_TIME_LEGENDRE, /* moments of order 0 ... D - 1, BDF4 (D = 3) or BDF6 (D = 5), Taylor start */
    MCT_TIME_MOMENTS   /* the literature's: the mean of every cell, BDF2, linear start with a given first step */
} mct_time_scheme;

const char *mct_time_scheme_name(mct_time_scheme scheme); /* "legendre" | "moments" */

/* What a run in time is told (section `time` of a configuration). */
typedef struct mct_time_options {
    mct_time_scheme scheme; /* default legendre */
    size_t steps_per_block; /* n: steps from 0 to the end of a block; a multiple of 4, 16 ... 65536; default 64 */
    int order;              /* D of the memory integral, 3 | 5; default 5; scheme legendre */
    double until;           /* largest time, d^2/D0; > 0; default 1e10 */
    double tolerance;       /* of a step, max |g(Phi) - Phi|/sqrt(S_mm S_nn); 1e-15 ... 1e-2; default 1e-10 */
    double first_step;      /* of scheme moments, d^2/D0; 0 (default): its linear start
                               ends after 1e-4 of the fastest relaxation time */
    double accuracy;        /* wanted relative error, in place of n, D and tolerance; 0: not given; for whoever makes
                               the options: not read here */
} mct_time_options;

mct_time_options mct_time_options_default(void);

typedef enum mct_evolution_state {
    MCT_EVOLUTION_RUNNING,
    MCT_EVOLUTION_DECAYED,       /* all Phi_mm/S_mm below options.decayed */
    MCT_EVOLUTION_PLATEAU,       /* Phi no longer changes */
    MCT_EVOLUTION_UNTIL,         /* time.until reached */
    MCT_EVOLUTION_NOT_CONVERGED, /* a step did not converge */
    MCT_EVOLUTION_NON_FINITE     /* a value became infinite or not a number */
} mct_evolution_state;

const char *mct_evolution_state_name(mct_evolution_state state); /* "running" | "decayed" | ... */

#ifdef __cplusplus
}
#endif
#endif
