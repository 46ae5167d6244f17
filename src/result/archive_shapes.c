/* archive_shapes.c: whether the datasets of a result file fit its configuration and each other. */
#include <stdio.h>
#include <string.h>

#include "result/archive_shapes.h"

enum { NAME_LENGTH = 256 };

/* Whether the dataset `name`, where there is one, holds numbers of this shape; 0 in it stands for any length. */
static mct_status check_shape(mct_context *context, const mct_result *result, const char *name, size_t rank,
                              const size_t *shape) {
    const mct_dataset *row = mct_result_dataset(result, name);
    char text[128] = "";
    bool fits;

    if (!row) return MCT_OK;
    fits = row->numbers && row->rank == rank;
    for (size_t i = 0; i < rank; i++) {
        const size_t length = strlen(text);

        fits = fits && (shape[i] == 0 || row->shape[i] == shape[i]);
        snprintf(text + length, sizeof text - length, shape[i] ? "[%zu]" : "[]", shape[i]);
    }
    if (fits) return MCT_OK;
    return mct_fail(context, MCT_FORMAT, "%.300s: %s must be numbers of shape %s", result->path, name, text);
}

/* [N][m][m] with the N and m of the configuration, and the same of `roots` critical points. */
static mct_status check_matrices(mct_context *context, const mct_result *result, size_t roots) {
    static const char *const names[] = {"structure_factor", "direct_correlation", "nonergodicity", "right_eigenvector",
                                        "left_eigenvector", "amplitude",          "long_time"};
    const size_t N = result->config->grid.points, m = result->config->mixture.species_count;
    const size_t shape[] = {roots, N, m, m};
    char name[NAME_LENGTH];

    MCT_TRY(check_shape(context, result, "wave_number", 1, &N));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        MCT_TRY(check_shape(context, result, names[i], 3, shape + 1));
        if (mct_result_dataset(result, names[i]) && !mct_result_dataset(result, "wave_number")) {
            return mct_fail(context, MCT_FORMAT, "%.300s: %s without wave_number", result->path, names[i]);
        }
        snprintf(name, sizeof name, "roots/%s", names[i]);
        MCT_TRY(check_shape(context, result, name, 4, shape));
    }
    return MCT_OK;
}

/* All columns of /line or none, of one length. */
static mct_status check_line(mct_context *context, const mct_result *result) {
    static const char *const names[] = {"line/activity", "line/packing_fraction_critical", "line/slope",
                                        "line/exponent_parameter"};
    const mct_dataset *activity = mct_result_dataset(result, names[0]);
    const size_t length = activity ? activity->shape[0] : 0;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!mct_result_dataset(result, names[i]) == !activity) {
            MCT_TRY(check_shape(context, result, names[i], 1, &length));
            continue;
        }
        return mct_fail(context, MCT_FORMAT, "%.300s: a line needs %s, %s, %s and %s", result->path, names[0], names[1],
                        names[2], names[3]);
    }
    return MCT_OK;
}

/* Of a run in time: relaxation times, and correlators with their times and wave numbers. */
static mct_status check_evolution(mct_context *context, const mct_result *result) {
    const size_t N = result->config->grid.points, m = result->config->mixture.species_count;
    const mct_dataset *time = mct_result_dataset(result, "time");
    const mct_dataset *wave_number = mct_result_dataset(result, "stored_wave_number");
    const size_t s = result->config->tagged_count, matrix[] = {N, m}, self[] = {N, s};
    const size_t shape[] = {time ? time->shape[0] : 0, wave_number ? wave_number->shape[0] : 0, m, m};

    MCT_TRY(check_shape(context, result, "relaxation_time", 2, matrix));
    MCT_TRY(check_shape(context, result, "relaxation_time_tenth", 2, matrix));
    MCT_TRY(check_shape(context, result, "kohlrausch_amplitude", 2, matrix));
    MCT_TRY(check_shape(context, result, "kohlrausch_time", 2, matrix));
    MCT_TRY(check_shape(context, result, "kohlrausch_exponent", 2, matrix));
    MCT_TRY(check_shape(context, result, "time", 1, shape));
    MCT_TRY(check_shape(context, result, "stored_wave_number", 1, shape + 1));
    MCT_TRY(check_shape(context, result, "correlator", 4, shape));
    MCT_TRY(check_shape(context, result, "tagged/relaxation_time", 2, self));
    MCT_TRY(check_shape(context, result, "tagged/relaxation_time_tenth", 2, self));
    MCT_TRY(check_shape(context, result, "tagged/long_time", 2, self));
    MCT_TRY(check_shape(context, result, "tagged/correlator", 3, (const size_t[]){shape[0], shape[1], s}));
    MCT_TRY(check_shape(context, result, "tagged/mean_squared_displacement", 2, (const size_t[]){shape[0], s}));
    if (mct_result_dataset(result, "tagged/mean_squared_displacement") && !time) {
        return mct_fail(context, MCT_FORMAT, "%.300s: tagged/mean_squared_displacement without time", result->path);
    }
    if (mct_result_dataset(result, "correlator") &&
        !(time && wave_number && mct_result_dataset(result, "structure_factor"))) {
        return mct_fail(context, MCT_FORMAT, "%.300s: correlator without time, stored_wave_number or structure_factor",
                        result->path);
    }
    return MCT_OK;
}

mct_status mct_result_check_shapes(mct_context *context, const mct_result *result) {
    static const char *const numbers[] = {
        "packing_fraction_critical", "exponent_parameter", "a", "b", "gamma", "separation"};
    const mct_dataset *activity = mct_result_dataset(result, "activity_critical");
    const size_t roots = activity ? activity->shape[0] : 1, slopes[] = {roots, result->config->mixture.species_count};

    MCT_TRY(check_matrices(context, result, roots));
    MCT_TRY(check_shape(context, result, "activity_critical", 1, &roots));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        MCT_TRY(check_shape(context, result, numbers[i], 1, &roots));
    }
    MCT_TRY(activity ? check_shape(context, result, "slope", 2, slopes)
                     : check_shape(context, result, "slope", 1, slopes + 1));
    MCT_TRY(check_evolution(context, result));
    return check_line(context, result);
}
