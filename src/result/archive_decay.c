/* archive_decay.c: fits of decays in a result file; the layout is on top of archive.c. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/need.h"
#include "result/archive_internal.h"

/* ---- Kohlrausch ---------------------------------------------------------------------------------------------- */

static const struct {
    const char *name, *unit, *description;
    size_t offset; /* in mct_kohlrausch */
} columns[] = {
    {"kohlrausch_amplitude", "", "A of A exp(-(t/tau)^beta), fitted to the final decay of Phi_mumu/S_mumu (NaN: none)",
     offsetof(mct_kohlrausch, amplitude)},
    {"kohlrausch_time", "d^2/D0", "tau of the same", offsetof(mct_kohlrausch, time)},
    {"kohlrausch_exponent", "", "beta of the same", offsetof(mct_kohlrausch, exponent)},
    {"kohlrausch_deviation", "", "root of the mean square of fit - Phi_mumu/S_mumu, over log t",
     offsetof(mct_kohlrausch, deviation)},
};

enum { COLUMNS = sizeof columns / sizeof columns[0] };

/* Column c of `count` fits each, [N][count] of the file. */
static mct_status put_column(mct_context *context, mct_archive *archive, size_t c, const char *group, size_t count,
                             const char *dimension, const mct_kohlrausch *fits) {
    const char *const dimensions[] = {"wave_number", dimension};
    const size_t N = archive->points, shape[] = {N, count};
    double *rows = malloc(N * count * sizeof *rows);
    char name[64];
    mct_status status;

    if (!rows) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for fits");
    for (size_t i = 0; i < N * count; i++) {
        memcpy(&rows[i], (const char *)&fits[i % count * N + i / count] + columns[c].offset, sizeof *rows);
    }
    snprintf(name, sizeof name, "%s%s", group, columns[c].name);
    status =
        mct_archive_array(context, archive, name, 2, shape, rows, dimensions, columns[c].unit, columns[c].description);
    free(rows);
    return status;
}

mct_status mct_archive_put_kohlrausch(mct_context *context, mct_archive *archive, size_t tagged,
                                      const mct_kohlrausch *fits) {
    MCT_NEED(context, archive, fits);
    const mct_hdf5_quiet before = mct_hdf5_enter();
    const size_t N = archive->points, m = archive->species;
    mct_status status = N > 0 ? MCT_OK : mct_fail(context, MCT_ARGUMENT, "result file: fits need their statics first");

    for (size_t c = 0; c < COLUMNS && status == MCT_OK; c++) {
        status = put_column(context, archive, c, "", m, "mu", fits);
        if (status == MCT_OK && tagged > 0) {
            status = put_column(context, archive, c, "tagged/", tagged, "particle", fits + m * N);
        }
    }
    mct_hdf5_leave(before);
    return status;
}

/* ---- near a transition --------------------------------------------------------------------------------------- */

static mct_status put_attributes(mct_context *context, mct_archive *archive, const mct_critical_point *critical,
                                 double packing_fraction, const mct_beta_relaxation *fit) {
    const struct {
        const char *name;
        double value; /* NaN: left out */
    } attributes[] = {
        {"packing_fraction_critical", critical->packing_fraction},
        {"distance", packing_fraction / critical->packing_fraction - 1.0},
        {"separation", critical->separation},
        {"exponent_parameter", critical->exponents.exponent_parameter},
        {"a_critical", critical->exponents.a},
        {"b_critical", critical->exponents.b},
        {"a", fit->a},
        {"a_error", fit->a_error},
        {"b", fit->b},
        {"b_error", fit->b_error},
        {"time_a", fit->time_a},
        {"time_b", fit->time_b},
        {"crossing_time", fit->crossing},
        {"window_low", fit->window[0]},
        {"window_high", fit->window[1]},
    };
    const hid_t group = H5Gopen2(archive->file, "beta_relaxation", H5P_DEFAULT);
    bool done = group >= 0;

    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0] && done; i++) {
        if (isnan(attributes[i].value)) continue;
        done = mct_hdf5_put_number(group, attributes[i].name, attributes[i].value);
    }
    if (group >= 0) H5Gclose(group);
    return done ? MCT_OK : mct_archive_hdf5_failure(context, "beta_relaxation");
}

mct_status mct_archive_put_beta_relaxation(mct_context *context, mct_archive *archive,
                                           const mct_critical_point *critical, double packing_fraction,
                                           const mct_beta_relaxation *fit, size_t count, const double *time,
                                           const double *g) {
    MCT_NEED(context, archive, critical, fit, time, g);
    static const char *const dimensions[] = {"beta_relaxation/time"};
    const mct_hdf5_quiet before = mct_hdf5_enter();
    mct_status status;

    MCT_TRY_CLEANUP(mct_archive_array(context, archive, "beta_relaxation/time", 1, &count, time, NULL, "d^2/D0",
                                      "times of beta_relaxation/function"));
    MCT_TRY_CLEANUP(mct_archive_array(context, archive, "beta_relaxation/function", 1, &count, g, dimensions, "",
                                      "g = <l, Phi - F_c>, l the left eigenvector of the critical point"));
    MCT_TRY_CLEANUP(put_attributes(context, archive, critical, packing_fraction, fit));
cleanup:
    mct_hdf5_leave(before);
    return status;
}
