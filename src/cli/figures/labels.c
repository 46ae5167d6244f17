/* labels.c: what tells several results apart, as text of a legend. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/figures/figures.h"

enum { KEYS_MAX = 4096, SHOWN_MAX = 3, KEY_LENGTH = 160, VALUE_LENGTH = 96 };

/* The options of one result as text. */
typedef struct option_list {
    size_t count;
    struct {
        char key[KEY_LENGTH], value[VALUE_LENGTH];
    } * rows; /* [KEYS_MAX] */
} option_list;

/* Keys that do not tell results apart. */
typedef struct exclusion {
    const char *const *keys;
    size_t count;
} exclusion;

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

/* How gnuplot (5 and later) reads "...": its scanner replaces @macros, runs the text between backquotes and looks for
 * the closing quote; then \ooo becomes a byte; then enhanced text acts upon _^{}@&~ and upon a backslash.
 *
 * Whatever the text, only ASCII letters, spaces and \ooo are written.  So the scanner never sees a quote, a backquote,
 * @, $, #, a newline or a zero byte of the text, and every backslash has its three digits behind it.  Digits are
 * written as \ooo, too, because gnuplot reads a fourth one behind \0oo.  A backslash meant for enhanced text is one of
 * the bytes that come out of \ooo. */
static void put_byte(FILE *out, char byte) {
    const bool is_plain = byte == ' ' || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');

    if (is_plain) {
        fputc(byte, out);
    } else {
        fprintf(out, "\\%03o", (unsigned)(unsigned char)byte);
    }
}

/* Bytes of a character that a picture can show; 0 for control characters, for the two that XML does not know, and for
 * bytes that are no UTF-8. */
static size_t shown_length(const char *at) {
    const unsigned char *byte = (const unsigned char *)at;
    const size_t length = mct_utf8_length(at);
    const bool is_unknown = byte[0] == 0xEF && length == 3 && byte[1] == 0xBF && byte[2] >= 0xBE; /* U+FFFE, U+FFFF */

    return is_unknown || mct_text_control(at) > 0 ? 0 : length;
}

static void put_bytes(FILE *out, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) put_byte(out, bytes[i]);
}

/* Whether a space without width has to stand before `at`: enhanced text acts upon \U+ even behind another backslash,
 * and gnuplot writes ]]> into an SVG, where XML does not allow it. */
static bool is_to_be_parted(const char *text, const char *at) {
    if (at == text) return false;
    return (at[-1] == '\\' && strncmp(at, "U+", 2) == 0) || (at[-1] == ']' && *at == '>');
}

void cli_put_label(FILE *out, const char *text) {
    static const char unshown[] = "\xEF\xBF\xBD", no_width[] = "\xE2\x80\x8B"; /* U+FFFD, U+200B */

    for (const char *at = text; *at;) {
        const size_t length = shown_length(at);

        if (is_to_be_parted(text, at)) put_bytes(out, no_width, strlen(no_width));
        if (strchr("_^{}@&~\\", *at)) put_byte(out, '\\');
        if (length > 0) {
            put_bytes(out, at, length);
        } else {
            put_bytes(out, unshown, strlen(unshown));
        }
        at += mct_utf8_length(at) > 0 ? mct_utf8_length(at) : 1;
    }
}

void cli_put_symbol(FILE *out, const mct_result *result, const char *key) {
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
        if (i == 0 && cli_packing_fraction_is_critical(result)) fputs("_c", out);
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

char *cli_symbol(const mct_result *result, const char *key) {
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (!out) return NULL;
    cli_put_symbol(out, result, key);
    if (fclose(out) == 0) return text;
    free(text);
    return NULL;
}

/* What a file found replaces what its configuration said. */
static void put_critical_values(option_list *list, const mct_result *result) {
    for (size_t i = 0; i < list->count; i++) {
        const char *key = list->rows[i].key;
        size_t species;
        int end = 0;

        if (strcmp(key, "mixture.packing_fraction") == 0 && cli_packing_fraction_is_critical(result)) {
            snprintf(list->rows[i].value, VALUE_LENGTH, "%.6g", cli_packing_fraction(result));
        } else if (sscanf(key, "mixture.species.%zu.activity%n", &species, &end) == 1 && end > 0 && key[end] == '\0' &&
                   cli_activity_is_critical(result, species)) {
            snprintf(list->rows[i].value, VALUE_LENGTH, "%.6g", cli_activity(result, species));
        }
    }
}

/* Whether a key tells physical states apart: computing and names do not, nor the last fraction, 1 less the others. */
static bool is_telling(const mct_result *result, const exclusion *varied, const char *key) {
    static const char *const sections[] = {"output.", "time.", "tagged.", "critical."};
    const size_t m = result->config->mixture.species_count;
    char last_fraction[KEY_LENGTH];

    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        if (strncmp(key, sections[i], strlen(sections[i])) == 0) return false;
    }
    for (size_t i = 0; i < varied->count; i++) {
        if (strcmp(key, varied->keys[i]) == 0) return false;
    }
    snprintf(last_fraction, sizeof last_fraction, "mixture.species.%zu.fraction", m - 1);
    return !strstr(key, ".name") && !(m > 1 && strcmp(key, last_fraction) == 0);
}

static bool differs(const option_list *lists, size_t count, const char *key) {
    for (size_t i = 1; i < count; i++) {
        if (strcmp(find(&lists[0], key), find(&lists[i], key)) != 0) return true;
    }
    return false;
}

/* "KEY = VALUE, ..." of what tells this result apart; may be empty.  NULL if memory ran out. */
static char *label(const mct_result *result, const exclusion *varied, const option_list *lists, size_t count,
                   size_t index) {
    char *text = NULL;
    size_t length, shown = 0;
    FILE *out = open_memstream(&text, &length);

    if (!out) return NULL;
    for (size_t i = 0; i < lists[index].count && shown < SHOWN_MAX; i++) {
        const char *key = lists[index].rows[i].key;

        if (!is_telling(result, varied, key) || !differs(lists, count, key)) continue;
        if (shown++ > 0) fputs(", ", out);
        cli_put_symbol(out, result, key);
        fputs(" = ", out);
        cli_put_label(out, lists[index].rows[i].value);
    }
    if (fclose(out) == 0) return text;
    free(text);
    return NULL;
}

/* The name of a file as a label. */
static char *name_label(const mct_result *result) {
    const char *slash = strrchr(result->path, '/');
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (!out) return NULL;
    cli_put_label(out, slash ? slash + 1 : result->path);
    if (fclose(out) == 0) return text;
    free(text);
    return NULL;
}

/* Whether all that `one` says is said by `other` too. */
static bool is_said(const mct_result *result, const exclusion *varied, const option_list *one,
                    const option_list *other) {
    for (size_t i = 0; i < one->count; i++) {
        const char *key = one->rows[i].key;

        if (is_telling(result, varied, key) && strcmp(one->rows[i].value, find(other, key)) != 0) return false;
    }
    return true;
}

static void free_lists(option_list *lists, size_t count) {
    for (size_t i = 0; i < count && lists; i++) free(lists[i].rows);
    free(lists);
}

/* The options of all results; NULL if memory ran out. */
static option_list *make_lists(mct_result *const *results, size_t count) {
    option_list *lists = calloc(count, sizeof *lists);

    for (size_t i = 0; i < count && lists; i++) {
        lists[i].rows = malloc(KEYS_MAX * sizeof *lists[i].rows);
        if (!lists[i].rows) {
            free_lists(lists, count);
            return NULL;
        }
        (void)mct_config_visit(results[i]->config, collect, &lists[i]);
        put_critical_values(&lists[i], results[i]);
    }
    return lists;
}

mct_status cli_label_results(cli *run, mct_result *const *results, size_t count, char **labels) {
    const exclusion nothing = {NULL, 0};
    option_list *lists = make_lists(results, count);
    bool done = lists;

    for (size_t i = 0; i < count; i++) labels[i] = NULL;
    for (size_t i = 0; i < count && done; i++) {
        labels[i] = label(results[i], &nothing, lists, count, i);
        if (labels[i] && !labels[i][0]) {
            free(labels[i]);
            labels[i] = name_label(results[i]);
        }
        done = labels[i];
    }
    free_lists(lists, count);
    return done ? MCT_OK : mct_fail(run->context, MCT_MEMORY, "not enough memory for the figure");
}

mct_status cli_group_results(cli *run, mct_result *const *results, size_t count, const char *const *varied,
                             size_t varied_count, size_t *group, char **labels) {
    const exclusion excluded = {varied, varied_count};
    option_list *lists = make_lists(results, count);
    bool done = lists;

    for (size_t i = 0; i < count; i++) labels[i] = NULL;
    for (size_t i = 0; i < count && done; i++) {
        for (group[i] = 0; group[i] < i; group[i]++) {
            const size_t j = group[i];

            if (is_said(results[i], &excluded, &lists[i], &lists[j]) &&
                is_said(results[j], &excluded, &lists[j], &lists[i])) {
                break;
            }
        }
        if (group[i] < i) continue;
        labels[i] = label(results[i], &excluded, lists, count, i);
        done = labels[i];
    }
    free_lists(lists, count);
    return done ? MCT_OK : mct_fail(run->context, MCT_MEMORY, "not enough memory for the figure");
}
