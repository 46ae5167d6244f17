/* config_origin.c: which key came from where, and the one form of all messages about keys. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

typedef struct origin {
    char *key;
    char *where;     /* "fig.yaml:4" or "--set grid.points=80" */
    bool says_value; /* `where` has key and value in it already */
} origin;

struct mct_config_origins {
    size_t count, capacity;
    origin *rows; /* [count], in the order in which they were read */
};

/* ---- table -------------------------------------------------------------------------------------------------- */

static void where_text(const mct_source *source, unsigned long line, char *text, size_t size) {
    if (!source->name) {
        text[0] = '\0';
    } else if (source->is_file) {
        snprintf(text, size, "%.300s:%lu", source->name, line);
    } else {
        snprintf(text, size, "%.300s", source->name);
    }
}

static origin *find(const mct_config *config, const char *key) {
    for (size_t i = config->origins ? config->origins->count : 0; i-- > 0;) {
        if (strcmp(config->origins->rows[i].key, key) == 0) return &config->origins->rows[i];
    }
    return NULL;
}

mct_status mct_origin_record(mct_context *context, mct_config *config, const mct_source *source, const char *key,
                             unsigned long line) {
    char where[512];
    mct_config_origins *origins;
    origin *row = find(config, key);
    char *copy;

    where_text(source, line, where, sizeof where);
    copy = strdup(where);
    if (!copy) return mct_config_out_of_memory(context);
    if (!row) {
        if (!config->origins) config->origins = calloc(1, sizeof *config->origins);
        origins = config->origins;
        if (origins && origins->count == origins->capacity) {
            const size_t capacity = origins->capacity ? 2 * origins->capacity : 32;
            origin *rows = realloc(origins->rows, capacity * sizeof *rows);

            if (rows) {
                origins->rows = rows;
                origins->capacity = capacity;
            }
        }
        if (!origins || origins->count == origins->capacity) {
            free(copy);
            return mct_config_out_of_memory(context);
        }
        row = &origins->rows[origins->count];
        row->where = NULL;
        row->key = strdup(key);
        if (!row->key) {
            free(copy);
            return mct_config_out_of_memory(context);
        }
        origins->count++;
    }
    free(row->where);
    row->where = copy;
    row->says_value = !source->is_file && source->name && source->key && strcmp(source->key, key) == 0;
    return MCT_OK;
}

void mct_origin_forget(mct_config *config, const char *prefix) {
    mct_config_origins *origins = config->origins;
    size_t kept = 0;

    if (!origins) return;
    for (size_t i = 0; i < origins->count; i++) {
        if (strncmp(origins->rows[i].key, prefix, strlen(prefix)) == 0) {
            free(origins->rows[i].key);
            free(origins->rows[i].where);
        } else {
            origins->rows[kept++] = origins->rows[i];
        }
    }
    origins->count = kept;
}

void mct_origins_destroy(mct_config_origins *origins) {
    if (!origins) return;
    for (size_t i = 0; i < origins->count; i++) {
        free(origins->rows[i].key);
        free(origins->rows[i].where);
    }
    free(origins->rows);
    free(origins);
}

const char *mct_config_origin(const mct_config *config, const char *key) {
    const origin *row = find(config, key);

    return row && row->where[0] ? row->where : NULL;
}

/* ---- messages ----------------------------------------------------------------------------------------------- */

/* A value, shortened; mct_fail makes it printable. */
static void value_text(const mct_value *value, char *text, size_t size) {
    if (value->kind == MCT_VALUE_SCALAR) {
        const char *quote = value->quoted || value->text[0] == '\0' ? "\"" : "";

        snprintf(text, size, strlen(value->text) > 80 ? "%s%.80s...%s" : "%s%s%s", quote, value->text, quote);
    } else {
        snprintf(text, size, "%s", value->kind == MCT_VALUE_LIST ? "[...]" : "{...}");
    }
}

mct_status mct_config_fail(mct_context *context, const mct_source *source, unsigned long line, const char *key,
                           const mct_value *value, const char *format, ...) {
    bool says_value;
    char where[512], what[128] = "", text[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    says_value = source->name && !source->is_file && source->key && strcmp(source->key, key) == 0;
    where_text(source, line, where, sizeof where);
    if (value) value_text(value, what, sizeof what);
    if (says_value) return mct_fail(context, MCT_CONFIG, "%s: %s", where, text);
    return mct_fail(context, MCT_CONFIG, "%s%s%.200s%s%s: %s", where, where[0] ? ": " : "", key[0] ? key : "top level",
                    value ? " = " : "", what, text);
}

/* Skips "KEY = VALUE: " at the start of a message. */
static const char *after_value(const char *text) {
    const char *colon = strstr(text, ": ");

    return colon ? colon + 2 : text;
}

/* What was read last of the keys inside `key`: an element that no line names as a whole. */
static origin *find_inside(const mct_config *config, const char *key) {
    const size_t length = strlen(key);

    for (size_t i = config->origins ? config->origins->count : 0; i-- > 0;) {
        const char *inside = config->origins->rows[i].key;

        if (strncmp(inside, key, length) == 0 && inside[length] == '.') return &config->origins->rows[i];
    }
    return NULL;
}

mct_status mct_config_fail_origin(mct_context *context, const mct_config *config, const char *key, const char *text) {
    const origin *exact = find(config, key);
    const origin *row = exact ? exact : find_inside(config, key);

    if (!row || !row->where[0]) return mct_fail(context, MCT_CONFIG, "%s", text);
    return mct_fail(context, MCT_CONFIG, "%s: %s", row->where, exact && row->says_value ? after_value(text) : text);
}

mct_status mct_config_explain(mct_context *context, const mct_config *config) {
    const mct_status status = mct_context_status(context);
    char text[2048], key[MCT_KEY_LENGTH];
    size_t length;

    snprintf(text, sizeof text, "%s", mct_context_error(context));
    length = strcspn(text, " :");
    if (length == 0 || length >= sizeof key) return status;
    memcpy(key, text, length);
    key[length] = '\0';
    if (!find(config, key)) return status;
    mct_config_fail_origin(context, config, key, text);
    return status == MCT_ARGUMENT ? MCT_CONFIG : mct_fail(context, status, "%s", mct_context_error(context));
}
