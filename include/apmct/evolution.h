/* evolution.h: correlators Phi(q,t) of a batch of state points over many decades in time,
 *   dPhi/dt + W S^-1 Phi + int_0^t M(t-u) W^-1 Phi'(u) du = 0,  Phi(0) = S                          [5], [6]
 *
 * Blocks of uniform steps; from block to block the step doubles and the history is thinned (M. Fuchs, W. Goetze,
 * I. Hofacker, A. Latz, J. Phys.: Condens. Matter 3, 5047 (1991)), here with Legendre moments of every cell of the
 * history, interpolation of degree D, and a Taylor series as start (docs/theory.md).
 *
 * Every state point has its own clock: its step is chosen from its own rates, so that a point of a batch gives what it
 * gives alone, to the last bit and for any number of threads. */
#ifndef APMCT_EVOLUTION_H
#define APMCT_EVOLUTION_H

#include "apmct/kernel.h"
#include "apmct/time.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mct_evolution_options {
    mct_solver_options solver; /* kernel and backend; its tolerance is not used */
    mct_time_options time;
    double decayed; /* a point is done when all Phi_mm/S_mm are below this; (0, 1); default 1e-6; 0: never */
    double plateau; /* ... or when Phi/sqrt(S_mm S_nn) changes by less than this in each of four blocks;
                                default 0: ten times time.tolerance; < 0: never */
    int doublings;  /* how often n doubles in the final decay (all Phi_mm/S_mm < 0.1) instead of thinning; 0 ... 2;
                                default 1; memory grows as 2^doublings */
    unsigned iterations_max; /* evaluations per step; default 200 */
    bool fits;               /* keep what mct_evolution_kohlrausch needs (decay.h); default false */
    size_t displaced_count;  /* species whose mean-squared displacement is wanted; default 0 */
    const size_t *displaced; /* [displaced_count], their numbers, read by mct_evolution_create: tagged particles
                                (mct_mixture_with_tagged), because of other species Phi_mm is no self part */
    size_t observed_count;   /* wave numbers of which rows and relaxation times are wanted; 0 (default): all N */
    const size_t *observed;  /* [observed_count], their numbers, ascending, copied: what else there is of a row need
                                not leave the memory of a device */
} mct_evolution_options;

mct_evolution_options mct_evolution_options_default(void);

/* Where a state point stands. */
typedef struct mct_evolution_point {
    mct_evolution_state state;
    double time;               /* of the last finished step, d^2/D0 */
    double step;               /* present step, d^2/D0 */
    double largest;            /* max over q, m of Phi_mm/S_mm there */
    double residual;           /* of the last step */
    double wave_number;        /* where a failed step was worst, 1/d; NaN if none failed */
    unsigned long steps;       /* finished steps; points of the start are not counted */
    unsigned long blocks;      /* finished blocks */
    unsigned long evaluations; /* kernel evaluations, those of the start included */
} mct_evolution_point;

typedef struct mct_evolution mct_evolution;

/* Receives finished rows, of each point in order of time and each once: the time and Phi [m*m][N] (with
 * options.observed: [m*m][observed_count]), borrowed for the call.  A status other than MCT_OK stops the run and is returned
 * by mct_evolution_advance. */
typedef mct_status (*mct_evolution_sink)(void *user, size_t point, double time, const double *phi);

/* The same of mean-squared displacements dr2 [displaced_count], d^2; called after the row of this time. */
typedef mct_status (*mct_evolution_displacement_sink)(void *user, size_t point, double time, const double *dr2);

/* A batch of `count` state points of one grid and number of species, at t = 0.  `statics`: [count], copied.  Takes all the
 * memory that advancing needs.  Errors: MCT_ARGUMENT, MCT_MEMORY (says how much is needed), MCT_BACKEND. */
mct_status mct_evolution_create(mct_context *context, const mct_evolution_options *options, const mct_grid *grid,
                                size_t count, const mct_statics *const *statics, mct_evolution **evolution);
void mct_evolution_destroy(mct_evolution *evolution);

/* Bytes that mct_evolution_create takes on the backend, kernel included. */
size_t mct_evolution_memory(const mct_evolution_options *options, const mct_grid *grid, size_t species, size_t count);

/* Where the rows go; NULL (default): nowhere. */
void mct_evolution_set_sink(mct_evolution *evolution, mct_evolution_sink sink, void *user);

void mct_evolution_set_displacement_sink(mct_evolution *evolution, mct_evolution_displacement_sink sink, void *user);

/* At most `steps` more steps of every point that still runs (the first call also makes the start); stops at the next
 * window of steps when the context is interrupted.  *running: points that still run.  A point that fails does not stop the
 * others.  Errors: MCT_INTERRUPTED, what the sink returns. */
mct_status mct_evolution_advance(mct_evolution *evolution, unsigned long steps, size_t *running);
/* Until no point runs.  Errors: as above. */
mct_status mct_evolution_run(mct_evolution *evolution);

/* Steps after which every point has been through a block. */
unsigned long mct_evolution_block_steps(const mct_evolution *evolution);

mct_evolution_point mct_evolution_look(const mct_evolution *evolution, size_t point);
/* MCT_OK, or the status and a message (time, point, wave number) of this point, or of the first one that failed. */
mct_status mct_evolution_check_point(const mct_evolution *evolution, size_t point);
mct_status mct_evolution_check(const mct_evolution *evolution);
/* Phi of the last finished step into phi [m*m][N], all wave numbers: the plateau, once a point has reached it. */
void mct_evolution_last(const mct_evolution *evolution, size_t point, double *phi);

/* Mean-squared displacements of the last finished row into dr2 [displaced_count], d^2. */
void mct_evolution_displacement(const mct_evolution *evolution, size_t point, double *dr2);

/* First times at which Phi_mm/S_mm falls to 1/e and to 0.1, d^2/D0, as far as the rows tell; NaN where it has not.
 * tau: [m][N], with options.observed [m][observed_count].  Interpolated at the order of the scheme. */
typedef enum mct_relaxation_level {
    MCT_RELAXATION_E,
    MCT_RELAXATION_TENTH,
    MCT_RELAXATION_LEVELS
} mct_relaxation_level;
void mct_evolution_relaxation(const mct_evolution *evolution, size_t point, mct_relaxation_level level, double *tau);
/* The same at wave number number q alone, tau [m]; NaN, too, where it is none of options.observed. */
void mct_evolution_relaxation_at(const mct_evolution *evolution, size_t point, mct_relaxation_level level, size_t q,
                                 double *tau);

/* What runs. */
mct_kernel_algorithm mct_evolution_kernel_used(const mct_evolution *evolution);
const char *mct_evolution_backend_name(const mct_evolution *evolution);

/* The whole state, for checkpoints: `save` writes mct_evolution_state_size() bytes (which changes as the run goes on);
 * restored into an evolution that was created from the same things, it continues to the last bit as the saved one would
 * have.  Same machine and version; rows before the save are not repeated.
 * Errors of restore: MCT_FORMAT (not of this version, shape or options; then the evolution is as before). */
size_t mct_evolution_state_size(const mct_evolution *evolution);
void mct_evolution_save(const mct_evolution *evolution, void *buffer);
mct_status mct_evolution_restore(mct_evolution *evolution, const void *buffer, size_t size);

#ifdef __cplusplus
}
#endif
#endif
