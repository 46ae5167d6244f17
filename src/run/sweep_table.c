/* sweep_table.c: section sweep as a table: which values its keys take at each point, and in which order points are
 * computed. */
#include <stdlib.h>
#include <string.h>

#include "apmct/sweep.h"
#include "base/need.h"
#include "config/config_axes.h"

struct mct_sweep_table {
    mct_axes list; /* axes as they are written: the last varies fastest */
    size_t points;
    size_t *order; /* [axes]: by quickness, how late in the order of computing they change; the quickest last */
};

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

/* Of an axis: of the quickest of its keys. */
static int quickness_of(const mct_axes *list, size_t axis) {
    int most = 0;

    for (size_t i = 0; i < list->axes[axis].key_count; i++) {
        const int quick = quickness(list->keys[list->axes[axis].first + i]);

        if (quick > most) most = quick;
    }
    return most;
}

mct_status mct_sweep_table_create(mct_context *context, const mct_config *config, mct_sweep_table **table) {
    MCT_NEED(context, config, table);
    mct_sweep_table *fresh = calloc(1, sizeof *fresh);
    mct_status status;

    *table = NULL;
    if (!fresh) return mct_fail(context, MCT_MEMORY, "not enough memory for sweep");
    MCT_TRY_CLEANUP(mct_axes_read(context, config, &fresh->list));
    fresh->order = calloc(fresh->list.axis_count, sizeof *fresh->order);
    if (!fresh->order) {
        status = mct_fail(context, MCT_MEMORY, "not enough memory for sweep");
        goto cleanup;
    }
    fresh->points = 1;
    for (size_t i = 0; i < fresh->list.axis_count; i++) fresh->points *= fresh->list.axes[i].count;
    for (size_t i = 0; i < fresh->list.axis_count; i++) { /* insertion, stable */
        const int quick = quickness_of(&fresh->list, i);
        size_t at = i;

        while (at > 0 && quickness_of(&fresh->list, fresh->order[at - 1]) > quick) {
            fresh->order[at] = fresh->order[at - 1];
            at--;
        }
        fresh->order[at] = i;
    }
    *table = fresh;
    return MCT_OK;
cleanup:
    mct_sweep_table_destroy(fresh);
    return status;
}

void mct_sweep_table_destroy(mct_sweep_table *table) {
    if (!table) return;
    mct_axes_clear(&table->list);
    free(table->order);
    free(table);
}

/* ---- reading ------------------------------------------------------------------------------------------------ */

size_t mct_sweep_table_points(const mct_sweep_table *table) {
    return table->points;
}

size_t mct_sweep_table_keys(const mct_sweep_table *table) {
    return table->list.key_count;
}

const char *mct_sweep_table_key(const mct_sweep_table *table, size_t key) {
    return table->list.keys[key];
}

const char *mct_sweep_table_value(const mct_sweep_table *table, size_t point, size_t key) {
    const size_t wanted = table->list.axis_of[key];

    for (size_t i = table->list.axis_count; --i > wanted;) point /= table->list.axes[i].count;
    return table->list.values[key][point % table->list.axes[wanted].count];
}

/* Back and forth along every axis, so that no step is a jump. */
size_t mct_sweep_table_at(const mct_sweep_table *table, size_t place) {
    size_t below = table->points, point = 0;

    for (size_t i = 0; i < table->list.axis_count; i++) {
        const size_t a = table->order[i], count = table->list.axes[a].count;
        const bool backwards = place / below % 2 == 1; /* below: places of this axis and the quicker ones */
        size_t step, stride = 1;

        below /= count;
        step = place / below % count;
        if (backwards) step = count - 1 - step;
        for (size_t j = a + 1; j < table->list.axis_count; j++) stride *= table->list.axes[j].count;
        point += step * stride;
    }
    return point;
}

bool mct_sweep_table_varies(const mct_sweep_table *table, const char *prefix) {
    for (size_t key = 0; key < table->list.key_count; key++) {
        if (strncmp(table->list.keys[key], prefix, strlen(prefix)) == 0) return true;
    }
    return false;
}

mct_status mct_sweep_table_apply(mct_context *context, const mct_sweep_table *table, size_t point, mct_config *config) {
    MCT_NEED(context, table, config);
    for (size_t key = 0; key < table->list.key_count; key++) {
        MCT_TRY(mct_config_set_value(context, config, NULL, table->list.keys[key],
                                     mct_sweep_table_value(table, point, key)));
    }
    return mct_config_check(context, config);
}
