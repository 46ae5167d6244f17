/* json.c: JSON as it is written; the one object of a run. */
#include "cli/json.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

enum { NUMBER_LENGTH = 32 };

/* The fewest digits, at least 15, that read back to the same. */
static size_t format(double number, char *text) {
    int length = 0;

    if (!isfinite(number)) return (size_t)snprintf(text, NUMBER_LENGTH, "null");
    for (int digits = 15; digits <= 17; digits++) {
        length = snprintf(text, NUMBER_LENGTH, "%.*g", digits, number);
        if (strtod(text, NULL) == number) break;
    }
    return (size_t)length;
}

static void start(cli_json *to, const char *key) {
    if (to->more) mct_text_add_bytes(&to->text, ",", 1);
    if (key) {
        mct_text_add_quoted(&to->text, key);
        mct_text_add_bytes(&to->text, ":", 1);
    }
    to->more = true;
}

void cli_json_open(cli_json *to, const char *key, const char *brackets) {
    assert(to->depth < CLI_JSON_DEPTH);
    start(to, key);
    mct_text_add_bytes(&to->text, brackets, 1);
    to->closing[to->depth++] = brackets[1];
    to->more = false;
}

void cli_json_close(cli_json *to) {
    assert(to->depth > 0);
    mct_text_add_bytes(&to->text, &to->closing[--to->depth], 1);
    to->more = true;
}

void cli_json_number(cli_json *to, const char *key, double number) {
    char text[NUMBER_LENGTH];

    start(to, key);
    mct_text_add_bytes(&to->text, text, format(number, text));
}

void cli_json_text(cli_json *to, const char *key, const char *text) {
    if (!text) {
        cli_json_raw(to, key, NULL);
        return;
    }
    start(to, key);
    mct_text_add_quoted(&to->text, text);
}

void cli_json_list(cli_json *to, const char *key, const double *values, size_t count) {
    cli_json_open(to, key, "[]");
    for (size_t i = 0; i < count; i++) cli_json_number(to, NULL, values[i]);
    cli_json_close(to);
}

void cli_json_matrix(cli_json *to, const char *key, const double *components, size_t points, size_t species,
                     size_t all) {
    cli_json_open(to, key, "[]");
    for (size_t i = 0; i < points; i++) {
        cli_json_open(to, NULL, "[]");
        for (size_t mu = 0; mu < species; mu++) {
            cli_json_open(to, NULL, "[]");
            for (size_t nu = 0; nu < species; nu++) {
                cli_json_number(to, NULL, components[(mu * all + nu) * points + i]);
            }
            cli_json_close(to);
        }
        cli_json_close(to);
    }
    cli_json_close(to);
}

void cli_json_array(cli_json *to, const char *key, const double *values, size_t rank, const size_t *shape) {
    size_t stride = 1;

    if (rank == 0) {
        cli_json_number(to, key, *values);
        return;
    }
    for (size_t d = 1; d < rank; d++) stride *= shape[d];
    cli_json_open(to, key, "[]");
    for (size_t i = 0; i < shape[0]; i++) cli_json_array(to, NULL, values + i * stride, rank - 1, shape + 1);
    cli_json_close(to);
}

void cli_json_raw(cli_json *to, const char *key, const char *json) {
    if (!json) json = "null";
    start(to, key);
    mct_text_add_bytes(&to->text, json, strlen(json));
}

void cli_json_members(cli_json *to, const cli_json *from) {
    if (from->text.failed) to->text.failed = true;
    if (from->text.failed || from->text.length == 0) return;
    start(to, NULL);
    mct_text_add_bytes(&to->text, from->text.data, from->text.length);
    for (size_t depth = from->depth; depth > 0; depth--) mct_text_add_bytes(&to->text, &from->closing[depth - 1], 1);
}

char *cli_json_take(cli_json *to) {
    char *text;

    while (to->depth > 0) cli_json_close(to);
    text = mct_text_take(&to->text);
    *to = (cli_json){0};
    return text;
}

mct_status cli_print_line(const cli *run, cli_json *object) {
    char *text = cli_json_take(object);

    if (!text) return mct_fail(run->context, MCT_MEMORY, "not enough memory for the JSON text");
    puts(text);
    free(text);
    return MCT_OK;
}

/* ---- the object of a run ------------------------------------------------------------------------------------ */

void cli_json_warnings(cli_json *to, const mct_text *warnings) {
    if (warnings->failed) to->text.failed = true;
    if (warnings->failed) return;
    cli_json_open(to, "warnings", "[]");
    for (size_t at = 0; at < warnings->length; at += strlen(warnings->data + at) + 1) {
        cli_json_text(to, NULL, warnings->data + at);
    }
    cli_json_close(to);
}

mct_status cli_print_json(const cli *run, mct_status status) {
    const char *command = run->command ? run->command->name : NULL;
    cli_json object = {0};
    char *config = NULL, *text;

    cli_json_open(&object, NULL, "{}");
    cli_json_text(&object, "command", command);
    cli_json_text(&object, "version", mct_version());
    cli_json_text(&object, "status", mct_status_name(status));
    if (status != MCT_OK) cli_json_text(&object, "error", cli_error(run, status));
    cli_json_text(&object, "backend", run->backend_used);
    cli_json_text(&object, "kernel", run->kernel_used);
    cli_json_number(&object, "seconds", run->seconds);
    cli_json_number(&object, "kernel_evaluations", (double)run->evaluations);
    if (run->configured && mct_config_to_json(NULL, run->config, false, &config) != MCT_OK) object.text.failed = true;
    cli_json_raw(&object, "config", config);
    free(config);
    cli_json_warnings(&object, &run->warnings);
    cli_json_members(&object, &run->result);
    text = cli_json_take(&object);
    if (text) {
        puts(text);
        free(text);
        return status;
    }
    if (status == MCT_OK) status = mct_fail(run->context, MCT_MEMORY, "not enough memory for the JSON text");
    printf("{\"command\":\"%s\",\"version\":\"%s\",\"status\":\"%s\",\"error\":\"%s\"}\n", command ? command : "",
           mct_version(), mct_status_name(status), mct_status_sentence(status)); /* a text that needs no memory */
    return status;
}
