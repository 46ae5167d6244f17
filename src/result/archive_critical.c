/* archive_critical.c: critical points in a result file; the layout is on top of archive.c. */
#include <math.h>
#include <stdlib.h>

#include "apmct/critical.h"
#include "base/need.h"
#include "result/archive_internal.h"

/* ---- arrays of one point ------------------------------------------------------------------------------------ */

static const char *const matrix_names[] = {"nonergodicity", "right_eigenvector", "left_eigenvector", "amplitude"};
static const char *const matrix_descriptions[] = {
    "critical nonergodicity parameters F_c[q][mu][nu]; f_mu = F_mumu / S_mumu",
    "right eigenvector d[q][mu][nu] of dG, <l, d H^-1 d> = 1 with H = S - F_c",
    "left eigenvector l[q][mu][nu] of dG, <l, d> = 1",
    "F - F_c = amplitude sqrt(eps), eps = (phi - phi_c)/phi_c",
};

enum { MATRICES = sizeof matrix_names / sizeof matrix_names[0], AMPLITUDE = MATRICES - 1 };

static bool has_matrix(const mct_critical_point *point, int index) {
    return index != AMPLITUDE || isfinite(mct_critical_amplitude(point));
}

/* Array `index` of matrix_names; the amplitude is computed into scratch[m*m][N]. */
static const double *matrix_of(const mct_critical_point *point, int index, double *scratch) {
    const double *const given[] = {point->nonergodicity, point->right, point->left};
    double factor;

    if (index != AMPLITUDE) return given[index];
    factor = mct_critical_amplitude(point);
    for (size_t i = 0; i < point->points * point->species * point->species; i++) scratch[i] = factor * point->right[i];
    return scratch;
}

static mct_status put_matrices(mct_context *context, mct_archive *archive, const mct_critical_point *point) {
    double *scratch = malloc(point->points * point->species * point->species * sizeof *scratch);
    mct_status status = MCT_OK;

    if (!scratch) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for the amplitude");
    for (int i = 0; i < MATRICES && status == MCT_OK; i++) {
        if (!has_matrix(point, i)) continue;
        status = mct_archive_matrix(context, archive, matrix_names[i], matrix_of(point, i, scratch), "",
                                    matrix_descriptions[i]);
    }
    free(scratch);
    return status;
}

/* The same arrays of all roots, [root][q][mu][nu]; the amplitude where each root has one. */
static mct_status put_roots(mct_context *context, mct_archive *archive, const mct_critical_line *line) {
    const size_t R = line->root_count, size = archive->points * archive->species * archive->species;
    const double **matrices = calloc(R, sizeof *matrices);
    double *scratch = malloc(R * size * sizeof *scratch);
    mct_status status = MCT_OK;

    if (!matrices || !scratch) status = mct_fail(context, MCT_MEMORY, "result file: not enough memory for the roots");
    for (int i = 0; i < MATRICES && status == MCT_OK; i++) {
        bool complete = true;
        char name[64];

        for (size_t r = 0; r < R; r++) {
            complete = complete && has_matrix(line->root_point[r], i);
            matrices[r] = matrix_of(line->root_point[r], i, scratch + r * size);
        }
        if (!complete) continue;
        snprintf(name, sizeof name, "roots/%s", matrix_names[i]);
        status = mct_archive_matrices(context, archive, name, R, matrices, "", matrix_descriptions[i]);
    }
    free(scratch);
    free((void *)matrices);
    return status;
}

/* ---- numbers of one or several points ----------------------------------------------------------------------- */

enum { NUMBERS = 6 };

static double number_of(const mct_critical_point *point, int index) {
    const double numbers[NUMBERS] = {point->packing_fraction, point->exponents.exponent_parameter,
                                     point->exponents.a,      point->exponents.b,
                                     point->exponents.gamma,  point->separation};

    return numbers[index];
}

/* One value per point; what no point has (exponents of lambda_MCT >= 1) is left out. */
static mct_status put_numbers(mct_context *context, mct_archive *archive, size_t count,
                              const mct_critical_point *const *points, const char *const *dimensions) {
    static const char *const names[NUMBERS] = {
        "packing_fraction_critical", "exponent_parameter", "a", "b", "gamma", "separation"};
    static const char *const descriptions[NUMBERS] = {
        "critical packing fraction phi_c",
        "exponent parameter lambda_MCT (not the activity)",
        "exponent a of the critical decay",
        "exponent b of the von Schweidler decay",
        "exponent gamma = 1/(2a) + 1/(2b) of the relaxation time",
        "C: separation parameter sigma = C (phi - phi_c)/phi_c",
    };
    double *values = malloc(count * sizeof *values);
    mct_status status = MCT_OK;

    if (!values) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for the exponents");
    for (int i = 0; i < NUMBERS && status == MCT_OK; i++) {
        bool any = false;

        for (size_t r = 0; r < count; r++) {
            values[r] = number_of(points[r], i);
            any = any || isfinite(values[r]);
        }
        if (!any) continue;
        status = mct_archive_array(context, archive, names[i], 1, &count, values, dimensions, "", descriptions[i]);
    }
    free(values);
    return status;
}

static const char slope_description[] = "d phi_c / d lambda_mu: how the activity of each species moves phi_c";

/* ---- public ------------------------------------------------------------------------------------------------- */

static mct_status check(mct_context *context, const mct_archive *archive, const mct_critical_point *point) {
    if (archive->points == 0) {
        return mct_fail(context, MCT_ARGUMENT, "result file: a critical point needs its statics first");
    }
    if (!point->found) return mct_fail(context, MCT_ARGUMENT, "result file: there is no critical point to write");
    if (point->points == archive->points && point->species == archive->species) return MCT_OK;
    return mct_fail(context, MCT_ARGUMENT,
                    "result file: a critical point of %zu wave numbers and %zu species in one of "
                    "%zu and %zu",
                    point->points, point->species, archive->points, archive->species);
}

mct_status mct_archive_put_critical(mct_context *context, mct_archive *archive, const mct_critical_point *point) {
    MCT_NEED(context, archive, point);
    const mct_hdf5_quiet before = mct_hdf5_enter();
    static const char *const species[] = {"mu"};
    mct_status status;

    MCT_TRY_CLEANUP(check(context, archive, point));
    MCT_TRY_CLEANUP(put_numbers(context, archive, 1, &point, NULL));
    MCT_TRY_CLEANUP(
        mct_archive_array(context, archive, "slope", 1, &point->species, point->slope, species, "", slope_description));
    MCT_TRY_CLEANUP(put_matrices(context, archive, point));
cleanup:
    mct_hdf5_leave(before);
    return status;
}

static mct_status put_root_numbers(mct_context *context, mct_archive *archive, const mct_critical_line *line) {
    static const char *const dimensions[] = {"activity_critical", "mu"};
    const size_t R = line->root_count, m = archive->species, shape[] = {R, m};
    double *slopes;
    mct_status status;

    for (size_t r = 0; r < R; r++) MCT_TRY(check(context, archive, line->root_point[r]));
    slopes = malloc(R * m * sizeof *slopes);
    if (!slopes) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for the slopes");
    for (size_t i = 0; i < R * m; i++) slopes[i] = line->root_point[i / m]->slope[i % m];
    MCT_TRY_CLEANUP(mct_archive_array(context, archive, "activity_critical", 1, &R, line->root, NULL, "",
                                      "activities at which the packing fraction is critical"));
    MCT_TRY_CLEANUP(put_numbers(context, archive, R, (const mct_critical_point *const *)line->root_point, dimensions));
    MCT_TRY_CLEANUP(mct_archive_array(context, archive, "slope", 2, shape, slopes, dimensions, "", slope_description));
cleanup:
    free(slopes);
    return status;
}

static mct_status put_line(mct_context *context, mct_archive *archive, const mct_critical_line *line) {
    static const char *const dimensions[] = {"line/activity"};
    const struct {
        const char *name;
        const double *values;
        const char *description;
    } columns[] = {
        {"line/activity", line->activity, "activity of the species that is varied"},
        {"line/packing_fraction_critical", line->packing_fraction,
         "phi_c; cubics through values and slopes are phi_c(activity)"},
        {"line/slope", line->slope, "d phi_c / d activity"},
        {"line/exponent_parameter", line->exponent_parameter, "exponent parameter lambda_MCT (not the activity)"},
    };

    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        MCT_TRY(mct_archive_array(context, archive, columns[i].name, 1, &line->count, columns[i].values, dimensions, "",
                                  columns[i].description));
    }
    return MCT_OK;
}

mct_status mct_archive_put_critical_line(mct_context *context, mct_archive *archive, const mct_critical_line *line) {
    MCT_NEED(context, archive, line);
    const mct_hdf5_quiet before = mct_hdf5_enter();
    mct_status status = MCT_OK;

    if (line->root_count > 0) {
        MCT_TRY_CLEANUP(put_root_numbers(context, archive, line));
        MCT_TRY_CLEANUP(put_matrices(context, archive, line->root_point[0]));
        if (line->root_count > 1) MCT_TRY_CLEANUP(put_roots(context, archive, line));
    }
    MCT_TRY_CLEANUP(put_line(context, archive, line));
cleanup:
    mct_hdf5_leave(before);
    return status;
}

/* ---- a trace ------------------------------------------------------------------------------------------------ */

static mct_status put_extrema(mct_context *context, mct_archive *archive, const mct_critical_line *line) {
    const size_t count = line->extremum_count;
    double *phi;
    mct_status status;

    if (count == 0) return MCT_OK;
    phi = malloc(count * sizeof *phi);
    if (!phi) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for extrema");
    for (size_t i = 0; i < count; i++) phi[i] = mct_critical_line_packing_fraction(line, line->extremum[i]);
    MCT_TRY_CLEANUP(mct_archive_array(context, archive, "extrema/activity", 1, &count, line->extremum, NULL, "",
                                      "activities at which phi_c turns over"));
    MCT_TRY_CLEANUP(mct_archive_array(context, archive, "extrema/packing_fraction_critical", 1, &count, phi, NULL, "",
                                      "phi_c there"));
cleanup:
    free(phi);
    return status;
}

mct_status mct_archive_put_trace(mct_context *context, mct_archive *archive, const mct_critical_line *line) {
    MCT_NEED(context, archive, line);
    static const char *const dimensions[] = {"line/activity", "mu"};
    const mct_hdf5_quiet before = mct_hdf5_enter();
    const size_t one = 1, shape[] = {line->count, line->species};
    mct_status status;

    MCT_TRY_CLEANUP(put_line(context, archive, line));
    MCT_TRY_CLEANUP(put_extrema(context, archive, line));
    if (line->root_count > 0) {
        MCT_TRY_CLEANUP(mct_archive_array(context, archive, "window/activity", 1, &line->root_count, line->root, NULL,
                                          "", "activities at which a packing fraction is critical"));
        MCT_TRY_CLEANUP(mct_archive_array(context, archive, "window/packing_fraction", 1, &line->root_count,
                                          line->root_packing_fraction, NULL, "", "that packing fraction"));
    }
    if (!line->area) goto cleanup;
    MCT_TRY_CLEANUP(mct_archive_array(context, archive, "line/nonergodicity_area", 2, shape, line->area, dimensions,
                                      "1/d", "integral of f_mu over the wave number"));
    MCT_TRY_CLEANUP(mct_archive_array(context, archive, "features/peak_activity", 1, &one, &line->peak_activity, NULL,
                                      "", "activity at which lambda_MCT is largest"));
    MCT_TRY_CLEANUP(mct_archive_array(context, archive, "features/exponent_peak", 1, &one, &line->exponent_peak, NULL,
                                      "", "lambda_MCT there: near 1 a higher-order singularity is near"));
    MCT_TRY_CLEANUP(mct_archive_array(context, archive, "features/collapse_activity", 1, &line->species, line->collapse,
                                      dimensions + 1, "",
                                      "where the integral of f_mu has fallen to half of that at the first node"));
cleanup:
    mct_hdf5_leave(before);
    return status;
}
