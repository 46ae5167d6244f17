/* config_read.c: a tree of values into the fields of a configuration, by the option tables. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "config/config_internal.h"

/* What every function below needs. */
typedef struct reader {
    mct_context *context;
    mct_config *config;
    const mct_source *source;
} reader;

static mct_status read_value(const reader *to, const char *key, const mct_value *value);

/* ---- messages ----------------------------------------------------------------------------------------------- */

static mct_status must_be(const reader *to, const char *key, const mct_value *value, const char *what) {
    return mct_config_fail(to->context, to->source, value->line, key, value, "must be %s", what);
}

static mct_status out_of_range(const reader *to, const char *key, const mct_value *value, const mct_option *option) {
    char range[512];

    mct_option_range(option, range, sizeof range);
    return must_be(to, key, value, range);
}

static mct_status unknown_key(const reader *to, const char *key, const mct_value *value) {
    char nearest[MCT_KEY_LENGTH + 40];

    mct_config_nearest(to->config, key, nearest, sizeof nearest);
    return mct_config_fail(to->context, to->source, value->line, key, NULL, "unknown key%s", nearest);
}

static mct_status record(const reader *to, const char *key, const mct_value *value) {
    return mct_origin_record(to->context, to->config, to->source, key, value->line);
}

/* ---- options ------------------------------------------------------------------------------------------------ */

/* A list of numbers, each inside the option's range, into values[count].  An item that is not one: its index in
 * *bad, else count. */
static size_t parse_numbers(const mct_option *option, const mct_value *list, double *values) {
    for (size_t i = 0; i < list->count; i++) {
        const mct_value *item = &list->items[i];

        if (item->kind != MCT_VALUE_SCALAR || item->quoted || !mct_number_parse(item->text, &values[i]) ||
            !mct_option_in_range(option, values[i])) {
            return i;
        }
    }
    return list->count;
}

static mct_status read_numbers(const reader *to, const char *key, const mct_option *option, const mct_value *value) {
    mct_numbers *field = (mct_numbers *)(void *)((char *)to->config + option->offset);
    char item_key[MCT_KEY_LENGTH];
    double *values;
    size_t bad;

    if (value->kind == MCT_VALUE_SCALAR && strcmp(value->text, "all") == 0) {
        free(field->values);
        *field = (mct_numbers){0};
        return record(to, key, value);
    }
    if (value->kind != MCT_VALUE_LIST || value->count == 0) return out_of_range(to, key, value, option);
    values = malloc(value->count * sizeof *values);
    if (!values) return mct_fail(to->context, MCT_MEMORY, "not enough memory for %s", key);
    bad = parse_numbers(option, value, values);
    if (bad < value->count) {
        free(values);
        snprintf(item_key, sizeof item_key, "%s.%zu", key, bad);
        return out_of_range(to, item_key, &value->items[bad], option);
    }
    free(field->values);
    *field = (mct_numbers){.count = value->count, .values = values};
    return record(to, key, value);
}

static mct_status read_range(const reader *to, const char *key, const mct_option *option, const mct_value *value) {
    double *field = (double *)(void *)((char *)to->config + option->offset);
    double values[2];

    if (value->kind != MCT_VALUE_LIST || value->count != 2 || parse_numbers(option, value, values) < 2 ||
        !(values[0] < values[1])) {
        return out_of_range(to, key, value, option);
    }
    memcpy(field, values, sizeof values);
    return record(to, key, value);
}

/* One row of a table; `base` is the configuration or the element. */
static mct_status read_option(const reader *to, const char *key, const mct_option *option, const mct_value *value,
                              void *base) {
    const bool numeric =
        option->type == MCT_OPTION_NUMBER || option->type == MCT_OPTION_COUNT || option->type == MCT_OPTION_BOOLEAN;

    if (option->type == MCT_OPTION_UNAVAILABLE) {
        return mct_config_fail(to->context, to->source, value->line, key, value, "%s", option->note);
    }
    if (option->type == MCT_OPTION_NUMBERS_OR_ALL) return read_numbers(to, key, option, value);
    if (option->type == MCT_OPTION_RANGE) return read_range(to, key, option, value);
    if (value->kind != MCT_VALUE_SCALAR || (numeric && value->quoted) || !mct_option_parse(option, value->text, base)) {
        return out_of_range(to, key, value, option);
    }
    return record(to, key, value);
}

/* ---- lists of elements -------------------------------------------------------------------------------------- */

/* One field of a species; `fraction: rest` is for one species only and is resolved when everything is known. */
static mct_status read_fraction(const reader *to, const char *key, const mct_option *option, const mct_value *value,
                                size_t index) {
    mct_config *config = to->config;
    const bool rest = value->kind == MCT_VALUE_SCALAR && strcmp(value->text, "rest") == 0;

    if (!rest) {
        MCT_TRY(read_option(to, key, option, value, &config->mixture.species[index]));
        if (config->fraction_rest == index) config->fraction_rest = SIZE_MAX;
        return MCT_OK;
    }
    if (config->fraction_rest != SIZE_MAX && config->fraction_rest != index) {
        char other[MCT_KEY_LENGTH];
        const char *where;

        snprintf(other, sizeof other, "mixture.species.%zu.fraction", config->fraction_rest);
        where = mct_config_origin(config, other);
        return mct_config_fail(to->context, to->source, value->line, key, value,
                               "only one species may say rest (%s does%s%s)", other, where ? ", " : "",
                               where ? where : "");
    }
    config->fraction_rest = index;
    return record(to, key, value);
}

static mct_status read_field(const reader *to, mct_list_kind kind, size_t index, const char *key, const char *field,
                             const mct_value *value) {
    size_t count;
    const mct_option *rows = mct_list_options(kind, &count);
    const mct_option *option = mct_option_find(rows, count, field);

    if (!option) return unknown_key(to, key, value);
    if (kind == MCT_LIST_SPECIES && strcmp(field, "fraction") == 0) {
        return read_fraction(to, key, option, value, index);
    }
    return read_option(to, key, option, value, mct_list_element(to->config, kind, index));
}

/* An element that exists: a map of its fields, or for tagged the name of a species. */
static mct_status read_element(const reader *to, mct_list_kind kind, size_t index, const mct_value *value) {
    char key[MCT_KEY_LENGTH];

    snprintf(key, sizeof key, "%s.%zu", mct_list_key(kind), index);
    if (kind == MCT_LIST_TAGGED && value->kind == MCT_VALUE_SCALAR) {
        char name_key[MCT_KEY_LENGTH + 8];

        snprintf(name_key, sizeof name_key, "%s.name", key);
        MCT_TRY(read_field(to, kind, index, name_key, "name", value));
        to->config->tagged[index].own = false;
        return record(to, key, value);
    }
    if (value->kind != MCT_VALUE_MAP) {
        return must_be(to, key, value,
                       kind == MCT_LIST_SPECIES ? "a map of name, fraction, activity, diffusivity, diameter"
                                                : "the name of a species or a map of name, activity, diffusivity");
    }
    for (size_t i = 0; i < value->count; i++) {
        char field_key[2 * MCT_KEY_LENGTH];

        snprintf(field_key, sizeof field_key, "%s.%.200s", key, value->items[i].key);
        MCT_TRY(read_field(to, kind, index, field_key, value->items[i].key, &value->items[i]));
    }
    if (kind == MCT_LIST_TAGGED && value->count > 0) to->config->tagged[index].own = true;
    return record(to, key, value);
}

static mct_status read_list(const reader *to, mct_list_kind kind, const mct_value *value) {
    const char *key = mct_list_key(kind);

    if (value->kind != MCT_VALUE_LIST || value->count > MCT_LIST_MAX ||
        (kind == MCT_LIST_SPECIES && value->count == 0)) {
        return must_be(to, key, value,
                       kind == MCT_LIST_SPECIES ? "a list of 1 ... 1000 species"
                                                : "a list of up to 1000 tagged particles");
    }
    mct_list_clear(to->config, kind);
    for (size_t i = 0; i < value->count; i++) {
        MCT_TRY(mct_list_append(to->context, to->config, kind));
        MCT_TRY(read_element(to, kind, i, &value->items[i]));
    }
    return record(to, key, value);
}

/* "mixture.species", "mixture.species.0", "mixture.species.0.activity"; `rest` is what follows the list's key. */
static mct_status read_list_key(const reader *to, mct_list_kind kind, const char *key, const char *rest,
                                const mct_value *value) {
    const size_t count = mct_list_count(to->config, kind);
    const char *end;
    size_t index;

    if (rest[0] == '\0') return read_list(to, kind, value);
    if (!mct_index_parse(rest + 1, &index, &end)) return unknown_key(to, key, value);
    if (index > count || index >= MCT_LIST_MAX) {
        return mct_config_fail(to->context, to->source, value->line, key, value,
                               "index %zu: must be 0 ... %zu (%zu would append)", index, count, count);
    }
    if (end[0] == '.') { /* an unknown field must not append */
        size_t row_count;
        const mct_option *rows = mct_list_options(kind, &row_count);

        if (!mct_option_find(rows, row_count, end + 1)) return unknown_key(to, key, value);
    }
    if (index == count) MCT_TRY(mct_list_append(to->context, to->config, kind));
    if (end[0] == '\0') return read_element(to, kind, index, value);
    if (kind == MCT_LIST_TAGGED && !to->config->tagged[index].own && strcmp(end, ".name") != 0) {
        return mct_config_fail(to->context, to->source, value->line, key, value,
                               "tagged.%zu is the species %s: give the species this value", index,
                               to->config->tagged[index].name);
    }
    return read_field(to, kind, index, key, end + 1, value);
}

/* ---- sections ----------------------------------------------------------------------------------------------- */

static bool is_section(const char *key) {
    const size_t length = strlen(key);
    size_t count;
    const mct_option *rows = mct_config_options(&count);

    if (length == 0) return true;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(rows[i].key, key, length) == 0 && rows[i].key[length] == '.') return true;
    }
    return false;
}

static mct_status read_section(const reader *to, const char *key, const mct_value *value) {
    if (value->kind == MCT_VALUE_SCALAR && !value->quoted && value->text[0] == '\0') return MCT_OK; /* "grid:" alone */
    if (value->kind != MCT_VALUE_MAP) return must_be(to, key, value, "a map of keys");
    for (size_t i = 0; i < value->count; i++) {
        const mct_value *item = &value->items[i];
        char item_key[2 * MCT_KEY_LENGTH];

        snprintf(item_key, sizeof item_key, "%s%s%.200s", key, key[0] ? "." : "", item->key);
        if (strchr(item->key, '.')) {
            return mct_config_fail(to->context, to->source, item->line, item_key, NULL,
                                   "keys of a map have no dots: nest them, as in grid: {points: 200}");
        }
        MCT_TRY(read_value(to, item_key, item));
    }
    return MCT_OK;
}

static mct_status read_value(const reader *to, const char *key, const mct_value *value) {
    size_t count;
    const mct_option *rows = mct_config_options(&count);
    const mct_option *option = mct_option_find(rows, count, key);
    mct_list_kind kind;
    const char *rest;

    if (option) return read_option(to, key, option, value, to->config);
    if (mct_list_match(key, &kind, &rest)) return read_list_key(to, kind, key, rest, value);
    if (strcmp(key, "sweep") == 0 || strncmp(key, "sweep.", 6) == 0) {
        return mct_sweep_read(to->context, to->config, to->source, key, value);
    }
    if (is_section(key)) return read_section(to, key, value);
    return unknown_key(to, key, value);
}

mct_status mct_config_read(mct_context *context, mct_config *config, const mct_source *source, const char *key,
                           const mct_value *value) {
    const reader to = {context, config, source};

    return read_value(&to, key, value);
}

/* ---- which key is what -------------------------------------------------------------------------------------- */

const mct_option *mct_config_find_row(const char *key, mct_list_kind *kind, bool *in_list) {
    size_t count, index;
    const mct_option *rows = mct_config_options(&count);
    const char *rest, *end;

    *in_list = false;
    if (!mct_list_match(key, kind, &rest)) return mct_option_find(rows, count, key);
    if (rest[0] == '\0' || !mct_index_parse(rest + 1, &index, &end) || end[0] != '.') return NULL;
    *in_list = true;
    rows = mct_list_options(*kind, &count);
    return mct_option_find(rows, count, end + 1);
}

bool mct_config_key_is_scalar(const char *key) {
    mct_list_kind kind;
    bool in_list;
    const mct_option *option = mct_config_find_row(key, &kind, &in_list);
    const char *rest;

    if (option) return option->type != MCT_OPTION_NUMBERS_OR_ALL && option->type != MCT_OPTION_RANGE;
    if (mct_list_match(key, &kind, &rest) || strcmp(key, "sweep") == 0 || strncmp(key, "sweep.", 6) == 0) return false;
    return key[0] == '\0' || !is_section(key); /* unknown: nothing to parse */
}
