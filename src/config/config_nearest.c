/* config_nearest.c: the known key nearest to one that was mistyped. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/config_internal.h"

static const char *last_part(const char *key) {
    const char *dot = strrchr(key, '.');

    return dot ? dot + 1 : key;
}

/* A right name in a wrong place ("points" without "grid.") is nearer than a wrong name in the right place; what is not
 * near at all: SIZE_MAX. */
static size_t score(const char *key, const char *candidate) {
    const size_t whole = mct_text_distance(key, candidate);
    const size_t last = mct_text_distance(last_part(key), last_part(candidate));
    size_t best = SIZE_MAX;

    if (mct_text_is_near(key, whole)) best = 2 * whole;
    if (mct_text_is_near(last_part(key), last) && 2 * last + 1 < best) best = 2 * last + 1;
    return best;
}

static void consider(const char *key, const char *candidate, size_t *best, char *nearest) {
    const size_t now = score(key, candidate);

    if (now < *best) {
        *best = now;
        snprintf(nearest, MCT_KEY_LENGTH, "%s", candidate);
    }
}

void mct_config_nearest(const mct_config *config, const char *key, char *text, size_t size) {
    static const char *const others[] = {"mixture",  "structure",     "grid",       "solver",    "time",
                                         "critical", "checkpoint",    "output",     "sweep",     "mixture.species",
                                         "tagged",   "sweep.command", "sweep.over", "sweep.zip", "sweep.trace"};
    size_t count, best = SIZE_MAX;
    const mct_option *rows = mct_config_options(&count);
    char candidate[MCT_KEY_LENGTH], nearest[MCT_KEY_LENGTH] = "";

    for (size_t i = 0; i < count; i++) {
        if (rows[i].type != MCT_OPTION_UNAVAILABLE) consider(key, rows[i].key, &best, nearest);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) consider(key, others[i], &best, nearest);
    for (int kind = 0; kind < MCT_LIST_COUNT; kind++) {
        const size_t elements = mct_list_count(config, (mct_list_kind)kind);

        rows = mct_list_options((mct_list_kind)kind, &count);
        for (size_t index = 0; index <= elements && index <= 16; index++) {
            for (size_t i = 0; i < count; i++) {
                snprintf(candidate, sizeof candidate, "%s.%zu.%s", mct_list_key((mct_list_kind)kind), index,
                         rows[i].key);
                consider(key, candidate, &best, nearest);
            }
        }
    }
    snprintf(text, size, "%s%s", nearest[0] ? "; the nearest known one is " : "", nearest);
}
