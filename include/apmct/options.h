/* options.h: the one table of options.
 *
 * A row says everything about one scalar option: its dotted key, type, place in the struct, range, default, unit
 * and help.  The configuration file, --set, --help, the JSON and YAML dumps and the HDF5 attributes all read this
 * table; an option is added by one row here and one field in its struct.  Elements of the two lists (species,
 * tagged) have a small table each, with keys relative to the element. */
#ifndef APMCT_OPTIONS_H
#define APMCT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mct_option_type {
    MCT_OPTION_NUMBER,         /* double, finite */
    MCT_OPTION_COUNT,          /* size_t */
    MCT_OPTION_BOOLEAN,        /* bool; true | false */
    MCT_OPTION_CHOICE,         /* an enum or int; one of `choices` */
    MCT_OPTION_TEXT,           /* char[size], terminated */
    MCT_OPTION_NUMBER_OR_ALL,  /* double; 0 is `all` */
    MCT_OPTION_NUMBERS_OR_ALL, /* mct_numbers (config.h); count 0 is `all` */
    MCT_OPTION_RANGE,          /* double[2], [lowest, highest], lowest < highest; both 0: not given */
    MCT_OPTION_UNAVAILABLE     /* a known key that this version cannot serve; `note` says so */
} mct_option_type;

typedef struct mct_choice {
    const char *name; /* NULL ends a list of choices */
    int value;
} mct_choice;

enum {
    MCT_OPTION_ABOVE_MINIMUM = 1, /* minimum itself is not allowed */
    MCT_OPTION_BELOW_MAXIMUM = 2, /* maximum itself is not allowed */
    MCT_OPTION_NOT_ARCHIVED = 4   /* does not change a result: left out of result files */
};

typedef struct mct_option {
    const char *key; /* dotted; for list elements relative to the element */
    mct_option_type type;
    size_t offset;           /* bytes from the start of mct_config, mct_species or mct_tagged */
    size_t size;             /* bytes of a MCT_OPTION_TEXT field */
    double minimum, maximum; /* of numbers; infinite where open-ended */
    unsigned flags;
    const mct_choice *choices; /* of MCT_OPTION_CHOICE, and of a MCT_OPTION_TEXT of few words; else NULL */
    const char *preset;        /* default as in a file; NULL: not given unless somebody gives it */
    const char *unit;          /* "" for none */
    const char *note;          /* addition to the range, "" for none */
    const char *help;          /* one line */
} mct_option;

/* The scalar options of mct_config in the order of the sections; [*count], static storage. */
const mct_option *mct_config_options(size_t *count);

/* The options of one element of mixture.species (fields of mct_species); [*count], static storage. */
const mct_option *mct_species_options(size_t *count);

/* The options of one element of tagged (fields of mct_tagged); [*count], static storage. */
const mct_option *mct_tagged_options(size_t *count);

/* Row with this key in rows[count], or NULL. */
const mct_option *mct_option_find(const mct_option *rows, size_t count, const char *key);

/* Reads `text` into the field of `base` (mct_config *, mct_species * or mct_tagged *); false, and the field
 * untouched, where it is not whole, not finite or outside the range.  Types that one scalar can hold. */
bool mct_option_parse(const mct_option *option, const char *text, void *base);

/* Whether a number is inside the range of the option. */
bool mct_option_in_range(const mct_option *option, double value);

/* The field of `base` as in a file, shortest form that reads back to the same value, into text[size].
 * Lists are not scalars: see config.h. */
void mct_option_format(const mct_option *option, const void *base, char *text, size_t size);

/* What is allowed, to stand after "must be": "a number >= 1 (1 is passive)"; into text[size]. */
void mct_option_range(const mct_option *option, char *text, size_t size);

/* Whether an option without preset has been given a value. */
bool mct_option_is_set(const mct_option *option, const void *base);

#ifdef __cplusplus
}
#endif
#endif
