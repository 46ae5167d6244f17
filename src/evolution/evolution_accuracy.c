/* evolution_accuracy.c: steps, order and tolerance for a wanted accuracy.
 *
 * How near a point is to the transition decides: an error tol of every step changes relaxation times by up to 2 tol/|eps|,
 * and the error of the steps grows slowly with 1/|eps| (docs/theory.md).  A quick run gives |eps| by its relaxation time,
 * Gamma tau ~ 0.05 |eps|^-gamma. */
#include <math.h>
#include <stdlib.h>

#include "apmct/evolution_plan.h"
#include "base/need.h"
#include "evolution/evolution_internal.h"

enum { QUICK_STEPS = 24, QUICK_ATTEMPTS = 3, STEPS_MIN = 32, STEPS_MAX = 4096, STEPS_MULTIPLE = 8, ORDER = 5 };

static const double quick_tolerance = 1e-8;
static const double gamma_low = 2.3, scale = 0.05; /* of Gamma tau; a low gamma is on the safe side */
static const double distance_least = 1e-12, distance_most = 1e-2;
static const double error_at_32 = 2.5e-6, distance_of_it = 1e-3, growth = 0.4; /* measured, order 5 */
static const double tolerance_least = 1e-14, tolerance_most = 1e-8;
static const double share_of_tolerance = 8; /* the wanted error over what the tolerance may make of it */
static const double share_of_companion = 4; /* the same of the companion's tolerance in the estimate */

enum { LEVELS = MCT_RELAXATION_LEVELS };

struct mct_accuracy {
    mct_time_options time;
    size_t companion_steps;
    size_t observed, N, species;
    double distance;           /* |eps|, roughly */
    unsigned long evaluations; /* of runs that are not the final one */
    const mct_statics *statics;
    double *reference; /* [m][LEVELS + 1]: relaxation times and f of the companion at the observed wave number */
    double *compared;  /* the same of the run that is estimated */
    double *scratch;   /* [m] */
    bool is_cut;       /* it was at time.until, before it had decayed or stood */
};

/* Relaxation times and last f of each species at the observed wave number into to[m][LEVELS + 1].  The last f of runs that
 * end at time.until is that of the same time in all of them, though their last steps end beyond it, each elsewhere.  Returns
 * whether it is such a run. */
static bool observe(const mct_accuracy *accuracy, const mct_evolution *evolution, double *to) {
    const mct_evolution_point end = mct_evolution_look(evolution, 0);
    const bool is_cut = end.state == MCT_EVOLUTION_UNTIL;
    double *const at = accuracy->scratch;

    for (size_t level = 0; level <= LEVELS; level++) {
        if (level < LEVELS) {
            mct_evolution_relaxation_at(evolution, 0, (mct_relaxation_level)level, accuracy->observed, at);
        } else {
            mct_evolution_value_at(evolution, 0, accuracy->observed, is_cut ? accuracy->time.until : end.time, at);
        }
        for (size_t mu = 0; mu < accuracy->species; mu++) to[mu * (LEVELS + 1) + level] = at[mu];
    }
    return is_cut;
}

static mct_status run(mct_context *context, const mct_evolution_options *options, const mct_grid *grid,
                      mct_accuracy *accuracy, mct_evolution_point *end) {
    mct_evolution *evolution;
    mct_status status;

    MCT_TRY(mct_evolution_create(context, options, grid, 1, &accuracy->statics, &evolution));
    status = mct_evolution_run(evolution);
    if (status == MCT_OK) status = mct_evolution_check(evolution);
    *end = mct_evolution_look(evolution, 0);
    accuracy->evaluations += end->evaluations;
    if (status == MCT_OK) accuracy->is_cut = observe(accuracy, evolution, accuracy->reference);
    mct_evolution_destroy(evolution);
    return status;
}

static double estimate_distance(const mct_accuracy *accuracy, const mct_evolution_point *end) {
    const size_t N = accuracy->N, m = accuracy->species;
    double longest = 0;

    if (end->state == MCT_EVOLUTION_PLATEAU) return distance_most;
    for (size_t mu = 0; mu < m; mu++) {
        const double tau = accuracy->reference[mu * (LEVELS + 1) + MCT_RELAXATION_TENTH];
        const double rate = accuracy->statics->relaxation_rate[mu * (m + 1) * N + accuracy->observed];

        longest = fmax(longest, rate * (isnan(tau) ? end->time : tau));
    }
    return fmin(fmax(pow(longest / scale, -1 / gamma_low), distance_least), distance_most);
}

static size_t choose_steps(double wanted, double distance) {
    const double error = error_at_32 * pow(fmax(1, distance_of_it / distance), growth);
    const double steps = fmin(32 * pow(2 * error / wanted, 1.0 / ORDER), STEPS_MAX);
    const size_t multiples = (size_t)ceil(steps / STEPS_MULTIPLE);

    return multiples * STEPS_MULTIPLE > STEPS_MIN ? multiples * STEPS_MULTIPLE : STEPS_MIN;
}

/* The error of the finer of two runs over their difference, n steps per block and fewer; one order is left in reserve. */
static double finer_share(size_t steps, size_t companion_steps) {
    return 1 / (pow((double)steps / (double)companion_steps, ORDER - 1) - 1);
}

/* The quick run, the choice, and the companion; the quick run is the companion where its tolerance allows. */
static mct_status choose(mct_context *context, const mct_evolution_options *options, const mct_grid *grid,
                         mct_accuracy *accuracy) {
    const double wanted = options->time.accuracy;
    mct_evolution_options trial = *options;
    mct_evolution_point end;
    double quick_error;
    mct_status status;

    accuracy->time = options->time;
    trial.displaced_count = 0;
    trial.fits = false;
    trial.time.order = ORDER;
    trial.time.steps_per_block = QUICK_STEPS;
    trial.time.tolerance = quick_tolerance;
    status = run(context, &trial, grid, accuracy, &end);
    for (int finer = 0; finer < QUICK_ATTEMPTS && status == MCT_NOT_CONVERGED; finer++) { /* very near the transition */
        trial.time.tolerance = fmax(trial.time.tolerance / 100, tolerance_least);
        status = run(context, &trial, grid, accuracy, &end);
    }
    MCT_TRY(status);
    accuracy->distance = estimate_distance(accuracy, &end);
    quick_error = trial.time.tolerance / accuracy->distance;
    trial.time.tolerance =
        fmin(fmax(wanted * accuracy->distance / share_of_tolerance, tolerance_least), tolerance_most);
    trial.time.steps_per_block = choose_steps(wanted, accuracy->distance);
    accuracy->time = trial.time;
    accuracy->companion_steps = QUICK_STEPS;
    if (share_of_companion * finer_share(trial.time.steps_per_block, QUICK_STEPS) * quick_error <= wanted)
        return MCT_OK;
    accuracy->companion_steps = trial.time.steps_per_block /= 2;
    return run(context, &trial, grid, accuracy, &end);
}

mct_status mct_accuracy_create(mct_context *context, const mct_evolution_options *options, const mct_grid *grid,
                               const mct_statics *statics, size_t observed, mct_accuracy **accuracy) {
    MCT_NEED(context, options, grid, statics, accuracy);
    const size_t m = statics->species, N = grid->points;
    mct_accuracy *fresh;
    mct_status status;

    *accuracy = NULL;
    if (options->time.scheme != MCT_TIME_LEGENDRE) {
        return mct_fail(context, MCT_ARGUMENT, "time.accuracy = %g: needs time.scheme = legendre",
                        options->time.accuracy);
    }
    fresh = calloc(1, sizeof *fresh);
    if (fresh) {
        fresh->reference = calloc(m * (LEVELS + 1), sizeof *fresh->reference);
        fresh->compared = calloc(m * (LEVELS + 1), sizeof *fresh->compared);
        fresh->scratch = calloc(m, sizeof *fresh->scratch);
    }
    if (!fresh || !fresh->reference || !fresh->compared || !fresh->scratch) {
        mct_accuracy_destroy(fresh);
        return mct_fail(context, MCT_MEMORY, "not enough memory to plan a run in time");
    }
    fresh->observed = observed;
    fresh->N = N;
    fresh->species = m;
    fresh->statics = statics;
    MCT_TRY_CLEANUP(choose(context, options, grid, fresh));
    *accuracy = fresh;
    return MCT_OK;
cleanup:
    mct_accuracy_destroy(fresh);
    return status;
}

void mct_accuracy_destroy(mct_accuracy *accuracy) {
    if (!accuracy) return;
    free(accuracy->reference);
    free(accuracy->compared);
    free(accuracy->scratch);
    free(accuracy);
}

const mct_time_options *mct_accuracy_time(const mct_accuracy *accuracy) {
    return &accuracy->time;
}

unsigned long mct_accuracy_evaluations(const mct_accuracy *accuracy) {
    return accuracy->evaluations;
}

double mct_accuracy_estimate(const mct_accuracy *accuracy, const mct_evolution *evolution) {
    const size_t count = accuracy->species * (LEVELS + 1);
    double *const here = accuracy->compared;
    double largest = 0;
    const bool is_cut = observe(accuracy, evolution, here);

    for (size_t i = 0; i < count; i++) {
        const double there = accuracy->reference[i];
        const bool is_last = i % (LEVELS + 1) == LEVELS;

        /* it decayed: its end is no plateau */
        if (is_last && isfinite(here[i - 1]) && isfinite(accuracy->reference[i - 1])) continue;
        if (isnan(here[i]) && isnan(there)) continue;
        if (isnan(here[i]) || isnan(there)) {
            if (is_cut && accuracy->is_cut)
                continue;       /* one of them fell to the level just before the end, or just behind */
            largest = INFINITY; /* one of them decays */
        }
        largest = fmax(largest, fabs(there / here[i] - 1));
    }
    return largest * finer_share(accuracy->time.steps_per_block, accuracy->companion_steps) +
           accuracy->time.tolerance / accuracy->distance;
}

mct_time_options mct_accuracy_refined(const mct_accuracy *accuracy) {
    mct_time_options refined = accuracy->time;

    refined.steps_per_block *= 2;
    return refined;
}

void mct_accuracy_refine(mct_accuracy *accuracy, const mct_evolution *evolution) {
    accuracy->is_cut = observe(accuracy, evolution, accuracy->reference);
    accuracy->evaluations += mct_evolution_look(evolution, 0).evaluations;
    accuracy->companion_steps = accuracy->time.steps_per_block;
    accuracy->time = mct_accuracy_refined(accuracy);
}
