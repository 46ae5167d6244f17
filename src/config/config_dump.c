/* config_dump.c: the resolved configuration as visits, YAML and JSON, all from the option tables. */
#include <stdio.h>
#include <string.h>

#include "base/need.h"
#include "base/number.h"
#include "config/config_internal.h"

/* ---- visits ------------------------------------------------------------------------------------------------- */

/* What time.accuracy stands in place of is not part of a configuration that gives it. */
static bool is_replaced(const mct_config *config, const char *key) {
    return config->time.accuracy > 0 && (strcmp(key, "time.steps_per_block") == 0 || strcmp(key, "time.order") == 0 ||
                                         strcmp(key, "time.tolerance") == 0);
}

static mct_status visit_list(const mct_config *config, mct_list_kind kind, mct_config_visitor visit, void *user) {
    size_t count;
    const mct_option *rows = mct_list_options(kind, &count);
    char key[MCT_KEY_LENGTH];

    for (size_t index = 0; index < mct_list_count(config, kind); index++) {
        const void *element = mct_list_element(config, kind, index);

        for (size_t i = 0; i < count; i++) {
            snprintf(key, sizeof key, "%s.%zu.%s", mct_list_key(kind), index, rows[i].key);
            MCT_TRY(visit(user, key, &rows[i], element));
        }
    }
    return MCT_OK;
}

static size_t section_length(const char *key) {
    return strcspn(key, ".");
}

mct_status mct_config_visit(const mct_config *config, mct_config_visitor visit, void *user) {
    MCT_NEED(NULL, config);
    if (!visit) return mct_fail(NULL, MCT_ARGUMENT, "%s: visit is NULL", __func__);
    size_t count;
    const mct_option *rows = mct_config_options(&count);

    for (size_t i = 0; i < count; i++) {
        const bool section_ends = i + 1 == count || section_length(rows[i].key) != section_length(rows[i + 1].key) ||
                                  strncmp(rows[i].key, rows[i + 1].key, section_length(rows[i].key)) != 0;

        if (mct_option_is_set(&rows[i], config) && !is_replaced(config, rows[i].key)) {
            MCT_TRY(visit(user, rows[i].key, &rows[i], config));
        }
        if (section_ends && strncmp(rows[i].key, "mixture.", 8) == 0) {
            MCT_TRY(visit_list(config, MCT_LIST_SPECIES, visit, user));
        }
    }
    return visit_list(config, MCT_LIST_TAGGED, visit, user);
}

/* ---- text --------------------------------------------------------------------------------------------------- */

typedef struct printer {
    const mct_config *config;
    bool json, archived;
    mct_text text;
    char section[64]; /* that is open, "" for none */
    bool first;       /* nothing in it yet */
} printer;

static void print_numbers(printer *to, const double *values, size_t count) {
    char number[MCT_NUMBER_LENGTH];

    mct_text_add(&to->text, "[");
    for (size_t i = 0; i < count; i++) {
        mct_number_format(values[i], number, sizeof number);
        mct_text_add(&to->text, "%s%s", i > 0 ? ", " : "", number);
    }
    mct_text_add(&to->text, "]");
}

static void print_option(printer *to, const mct_option *option, const void *base) {
    const char *field = (const char *)base + option->offset;
    char scalar[4200];
    double number;
    bool quoted;

    if (option->type == MCT_OPTION_RANGE) {
        print_numbers(to, (const double *)(const void *)field, 2);
        return;
    }
    if (option->type == MCT_OPTION_NUMBERS_OR_ALL) {
        const mct_numbers *numbers = (const mct_numbers *)(const void *)field;

        if (numbers->count > 0) {
            print_numbers(to, numbers->values, numbers->count);
            return;
        }
        snprintf(scalar, sizeof scalar, "all");
    } else {
        mct_option_format(option, base, scalar, sizeof scalar);
    }
    /* a name like "5" must stay text, the choice 5 of time.order is a number */
    quoted =
        option->type == MCT_OPTION_TEXT || (option->type != MCT_OPTION_BOOLEAN && !mct_number_parse(scalar, &number));
    if (quoted) {
        mct_text_add_quoted(&to->text, scalar);
    } else {
        mct_text_add(&to->text, "%s", scalar);
    }
}

static void open_section(printer *to, const char *name, size_t length) {
    if (to->section[0] && to->json) mct_text_add(&to->text, "}, ");
    snprintf(to->section, sizeof to->section, "%.*s", (int)length, name);
    mct_text_add(&to->text, to->json ? "\"%s\": {" : "%s:\n", to->section);
    to->first = true;
}

static void start_item(printer *to, const char *key) {
    if (to->json) {
        mct_text_add(&to->text, "%s\"%s\": ", to->first ? "" : ", ", key);
    } else {
        mct_text_add(&to->text, "  %s:%s", key,
                     strcmp(key, "species") == 0 ? "" : " "); /* a block list starts a line */
    }
    to->first = false;
}

/* One element in one line; a tagged species is its name. */
static void print_element(printer *to, mct_list_kind kind, size_t index) {
    const void *element = mct_list_element(to->config, kind, index);
    size_t count;
    const mct_option *rows = mct_list_options(kind, &count);

    if (kind == MCT_LIST_TAGGED && !to->config->tagged[index].own) {
        mct_text_add_quoted(&to->text, to->config->tagged[index].name);
        return;
    }
    mct_text_add(&to->text, "{");
    for (size_t i = 0; i < count; i++) {
        mct_text_add(&to->text, to->json ? "%s\"%s\": " : "%s%s: ", i > 0 ? ", " : "", rows[i].key);
        print_option(to, &rows[i], element);
    }
    mct_text_add(&to->text, "}");
}

static void print_list(printer *to, mct_list_kind kind, const char *indent) {
    const size_t count = mct_list_count(to->config, kind);

    mct_text_add(&to->text, to->json ? "[" : "\n");
    for (size_t i = 0; i < count; i++) {
        if (to->json) {
            mct_text_add(&to->text, i > 0 ? ", " : "");
        } else {
            mct_text_add(&to->text, "%s- ", indent);
        }
        print_element(to, kind, i);
        if (!to->json) mct_text_add(&to->text, "\n");
    }
    if (to->json) mct_text_add(&to->text, "]");
}

static mct_status print_visit(void *user, const char *key, const mct_option *option, const void *base) {
    printer *to = user;
    const size_t length = section_length(key);
    mct_list_kind kind;
    const char *rest;

    if (to->archived && (option->flags & MCT_OPTION_NOT_ARCHIVED)) return MCT_OK;
    if (mct_list_match(key, &kind, &rest)) { /* the whole list at its first field */
        if (strcmp(rest, ".0.name") != 0 || kind != MCT_LIST_SPECIES) return MCT_OK;
        start_item(to, "species");
        print_list(to, kind, "    ");
        return MCT_OK;
    }
    if (strlen(to->section) != length || strncmp(to->section, key, length) != 0) open_section(to, key, length);
    start_item(to, key + length + 1);
    print_option(to, option, base);
    if (!to->json) mct_text_add(&to->text, "\n");
    return MCT_OK;
}

static mct_status print(mct_context *context, const mct_config *config, bool json, bool archived, char **text) {
    printer to = {.config = config, .json = json, .archived = archived};

    if (json) mct_text_add(&to.text, "{");
    (void)mct_config_visit(config, print_visit, &to); /* print_visit cannot fail */
    if (json) mct_text_add(&to.text, "}");
    if (config->tagged_count > 0) {
        mct_text_add(&to.text, json ? ", \"tagged\": " : "tagged:");
        print_list(&to, MCT_LIST_TAGGED, "  ");
    }
    if (config->sweep) {
        mct_text_add(&to.text, json ? ", \"sweep\": " : "sweep: ");
        mct_value_print(config->sweep, &to.text);
        if (!json) mct_text_add(&to.text, "\n");
    }
    if (json) mct_text_add(&to.text, "}");
    *text = mct_text_take(&to.text);
    if (!*text) return mct_fail(context, MCT_MEMORY, "not enough memory for the text of the configuration");
    return MCT_OK;
}

mct_status mct_config_to_yaml(mct_context *context, const mct_config *config, bool archived, char **text) {
    MCT_NEED(context, config, text);
    return print(context, config, false, archived, text);
}

mct_status mct_config_to_json(mct_context *context, const mct_config *config, bool archived, char **text) {
    MCT_NEED(context, config, text);
    return print(context, config, true, archived, text);
}
