/* config_value.c: YAML text (libyaml's document API) into a tree of our own. */
#include "config/config_value.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/number.h"
#include "config/config_internal.h"

/* ---- life --------------------------------------------------------------------------------------------------- */

static void clear(mct_value *value) {
    for (size_t i = 0; i < value->count; i++) clear(&value->items[i]);
    free(value->items);
    free(value->text);
    free(value->key);
}

void mct_value_destroy(mct_value *value) {
    if (!value) return;
    clear(value);
    free(value);
}

mct_value *mct_value_new_map(void) {
    mct_value *value = calloc(1, sizeof *value);

    if (value) value->kind = MCT_VALUE_MAP;
    return value;
}

mct_value *mct_value_new_scalar(const char *text) {
    mct_value *value = calloc(1, sizeof *value);

    if (!value) return NULL;
    value->text = strdup(text);
    if (value->text) return value;
    free(value);
    return NULL;
}

/* Copies `from` over `to` (whose old content is gone); on failure `to` can be cleared. */
static mct_status copy_into(mct_context *context, const mct_value *from, mct_value *to) {
    *to = (mct_value){.kind = from->kind, .quoted = from->quoted, .line = from->line};
    if (from->key && !(to->key = strdup(from->key))) return mct_config_out_of_memory(context);
    if (from->text && !(to->text = strdup(from->text))) return mct_config_out_of_memory(context);
    if (from->count == 0) return MCT_OK;
    to->items = calloc(from->count, sizeof *to->items);
    if (!to->items) return mct_config_out_of_memory(context);
    to->count = from->count;
    for (size_t i = 0; i < from->count; i++) MCT_TRY(copy_into(context, &from->items[i], &to->items[i]));
    return MCT_OK;
}

mct_status mct_value_copy(mct_context *context, const mct_value *from, mct_value **copy) {
    mct_value *fresh = calloc(1, sizeof *fresh);
    mct_status status;

    *copy = NULL;
    if (!fresh) return mct_config_out_of_memory(context);
    MCT_TRY_CLEANUP(copy_into(context, from, fresh));
    *copy = fresh;
    return MCT_OK;
cleanup:
    mct_value_destroy(fresh);
    return status;
}

/* ---- maps --------------------------------------------------------------------------------------------------- */

mct_value *mct_value_find(const mct_value *map, const char *key) {
    for (size_t i = 0; i < map->count; i++) {
        if (map->items[i].key && strcmp(map->items[i].key, key) == 0) return &map->items[i];
    }
    return NULL;
}

mct_status mct_value_put(mct_context *context, mct_value *map, const char *key, const mct_value *from) {
    mct_value *old = mct_value_find(map, key);
    mct_value fresh;
    mct_status status;

    if (old && old->kind == MCT_VALUE_MAP && from->kind == MCT_VALUE_MAP) return mct_value_merge(context, old, from);

    status = copy_into(context, from, &fresh);
    free(fresh.key);
    fresh.key = strdup(key);
    if (status == MCT_OK && !fresh.key) status = mct_config_out_of_memory(context);
    if (status != MCT_OK) {
        clear(&fresh);
        return status;
    }
    if (old) {
        clear(old);
        *old = fresh;
        return MCT_OK;
    }
    mct_value *items = realloc(map->items, (map->count + 1) * sizeof *items);
    if (!items) {
        clear(&fresh);
        return mct_config_out_of_memory(context);
    }
    map->items = items;
    map->items[map->count++] = fresh;
    return MCT_OK;
}

mct_status mct_value_merge(mct_context *context, mct_value *into, const mct_value *from) {
    for (size_t i = 0; i < from->count; i++) {
        MCT_TRY(mct_value_put(context, into, from->items[i].key, &from->items[i]));
    }
    return MCT_OK;
}

/* ---- YAML --------------------------------------------------------------------------------------------------- */

typedef struct conversion {
    mct_context *context;
    yaml_document_t *document;
    const char *name;
    bool is_file;
    size_t nodes; /* converted so far: an alias counts each time, which bounds what aliases of aliases can grow to */
} conversion;

static mct_status fail(mct_context *context, const char *name, bool is_file, size_t line, const char *text) {
    if (!is_file) return mct_fail(context, MCT_CONFIG, "%.300s: %s", name, text);
    return mct_fail(context, MCT_CONFIG, "%.300s:%zu: %s", name, line, text);
}

static mct_status fail_at(const conversion *job, const yaml_node_t *node, const char *text) {
    return fail(job->context, job->name, job->is_file, node->start_mark.line + 1, text);
}

/* The text of a scalar node; NULL (recorded) where it cannot be a C string. */
static mct_status scalar_text(const conversion *job, const yaml_node_t *node, char **text) {
    const char *bytes = (const char *)node->data.scalar.value;
    const size_t length = node->data.scalar.length;

    if (memchr(bytes, '\0', length)) return fail_at(job, node, "a zero byte is not allowed in text");
    *text = strndup(bytes, length);
    return *text ? MCT_OK : mct_config_out_of_memory(job->context);
}

static mct_status convert(conversion *job, int index, int depth, mct_value *value);

static mct_status convert_list(conversion *job, const yaml_node_t *node, int depth, mct_value *value) {
    const yaml_node_item_t *items = node->data.sequence.items.start;
    const size_t count = (size_t)(node->data.sequence.items.top - items);

    value->kind = MCT_VALUE_LIST;
    if (count == 0) return MCT_OK;
    value->items = calloc(count, sizeof *value->items);
    if (!value->items) return mct_config_out_of_memory(job->context);
    value->count = count;
    for (size_t i = 0; i < count; i++) MCT_TRY(convert(job, items[i], depth + 1, &value->items[i]));
    return MCT_OK;
}

static mct_status convert_map(conversion *job, const yaml_node_t *node, int depth, mct_value *value) {
    const yaml_node_pair_t *pairs = node->data.mapping.pairs.start;
    const size_t count = (size_t)(node->data.mapping.pairs.top - pairs);

    value->kind = MCT_VALUE_MAP;
    if (count == 0) return MCT_OK;
    if (count > MCT_VALUE_KEYS_MAX) return fail_at(job, node, "too many keys in one map (at most 1000)");
    value->items = calloc(count, sizeof *value->items);
    if (!value->items) return mct_config_out_of_memory(job->context);
    value->count = count;
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *key = yaml_document_get_node(job->document, pairs[i].key);
        char text[256], *name = NULL;

        if (key->type != YAML_SCALAR_NODE) return fail_at(job, key, "a key must be plain text");
        MCT_TRY(scalar_text(job, key, &name));
        for (size_t j = 0; j < i; j++) {
            if (strcmp(value->items[j].key, name) == 0) {
                snprintf(text, sizeof text, "%.100s: duplicate key (first in line %lu)", name, value->items[j].line);
                free(name);
                return fail_at(job, key, text);
            }
        }
        value->items[i].key = name;
        MCT_TRY(convert(job, pairs[i].value, depth + 1, &value->items[i]));
        value->items[i].line = key->start_mark.line + 1;
    }
    return MCT_OK;
}

/* Fills *value (zero but for its key) from a node.  A cycle of aliases ends at the depth, a bomb at the count. */
static mct_status convert(conversion *job, int index, int depth, mct_value *value) {
    const yaml_node_t *node = yaml_document_get_node(job->document, index);

    value->line = node->start_mark.line + 1;
    if (depth > MCT_VALUE_DEPTH_MAX) return fail_at(job, node, "nested too deeply (at most 64 levels)");
    if (++job->nodes > MCT_VALUE_NODES_MAX) return fail_at(job, node, "too many values (at most 200000)");
    if (node->type == YAML_SEQUENCE_NODE) return convert_list(job, node, depth, value);
    if (node->type == YAML_MAPPING_NODE) return convert_map(job, node, depth, value);
    value->kind = MCT_VALUE_SCALAR;
    value->quoted = node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return scalar_text(job, node, &value->text);
}

static mct_status parser_failure(mct_context *context, const yaml_parser_t *parser, const char *name, bool is_file) {
    char text[256];

    /* libyaml says so for a failure of its parser, and of a document nothing at all */
    if (parser->error == YAML_MEMORY_ERROR || parser->error == YAML_NO_ERROR) return mct_config_out_of_memory(context);
    snprintf(text, sizeof text, "not YAML: %s%s%s", parser->problem ? parser->problem : "unknown problem",
             parser->context ? " " : "", parser->context ? parser->context : "");
    return fail(context, name, is_file, parser->problem_mark.line + 1, text);
}

/* libyaml's scanner takes time proportional to the depth for each token: refuse what no configuration needs. */
static bool brackets_too_deep(const char *text, size_t length) {
    long depth = 0;

    for (size_t i = 0; i < length; i++) {
        if (text[i] == '[' || text[i] == '{') depth++;
        if ((text[i] == ']' || text[i] == '}') && depth > 0) depth--;
        if (depth > 4 * MCT_VALUE_DEPTH_MAX) return true;
    }
    return false;
}

/* Whether the document says nothing: no node, or one plain empty scalar. */
static bool is_blank(const yaml_node_t *root) {
    return !root || (root->type == YAML_SCALAR_NODE && root->data.scalar.length == 0 &&
                     root->data.scalar.style == YAML_PLAIN_SCALAR_STYLE);
}

mct_status mct_value_parse(mct_context *context, const char *name, bool is_file, const char *text, size_t length,
                           mct_value **value) {
    yaml_parser_t parser;
    yaml_document_t document, second;
    bool has_document = false;
    mct_value *fresh = NULL;
    mct_status status = MCT_OK;

    *value = NULL;
    if (brackets_too_deep(text, length)) {
        return fail(context, name, is_file, 1, "nested too deeply (at most 64 levels)");
    }
    if (!yaml_parser_initialize(&parser)) return mct_config_out_of_memory(context);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    if (!yaml_parser_load(&parser, &document)) {
        status = parser_failure(context, &parser, name, is_file);
        goto cleanup;
    }
    has_document = true;
    if (!is_blank(yaml_document_get_root_node(&document))) {
        conversion job = {context, &document, name, is_file, 0};

        fresh = calloc(1, sizeof *fresh);
        if (!fresh) {
            status = mct_config_out_of_memory(context);
            goto cleanup;
        }
        MCT_TRY_CLEANUP(convert(&job, 1, 0, fresh));
    }
    if (!parser.stream_end_produced) {
        bool more;

        if (!yaml_parser_load(&parser, &second)) {
            status = parser_failure(context, &parser, name, is_file);
            goto cleanup;
        }
        more = yaml_document_get_root_node(&second) != NULL;
        yaml_document_delete(&second);
        if (more) {
            status = fail(context, name, is_file, parser.mark.line + 1, "more than one YAML document");
            goto cleanup;
        }
    }
    *value = fresh;
    fresh = NULL;
cleanup:
    mct_value_destroy(fresh);
    if (has_document) yaml_document_delete(&document);
    yaml_parser_delete(&parser);
    return status;
}

/* ---- print -------------------------------------------------------------------------------------------------- */

static void print_scalar(const mct_value *value, mct_text *text) {
    char number_text[MCT_NUMBER_LENGTH];
    double number;

    if (!value->quoted && mct_number_parse(value->text, &number)) {
        mct_number_format(number, number_text, sizeof number_text);
        mct_text_add(text, "%s", number_text);
    } else if (!value->quoted && (strcmp(value->text, "true") == 0 || strcmp(value->text, "false") == 0)) {
        mct_text_add(text, "%s", value->text);
    } else {
        mct_text_add_quoted(text, value->text);
    }
}

void mct_value_print(const mct_value *value, mct_text *text) {
    if (value->kind == MCT_VALUE_SCALAR) {
        print_scalar(value, text);
        return;
    }
    mct_text_add(text, value->kind == MCT_VALUE_LIST ? "[" : "{");
    for (size_t i = 0; i < value->count; i++) {
        if (i > 0) mct_text_add(text, ", ");
        if (value->kind == MCT_VALUE_MAP) {
            mct_text_add_quoted(text, value->items[i].key);
            mct_text_add(text, ": ");
        }
        mct_value_print(&value->items[i], text);
    }
    mct_text_add(text, value->kind == MCT_VALUE_LIST ? "]" : "}");
}
