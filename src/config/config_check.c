/* config_check.c: what concerns several keys, when everything has been read. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/need.h"
#include "base/number.h"
#include "config/config_internal.h"

/* "KEY = VALUE: TEXT" from the place that gave the key. */
static mct_status fail_number(mct_context *context, const mct_config *config, const char *key, double value,
                              const char *what) {
    char number[MCT_NUMBER_LENGTH], text[4 * MCT_KEY_LENGTH];

    mct_number_format(value, number, sizeof number);
    snprintf(text, sizeof text, "%s = %s: %s", key, number, what);
    return mct_config_fail_origin(context, config, key, text);
}

/* ---- mixture ------------------------------------------------------------------------------------------------ */

/* The key that was given last among the fractions: the one to look at when the sum is wrong. */
static mct_status fail_sum(mct_context *context, const mct_config *config, double sum) {
    char text[2 * MCT_KEY_LENGTH], number[MCT_NUMBER_LENGTH], key[MCT_KEY_LENGTH];
    const char *where = mct_config_origin(config, "mixture.species");

    for (size_t i = 0; i < config->mixture.species_count; i++) {
        const char *at;

        snprintf(key, sizeof key, "mixture.species.%zu.fraction", i);
        at = mct_config_origin(config, key);
        if (at && (!where || strncmp(at, "--", 2) == 0)) where = at; /* an assignment came after every file */
    }
    mct_number_format(sum, number, sizeof number);
    snprintf(text, sizeof text, "mixture.species: the fractions sum to %s: must sum to 1 (one may be `rest`)", number);
    return mct_fail(context, MCT_CONFIG, "%s%s%s", where ? where : "", where ? ": " : "", text);
}

static mct_status resolve_fractions(mct_context *context, mct_config *config) {
    mct_species *species = config->mixture.species;
    const size_t count = config->mixture.species_count;
    const size_t rest = config->fraction_rest;
    char key[MCT_KEY_LENGTH], element[MCT_KEY_LENGTH], text[2 * MCT_KEY_LENGTH];
    double sum = 0;

    if (count == 1 && rest == SIZE_MAX && isnan(species[0].fraction)) species[0].fraction = 1;
    for (size_t i = 0; i < count; i++) {
        if (i == rest) continue;
        if (isnan(species[i].fraction)) {
            snprintf(key, sizeof key, "mixture.species.%zu.fraction", i);
            snprintf(element, sizeof element, "mixture.species.%zu", i);
            snprintf(text, sizeof text, "%s: missing: must be a number in (0, 1] or `rest`", key);
            return mct_config_fail_origin(context, config, element, text);
        }
        sum += species[i].fraction;
    }
    if (rest != SIZE_MAX) {
        species[rest].fraction = 1 - sum;
        /* 1 - 0.9 is 0.09999999999999998: take the decimal number that is meant, where there is one */
        species[rest].fraction = nearbyint(species[rest].fraction * 1e15) / 1e15;
        if (!(species[rest].fraction > 0)) {
            snprintf(key, sizeof key, "mixture.species.%zu.fraction", rest);
            return fail_number(context, config, key, species[rest].fraction,
                               "nothing is left for `rest`: the other fractions must sum to less than 1");
        }
    } else if (fabs(sum - 1) > 1e-12) {
        return fail_sum(context, config, sum);
    }
    return MCT_OK;
}

/* ---- tagged particles --------------------------------------------------------------------------------------- */

static mct_status resolve_tagged(mct_context *context, mct_config *config) {
    char key[MCT_KEY_LENGTH], text[2 * MCT_KEY_LENGTH];

    for (size_t i = 0; i < config->tagged_count; i++) {
        mct_tagged *tagged = &config->tagged[i];
        size_t at = 0;

        snprintf(key, sizeof key, "tagged.%zu", i);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(config->tagged[j].name, tagged->name) != 0) continue;
            snprintf(text, sizeof text, "%s = %s: must be unique (tagged.%zu has this name)", key, tagged->name, j);
            return mct_config_fail_origin(context, config, key, text);
        }
        if (tagged->own) continue;
        while (at < config->mixture.species_count && strcmp(config->mixture.species[at].name, tagged->name) != 0) at++;
        if (at == config->mixture.species_count) {
            snprintf(text, sizeof text,
                     "%s = %s: must be the name of a species, or a map of name, activity, diffusivity", key,
                     tagged->name);
            return mct_config_fail_origin(context, config, key, text);
        }
        tagged->activity = config->mixture.species[at].activity;
        tagged->diffusivity = config->mixture.species[at].diffusivity;
    }
    return MCT_OK;
}

/* ---- time and critical -------------------------------------------------------------------------------------- */

static mct_status check_time(mct_context *context, const mct_config *config) {
    static const char *const excluded[] = {"time.steps_per_block", "time.order", "time.tolerance"};
    char text[2 * MCT_KEY_LENGTH];

    if (config->time.first_step > 0 && config->time.scheme != MCT_TIME_MOMENTS) {
        mct_tell(context, MCT_MESSAGE_WARNING, "time.first_step has no effect: it belongs to time.scheme = moments");
    }
    if (!(config->time.accuracy > 0)) return MCT_OK;
    for (size_t i = 0; i < sizeof excluded / sizeof excluded[0]; i++) {
        const char *where = mct_config_origin(config, excluded[i]);

        if (!where) continue;
        snprintf(text, sizeof text, "excludes %s (%.200s): give one of the two", excluded[i], where);
        return fail_number(context, config, "time.accuracy", config->time.accuracy, text);
    }
    return MCT_OK;
}

static mct_status check_critical(mct_context *context, const mct_config *config) {
    static const char prefix[] = "mixture.species.";
    const char *of = config->critical.of, *end = "";
    char text[2 * MCT_KEY_LENGTH];
    bool is_activity = false;
    size_t index = 0;

    if (strncmp(of, prefix, strlen(prefix)) == 0) {
        is_activity = mct_index_parse(of + strlen(prefix), &index, &end) && strcmp(end, ".activity") == 0 &&
                      index < config->mixture.species_count;
    }
    if (!is_activity && strcmp(of, "packing_fraction") != 0 && strcmp(of, "mixture.packing_fraction") != 0) {
        snprintf(text, sizeof text,
                 "critical.of = %s: must be packing_fraction or mixture.species.I.activity with I = 0 ... %zu", of,
                 config->mixture.species_count - 1);
        return mct_config_fail_origin(context, config, "critical.of", text);
    }
    if (config->critical.range[1] > 0 && is_activity && config->critical.range[0] < 1) {
        return fail_number(context, config, "critical.range", config->critical.range[0],
                           "activities must be numbers >= 1 (1 is passive)");
    }
    if (config->critical.range[1] > 0 && !is_activity && config->critical.range[1] >= 1) {
        return fail_number(context, config, "critical.range", config->critical.range[1],
                           "packing fractions must be numbers in (0, 1)");
    }
    return MCT_OK;
}

/* ---- grid --------------------------------------------------------------------------------------------------- */

static bool is_of_grid(const mct_config *config, const char *part) {
    const mct_value *keys = config->sweep ? mct_value_find(config->sweep, part) : NULL;

    for (size_t i = 0; keys && i < keys->count; i++) {
        if (strncmp(keys->items[i].key, "grid.", 5) == 0) return true;
    }
    return false;
}

/* A sweep over the grid computes nothing on this one: there are no warnings about it. */
static mct_status check_grid(mct_context *context, const mct_config *config) {
    mct_context *silent;
    mct_status status;

    if (!is_of_grid(config, "over") && !is_of_grid(config, "zip")) return mct_grid_check(context, &config->grid);
    MCT_TRY(mct_context_create(&silent));
    status = mct_grid_check(silent, &config->grid);
    if (status != MCT_OK) mct_fail(context, status, "%s", mct_context_error(silent));
    mct_context_destroy(silent);
    return status;
}

/* ---- all ---------------------------------------------------------------------------------------------------- */

mct_status mct_config_check(mct_context *context, mct_config *config) {
    MCT_NEED(context, config);
    MCT_TRY(resolve_fractions(context, config));
    if (mct_mixture_check(context, &config->mixture) != MCT_OK || check_grid(context, config) != MCT_OK) {
        mct_config_explain(context, config);
        return mct_fail(context, MCT_CONFIG, "%s", mct_context_error(context));
    }
    MCT_TRY(resolve_tagged(context, config));
    MCT_TRY(check_time(context, config));
    MCT_TRY(check_critical(context, config));
    return mct_sweep_check(context, config);
}
