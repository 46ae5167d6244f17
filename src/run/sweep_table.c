/* sweep_table.c: section sweep as a table: which values its keys take at each point, and in which order points are
 * computed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apmct/sweep.h"
#include "base/number.h"
#include "config/config_internal.h"

/* Keys that go together, and their values: one of `over`, or all of `zip`. */
typedef struct axis {
    size_t count, key_count;
    size_t first;  /* of its keys in the table's list */
    int quickness; /* of an axis: how late in the order of computing it changes; activities change first */
} axis;

struct mct_sweep_table {
    size_t points, key_count, axis_count;
    axis *axes;      /* [axis_count], as they are written: the last varies fastest */
    size_t *order;   /* [axis_count]: axes by quickness, the quickest last */
    char **keys;     /* [key_count] */
    char ***values;  /* [key_count][count of its axis] */
    size_t *axis_of; /* [key_count] */
};

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

/* ---- building ----------------------------------------------------------------------------------------------- */

/* Activities are followed first, then fractions, then packing fractions: phi_c is smooth along them, in this order of
 * what a step costs. */
static int quickness(const char *key) {
    static const char *const quick[] = {"packing_fraction", ".fraction", ".activity"};
    int found = 0;

    for (int i = 0; i < (int)(sizeof quick / sizeof quick[0]); i++) {
        const size_t length = strlen(key), end = strlen(quick[i]);

        if (length >= end && strcmp(key + length - end, quick[i]) == 0) found = i + 1;
    }
    return found;
}

static mct_status add_key(mct_context *context, mct_sweep_table *table, const mct_value *values) {
    const size_t key = table->key_count, count = axis_length(values);

    table->keys[key] = strdup(values->key);
    table->values[key] = calloc(count, sizeof *table->values[key]);
    table->axis_of[key] = table->axis_count - 1;
    table->key_count++;
    if (!table->keys[key] || !table->values[key]) return mct_fail(context, MCT_MEMORY, "not enough memory for sweep");
    for (size_t i = 0; i < count; i++) {
        table->values[key][i] = value_text(values, i);
        if (!table->values[key][i]) return mct_fail(context, MCT_MEMORY, "not enough memory for sweep");
    }
    return MCT_OK;
}

static mct_status add_axis(mct_context *context, mct_sweep_table *table, const mct_value *const *keys, size_t count) {
    axis *fresh = &table->axes[table->axis_count++];

    fresh->first = table->key_count;
    fresh->key_count = count;
    fresh->count = axis_length(keys[0]);
    for (size_t i = 0; i < count; i++) {
        const int quick = quickness(keys[i]->key);

        if (quick > fresh->quickness) fresh->quickness = quick;
        MCT_TRY(add_key(context, table, keys[i]));
    }
    return MCT_OK;
}

/* Their number first, so that what is refused takes no memory. */
static mct_status check_size(mct_context *context, const mct_value *over, const mct_value *zip) {
    double points = zip && zip->count > 0 ? (double)axis_length(&zip->items[0]) : 1;

    for (size_t i = 0; over && i < over->count; i++) points *= (double)axis_length(&over->items[i]);
    if (points <= MCT_SWEEP_POINTS_MAX) return MCT_OK;
    return mct_fail(context, MCT_CONFIG, "sweep: %.6g points; at most %d are possible", points, MCT_SWEEP_POINTS_MAX);
}

static mct_status build(mct_context *context, const mct_value *over, const mct_value *zip, mct_sweep_table *table) {
    const size_t over_count = over ? over->count : 0, zip_count = zip ? zip->count : 0;
    const size_t keys = over_count + zip_count;
    const mct_value **together;
    mct_status status = MCT_OK;

    table->axes = calloc(over_count + 1, sizeof *table->axes);
    table->order = calloc(over_count + 1, sizeof *table->order);
    table->keys = calloc(keys, sizeof *table->keys);
    table->values = calloc(keys, sizeof(char **));
    table->axis_of = calloc(keys, sizeof *table->axis_of);
    together = calloc(keys, sizeof(mct_value *));
    if (!table->axes || !table->order || !table->keys || !table->values || !table->axis_of || !together) {
        status = mct_fail(context, MCT_MEMORY, "not enough memory for sweep");
        goto cleanup;
    }
    if (zip_count > 0) {
        for (size_t i = 0; i < zip_count; i++) together[i] = &zip->items[i];
        MCT_TRY_CLEANUP(add_axis(context, table, together, zip_count));
    }
    for (size_t i = 0; i < over_count; i++) {
        together[0] = &over->items[i];
        MCT_TRY_CLEANUP(add_axis(context, table, together, 1));
    }
    table->points = 1;
    for (size_t i = 0; i < table->axis_count; i++) table->points *= table->axes[i].count;
    for (size_t i = 0; i < table->axis_count; i++) { /* insertion, stable */
        size_t at = i;

        while (at > 0 && table->axes[table->order[at - 1]].quickness > table->axes[i].quickness) {
            table->order[at] = table->order[at - 1];
            at--;
        }
        table->order[at] = i;
    }
cleanup:
    free(together);
    return status;
}

mct_status mct_sweep_table_create(mct_context *context, const mct_config *config, mct_sweep_table **table) {
    const mct_value *over = config->sweep ? mct_value_find(config->sweep, "over") : NULL;
    const mct_value *zip = config->sweep ? mct_value_find(config->sweep, "zip") : NULL;
    mct_sweep_table *fresh;
    mct_status status;

    *table = NULL;
    if ((!over || over->count == 0) && (!zip || zip->count == 0)) {
        return mct_fail(context, MCT_CONFIG,
                        "sweep: nothing to vary; say sweep.over or sweep.zip: a map of keys and their values");
    }
    MCT_TRY(check_size(context, over, zip));
    fresh = calloc(1, sizeof *fresh);
    if (!fresh) return mct_fail(context, MCT_MEMORY, "not enough memory for sweep");
    status = build(context, over, zip, fresh);
    if (status == MCT_OK) {
        *table = fresh;
    } else {
        mct_sweep_table_destroy(fresh);
    }
    return status;
}

void mct_sweep_table_destroy(mct_sweep_table *table) {
    if (!table) return;
    for (size_t key = 0; key < table->key_count; key++) {
        for (size_t i = 0; table->values[key] && i < table->axes[table->axis_of[key]].count; i++) {
            free(table->values[key][i]);
        }
        free(table->values[key]);
        free(table->keys[key]);
    }
    free(table->axes);
    free(table->order);
    free(table->keys);
    free(table->values);
    free(table->axis_of);
    free(table);
}

/* ---- reading ------------------------------------------------------------------------------------------------ */

size_t mct_sweep_table_points(const mct_sweep_table *table) {
    return table->points;
}

size_t mct_sweep_table_keys(const mct_sweep_table *table) {
    return table->key_count;
}

const char *mct_sweep_table_key(const mct_sweep_table *table, size_t key) {
    return table->keys[key];
}

const char *mct_sweep_table_value(const mct_sweep_table *table, size_t point, size_t key) {
    const size_t wanted = table->axis_of[key];

    for (size_t i = table->axis_count; --i > wanted;) point /= table->axes[i].count;
    return table->values[key][point % table->axes[wanted].count];
}

/* Back and forth along every axis, so that no step is a jump. */
size_t mct_sweep_table_at(const mct_sweep_table *table, size_t place) {
    size_t below = table->points, point = 0;

    for (size_t i = 0; i < table->axis_count; i++) {
        const size_t a = table->order[i], count = table->axes[a].count;
        const bool backwards = place / below % 2 == 1; /* below: places of this axis and the quicker ones */
        size_t step, stride = 1;

        below /= count;
        step = place / below % count;
        if (backwards) step = count - 1 - step;
        for (size_t j = a + 1; j < table->axis_count; j++) stride *= table->axes[j].count;
        point += step * stride;
    }
    return point;
}

bool mct_sweep_table_varies(const mct_sweep_table *table, const char *prefix) {
    for (size_t key = 0; key < table->key_count; key++) {
        if (strncmp(table->keys[key], prefix, strlen(prefix)) == 0) return true;
    }
    return false;
}

mct_status mct_sweep_table_apply(mct_context *context, const mct_sweep_table *table, size_t point, mct_config *config) {
    for (size_t key = 0; key < table->key_count; key++) {
        MCT_TRY(
            mct_config_set_value(context, config, NULL, table->keys[key], mct_sweep_table_value(table, point, key)));
    }
    return mct_config_check(context, config);
}
