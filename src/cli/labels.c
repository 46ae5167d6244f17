/* labels.c: what tells several results apart, as text of a legend. */
#include <stdlib.h>
#include <string.h>

#include "figures.h"

enum { KEYS_MAX = 4096, SHOWN_MAX = 3, KEY_LENGTH = 160, VALUE_LENGTH = 96 };

/* The options of one result as text. */
typedef struct option_list {
    size_t count;
    struct {
        char key[KEY_LENGTH], value[VALUE_LENGTH];
    } * rows; /* [KEYS_MAX] */
} option_list;

static mct_status collect(void *user, const char *key, const mct_option *option, const void *base) {
    option_list *list = user;
    char text[4200];

    if (list->count == KEYS_MAX || (option->flags & MCT_OPTION_NOT_ARCHIVED)) return MCT_OK;
    mct_option_format(option, base, text, sizeof text);
    snprintf(list->rows[list->count].key, KEY_LENGTH, "%s", key);
    snprintf(list->rows[list->count].value, VALUE_LENGTH, "%.90s", text);
    list->count++;
    return MCT_OK;
}

static const char *find(const option_list *list, const char *key) {
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->rows[i].key, key) == 0) return list->rows[i].value;
    }
    return "";
}

void cli_put_label(FILE *out, const char *text) {
    for (const char *at = text; *at; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7F) {
            fputc('?', out);
        } else if (*at == '\'') {
            fputs("''", out);
        } else {
            if (strchr("_^{}@&~\\", *at)) fputc('\\', out);
            fputc(*at, out);
        }
    }
}

/* The symbol of the theory for a key, else the key itself. */
static void put_symbol(FILE *out, const mct_result *result, const char *key) {
    static const struct {
        const char *key, *symbol;
    } symbols[] = {{"mixture.packing_fraction", "{/:Italic φ}"},
                   {"grid.points", "{/:Italic N}"},
                   {"grid.spacing", "Δ"}},
      fields[] = {{"activity", "{/:Italic λ}"},
                  {"fraction", "{/:Italic x}"},
                  {"diffusivity", "{/:Italic D}"},
                  {"diameter", "{/:Italic d}"}};
    const char *prefix = "mixture.species.";

    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        if (strcmp(symbols[i].key, key) != 0) continue;
        fputs(symbols[i].symbol, out);
        return;
    }
    if (strncmp(key, prefix, strlen(prefix)) == 0) {
        const size_t index = strtoul(key + strlen(prefix), NULL, 10);
        const char *field = strrchr(key, '.') + 1;

        for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
            if (strcmp(fields[i].key, field) != 0 || index >= result->config->mixture.species_count) continue;
            fprintf(out, "%s_{", fields[i].symbol);
            cli_put_label(out, result->config->mixture.species[index].name);
            fputs("}", out);
            return;
        }
    }
    cli_put_label(out, key);
}

static bool differs(const option_list *lists, size_t count, const char *key) {
    for (size_t i = 1; i < count; i++) {
        if (strcmp(find(&lists[0], key), find(&lists[i], key)) != 0) return true;
    }
    return false;
}

/* One label; what is only about computing and names does not tell physical states apart. */
static char *label(const mct_result *result, const option_list *lists, size_t count, size_t index) {
    char *text = NULL;
    size_t length, shown = 0;
    FILE *out = open_memstream(&text, &length);

    if (!out) return NULL;
    for (size_t i = 0; i < lists[index].count && shown < SHOWN_MAX; i++) {
        const char *key = lists[index].rows[i].key;

        if (strncmp(key, "output.", 7) == 0 || strncmp(key, "time.", 5) == 0 || strncmp(key, "tagged.", 7) == 0 ||
            strncmp(key, "critical.", 9) == 0 || strstr(key, ".name") || !differs(lists, count, key)) {
            continue;
        }
        if (shown++ > 0) fputs(", ", out);
        put_symbol(out, result, key);
        fputs(" = ", out);
        cli_put_label(out, lists[index].rows[i].value);
    }
    if (shown == 0) {
        const char *slash = strrchr(result->path, '/');

        cli_put_label(out, slash ? slash + 1 : result->path);
    }
    if (fclose(out) == 0) return text;
    free(text);
    return NULL;
}

mct_status cli_label_results(cli *run, mct_result *const *results, size_t count, char **labels) {
    option_list *lists = calloc(count, sizeof *lists);
    mct_status status = MCT_OK;

    for (size_t i = 0; i < count; i++) labels[i] = NULL;
    for (size_t i = 0; i < count && lists; i++) {
        lists[i].rows = malloc(KEYS_MAX * sizeof *lists[i].rows);
        if (!lists[i].rows) status = MCT_MEMORY;
        if (lists[i].rows) (void)mct_config_visit(results[i]->config, collect, &lists[i]);
    }
    for (size_t i = 0; i < count && lists && status == MCT_OK; i++) {
        labels[i] = label(results[i], lists, count, i);
        if (!labels[i]) status = MCT_MEMORY;
    }
    if (!lists || status != MCT_OK) status = mct_fail(run->context, MCT_MEMORY, "not enough memory for the figure");
    for (size_t i = 0; i < count && lists; i++) free(lists[i].rows);
    free(lists);
    return status;
}
