/* config.c: life of a configuration; files and assignments into it. */
#include "apmct/config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/need.h"
#include "config/config_internal.h"

enum { FILE_LENGTH_MAX = 4 * 1024 * 1024 };

/* ---- lists of elements -------------------------------------------------------------------------------------- */

const char *mct_list_key(mct_list_kind kind) {
    return kind == MCT_LIST_SPECIES ? "mixture.species" : "tagged";
}

const mct_option *mct_list_options(mct_list_kind kind, size_t *count) {
    return kind == MCT_LIST_SPECIES ? mct_species_options(count) : mct_tagged_options(count);
}

size_t mct_list_count(const mct_config *config, mct_list_kind kind) {
    return kind == MCT_LIST_SPECIES ? config->mixture.species_count : config->tagged_count;
}

void *mct_list_element(const mct_config *config, mct_list_kind kind, size_t index) {
    if (kind == MCT_LIST_SPECIES) return &config->mixture.species[index];
    return &config->tagged[index];
}

mct_status mct_config_out_of_memory(mct_context *context) {
    return mct_fail(context, MCT_MEMORY, "not enough memory for the configuration");
}

mct_status mct_list_append(mct_context *context, mct_config *config, mct_list_kind kind) {
    const size_t index = mct_list_count(config, kind);
    const mct_option *rows;
    size_t row_count;
    void *element;

    if (kind == MCT_LIST_SPECIES) {
        mct_species *grown = realloc(config->mixture.species, (index + 1) * sizeof *grown);

        if (!grown) return mct_config_out_of_memory(context);
        config->mixture.species = grown;
        config->mixture.species_count = index + 1;
        memset(&grown[index], 0, sizeof grown[index]);
        snprintf(grown[index].name, sizeof grown[index].name, "species-%zu", index);
        grown[index].fraction = NAN; /* must be given, see mct_config_check */
    } else {
        mct_tagged *grown = realloc(config->tagged, (index + 1) * sizeof *grown);

        if (!grown) return mct_config_out_of_memory(context);
        config->tagged = grown;
        config->tagged_count = index + 1;
        memset(&grown[index], 0, sizeof grown[index]);
        snprintf(grown[index].name, sizeof grown[index].name, "tagged-%zu", index);
        grown[index].own = true;
    }
    element = mct_list_element(config, kind, index);
    rows = mct_list_options(kind, &row_count);
    for (size_t i = 0; i < row_count; i++) {
        if (rows[i].preset) (void)mct_option_parse(&rows[i], rows[i].preset, element);
    }
    return MCT_OK;
}

void mct_list_clear(mct_config *config, mct_list_kind kind) {
    if (kind == MCT_LIST_SPECIES) {
        config->mixture.species_count = 0;
        config->fraction_rest = SIZE_MAX;
    } else {
        config->tagged_count = 0;
    }
    mct_origin_forget(config, mct_list_key(kind));
}

bool mct_index_parse(const char *text, size_t *index, const char **end) {
    const size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 6 || (digits > 1 && text[0] == '0')) return false;
    *index = strtoul(text, NULL, 10);
    *end = text + digits;
    return **end == '\0' || **end == '.';
}

bool mct_list_match(const char *key, mct_list_kind *kind, const char **rest) {
    for (int i = 0; i < MCT_LIST_COUNT; i++) {
        const char *list = mct_list_key((mct_list_kind)i);
        const size_t length = strlen(list);

        if (strncmp(key, list, length) == 0 && (key[length] == '\0' || key[length] == '.')) {
            *kind = (mct_list_kind)i;
            *rest = key + length;
            return true;
        }
    }
    return false;
}

/* ---- life --------------------------------------------------------------------------------------------------- */

/* The defaults: the presets of the table and the two species "active" and "passive" in equal parts. */
static mct_status set_defaults(mct_context *context, mct_config *config) {
    static const mct_species species[] = {
        {.name = "active", .fraction = 0.5, .activity = 1.05, .diffusivity = 1, .diameter = 1},
        {.name = "passive", .fraction = 0.5, .activity = 1, .diffusivity = 1, .diameter = 1},
    };
    size_t count;
    const mct_option *rows = mct_config_options(&count);

    config->structure = mct_structure_options_default();
    config->grid = mct_grid_default();
    config->solver = mct_solver_options_default(); /* fields without a key, too */
    for (size_t i = 0; i < count; i++) {
        const bool is_list = rows[i].type == MCT_OPTION_NUMBERS_OR_ALL; /* `all` is the zero it already is */

        if (rows[i].preset && !is_list && !mct_option_parse(&rows[i], rows[i].preset, config)) {
            return mct_fail(context, MCT_CONFIG, "%s: its default %s is outside its range", rows[i].key,
                            rows[i].preset);
        }
    }
    for (size_t i = 0; i < sizeof species / sizeof species[0]; i++) {
        MCT_TRY(mct_list_append(context, config, MCT_LIST_SPECIES));
        config->mixture.species[i] = species[i];
    }
    return MCT_OK;
}

mct_status mct_config_create(mct_context *context, mct_config **config) {
    MCT_NEED(context, config);
    mct_config *fresh = calloc(1, sizeof *fresh);
    mct_status status;

    *config = NULL;
    if (!fresh) return mct_config_out_of_memory(context);
    fresh->fraction_rest = SIZE_MAX;
    MCT_TRY_CLEANUP(set_defaults(context, fresh));
    *config = fresh;
    return MCT_OK;
cleanup:
    mct_config_destroy(fresh);
    return status;
}

void mct_config_destroy(mct_config *config) {
    if (!config) return;
    free(config->mixture.species);
    free(config->tagged);
    free(config->output.wave_numbers.values);
    mct_value_destroy(config->sweep);
    mct_origins_destroy(config->origins);
    free(config);
}

/* count elements of this size, NULL where there are none or memory ran out. */
static void *duplicate(const void *from, size_t count, size_t size) {
    void *copy = count > 0 ? malloc(count * size) : NULL;

    if (copy) memcpy(copy, from, count * size);
    return copy;
}

mct_status mct_config_copy(mct_context *context, const mct_config *config, mct_config **copy) {
    MCT_NEED(context, config, copy);
    const mct_numbers *wave_numbers = &config->output.wave_numbers;
    mct_config *fresh = duplicate(config, 1, sizeof *config);

    *copy = NULL;
    if (!fresh) return mct_config_out_of_memory(context);
    fresh->sweep = NULL;
    fresh->origins = NULL;
    fresh->mixture.species =
        duplicate(config->mixture.species, config->mixture.species_count, sizeof *fresh->mixture.species);
    fresh->tagged = duplicate(config->tagged, config->tagged_count, sizeof *fresh->tagged);
    fresh->output.wave_numbers.values = duplicate(wave_numbers->values, wave_numbers->count, sizeof(double));
    if (!fresh->mixture.species || (config->tagged_count > 0 && !fresh->tagged) ||
        (wave_numbers->count > 0 && !fresh->output.wave_numbers.values)) {
        mct_config_destroy(fresh);
        return mct_config_out_of_memory(context);
    }
    *copy = fresh;
    return MCT_OK;
}

/* ---- files -------------------------------------------------------------------------------------------------- */

mct_status mct_config_parse(mct_context *context, mct_config *config, const char *name, const char *text,
                            size_t length) {
    MCT_NEED(context, config, name, text);
    const mct_source source = {.name = name, .is_file = true};
    mct_value *value;
    mct_status status;

    MCT_TRY(mct_value_parse(context, name, true, text, length, &value));
    if (!value) return MCT_OK;
    status = mct_config_read(context, config, &source, "", value);
    mct_value_destroy(value);
    return status;
}

/* All of a file that fits into text[FILE_LENGTH_MAX + 1]. */
static mct_status read_all(mct_context *context, const char *name, int file, char *text, size_t *length) {
    *length = 0;
    while (*length <= FILE_LENGTH_MAX) {
        const ssize_t got = read(file, text + *length, FILE_LENGTH_MAX + 1 - *length);

        if (got == 0) return MCT_OK;
        if (got < 0 && errno == EINTR && !mct_context_interrupted(context)) continue;
        if (got < 0) return mct_fail(context, MCT_FILE, "%.300s: cannot be read: %s", name, strerror(errno));
        *length += (size_t)got;
    }
    return mct_fail(context, MCT_CONFIG, "%.300s: too large for a configuration (more than %d MiB)", name,
                    FILE_LENGTH_MAX / (1024 * 1024));
}

mct_status mct_config_load(mct_context *context, mct_config *config, const char *path) {
    MCT_NEED(context, config, path);
    const bool is_stdin = strcmp(path, "-") == 0;
    const char *name = is_stdin ? "standard input" : path;
    char *text = malloc(FILE_LENGTH_MAX + 1);
    int file = -1;
    size_t length;
    mct_status status;

    if (!text) return mct_config_out_of_memory(context);
    file = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        status = mct_fail(context, MCT_FILE, "%.300s: cannot be read: %s", path, strerror(errno));
        goto cleanup;
    }
    MCT_TRY_CLEANUP(read_all(context, name, file, text, &length));
    MCT_TRY_CLEANUP(mct_config_parse(context, config, name, text, length));
cleanup:
    if (file >= 0 && !is_stdin) close(file);
    free(text);
    return status;
}

/* ---- assignments -------------------------------------------------------------------------------------------- */

/* One assignment; `source` has what stands in messages. */
static mct_status assign(mct_context *context, mct_config *config, const mct_source *source, const char *key,
                         const char *text) {
    mct_value *value = NULL;
    mct_status status;

    if (mct_config_key_is_scalar(key)) {
        value = mct_value_new_scalar(text);
        if (!value) return mct_config_out_of_memory(context);
    } else {
        MCT_TRY(mct_value_parse(context, source->name ? source->name : key, false, text, strlen(text), &value));
        if (!value) value = mct_value_new_scalar("");
        if (!value) return mct_config_out_of_memory(context);
    }
    status = mct_config_read(context, config, source, key, value);
    mct_value_destroy(value);
    return status;
}

mct_status mct_config_set(mct_context *context, mct_config *config, const char *assignment) {
    MCT_NEED(context, config, assignment);
    const char *equals = strchr(assignment, '=');
    char name[512];
    mct_source source = {.name = name};
    char *key;
    mct_status status;

    snprintf(name, sizeof name, strlen(assignment) > 200 ? "--set %.200s..." : "--set %s", assignment);
    if (!equals || equals == assignment) {
        return mct_fail(context, MCT_CONFIG, "%s: must be KEY=VALUE, as in grid.points=200", name);
    }
    key = strndup(assignment, (size_t)(equals - assignment));
    if (!key) return mct_config_out_of_memory(context);
    source.key = key;
    status = assign(context, config, &source, key, equals + 1);
    free(key);
    return status;
}

mct_status mct_config_set_value(mct_context *context, mct_config *config, const char *origin, const char *key,
                                const char *value) {
    MCT_NEED(context, config, key, value);
    char name[512];
    const mct_source source = {.name = origin ? name : NULL, .key = key};

    if (origin) snprintf(name, sizeof name, strlen(value) > 200 ? "%.100s %.200s..." : "%.100s %s", origin, value);
    return assign(context, config, &source, key, value);
}
