/* config_axes.c: the values that sections sweep.over and sweep.zip give their keys. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "config/config_axes.h"
#include "config/config_internal.h"

/* ---- values ------------------------------------------------------------------------------------------------- */

static double number_of(const mct_value *map, const char *key) {
    double number = 0;

    (void)mct_number_parse(mct_value_find(map, key)->text, &number); /* mct_sweep_check has done so */
    return number;
}

static size_t axis_length(const mct_value *values) {
    return values->kind == MCT_VALUE_LIST ? values->count : (size_t)number_of(values, "points");
}

/* Value i of a range; its ends are exact. */
static double range_value(const mct_value *range, size_t i) {
    const double first = number_of(range, "from"), last = number_of(range, "to");
    const mct_value *scale = mct_value_find(range, "scale");
    const size_t count = axis_length(range);
    const double share = count > 1 ? (double)i / (double)(count - 1) : 0;

    if (i == 0) return first;
    if (i == count - 1) return last;
    if (scale && strcmp(scale->text, "log") == 0) return first * pow(last / first, share);
    return first + (last - first) * share;
}

static char *value_text(const mct_value *values, size_t i) {
    char text[MCT_NUMBER_LENGTH];

    if (values->kind == MCT_VALUE_LIST) return strdup(values->items[i].text);
    snprintf(text, sizeof text, "%.15g", range_value(values, i)); /* 0.3, and not 0.30000000000000004 */
    if (i == 0 || i + 1 == axis_length(values)) mct_number_format(range_value(values, i), text, sizeof text);
    return strdup(text);
}

/* ---- axes --------------------------------------------------------------------------------------------------- */

static mct_status add_key(mct_context *context, mct_axes *axes, const mct_value *values) {
    const size_t key = axes->key_count, count = axis_length(values);

    axes->keys[key] = strdup(values->key);
    axes->values[key] = calloc(count, sizeof *axes->values[key]);
    axes->axis_of[key] = axes->axis_count - 1;
    axes->key_count++;
    if (!axes->keys[key] || !axes->values[key]) return mct_fail(context, MCT_MEMORY, "not enough memory for sweep");
    for (size_t i = 0; i < count; i++) {
        axes->values[key][i] = value_text(values, i);
        if (!axes->values[key][i]) return mct_fail(context, MCT_MEMORY, "not enough memory for sweep");
    }
    return MCT_OK;
}

static mct_status add_axis(mct_context *context, mct_axes *axes, const mct_value *const *keys, size_t count) {
    mct_axis *fresh = &axes->axes[axes->axis_count++];

    fresh->first = axes->key_count;
    fresh->key_count = count;
    fresh->count = axis_length(keys[0]);
    for (size_t i = 0; i < count; i++) MCT_TRY(add_key(context, axes, keys[i]));
    return MCT_OK;
}

/* Their number first, so that what is refused takes no memory. */
static mct_status check_size(mct_context *context, const mct_value *over, const mct_value *zip) {
    double points = zip && zip->count > 0 ? (double)axis_length(&zip->items[0]) : 1;

    for (size_t i = 0; over && i < over->count; i++) points *= (double)axis_length(&over->items[i]);
    if (points <= MCT_SWEEP_POINTS_MAX) return MCT_OK;
    return mct_fail(context, MCT_CONFIG, "sweep: %.6g points; at most %d are possible", points, MCT_SWEEP_POINTS_MAX);
}

static mct_status fill(mct_context *context, const mct_value *over, const mct_value *zip, mct_axes *axes) {
    const size_t over_count = over ? over->count : 0, zip_count = zip ? zip->count : 0;
    const size_t keys = over_count + zip_count;
    const mct_value **together = calloc(keys, sizeof(mct_value *));
    mct_status status = MCT_OK;

    axes->axes = calloc(over_count + 1, sizeof *axes->axes);
    axes->keys = calloc(keys, sizeof *axes->keys);
    axes->values = calloc(keys, sizeof(char **));
    axes->axis_of = calloc(keys, sizeof *axes->axis_of);
    if (!axes->axes || !axes->keys || !axes->values || !axes->axis_of || !together) {
        status = mct_fail(context, MCT_MEMORY, "not enough memory for sweep");
        goto cleanup;
    }
    if (zip_count > 0) {
        for (size_t i = 0; i < zip_count; i++) together[i] = &zip->items[i];
        MCT_TRY_CLEANUP(add_axis(context, axes, together, zip_count));
    }
    for (size_t i = 0; i < over_count; i++) {
        together[0] = &over->items[i];
        MCT_TRY_CLEANUP(add_axis(context, axes, together, 1));
    }
cleanup:
    free(together);
    return status;
}

mct_status mct_axes_read(mct_context *context, const mct_config *config, mct_axes *axes) {
    const mct_value *over = config->sweep ? mct_value_find(config->sweep, "over") : NULL;
    const mct_value *zip = config->sweep ? mct_value_find(config->sweep, "zip") : NULL;

    *axes = (mct_axes){0};
    if ((!over || over->count == 0) && (!zip || zip->count == 0)) {
        return mct_fail(context, MCT_CONFIG,
                        "sweep: nothing to vary; say sweep.over or sweep.zip: a map of keys and their values");
    }
    MCT_TRY(check_size(context, over, zip));
    return fill(context, over, zip, axes);
}

void mct_axes_clear(mct_axes *axes) {
    for (size_t key = 0; key < axes->key_count; key++) {
        for (size_t i = 0; axes->values[key] && i < axes->axes[axes->axis_of[key]].count; i++) {
            free(axes->values[key][i]);
        }
        free(axes->values[key]);
        free(axes->keys[key]);
    }
    free(axes->axes);
    free(axes->keys);
    free(axes->values);
    free(axes->axis_of);
    *axes = (mct_axes){0};
}
