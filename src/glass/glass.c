/* glass.c: nonergodicity parameters of state points: which method when, so that the answer is the physical branch
 * (docs/theory.md).
 *
 * Plain steps from F = S (their limit is the definition), Anderson's acceleration, then the leading eigenvalue of dG:
 * below 1 accepts; above 1 the iteration went to the other side of the fold: step back across it and go on.  Where
 * acceleration finds nothing, or a residual so small beside so flat a map that it may be the ghost of a fold, it does
 * not tell fluid from glass: the packing fraction is compared with the fold's.  Should even the fold not be found,
 * plain iteration has the last word. */
#include <limits.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/need.h"
#include "glass/domain.h"
#include "glass/fold.h"

enum { PLAIN_STEPS = 20, ANDERSON_STEPS = 60, NEWTON_STEPS = 30, CROSSINGS = 3, FOLDS = 3, WAY_STEPS = 150 };

/* Relative precision of the fold's packing fraction that decides between fluid and glass. */
static const double fold_tolerance = 1.0e-11;
/* Nearer to the fold than this, times 1 - phi, plain iteration takes too long. */
static const double near_fold = 1.0e-3;
/* No coarser tolerance than this is used to tell glass from fluid. */
static const double deciding = 1.0e-4;
/* One point uses several threads from this number of wave numbers on (bench/results). */
enum { THREADED_FROM = 2000 };

mct_glass_options mct_glass_options_default(void) {
    return (mct_glass_options){.solver = mct_solver_options_default(),
                               .structure = mct_structure_options_default(),
                               .method = MCT_GLASS_AUTO,
                               .evaluations_max = 10000};
}

const char *mct_state_name(mct_state state) {
    return state == MCT_GLASS ? "glass" : "fluid";
}

/* From the unstable branch, F and its eigenvector d with value > 1, to the other side of the fold: the two solutions
 * differ by a d with (value - 1) a + curvature a^2 = 0; 1.5 times that is beyond the stable one. */
static void cross_fold(mct_fixed_point *problem, double value, const double *d, double *F) {
    const double h = 1.0e-2 / mct_max_norm(problem, d);
    double *const shifted = problem->basis[0], *const second = problem->basis[1];
    mct_fixed_point_step(problem, F);
    mct_axpby(problem, -2.0, problem->G, 0.0, second);
    for (int sign = -1; sign <= 1; sign += 2) {
        mct_copy(problem, F, shifted);
        mct_axpby(problem, sign * h, d, 1.0, shifted);
        mct_fixed_point_step(problem, shifted);
        mct_axpby(problem, 1.0, problem->G, 1.0, second);
    }
    const double curvature = 0.5 * mct_dot(problem, d, second) / (h * h);
    const double distance = fmin(1.5 * (value - 1.0) / fabs(curvature), 20.0 * h);
    mct_axpby(problem, distance, d, 1.0, F);
}

/* Where a converged F stands.  mu: the leading eigenvalue.  A small residual alone proves no solution: near the fold,
 * on its fluid side, it is as small as the distance from it.  Along the critical direction the fixed point is
 *   r - (1 - mu) a + curvature a^2 = 0,  solvable when (1 - mu)^2 > 4 |curvature r|;
 * the curvature is about 1 in the units of f, and a factor of 5 is left for it. */
typedef enum branch { PHYSICAL, CROSSED, UNCERTAIN } branch;

static double residual_of_solution(double mu) {
    return 0.05 * (1.0 - mu) * (1.0 - mu);
}

/* CROSSED: F was beyond the fold (mu > 1) and has been moved across it. */
static branch branch_of(mct_fixed_point *problem, double *F, double *residual, double *mu) {
    double *const d = problem->work[0], error;
    *residual = mct_fixed_point_linearise(problem, F);
    *mu = mct_leading_eigenvalue(problem, F, d, &error);
    if (!isfinite(*mu) || error > fabs(1.0 - *mu)) return UNCERTAIN;
    if (*mu <= 1.0) return *residual <= residual_of_solution(*mu) ? PHYSICAL : UNCERTAIN;
    cross_fold(problem, *mu, d, F);
    return CROSSED;
}

/* What a strategy leaves behind besides F. */
typedef struct answer {
    mct_status status;
    mct_state state;
    double residual, eigenvalue, fold;
} answer;

static const answer undecided = {MCT_OK, MCT_GLASS, (double)NAN, (double)NAN, (double)NAN};

/* F = 0 solves F = G(F) exactly. */
static answer fluid(double fold) {
    return (answer){MCT_OK, MCT_FLUID, 0.0, (double)NAN, fold};
}

/* An F that is at a solution as the last linearisation says, its residual above the tolerance: accepted with a warning if
 * that is rounding. */
static bool accept_rounding(mct_fixed_point *problem, double tolerance, double residual) {
    if (residual <= tolerance) return true;
    if (!(residual <= mct_fixed_point_rounding(problem))) return false;
    mct_fixed_point_warn(problem,
                         "packing fraction %.10g: residual %.2g: rounding allows no less (solver.tolerance %.2g)",
                         problem->mixture.packing_fraction, residual, tolerance);
    return true;
}

static answer plain_to_the_end(mct_fixed_point *problem, double tolerance, double *F) {
    answer a = undecided;
    switch (mct_plain(problem, tolerance, ULONG_MAX, F, &a.residual)) {
    case MCT_CONVERGED: break;
    case MCT_COLLAPSED: return fluid((double)NAN);
    case MCT_WANDERS: a.status = MCT_NOT_CONVERGED; break;
    case MCT_BROKEN: a.status = MCT_NON_FINITE; break;
    }
    return a;
}

/* Where Anderson stalls at rounding: Newton may come a little further; otherwise F stays. */
static void polish(mct_fixed_point *problem, double tolerance, double *F, double residual) {
    double *const stalled = problem->work[1], reached;
    mct_copy(problem, F, stalled);
    if (mct_newton_krylov(problem, tolerance, 3, F, &reached) != MCT_CONVERGED && !(reached < residual)) {
        mct_copy(problem, stalled, F);
    }
}

/* Anderson until the physical branch is certain.  False: somebody else must decide. */
static bool accelerate(mct_fixed_point *problem, double tolerance, double *F, answer *a) {
    double wanted = tolerance;
    for (int attempt = 0; attempt <= CROSSINGS; attempt++) {
        const mct_outcome outcome = mct_anderson(problem, wanted, ANDERSON_STEPS, F, &a->residual);
        const bool stalled = outcome == MCT_WANDERS && a->residual < MCT_AT_SOLUTION;
        if ((outcome != MCT_CONVERGED && !stalled) || mct_fixed_point_stopped(problem)) return false;
        if (stalled) polish(problem, tolerance, F, a->residual);
        const branch found = branch_of(problem, F, &a->residual, &a->eigenvalue);
        if (found == CROSSED) {
            mct_plain(problem, tolerance, PLAIN_STEPS / 4, F, &a->residual);
        } else if (found == PHYSICAL) {
            mct_fixed_point_linearise(problem, F); /* the sensitivity to rounding wants M */
            return accept_rounding(problem, tolerance, a->residual);
        } else if (stalled) {
            return false;
        } else { /* as small a residual as tells a solution from its ghost */
            wanted = fmin(0.1 * wanted, 0.1 * residual_of_solution(a->eigenvalue));
            if (!(wanted >= 1.0e-15)) return false;
        }
    }
    return false;
}

/* The fold that decides about the state at phi, starting from F near it; where that fails, from nothing.  F becomes the
 * critical one. */
static mct_status find_fold(mct_fixed_point *problem, double phi, double *F, mct_fold *fold) {
    char message[320];
    bool found;
    mct_recycled_clear(&problem->recycled);
    const mct_status status = mct_fold_follow(problem, fold_tolerance, NULL, F, fold);
    if (status != MCT_NOT_CONVERGED || mct_fixed_point_stopped(problem)) return status;
    MCT_TRY(mct_fixed_point_move(problem, phi));
    MCT_TRY(mct_fold_search(problem, fold_tolerance, F, fold, &found, message));
    return found ? MCT_OK : mct_fail(problem->context, MCT_NOT_CONVERGED, "%s", message);
}

/* On the branch phi - fold = curvature/2 s^2: from the F of the fold to the upper solution, at s > 0, at the phi where
 * the problem stands. */
static answer above_fold(mct_fixed_point *problem, double tolerance, const mct_fold *at, double fold, double *F) {
    const double direction = mct_dot(problem, F, at->tangent) < 0.0 ? -1.0 : 1.0;
    answer a = undecided;
    mct_axpby(problem, direction * sqrt(2.0 * (problem->mixture.packing_fraction - fold) / at->curvature), at->tangent,
              1.0, F);
    a.fold = fold;
    for (int crossing = 0; crossing <= CROSSINGS; crossing++) {
        const mct_outcome outcome = mct_newton_krylov(problem, tolerance, NEWTON_STEPS, F, &a.residual);
        if (outcome == MCT_BROKEN || outcome == MCT_COLLAPSED) break;
        mct_fixed_point_linearise(problem, F);
        if (outcome == MCT_WANDERS && !accept_rounding(problem, tolerance, a.residual)) break;
        /* that there is a solution the fold has said: what remains is on which side F is */
        if (branch_of(problem, F, &a.residual, &a.eigenvalue) != CROSSED) return a;
    }
    a.status = MCT_NOT_CONVERGED;
    return a;
}

/* Below a fold: fluid, unless there is another glass that plain iteration from F = S ends at (near the fold: from the
 * fold's F, for the ghost takes 1/sqrt(epsilon) steps).  F: that glass, not converged. */
static mct_status is_fluid(mct_fixed_point *problem, double phi, const mct_fold *at, double *F, bool *is) {
    const double fold = problem->mixture.packing_fraction;
    if (fold - phi < near_fold * (1.0 - fold)) {
        MCT_TRY(mct_fold_is_transition(problem, at, F, is));
        mct_copy(problem, problem->work[MCT_WORK - 1], F);
        return mct_fixed_point_move(problem, phi);
    }
    MCT_TRY(mct_fixed_point_move(problem, phi));
    mct_fixed_point_start(problem, F);
    return mct_fold_melts(problem, F, is);
}

/* Decides by the fold, starting from F near it; F comes back as zero or converged on the glass branch.  Where plain
 * iteration stays with another glass or ghost than that fold's, it goes on from there. */
static answer decide_by_fold(mct_fixed_point *problem, double tolerance, double *F) {
    const double phi = problem->mixture.packing_fraction;
    double *const reached = problem->work[MCT_WORK - 1];
    answer a = undecided;
    for (int attempt = 0; attempt < FOLDS; attempt++) {
        mct_fold at;
        bool fluid_below;
        a.status = find_fold(problem, phi, F, &at);
        const double fold = problem->mixture.packing_fraction;
        if (a.status != MCT_OK || phi >= fold) {
            const mct_status moved = mct_fixed_point_move(problem, phi);
            if (moved != MCT_OK) a.status = moved;
            return a.status == MCT_OK ? above_fold(problem, tolerance, &at, fold, F) : a;
        }
        a.status = is_fluid(problem, phi, &at, F, &fluid_below);
        if (a.status != MCT_OK) return a;
        if (fluid_below) return fluid(fold);
        mct_copy(problem, F, reached);
        if (accelerate(problem, tolerance, F, &a)) return a;
        mct_copy(problem, reached, F);
    }
    a.status = MCT_NOT_CONVERGED;
    return a;
}

static answer automatic(mct_fixed_point *problem, double tolerance_wanted, double *F) {
    const double tolerance = fmin(tolerance_wanted, deciding);
    answer a = undecided;
    double *const plain = problem->work[MCT_WORK - 1]; /* the fold leaves it alone */
    const mct_outcome outcome = mct_plain(problem, tolerance, PLAIN_STEPS, F, &a.residual);
    if (outcome == MCT_COLLAPSED) return fluid((double)NAN);
    mct_copy(problem, F, plain);
    if (outcome == MCT_BROKEN) {
        a.status = MCT_NON_FINITE;
        return a;
    }
    if (accelerate(problem, tolerance, F, &a)) return a;
    a.status = MCT_NOT_CONVERGED;
    if (mct_fixed_point_stopped(problem)) return a;
    const double stalled = a.residual;
    mct_copy(problem, plain, F);
    a = decide_by_fold(problem, tolerance, F);
    if (a.status == MCT_OK || mct_fixed_point_stopped(problem)) return a;
    if (stalled < MCT_AT_SOLUTION && a.residual < MCT_AT_SOLUTION) return a; /* rounding, more than it should be */
    mct_fixed_point_start(problem, F);
    return plain_to_the_end(problem, tolerance, F);
}

static answer by_method(mct_fixed_point *problem, const mct_glass_options *options, double *F) {
    const double tolerance = options->solver.tolerance;
    if (options->method == MCT_GLASS_AUTO) return automatic(problem, tolerance, F);
    if (options->method == MCT_GLASS_PLAIN) return plain_to_the_end(problem, tolerance, F);
    answer a = undecided;
    /* Newton's method wants to be near: plain steps until F changes by less than 1e-2 */
    mct_outcome outcome = options->method == MCT_GLASS_ANDERSON
                              ? mct_plain(problem, tolerance, PLAIN_STEPS, F, &a.residual)
                              : mct_plain(problem, 1.0e-2, ULONG_MAX, F, &a.residual);
    if (outcome == MCT_WANDERS || outcome == MCT_CONVERGED) {
        outcome = options->method == MCT_GLASS_ANDERSON
                      ? mct_anderson(problem, tolerance, ULONG_MAX, F, &a.residual)
                      : mct_newton_krylov(problem, tolerance, NEWTON_STEPS, F, &a.residual);
    }
    if (outcome == MCT_COLLAPSED) return fluid((double)NAN);
    if (outcome == MCT_WANDERS) a.status = MCT_NOT_CONVERGED;
    if (outcome == MCT_BROKEN) a.status = MCT_NON_FINITE;
    return a;
}

/* The first element that is not finite, as text; "" if there is none. */
static void name_non_finite(mct_fixed_point *problem, const double *array, const char *name, double *host, size_t size,
                            char *text) {
    const size_t N = problem->statics->points, m = problem->statics->species;
    problem->backend->download(host, array, problem->n);
    for (size_t i = 0; i < problem->n; i++) {
        if (isfinite(host[i])) continue;
        snprintf(text, size, ": %s_%zu%zu at wave number %g", name, i / N / m, i / N % m,
                 problem->statics->wave_number[i % N]);
        return;
    }
}

/* Where the equations leave their domain a solution is none, and an iteration that does not settle is explained. 
 * work: of n. */
static mct_status check_domain(mct_fixed_point *problem, double tolerance, const answer *a, const double *F,
                               double *work) {
    if (a->status != MCT_OK && a->status != MCT_NOT_CONVERGED) return a->status;
    if (problem->parent && mct_context_interrupted(problem->parent)) return a->status;
    if (a->status == MCT_OK) {
        if (a->state == MCT_GLASS) MCT_TRY(mct_domain_check(problem, F, tolerance, true));
        return mct_domain_warn_way(problem, work);
    }
    mct_status status = mct_domain_check(problem, F, tolerance, false); /* of the last iterate, which is no solution */
    if (status == MCT_OK) status = mct_domain_check_way(problem, WAY_STEPS, work);
    if (status != MCT_UNPHYSICAL) return status == MCT_OK ? a->status : status;
    return mct_fail(problem->context, status, "plain iteration does not settle: %s",
                    mct_context_error(problem->context));
}

/* One point, start to end; everything goes into result and F (host). */
static void solve_point(mct_fixed_point *problem, const mct_glass_options *options, const mct_mixture *mixture,
                        size_t index, double *iterate, double *F, mct_glass_result *result) {
    const unsigned long before = mct_kernel_evaluations(problem->kernel);
    char detail[96] = "";
    mct_context_clear(problem->context);
    answer a = undecided;
    memset(F, 0, problem->n * sizeof *F);
    a.status = mct_fixed_point_set(problem, mixture);
    if (a.status == MCT_OK) {
        mct_fixed_point_start(problem, iterate);
        a = by_method(problem, options, iterate);
        a.status = check_domain(problem, options->solver.tolerance, &a, iterate, problem->work[0]);
        if (a.status == MCT_NOT_CONVERGED && mct_context_interrupted(problem->parent)) a.status = MCT_INTERRUPTED;
        if (a.status == MCT_NON_FINITE) {
            name_non_finite(problem, problem->M, "M", F, sizeof detail, detail);
            if (!*detail) name_non_finite(problem, problem->G, "G", F, sizeof detail, detail);
        }
        if (a.status != MCT_OK || a.state == MCT_GLASS) problem->backend->download(F, iterate, problem->n);
        const mct_status device = mct_backend_check(problem->backend, problem->context, problem->state);
        if (device != MCT_OK) {
            a.status = device;
        } else if (a.status != MCT_OK && a.status != MCT_UNPHYSICAL) { /* that message names its packing fraction */
            mct_fail(problem->context, a.status,
                     "point %zu (packing fraction %.10g): %s%s; residual %.3g, wanted %.3g%s%.80s", index,
                     mixture->packing_fraction, mct_status_sentence(a.status), detail, a.residual,
                     options->solver.tolerance, *mct_context_error(problem->context) ? "; " : "",
                     mct_context_error(problem->context));
        }
    }
    *result = (mct_glass_result){.status = a.status,
                                 .state = a.status == MCT_OK ? a.state : MCT_FLUID,
                                 .iterations = problem->iterations,
                                 .evaluations = mct_kernel_evaluations(problem->kernel) - before,
                                 .residual = a.residual,
                                 .eigenvalue = a.eigenvalue,
                                 .packing_fraction_critical = a.fold};
    snprintf(result->message, sizeof result->message, "%s",
             a.status == MCT_OK ? "" : mct_context_error(problem->context));
}

/* A thread's own problem; the geometry is shared. */
typedef struct lane {
    mct_context *context;
    mct_fixed_point *problem;
    double *iterate;
} lane;

static void lane_destroy(lane *l) {
    if (l->iterate) l->problem->backend->release(l->iterate);
    mct_fixed_point_destroy(l->problem);
    mct_context_destroy(l->context);
}

static mct_status lane_create(mct_context *context, const mct_glass_options *options, const mct_grid *grid,
                              size_t species, int threads, lane *first, lane *l) {
    if (mct_context_create(&l->context) != MCT_OK) return mct_fail(context, MCT_MEMORY, "glass: out of memory");
    MCT_TRY(mct_fixed_point_create(context, options, grid, species, threads, first == l ? NULL : first->problem,
                                   &l->problem));
    /* from here on its failures are its own */
    l->problem->context = l->problem->kernel->context = l->context;
    l->problem->parent = context;
    l->iterate = l->problem->backend->allocate(l->problem->n);
    return l->iterate ? MCT_OK : mct_fail(context, MCT_MEMORY, "glass: out of memory");
}

mct_status mct_glass_solve(mct_context *context, const mct_glass_options *options, const mct_grid *grid, size_t count,
                           const mct_mixture *mixtures, double *F, mct_glass_result *results,
                           mct_kernel_algorithm *kernel_used, const char **backend_used) {
    MCT_NEED(context, options, grid, mixtures, F, results);
    if (count == 0) return mct_fail(context, MCT_ARGUMENT, "glass: no state points");
    MCT_TRY(mct_grid_check(context, grid));
    const size_t species = mixtures[0].species_count, n = species * species * grid->points;
    for (size_t p = 0; p < count; p++) {
        if (mixtures[p].species_count != species) {
            return mct_fail(context, MCT_ARGUMENT, "glass: point %zu has %zu species, point 0 has %zu", p,
                            mixtures[p].species_count, species);
        }
    }
    if ((unsigned)options->method > MCT_GLASS_NEWTON_KRYLOV) {
        return mct_fail(context, MCT_ARGUMENT, "glass: method %d is none", (int)options->method);
    }
    const double tolerance = options->solver.tolerance;
    if (!(tolerance >= 1.0e-15 && tolerance <= 1.0e-2)) {
        return mct_fail(context, MCT_ARGUMENT, "solver.tolerance = %g: must be from 1e-15 to 1e-2", tolerance);
    }
    const int threads = mct_context_threads(context);
    int lanes = count < (size_t)threads ? (int)count : threads;
    const int inner = lanes == 1 && grid->points >= THREADED_FROM ? threads : 1;
    lane *lane_of = calloc((size_t)lanes, sizeof *lane_of);
    if (!lane_of) return mct_fail(context, MCT_MEMORY, "glass: out of memory");
    mct_status status = MCT_OK;
    for (int t = 0; t < lanes; t++) {
        status = lane_create(context, options, grid, species, inner, &lane_of[0], &lane_of[t]);
        if (status != MCT_OK && t > 0) { /* memory for so many points at a time only */
            lane_destroy(&lane_of[t]);
            lane_of[t] = (lane){NULL, NULL, NULL};
            lanes = t;
            status = MCT_OK;
        }
        if (status != MCT_OK) goto cleanup;
    }
    if (kernel_used) *kernel_used = mct_kernel_algorithm_used(lane_of[0].problem->kernel);
    if (backend_used) *backend_used = mct_kernel_backend_name(lane_of[0].problem->kernel);
    if (lanes == 1) { /* no region of one thread: the teams of its memory kernel would be started anew every time */
        for (size_t p = 0; p < count; p++) {
            solve_point(lane_of[0].problem, options, &mixtures[p], p, lane_of[0].iterate, F + p * n, &results[p]);
        }
    } else {
#pragma omp parallel for schedule(dynamic) num_threads(lanes)
        for (size_t p = 0; p < count; p++) {
            const lane *l = &lane_of[omp_get_thread_num()];
            solve_point(l->problem, options, &mixtures[p], p, l->iterate, F + p * n, &results[p]);
        }
    }
    for (size_t p = 0; p < count && status == MCT_OK; p++) {
        if (results[p].status != MCT_OK) status = mct_fail(context, results[p].status, "%s", results[p].message);
    }
cleanup:
    for (int t = 0; t < lanes; t++) lane_destroy(&lane_of[t]);
    free(lane_of);
    return status;
}
