/* fuzz_config.c: any bytes as a configuration.
 *
 * Lines that begin with "--set " are assignments, the rest is YAML.  What is refused is refused with a message; what is
 * accepted comes back the same when it is printed and read again; but bytes of an assignment (a file's name) that are
 * not UTF-8 are printed as U+FFFD. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apmct/apmct.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what, const char *text) {
    if (holds) return;
    fprintf(stderr, "%s: %s\n", what, text);
    abort();
}

static void check_failure(const mct_context *context, mct_status status) {
    require(status == MCT_CONFIG, "a failure of another kind", mct_status_name(status));
    require(mct_context_error(context)[0] && !strchr(mct_context_error(context), '\n'), "no message of one line",
            mct_context_error(context));
}

/* YAML and JSON of a configuration, the first to be freed. */
static char *printed(mct_context *context, const mct_config *config, bool archived) {
    char *yaml = NULL, *json = NULL;

    require(mct_config_to_yaml(context, config, archived, &yaml) == MCT_OK, "no YAML", mct_context_error(context));
    require(mct_config_to_json(context, config, archived, &json) == MCT_OK, "no JSON", mct_context_error(context));
    free(json);
    return yaml;
}

/* An accepted configuration: read back from its own text it is the same, the second time at the latest. */
static void check_accepted(mct_context *context, const mct_config *config, bool archived, bool may_differ) {
    char *text = printed(context, config, archived), *again;
    mct_config *back;

    require(mct_config_create(context, &back) == MCT_OK, "no memory", "");
    require(mct_config_parse(context, back, "printed.yaml", text, strlen(text)) == MCT_OK, mct_context_error(context),
            text);
    require(mct_config_check(context, back) == MCT_OK, mct_context_error(context), text);
    again = printed(context, back, archived);
    if (may_differ) {
        check_accepted(context, back, archived, false);
    } else {
        if (strcmp(text, again) != 0) fprintf(stderr, "%s\n", again);
        require(strcmp(text, again) == 0, "read back it is another one", text);
    }
    free(again);
    free(text);
    mct_config_destroy(back);
}

static bool is_valid(const char *text, size_t size) {
    for (size_t at = 0; at < size;) {
        const size_t length = text[at] ? mct_utf8_length(text + at) : 1;

        if (length == 0) return false;
        at += length;
    }
    return true;
}

static mct_status read_all(mct_context *context, mct_config *config, char *text, size_t size) {
    static const char word[] = "--set ";
    char *yaml = malloc(size + 1), *assignments = malloc(size + 1), *to = assignments;
    size_t length = 0;
    mct_status status;

    require(yaml && assignments, "no memory", "");
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        const size_t line = end ? (size_t)(end - (text + at)) + 1 : size - at;

        if (line > strlen(word) && memcmp(text + at, word, strlen(word)) == 0) {
            const size_t rest = line - strlen(word) - (end ? 1 : 0);

            memcpy(to, text + at + strlen(word), rest);
            to += rest;
            *to++ = '\0';
        } else {
            memcpy(yaml + length, text + at, line);
            length += line;
        }
        at += line;
    }
    status = mct_config_parse(context, config, "fuzz.yaml", yaml, length);
    for (const char *at = assignments; at < to && status == MCT_OK; at += strlen(at) + 1) {
        status = mct_config_set(context, config, at);
    }
    free(assignments);
    free(yaml);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    mct_context *context = NULL;
    mct_config *config = NULL;
    mct_status status;

    require(text && mct_context_create(&context) == MCT_OK && mct_config_create(context, &config) == MCT_OK,
            "no memory", "");
    if (size > 0) memcpy(text, data, size);
    text[size] = '\0';
    status = read_all(context, config, text, size);
    if (status == MCT_OK) status = mct_config_check(context, config);
    if (status == MCT_OK) {
        check_accepted(context, config, false, !is_valid(text, size));
        check_accepted(context, config, true, !is_valid(text, size));
    } else {
        check_failure(context, status);
    }
    mct_config_destroy(config);
    mct_context_destroy(context);
    free(text);
    return 0;
}
