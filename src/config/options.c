/* options.c: the one table of options, and what a row of it can do: parse, format, say its range. */
#include "apmct/options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "apmct/config.h"
#include "base/number.h"
#include "base/text.h"

/* ---- choices ------------------------------------------------------------------------------------------------ */

static const mct_choice closures[] = {{"percus-yevick", MCT_CLOSURE_PERCUS_YEVICK}, {NULL, 0}};
static const mct_choice quadratures[] = {
    {"riemann", MCT_QUADRATURE_RIEMANN}, {"corrected", MCT_QUADRATURE_CORRECTED}, {NULL, 0}};
static const mct_choice kernels[] = {{"auto", MCT_KERNEL_AUTO},
                                     {"direct", MCT_KERNEL_DIRECT},
                                     {"factorized", MCT_KERNEL_FACTORIZED},
                                     {"fourier", MCT_KERNEL_FOURIER},
                                     {NULL, 0}};
static const mct_choice schemes[] = {{"legendre", MCT_TIME_LEGENDRE}, {"moments", MCT_TIME_MOMENTS}, {NULL, 0}};
static const mct_choice backends[] = {{"auto", 0}, {"cpu", 0}, {"cuda", 0}, {"cuda-host", 0}, {NULL, 0}};
static const mct_choice orders[] = {{"3", 3}, {"5", 5}, {NULL, 0}};

/* A choice is stored through memcpy as an int: enums and int must look the same. */
_Static_assert(sizeof(mct_closure) == sizeof(int) && sizeof(mct_quadrature) == sizeof(int) &&
                   sizeof(mct_kernel_algorithm) == sizeof(int) && sizeof(mct_time_scheme) == sizeof(int),
               "enums have the size of int");

/* ---- the tables --------------------------------------------------------------------------------------------- */

#define FIELD(owner, name, kind, member) \
    .key = (name), .type = (kind), .offset = offsetof(owner, member), .size = sizeof(((owner *)NULL)->member)
#define AT(name, kind, member) FIELD(mct_config, name, kind, member)
#define ABOVE                  .flags = MCT_OPTION_ABOVE_MINIMUM
#define INSIDE                 .flags = MCT_OPTION_ABOVE_MINIMUM | MCT_OPTION_BELOW_MAXIMUM

static const mct_option config_rows[] = {
    {AT("mixture.packing_fraction", MCT_OPTION_NUMBER, mixture.packing_fraction), .minimum = 0, .maximum = 1, INSIDE,
     .preset = "0.524", .unit = "", .note = "", .help = "packing fraction phi of all particles"},

    {AT("structure.closure", MCT_OPTION_CHOICE, structure.closure), .choices = closures, .preset = "percus-yevick",
     .unit = "", .note = "", .help = "where the structure factors come from"},
    {.key = "structure.file",
     .type = MCT_OPTION_UNAVAILABLE,
     .unit = "",
     .note = "structure factors from a file are not available in this version; use structure.closure",
     .help = ""},

    {AT("grid.points", MCT_OPTION_COUNT, grid.points), .minimum = 4, .maximum = 1048576, .preset = "100", .unit = "",
     .note = "", .help = "number N of wave numbers"},
    {AT("grid.spacing", MCT_OPTION_NUMBER, grid.spacing), .minimum = 0, .maximum = 2500, ABOVE, .preset = "0.4",
     .unit = "1/d", .note = "points * spacing <= 1e4", .help = "distance of neighbouring wave numbers"},
    {AT("grid.quadrature", MCT_OPTION_CHOICE, grid.quadrature), .choices = quadratures, .preset = "riemann", .unit = "",
     .note = "", .help = "weights of the double sum over wave numbers; corrected wants spacing <= 0.2"},

    {AT("solver.kernel", MCT_OPTION_CHOICE, solver.kernel), .choices = kernels, .preset = "auto", .unit = "",
     .note = "", .help = "algorithm of the memory kernel"},
    {AT("solver.backend", MCT_OPTION_TEXT, solver.backend), .choices = backends, .preset = "auto", .unit = "",
     .note = "", .help = "where the numerics run; `apmct info` lists those of this build"},
    {AT("solver.tolerance", MCT_OPTION_NUMBER, solver.tolerance), .minimum = 1e-15, .maximum = 1e-2,
     .preset = "1.0e-12", .unit = "", .note = "", .help = "largest |G(F) - F| / sqrt(S S) accepted"},

    {AT("time.scheme", MCT_OPTION_CHOICE, time.scheme), .choices = schemes, .preset = "legendre", .unit = "",
     .note = "", .help = "integration in time"},
    {AT("time.steps_per_block", MCT_OPTION_COUNT, time.steps_per_block), .minimum = 16, .maximum = 65536,
     .preset = "64", .unit = "", .note = "", .help = "steps per block"},
    {AT("time.order", MCT_OPTION_CHOICE, time.order), .choices = orders, .preset = "5", .unit = "", .note = "",
     .help = "order of the memory integral"},
    {AT("time.until", MCT_OPTION_NUMBER, time.until), .minimum = 0, .maximum = INFINITY, ABOVE, .preset = "1.0e10",
     .unit = "d^2/D0", .note = "", .help = "last time"},
    {AT("time.tolerance", MCT_OPTION_NUMBER, time.tolerance), .minimum = 1e-15, .maximum = 1e-2, .preset = "1.0e-10",
     .unit = "", .note = "", .help = "of the fixed point of each step"},
    {AT("time.first_step", MCT_OPTION_NUMBER, time.first_step), .minimum = 0, .maximum = INFINITY, ABOVE,
     .unit = "d^2/D0", .note = "", .help = "first step of scheme moments"},
    {AT("time.accuracy", MCT_OPTION_NUMBER, time.accuracy), .minimum = 1e-12, .maximum = 1e-1, .unit = "",
     .note = "excludes steps_per_block, order and tolerance", .help = "wanted relative error"},

    {AT("critical.of", MCT_OPTION_TEXT, critical.of), .minimum = 1, .preset = "packing_fraction", .unit = "",
     .note = "packing_fraction or mixture.species.I.activity", .help = "what is varied to find the transition"},
    {AT("critical.range", MCT_OPTION_RANGE, critical.range), .minimum = 0, .maximum = INFINITY, ABOVE, .unit = "",
     .note = "of activities [1, 10] if not given", .help = "where to look for it"},

    {AT("checkpoint.interval", MCT_OPTION_NUMBER, checkpoint.interval), .minimum = 0, .maximum = INFINITY,
     .flags = MCT_OPTION_ABOVE_MINIMUM | MCT_OPTION_NOT_ARCHIVED, .preset = "30", .unit = "s", .note = "",
     .help = "largest time of work lost when a run is killed"},

    {AT("output.wave_number", MCT_OPTION_NUMBER, output.wave_number), .minimum = 0, .maximum = INFINITY, ABOVE,
     .preset = "7.4", .unit = "1/d", .note = "", .help = "wave number observed in summaries (nearest grid point)"},
    {AT("output.wave_numbers", MCT_OPTION_NUMBERS_OR_ALL, output.wave_numbers), .minimum = 0, .maximum = INFINITY,
     ABOVE, .preset = "all", .unit = "1/d", .note = "", .help = "wave numbers of stored correlators"},
    {AT("output.times_per_decade", MCT_OPTION_NUMBER_OR_ALL, output.times_per_decade), .minimum = 0, .maximum = 1e9,
     ABOVE, .preset = "all", .unit = "", .note = "", .help = "times of stored correlators"},
    {AT("output.correlator", MCT_OPTION_BOOLEAN, output.correlator), .preset = "true", .unit = "", .note = "",
     .help = "whether to store the correlators"},
    {AT("output.file", MCT_OPTION_TEXT, output.file), .flags = MCT_OPTION_NOT_ARCHIVED, .preset = "", .unit = "",
     .note = "", .help = "result file (HDF5); the same as -o"},
};

#undef AT
#define AT(name, kind, member) FIELD(mct_species, name, kind, member)

static const mct_option species_rows[] = {
    {AT("name", MCT_OPTION_TEXT, name), .minimum = 1, .unit = "", .note = "", .help = "unique in the mixture"},
    {AT("fraction", MCT_OPTION_NUMBER, fraction), .minimum = 0, .maximum = 1, ABOVE, .unit = "",
     .note = "or `rest`; all sum to 1", .help = "number fraction x"},
    {AT("activity", MCT_OPTION_NUMBER, activity), .minimum = 1, .maximum = INFINITY, .preset = "1.0", .unit = "",
     .note = "1 is passive", .help = "lambda"},
    {AT("diffusivity", MCT_OPTION_NUMBER, diffusivity), .minimum = 0, .maximum = INFINITY, ABOVE, .preset = "1.0",
     .unit = "D0", .note = "", .help = "bare diffusivity"},
    {AT("diameter", MCT_OPTION_NUMBER, diameter), .minimum = 0, .maximum = INFINITY, ABOVE, .preset = "1.0",
     .unit = "d", .note = "", .help = "hard-sphere diameter"},
};

#undef AT
#define AT(name, kind, member) FIELD(mct_tagged, name, kind, member)

static const mct_option tagged_rows[] = {
    {AT("name", MCT_OPTION_TEXT, name), .minimum = 1, .unit = "", .note = "", .help = "unique in the list"},
    {AT("activity", MCT_OPTION_NUMBER, activity), .minimum = 1, .maximum = INFINITY, .preset = "1.0", .unit = "",
     .note = "1 is passive", .help = "lambda"},
    {AT("diffusivity", MCT_OPTION_NUMBER, diffusivity), .minimum = 0, .maximum = INFINITY, ABOVE, .preset = "1.0",
     .unit = "D0", .note = "", .help = "bare diffusivity"},
};

const mct_option *mct_config_options(size_t *count) {
    *count = sizeof config_rows / sizeof config_rows[0];
    return config_rows;
}

const mct_option *mct_species_options(size_t *count) {
    *count = sizeof species_rows / sizeof species_rows[0];
    return species_rows;
}

const mct_option *mct_tagged_options(size_t *count) {
    *count = sizeof tagged_rows / sizeof tagged_rows[0];
    return tagged_rows;
}

const mct_option *mct_option_find(const mct_option *rows, size_t count, const char *key) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].key, key) == 0) return &rows[i];
    }
    return NULL;
}

/* ---- text -> field ------------------------------------------------------------------------------------------ */

bool mct_option_in_range(const mct_option *option, double value) {
    const bool above = option->flags & MCT_OPTION_ABOVE_MINIMUM ? value > option->minimum : value >= option->minimum;
    const bool below = option->flags & MCT_OPTION_BELOW_MAXIMUM ? value < option->maximum : value <= option->maximum;

    return isfinite(value) && above && below;
}

static bool parse_boolean(const char *text, bool *value) {
    static const char *const words[] = {"false", "no", "off", "true", "yes", "on"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i]) == 0) {
            *value = i >= 3;
            return true;
        }
    }
    return false;
}

static const mct_choice *find_choice(const mct_option *option, const char *text) {
    for (const mct_choice *choice = option->choices; choice->name; choice++) {
        if (strcmp(choice->name, text) == 0) return choice;
    }
    return NULL;
}

/* TEXT: `minimum` is the least number of characters; control characters have no place in a name or a path. */
static bool parse_text(const mct_option *option, const char *text, char *field) {
    const size_t length = strlen(text);

    if ((double)length < option->minimum || length >= option->size) return false;
    if (option->choices && !find_choice(option, text)) return false;
    if (mct_text_has_control(text)) return false;
    memcpy(field, text, length + 1);
    return true;
}

bool mct_option_parse(const mct_option *option, const char *text, void *base) {
    char *field = (char *)base + option->offset;
    const mct_choice *choice;
    double number;

    switch (option->type) {
    case MCT_OPTION_NUMBER:
    case MCT_OPTION_NUMBER_OR_ALL:
        if (option->type == MCT_OPTION_NUMBER_OR_ALL && strcmp(text, "all") == 0) {
            number = 0;
        } else if (!mct_number_parse(text, &number) || !mct_option_in_range(option, number)) {
            return false;
        }
        memcpy(field, &number, sizeof number);
        return true;
    case MCT_OPTION_COUNT:
        if (!mct_number_parse(text, &number) || !mct_option_in_range(option, number) || number != floor(number)) {
            return false;
        }
        memcpy(field, &(size_t){(size_t)number}, sizeof(size_t));
        return true;
    case MCT_OPTION_BOOLEAN: return parse_boolean(text, (bool *)field);
    case MCT_OPTION_CHOICE:
        choice = find_choice(option, text);
        if (choice) memcpy(field, &choice->value, sizeof choice->value);
        return choice != NULL;
    case MCT_OPTION_TEXT: return parse_text(option, text, field);
    case MCT_OPTION_NUMBERS_OR_ALL:
    case MCT_OPTION_RANGE:
    case MCT_OPTION_UNAVAILABLE: break; /* no scalar can be one; config_read.c knows */
    }
    return false;
}

/* ---- field -> text ------------------------------------------------------------------------------------------ */

void mct_option_format(const mct_option *option, const void *base, char *text, size_t size) {
    const char *field = (const char *)base + option->offset;
    double number;
    size_t whole;
    int value;

    text[0] = '\0';
    switch (option->type) {
    case MCT_OPTION_NUMBER:
    case MCT_OPTION_NUMBER_OR_ALL:
        memcpy(&number, field, sizeof number);
        if (option->type == MCT_OPTION_NUMBER_OR_ALL && number == 0) {
            snprintf(text, size, "all");
        } else {
            mct_number_format(number, text, size);
        }
        break;
    case MCT_OPTION_COUNT:
        memcpy(&whole, field, sizeof whole);
        snprintf(text, size, "%zu", whole);
        break;
    case MCT_OPTION_BOOLEAN: snprintf(text, size, "%s", *(const bool *)field ? "true" : "false"); break;
    case MCT_OPTION_CHOICE:
        memcpy(&value, field, sizeof value);
        for (const mct_choice *choice = option->choices; choice->name; choice++) {
            if (choice->value == value) snprintf(text, size, "%s", choice->name);
        }
        break;
    case MCT_OPTION_TEXT: snprintf(text, size, "%s", field); break;
    case MCT_OPTION_NUMBERS_OR_ALL:
    case MCT_OPTION_RANGE:
    case MCT_OPTION_UNAVAILABLE: break;
    }
}

bool mct_option_is_set(const mct_option *option, const void *base) {
    const char *field = (const char *)base + option->offset;
    double number;

    if (option->type == MCT_OPTION_UNAVAILABLE) return false;
    if (option->preset || option->type == MCT_OPTION_TEXT) return true;
    if (option->type == MCT_OPTION_RANGE) field += sizeof number; /* the upper end is never 0 in a range given */
    memcpy(&number, field, sizeof number);
    return !(isnan(number) || number == 0);
}

/* ---- the range in words ------------------------------------------------------------------------------------- */

static void numeric_range(const mct_option *option, const char *noun, char *text, size_t size) {
    const bool open_below = option->flags & MCT_OPTION_ABOVE_MINIMUM;
    const bool open_above = option->flags & MCT_OPTION_BELOW_MAXIMUM;
    char minimum[MCT_NUMBER_LENGTH], maximum[MCT_NUMBER_LENGTH];

    mct_number_format(option->minimum, minimum, sizeof minimum);
    mct_number_format(option->maximum, maximum, sizeof maximum);
    if (isinf(option->maximum)) {
        snprintf(text, size, "%s %s %s", noun, open_below ? ">" : ">=", minimum);
    } else {
        snprintf(text, size, "%s in %c%s, %s%c", noun, open_below ? '(' : '[', minimum, maximum,
                 open_above ? ')' : ']');
    }
}

static void choices_range(const mct_option *option, char *text, size_t size) {
    snprintf(text, size, "%s", option->choices[1].name ? "one of " : "");
    for (const mct_choice *choice = option->choices; choice->name; choice++) {
        const size_t length = strlen(text);

        snprintf(text + length, size - length, "%s%s", choice == option->choices ? "" : ", ", choice->name);
    }
}

void mct_option_range(const mct_option *option, char *text, size_t size) {
    char numbers[128];
    size_t length;

    text[0] = '\0';
    switch (option->type) {
    case MCT_OPTION_NUMBER: numeric_range(option, "a number", text, size); break;
    case MCT_OPTION_COUNT:
        snprintf(text, size, "a whole number %.0f ... %.0f", option->minimum, option->maximum);
        break;
    case MCT_OPTION_BOOLEAN: snprintf(text, size, "true or false"); break;
    case MCT_OPTION_CHOICE: choices_range(option, text, size); break;
    case MCT_OPTION_TEXT:
        if (option->choices) {
            choices_range(option, text, size);
        } else if (!option->note[0]) {
            snprintf(text, size, "text of %.0f ... %zu bytes, no control characters", option->minimum,
                     option->size - 1);
        }
        break;
    case MCT_OPTION_NUMBER_OR_ALL:
        numeric_range(option, "a number", numbers, sizeof numbers);
        snprintf(text, size, "all or %s", numbers);
        break;
    case MCT_OPTION_NUMBERS_OR_ALL:
        numeric_range(option, "numbers", numbers, sizeof numbers);
        snprintf(text, size, "all or a list of %s", numbers);
        break;
    case MCT_OPTION_RANGE:
        numeric_range(option, "numbers", numbers, sizeof numbers);
        snprintf(text, size, "[lowest, highest], two %s, the first smaller", numbers);
        break;
    case MCT_OPTION_UNAVAILABLE: break;
    }
    length = strlen(text);
    if (option->note[0]) snprintf(text + length, size - length, length ? " (%s)" : "%s", option->note);
}
