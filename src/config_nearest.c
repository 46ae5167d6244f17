/* config_nearest.c: the known key nearest to one that was mistyped. */
#include <stdio.h>
#include <string.h>

#include "config_internal.h"

/* Levenshtein distance of two short texts; long ones count as far away. */
static size_t distance(const char *a, const char *b) {
    const size_t length_a = strlen(a), length_b = strlen(b);
    size_t row[MCT_KEY_LENGTH + 1];

    if (length_a > MCT_KEY_LENGTH || length_b > MCT_KEY_LENGTH) return 2 * MCT_KEY_LENGTH;
    for (size_t j = 0; j <= length_b; j++) row[j] = j;
    for (size_t i = 1; i <= length_a; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            const size_t substituted = diagonal + (a[i - 1] != b[j - 1]);
            size_t best = row[j] + 1;

            diagonal = row[j];
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            if (substituted < best) best = substituted;
            row[j] = best;
        }
    }
    return row[length_b];
}

static const char *last_part(const char *key) {
    const char *dot = strrchr(key, '.');

    return dot ? dot + 1 : key;
}

/* A right name in a wrong place ("points" without "grid.") is nearer than a wrong name in the right place. */
static size_t score(const char *key, const char *candidate) {
    const size_t whole = 2 * distance(key, candidate);
    const size_t last = 2 * distance(last_part(key), last_part(candidate)) + 1;

    return whole < last ? whole : last;
}

static void consider(const char *key, const char *candidate, size_t *best, char *nearest, size_t size) {
    const size_t now = score(key, candidate);

    if (now < *best) {
        *best = now;
        snprintf(nearest, size, "%s", candidate);
    }
}

void mct_config_nearest(const mct_config *config, const char *key, char *nearest, size_t size) {
    static const char *const others[] = {"mixture",  "structure",     "grid",       "solver",    "time",
                                         "critical", "checkpoint",    "output",     "sweep",     "mixture.species",
                                         "tagged",   "sweep.command", "sweep.over", "sweep.zip", "sweep.trace"};
    size_t count, best = (size_t)-1;
    const mct_option *rows = mct_config_options(&count);
    char candidate[MCT_KEY_LENGTH];

    nearest[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        if (rows[i].type != MCT_OPTION_UNAVAILABLE) consider(key, rows[i].key, &best, nearest, size);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) consider(key, others[i], &best, nearest, size);
    for (int kind = 0; kind < MCT_LIST_COUNT; kind++) {
        const size_t elements = mct_list_count(config, (mct_list_kind)kind);

        rows = mct_list_options((mct_list_kind)kind, &count);
        for (size_t index = 0; index <= elements && index <= 16; index++) {
            for (size_t i = 0; i < count; i++) {
                snprintf(candidate, sizeof candidate, "%s.%zu.%s", mct_list_key((mct_list_kind)kind), index,
                         rows[i].key);
                consider(key, candidate, &best, nearest, size);
            }
        }
    }
}
