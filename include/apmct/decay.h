/* decay.h: the laws of the theory's two slow processes, fitted to decays: Kohlrausch's function to the last one, and the
 * two power laws about the plateau with their exponents a and b. */
#ifndef APMCT_DECAY_H
#define APMCT_DECAY_H

#include "apmct/critical.h"
#include "apmct/evolution.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the final decay ---------------------------------------------------------------------------------------- */

/* f(t) = amplitude exp(-(t/time)^exponent).  Where nothing could be fitted all numbers are NaN. */
typedef struct mct_kohlrausch {
    double amplitude;   /* A, in units of Phi_mm/S_mm */
    double time;        /* tau, d^2/D0 */
    double exponent;    /* beta */
    double deviation;   /* rms of fit - Phi_mm/S_mm over log t between `top` and `bottom` */
    double top, bottom; /* values of Phi_mm/S_mm between which it was fitted */
} mct_kohlrausch;

/* Fits a decay given as the times at which it falls to each of `count` descending levels, all below 1: time[l*stride] for
 * level[l], NaN from the first level on that is not reached.  Deterministic and independent of how the decay was sampled.
 *
 * The plateau is where ln f falls most slowly against ln t, looking upwards from the end, so that of several steps the last
 * one counts; without any it is 1.  What is fitted is the decay from 0.8 down to 0.03 of the plateau: above, the early part of
 * the last step goes as t^b (below), which Kohlrausch's function does not, and below, the end turns exponential.  Least
 * squares of f itself, weighted evenly in ln t between the two.
 *
 * NaN: a decay that is not over, for it has not reached the last level (a glass); a plateau below 0.03 (no final decay worth
 * the name); fewer than eight levels; an amplitude above 1.2 of the plateau (the steps have run into one another, and the
 * function is none of them). */
mct_kohlrausch mct_kohlrausch_fit(size_t count, const double *level, const double *time, size_t stride);

/* The same of each Phi_mm/S_mm of a run with options.fits, as far as it has come; fits: [m][N] (of options.observed: [m][observed_count]);
 * without them NaN. */
void mct_evolution_kohlrausch(const mct_evolution *evolution, size_t point, mct_kohlrausch *fits);

/* ---- about the plateau ---------------------------------------------------------------------------------------- */

/* With l and F_c of a critical point (critical.h) g(t) = <l, Phi(t) - F_c> is the one number that all correlators share near
 * the transition (Phi - F_c = d g + corrections, of which l removes those that depend on q): g = (t_0/t)^a as it nears the
 * plateau and -(t/t_b)^b as it leaves it, both with corrections of order g and sigma/g^2. */
typedef struct mct_beta_relaxation {
    double a, b;             /* fitted exponents; NaN where nothing could be fitted */
    double a_error, b_error; /* how far they move with another window or without a correction */
    double time_a, time_b;   /* t_0 and t_b, d^2/D0 */
    double crossing;         /* where g changes its sign, d^2/D0; NaN in a glass */
    double window[2];        /* |g| between which both were fitted */
    double critical_from, critical_until, leaving_from, leaving_until; /* the rows used: times, d^2/D0 */
} mct_beta_relaxation;

/* Fits d ln|g|/d ln t = e + c1 g + c2 g^2 + c3/g^2, e = -a before and b after the crossing: both laws with two corrections
 * each, as a linear problem, which has one solution (sums of powers of t have several minima, one of them at a/2).  Least
 * squares with even weight in ln t.
 *
 * The window is the middle third of ln|g| between sqrt|sigma|, where the laws meet, and `plateau` = <l, F_c>, where g ends:
 * x^(2/3) ... x^(1/3) in units of the plateau, x = sqrt|sigma|/plateau.  With it what is neglected vanishes with sigma.
 * The errors are the larger one of two changes: of the window to x^(3/4) ... x^(1/2), nearer to where the laws meet, and
 * by leaving out c2.
 *
 * count rows (time ascending, g = <l, Phi> - <l, F_c>); sigma: of the state (mct_critical_point.separation * epsilon; only
 * its size counts).  NaN: |sigma| too large for a window of a factor of 2 (x > 1/8), rows that do not span it, fewer than 8. */
mct_beta_relaxation mct_beta_relaxation_fit(size_t count, const double *time, const double *g, double plateau,
                                            double sigma);

/* From now on (before the first step) also keep <vector, Phi> of this point, vector [species][species][N] over its first
 * `species` species, copied, of the first row in each part of 1/40 decade.  It is of the state that is saved.
 * Errors: MCT_MEMORY, MCT_ARGUMENT (begun already, species, options.observed). */
mct_status mct_evolution_project(mct_evolution *evolution, size_t point, size_t species, const double *vector);

/* Rows kept so far: their number, times and values, borrowed until the next call with this evolution. */
size_t mct_evolution_projection(const mct_evolution *evolution, size_t point, const double **time,
                                const double **value);

/* g(t) of a run whose point was projected on point->left: rows kept so far into time and g (room for
 * mct_evolution_projection rows each), and the fit to them for the run's packing fraction. */
mct_beta_relaxation mct_evolution_beta_relaxation(const mct_evolution *evolution, size_t point,
                                                  const mct_critical_point *critical, double packing_fraction,
                                                  double *time, double *g);

#ifdef __cplusplus
}
#endif
#endif
