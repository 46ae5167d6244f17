/* config_sweep.c: the shape of section sweep.  One file serves all commands, so that it is checked by all of them; what its
 * keys mean is the business of sweep_table.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "config/config_internal.h"

typedef struct reader {
    mct_context *context;
    mct_config *config;
    const mct_source *source;
} reader;

static mct_status must_be(const reader *to, const char *key, const mct_value *value, const char *what) {
    return mct_config_fail(to->context, to->source, value->line, key, value, "must be %s", what);
}

static bool is_number(const mct_value *value, double *number) {
    return value->kind == MCT_VALUE_SCALAR && !value->quoted && mct_number_parse(value->text, number);
}

/* ---- what can be varied, and its values --------------------------------------------------------------------- */

/* The row of a key that a sweep can vary, NULL where there is none. */
static const mct_option *variable_row(const char *key) {
    mct_list_kind kind;
    bool in_list;
    const mct_option *row = mct_config_find_row(key, &kind, &in_list);

    if (!row || row->type == MCT_OPTION_NUMBERS_OR_ALL || row->type == MCT_OPTION_RANGE ||
        row->type == MCT_OPTION_UNAVAILABLE || (row->flags & MCT_OPTION_NOT_ARCHIVED)) {
        return NULL;
    }
    return row;
}

/* Whether the row would take this value; nothing is changed. */
static bool row_takes(const mct_option *row, const mct_value *value) {
    union {
        mct_config config;
        mct_species species;
        mct_tagged tagged;
    } scratch;

    return value->kind == MCT_VALUE_SCALAR && mct_option_parse(row, value->text, &scratch);
}

/* {from, to, points, scale}, or part of it while it is read. */
static mct_status read_axis_range(const reader *to, const char *key, const mct_option *row, const mct_value *value) {
    char item_key[2 * MCT_KEY_LENGTH], range[512];
    double number;

    for (size_t i = 0; i < value->count; i++) {
        const mct_value *item = &value->items[i];

        snprintf(item_key, sizeof item_key, "%.250s.%.200s", key, item->key);
        if (strcmp(item->key, "from") == 0 || strcmp(item->key, "to") == 0) {
            mct_option_range(row, range, sizeof range);
            if (!is_number(item, &number) || !row_takes(row, item)) return must_be(to, item_key, item, range);
        } else if (strcmp(item->key, "points") == 0) {
            if (!is_number(item, &number) || number < 1 || number > 1e7 || number != (double)(long)number) {
                return must_be(to, item_key, item, "a whole number 1 ... 10000000");
            }
        } else if (strcmp(item->key, "scale") == 0) {
            if (item->kind != MCT_VALUE_SCALAR ||
                (strcmp(item->text, "linear") != 0 && strcmp(item->text, "log") != 0)) {
                return must_be(to, item_key, item, "one of linear, log");
            }
        } else {
            return mct_config_fail(to->context, to->source, item->line, item_key, NULL,
                                   "unknown key; must be one of from, to, points, scale");
        }
    }
    return MCT_OK;
}

/* The values of one key: a list or a range. */
static mct_status read_axis(const reader *to, const char *key, const char *varied, const mct_value *value) {
    const mct_option *row = variable_row(varied);
    char item_key[2 * MCT_KEY_LENGTH], range[512];

    if (!row) {
        mct_config_nearest(to->config, varied, range, sizeof range);
        return mct_config_fail(to->context, to->source, value->line, key, NULL, "not a key that can be varied%s",
                               range);
    }
    if (value->kind == MCT_VALUE_MAP) return read_axis_range(to, key, row, value);
    if (value->kind != MCT_VALUE_LIST || value->count == 0) {
        return must_be(to, key, value, "a list of values or {from, to, points, scale}");
    }
    for (size_t i = 0; i < value->count; i++) {
        snprintf(item_key, sizeof item_key, "%.250s.%zu", key, i);
        mct_option_range(row, range, sizeof range);
        if (!row_takes(row, &value->items[i])) return must_be(to, item_key, &value->items[i], range);
    }
    return MCT_OK;
}

static mct_status read_trace(const reader *to, const char *key, const char *name, const mct_value *value) {
    double number;

    if (strcmp(name, "along") == 0) {
        if (value->kind == MCT_VALUE_SCALAR && variable_row(value->text)) return MCT_OK;
        return must_be(to, key, value, "a key that can be varied, as mixture.species.0.activity");
    }
    if (strcmp(name, "from") == 0 || strcmp(name, "to") == 0) {
        return is_number(value, &number) ? MCT_OK : must_be(to, key, value, "a number");
    }
    if (strcmp(name, "tolerance") == 0) {
        if (is_number(value, &number) && number > 0 && number < 1) return MCT_OK;
        return must_be(to, key, value, "a number in (0, 1)");
    }
    if (strcmp(name, "find") == 0) {
        for (size_t i = 0; i < value->count && value->kind == MCT_VALUE_LIST; i++) {
            const mct_value *item = &value->items[i];

            if (item->kind == MCT_VALUE_SCALAR && strcmp(item->text, "maxima") == 0) continue;
            if (item->kind == MCT_VALUE_MAP && item->count == 1 && is_number(&item->items[0], &number)) continue;
            return must_be(to, key, item, "maxima or {KEY: number}");
        }
        return value->kind == MCT_VALUE_LIST ? MCT_OK : must_be(to, key, value, "a list");
    }
    return mct_config_fail(to->context, to->source, value->line, key, NULL,
                           "unknown key; must be one of along, from, to, tolerance, find");
}

/* ---- reading ------------------------------------------------------------------------------------------------ */

/* Keeps `value` as sweep.PART, or sweep.PART.NAME where there is a name. */
static mct_status keep(const reader *to, const char *key, const char *part, const char *name, const mct_value *value) {
    mct_value *section;

    if (!to->config->sweep) to->config->sweep = mct_value_new_map();
    if (!to->config->sweep) return mct_fail(to->context, MCT_MEMORY, "not enough memory for %s", key);
    section = to->config->sweep;
    if (name) {
        if (!mct_value_find(section, part)) {
            mct_value *empty = mct_value_new_map();
            mct_status status;

            if (!empty) return mct_fail(to->context, MCT_MEMORY, "not enough memory for %s", key);
            status = mct_value_put(to->context, section, part, empty);
            mct_value_destroy(empty);
            MCT_TRY(status);
        }
        section = mct_value_find(section, part);
    }
    MCT_TRY(mct_value_put(to->context, section, name ? name : part, value));
    return mct_origin_record(to->context, to->config, to->source, key, value->line);
}

static mct_status read_command(const reader *to, const char *key, const mct_value *value) {
    static const char *const commands[] = {"glass", "critical", "evolve"};

    for (size_t i = 0; i < sizeof commands / sizeof commands[0] && value->kind == MCT_VALUE_SCALAR; i++) {
        if (strcmp(value->text, commands[i]) == 0) return keep(to, key, "command", NULL, value);
    }
    return must_be(to, key, value, "one of glass, critical, evolve");
}

/* sweep.PART.NAME of over, zip and trace. */
static mct_status read_named(const reader *to, const char *key, const char *part, const char *name,
                             const mct_value *value) {
    if (strcmp(part, "trace") == 0) {
        MCT_TRY(read_trace(to, key, name, value));
    } else {
        MCT_TRY(read_axis(to, key, name, value));
    }
    return keep(to, key, part, name, value);
}

static mct_status read_part(const reader *to, const char *key, const char *part, const mct_value *value) {
    static const char *const parts[] = {"over", "zip", "trace"};

    if (strcmp(part, "command") == 0) return read_command(to, key, value);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const size_t length = strlen(parts[i]);

        if (strncmp(part, parts[i], length) != 0) continue;
        if (part[length] == '.') return read_named(to, key, parts[i], part + length + 1, value);
        if (part[length] != '\0') continue;
        if (value->kind != MCT_VALUE_MAP) return must_be(to, key, value, "a map of keys");
        for (size_t j = 0; j < value->count; j++) {
            char item_key[2 * MCT_KEY_LENGTH];

            snprintf(item_key, sizeof item_key, "%s.%.200s", key, value->items[j].key);
            MCT_TRY(read_named(to, item_key, parts[i], value->items[j].key, &value->items[j]));
        }
        return MCT_OK;
    }
    return mct_config_fail(to->context, to->source, value->line, key, NULL,
                           "unknown key; must be one of command, over, zip, trace");
}

mct_status mct_sweep_read(mct_context *context, mct_config *config, const mct_source *source, const char *key,
                          const mct_value *value) {
    const reader to = {context, config, source};

    if (strcmp(key, "sweep") != 0) return read_part(&to, key, key + strlen("sweep."), value);
    if (value->kind == MCT_VALUE_SCALAR && !value->quoted && value->text[0] == '\0') return MCT_OK;
    if (value->kind != MCT_VALUE_MAP) return must_be(&to, key, value, "a map of command, over, zip, trace");
    for (size_t i = 0; i < value->count; i++) {
        char item_key[2 * MCT_KEY_LENGTH];

        snprintf(item_key, sizeof item_key, "sweep.%.200s", value->items[i].key);
        MCT_TRY(read_part(&to, item_key, value->items[i].key, &value->items[i]));
    }
    return mct_origin_record(context, config, source, key, value->line);
}

/* ---- the whole ---------------------------------------------------------------------------------------------- */

static mct_status fail(mct_context *context, const mct_config *config, const char *key, const char *what) {
    char text[3 * MCT_KEY_LENGTH];

    snprintf(text, sizeof text, "%.300s: %s", key, what);
    return mct_config_fail_origin(context, config, key, text);
}

/* Number of values of one key, 0 (recorded) where its range is not complete. */
static mct_status check_axis(mct_context *context, const mct_config *config, const char *part, const mct_value *axis,
                             size_t *count) {
    const mct_value *from, *to, *points, *scale;
    char key[2 * MCT_KEY_LENGTH];
    double first = 0, last = 0, number = 0;

    *count = axis->count;
    if (axis->kind == MCT_VALUE_LIST) return MCT_OK;
    snprintf(key, sizeof key, "sweep.%s.%.250s", part, axis->key);
    from = mct_value_find(axis, "from");
    to = mct_value_find(axis, "to");
    points = mct_value_find(axis, "points");
    scale = mct_value_find(axis, "scale");
    if (!from || !to || !points) return fail(context, config, key, "a range needs from, to and points");
    (void)is_number(from, &first);
    (void)is_number(to, &last);
    (void)is_number(points, &number);
    if (scale && strcmp(scale->text, "log") == 0 && !(first > 0 && last > 0)) {
        return fail(context, config, key, "scale: log needs from and to > 0");
    }
    *count = (size_t)number;
    return MCT_OK;
}

mct_status mct_sweep_check(mct_context *context, const mct_config *config) {
    const mct_value *sweep = config->sweep;
    const mct_value *over, *zip, *trace;
    size_t count, length = 0;

    if (!sweep) return MCT_OK;
    over = mct_value_find(sweep, "over");
    zip = mct_value_find(sweep, "zip");
    trace = mct_value_find(sweep, "trace");
    for (size_t i = 0; over && i < over->count; i++) {
        MCT_TRY(check_axis(context, config, "over", &over->items[i], &count));
    }
    for (size_t i = 0; zip && i < zip->count; i++) {
        MCT_TRY(check_axis(context, config, "zip", &zip->items[i], &count));
        if (i > 0 && count != length) {
            char key[2 * MCT_KEY_LENGTH];

            snprintf(key, sizeof key, "sweep.zip.%.250s", zip->items[i].key);
            return fail(context, config, key, "all keys of zip must have the same number of values");
        }
        length = count;
    }
    if (!trace) return MCT_OK;
    if (over || zip) return fail(context, config, "sweep.trace.along", "trace excludes over and zip");
    if (!mct_value_find(trace, "along") || !mct_value_find(trace, "from") || !mct_value_find(trace, "to")) {
        return fail(context, config, "sweep", "trace needs along, from and to");
    }
    return MCT_OK;
}

const char *mct_config_sweep_command(const mct_config *config) {
    const mct_value *command = config->sweep ? mct_value_find(config->sweep, "command") : NULL;

    return command ? command->text : "";
}
