/* json.c: the one JSON object of a run. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"

enum { NUMBER_LENGTH = 32 };

/* cJSON prints 15 digits where they agree to within rounding, not where they are the same: numbers go in as text. */
static int format(double number, char *text) {
    int length = 0;

    if (!isfinite(number)) return snprintf(text, NUMBER_LENGTH, "null");
    for (int digits = 15; digits <= 17; digits++) {
        length = snprintf(text, NUMBER_LENGTH, "%.*g", digits, number);
        if (strtod(text, NULL) == number) break;
    }
    return length;
}

void cli_json_number(cJSON *object, const char *key, double number) {
    char text[NUMBER_LENGTH];

    format(number, text);
    cJSON_AddRawToObject(object, key, text);
}

/* cJSON passes bytes on: replace what is not UTF-8 by '?', so that any reader takes the object. */
static void make_valid(char *text) {
    for (char *at = text; *at;) {
        const size_t length = mct_utf8_length(at);

        if (length == 0) *at = '?';
        at += length ? length : 1;
    }
}

void cli_json_text(cJSON *object, const char *key, const char *text) {
    char *copy = text ? strdup(text) : NULL;

    if (!copy) {
        cJSON_AddNullToObject(object, key);
        return;
    }
    make_valid(copy);
    cJSON_AddStringToObject(object, key, copy);
    free(copy);
}

/* Room for `count` numbers with their brackets; NULL if memory ran out. */
static char *room(size_t count, size_t brackets) {
    return malloc(count * NUMBER_LENGTH + brackets * 4 + 8);
}

void cli_json_list(cJSON *object, const char *key, const double *values, size_t count) {
    char *text = room(count, 1), *at = text;

    if (!text) return;
    *at++ = '[';
    for (size_t i = 0; i < count; i++) {
        if (i > 0) *at++ = ',';
        at += format(values[i], at);
    }
    *at++ = ']';
    *at = '\0';
    cJSON_AddRawToObject(object, key, text);
    free(text);
}

void cli_json_matrix(cJSON *object, const char *key, const double *components, size_t points, size_t species) {
    char *text = room(points * species * species, points * (species + 1)), *at = text;

    if (!text) return;
    *at++ = '[';
    for (size_t i = 0; i < points; i++) {
        at += sprintf(at, "%s[", i > 0 ? "," : "");
        for (size_t c = 0; c < species * species; c++) {
            if (c % species == 0) at += sprintf(at, "%s[", c > 0 ? "," : "");
            if (c % species > 0) *at++ = ',';
            at += format(components[c * points + i], at);
            if (c % species == species - 1) *at++ = ']';
        }
        *at++ = ']';
    }
    *at++ = ']';
    *at = '\0';
    cJSON_AddRawToObject(object, key, text);
    free(text);
}

void cli_print_json(const cli *run, mct_status status) {
    cJSON *object = cJSON_CreateObject();
    char *config = NULL, *text;

    cli_json_text(object, "command", run->command ? run->command->name : NULL);
    cli_json_text(object, "version", mct_version());
    cli_json_text(object, "status", mct_status_name(status));
    if (status != MCT_OK) cli_json_text(object, "error", mct_context_error(run->context));
    cli_json_text(object, "backend", run->backend_used);
    cli_json_text(object, "kernel", run->kernel_used);
    cli_json_number(object, "seconds", run->seconds);
    cli_json_number(object, "kernel_evaluations", (double)run->evaluations);
    if (run->configured) (void)mct_config_to_json(NULL, run->config, false, &config);
    if (config) {
        cJSON_AddRawToObject(object, "config", config);
    } else {
        cJSON_AddNullToObject(object, "config");
    }
    free(config);
    if (cJSON_GetArraySize(run->warnings) > 0) cJSON_AddItemReferenceToObject(object, "warnings", run->warnings);
    for (cJSON *row = run->result ? run->result->child : NULL; row; row = row->next) {
        cJSON_AddItemReferenceToObject(object, row->string, row);
    }
    text = cJSON_PrintUnformatted(object);
    if (text) {
        puts(text);
    } else {
        fputs("apmct: not enough memory for the JSON text\n", stderr);
    }
    cJSON_free(text);
    cJSON_Delete(object);
}

cJSON *cli_json_array(const double *values, size_t rank, const size_t *shape) {
    char text[NUMBER_LENGTH];
    size_t stride = 1;
    cJSON *list;

    if (rank == 0) {
        format(*values, text);
        return cJSON_CreateRaw(text);
    }
    for (size_t d = 1; d < rank; d++) stride *= shape[d];
    list = cJSON_CreateArray();
    for (size_t i = 0; i < shape[0]; i++) {
        cJSON_AddItemToArray(list, cli_json_array(values + i * stride, rank - 1, shape + 1));
    }
    return list;
}
