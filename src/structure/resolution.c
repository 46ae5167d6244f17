/* resolution.c: whether a grid of wave numbers covers and resolves the structure factor of a state.
 *
 * Mode coupling takes its strength from the main peak of S.  A grid that ends near the peak, or whose points fall on
 * either side of it, gives numbers all the same, and often the wrong state.  Measured for hard spheres at phi_c =
 * 0.516, where the peak is at 7.1/d and 0.77/d wide: phi_c is right to 1 % for cut-offs from 20/d and to 0.2 % for
 * spacings up to 0.6/d; a cut-off of 9.6/d shifts it by 15 %, a spacing of 0.8/d by 1.3 %, one of 1.2/d by 5 %. */
#include <math.h>
#include <stdlib.h>

#include "base/need.h"
#include "model/statics.h"
#include "structure/structure.h"

enum { SAMPLES = 256, POINTS_LEAST = 20 };

static const double scan = 0.08; /* step of the search for the peak, over 20/d; d: the smallest diameter */
/* In units of the peak's wave number: a cut-off below the first gets a warning, the second is advised (20/d at
 * 7.1/d). */
static const double cut_off_least = 1.5, cut_off_good = 2.8;
/* A spacing above the first gets a warning, the second is advised: in units of the peak's full width at half height,
 * and of its wave number.  The literature's grid, 0.4/d, passes up to a packing fraction of 0.66, where one point is
 * left on the peak. */
static const double spacing_of_width = 1.5, spacing_of_width_good = 0.5;
static const double spacing_of_peak = 0.11, spacing_of_peak_good = 0.055;

typedef struct peak {
    double wave_number, width; /* width: full, at half of the height above 1 */
} peak;

/* ---- the main peak of S -------------------------------------------------------------------------------------- */

/* At wave number i, the largest of all S_mm and of the structure factor of all particles, sum sqrt(x_m x_n) S_mn:
 * labels on particles of one kind change neither peak nor width. */
static double strength(const mct_statics *s, size_t i) {
    const size_t m = s->species, N = s->points;
    double total = 0.0, largest = 0.0;
    for (size_t mu = 0; mu < m; mu++) {
        largest = fmax(largest, s->structure_factor[mu * (m + 1) * N + i]);
        for (size_t nu = 0; nu < m; nu++) {
            total += sqrt(s->fraction[mu] * s->fraction[nu]) * s->structure_factor[(mu * m + nu) * N + i];
        }
    }
    return fmax(largest, total);
}

/* S at first, first + step, ...; false where there is none. */
static bool sample(const mct_structure_options *options, const mct_mixture *mixture, double first, double step,
                   mct_statics *statics, double *S) {
    for (size_t i = 0; i < SAMPLES; i++) statics->wave_number[i] = first + (double)i * step;
    if (mct_statics_update(NULL, options, mixture, 1, statics) != MCT_OK) return false;
    for (size_t i = 0; i < SAMPLES; i++) S[i] = strength(statics, i);
    return true;
}

/* Where S falls to `level` on one side (way +1 or -1) of sample `at`, in steps from it; as far as there are samples. */
static double fall(const double *S, size_t at, int way, double level) {
    size_t i = at;
    while (S[i] > level && i > 0 && i + 1 < SAMPLES) i = way > 0 ? i + 1 : i - 1;
    if (S[i] > level || i == at) return fabs((double)i - (double)at);
    const double before = way > 0 ? S[i - 1] : S[i + 1];
    return fabs((double)i - (double)at) - (level - S[i]) / (before - S[i]);
}

/* The width on one side: from the fine samples where S falls so fast, else from the coarse ones. */
static double half_width(const double *coarse, size_t coarse_at, double coarse_step, const double *fine, size_t at,
                         double step, int way) {
    const double level = 1.0 + 0.5 * (fine[at] - 1.0), near = fall(fine, at, way, level);
    const bool reached = (way > 0 ? fine[SAMPLES - 1] : fine[0]) <= level;
    return reached ? near * step : fmax(near * step, fall(coarse, coarse_at, way, level) * coarse_step);
}

/* False where S has no peak or cannot be computed; that is for the computation to say. */
static bool find_peak(const mct_structure_options *options, const mct_mixture *mixture, mct_statics *statics,
                      peak *found) {
    double coarse[SAMPLES], fine[SAMPLES], diameter = mixture->species[0].diameter;
    size_t at = 0, best = 0;
    for (size_t mu = 1; mu < mixture->species_count; mu++) diameter = fmin(diameter, mixture->species[mu].diameter);
    const double step = scan / diameter, fine_step = 8.0 * step / SAMPLES;
    if (!sample(options, mixture, step, step, statics, coarse)) return false;
    for (size_t i = 1; i + 1 < SAMPLES; i++) {
        if (coarse[i] >= coarse[i - 1] && coarse[i] > coarse[i + 1] && (at == 0 || coarse[i] > coarse[at])) at = i;
    }
    if (at == 0 || !(coarse[at] > 1.0)) return false;
    const double first = fmax((double)at - 3.0, 0.5) * step; /* 4 steps below the peak: sample 0 is at one step */
    if (!sample(options, mixture, first, fine_step, statics, fine)) return false;
    for (size_t i = 1; i < SAMPLES; i++) {
        if (fine[i] > fine[best]) best = i;
    }
    found->wave_number = first + (double)best * fine_step;
    found->width = half_width(coarse, at, step, fine, best, fine_step, -1) +
                   half_width(coarse, at, step, fine, best, fine_step, 1);
    return isfinite(found->width);
}

/* ---- the grid ------------------------------------------------------------------------------------------------- */

static bool tell_cut_off(mct_context *context, const mct_grid *grid, const peak *of) {
    const double last = mct_grid_wave_number(grid, grid->points - 1);
    if (last >= cut_off_least * of->wave_number) return false;
    mct_tell(
        context, MCT_MESSAGE_WARNING,
        "grid.points = %zu with grid.spacing = %g ends at wave number %.3g/d, %s the main peak of the structure factor "
        "at %.3g/d: the results of such a grid mean nothing; set grid.points to %.0f or more",
        grid->points, grid->spacing, last, last < of->wave_number ? "below" : "too close to", of->wave_number,
        ceil(cut_off_good * of->wave_number / grid->spacing));
    return true;
}

static bool tell_spacing(mct_context *context, const mct_grid *grid, const peak *of) {
    if (grid->spacing <= fmin(spacing_of_width * of->width, spacing_of_peak * of->wave_number)) return false;
    mct_tell(
        context, MCT_MESSAGE_WARNING,
        "grid.spacing = %g is too coarse for the main peak of the structure factor, which is at wave number %.3g/d and "
        "%.2g/d wide at half its height: set grid.spacing to %.2g or less, and grid.points to as many more",
        grid->spacing, of->wave_number, of->width,
        fmin(spacing_of_width_good * of->width, spacing_of_peak_good * of->wave_number));
    return true;
}

mct_status mct_structure_judge_grid(mct_context *context, const mct_structure_options *options, const mct_grid *grid,
                                    const mct_mixture *mixture) {
    const mct_grid samples = {.points = SAMPLES, .spacing = scan};
    mct_statics *statics;
    peak main_peak;
    bool told = false;
    MCT_NEED(context, options, grid, mixture);
    MCT_TRY(mct_statics_create(context, &samples, mixture->species_count, &statics));
    if (find_peak(options, mixture, statics, &main_peak)) {
        told = tell_cut_off(context, grid, &main_peak);
        told = tell_spacing(context, grid, &main_peak) || told;
    }
    mct_statics_destroy(statics);
    if (told || grid->points >= POINTS_LEAST) return MCT_OK;
    mct_tell(context, MCT_MESSAGE_WARNING,
             "grid.points = %zu: sums over fewer than %d wave numbers are rough; set grid.points to 50 or more, and "
             "grid.spacing to 0.4 or less",
             grid->points, POINTS_LEAST);
    return MCT_OK;
}
