/* config_internal.h: what the files of this room share. */
#ifndef MCT_CONFIG_INTERNAL_H
#define MCT_CONFIG_INTERNAL_H

#include "apmct/config.h"
#include "config/config_value.h"

enum { MCT_LIST_MAX = 1000, MCT_KEY_LENGTH = 256 };

/* Where a value that is being read comes from. */
typedef struct mct_source {
    const char *name; /* the file, or what was typed: "--set grid.points=80"; NULL: nothing to name */
    bool is_file;
    const char *key; /* the key of a single assignment, else NULL */
} mct_source;

/* The two lists whose elements have tables of their own. */
typedef enum mct_list_kind { MCT_LIST_SPECIES, MCT_LIST_TAGGED, MCT_LIST_COUNT } mct_list_kind;

const char *mct_list_key(mct_list_kind kind); /* "mixture.species" | "tagged" */
const mct_option *mct_list_options(mct_list_kind kind, size_t *count);
size_t mct_list_count(const mct_config *config, mct_list_kind kind);
void *mct_list_element(const mct_config *config, mct_list_kind kind, size_t index);

/* One more element with defaults / no element at all. */
mct_status mct_list_append(mct_context *context, mct_config *config, mct_list_kind kind);
void mct_list_clear(mct_config *config, mct_list_kind kind);

/* If `key` is "LIST" or "LIST.…": true, and *rest is what follows LIST ("" or ".…"). */
bool mct_list_match(const char *key, mct_list_kind *kind, const char **rest);

/* A whole index at the start of `text`, followed by '.' or the end; *end is there. */
bool mct_index_parse(const char *text, size_t *index, const char **end);

/* Reads `value` into what `key` names ("" is everything).  Errors: MCT_CONFIG, MCT_MEMORY. */
mct_status mct_config_read(mct_context *context, mct_config *config, const mct_source *source, const char *key,
                           const mct_value *value);

/* Whether a --set value of this key is taken literally (a scalar) and not as YAML. */
bool mct_config_key_is_scalar(const char *key);

/* The row and a key that can be varied ("grid.spacing", "mixture.species.0.activity"), or NULL. */
const mct_option *mct_config_find_row(const char *key, mct_list_kind *kind, bool *in_list);

/* Shape of section sweep: of a part that is being read / of the whole after all was read. */
mct_status mct_sweep_read(mct_context *context, mct_config *config, const mct_source *source, const char *key,
                          const mct_value *value);
mct_status mct_sweep_check(mct_context *context, const mct_config *config);

/* "; the nearest known one is KEY" for an unknown key into text[size]; "" if none is near. */
void mct_config_nearest(const mct_config *config, const char *key, char *text, size_t size);

/* Fails with MCT_CONFIG: source and line, key, value where there is one, then the text. */
#if defined(__GNUC__)
__attribute__((format(printf, 6, 7)))
#endif
mct_status
mct_config_fail(mct_context *context, const mct_source *source, unsigned long line, const char *key,
                const mct_value *value, const char *format, ...);

/* Fails with MCT_CONFIG for a key that was read before: its origin, then the text ("KEY = VALUE: must be ..."). */
mct_status mct_config_fail_origin(mct_context *context, const mct_config *config, const char *key, const char *text);

/* Fails with MCT_MEMORY. */
mct_status mct_config_out_of_memory(mct_context *context);

/* Remembers where a key came from; forgets all keys that start with `prefix`. */
mct_status mct_origin_record(mct_context *context, mct_config *config, const mct_source *source, const char *key,
                             unsigned long line);
void mct_origin_forget(mct_config *config, const char *prefix);
void mct_origins_destroy(mct_config_origins *origins);

#endif
