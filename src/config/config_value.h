/* config_value.h: a YAML value as a tree of our own, with the lines that messages need.  Internal to this room. */
#ifndef MCT_CONFIG_VALUE_H
#define MCT_CONFIG_VALUE_H

#include "apmct/config.h"
#include "base/text.h"

typedef enum mct_value_kind { MCT_VALUE_SCALAR, MCT_VALUE_LIST, MCT_VALUE_MAP } mct_value_kind;

struct mct_value {
    mct_value_kind kind;
    bool quoted;        /* a scalar in quotes is text, never a number */
    unsigned long line; /* of the file, from 1 */
    char *key;          /* of an item of a map, else NULL */
    char *text;         /* of a scalar, else NULL */
    size_t count;       /* of a list or map */
    mct_value *items;   /* [count], owned */
};

enum { MCT_VALUE_DEPTH_MAX = 64, MCT_VALUE_NODES_MAX = 200000, MCT_VALUE_KEYS_MAX = 1000 };

/* One YAML document from text[length]; *value is NULL if it is empty.  `name` is the file of messages ("name:line: ");
 * `is_file` false: `name` alone.  Errors: MCT_CONFIG (syntax, duplicate keys, several documents, nesting, size),
 * MCT_MEMORY. */
mct_status mct_value_parse(mct_context *context, const char *name, bool is_file, const char *text, size_t length,
                           mct_value **value);

mct_status mct_value_copy(mct_context *context, const mct_value *from, mct_value **copy);
void mct_value_destroy(mct_value *value);

/* A map with nothing in it.  A scalar of this text (copied).  NULL if memory ran out. */
mct_value *mct_value_new_map(void);
mct_value *mct_value_new_scalar(const char *text);

/* The item of a map, or NULL. */
mct_value *mct_value_find(const mct_value *map, const char *key);

/* Merges `from` into the map `into`: maps merge, everything else replaces.  Errors: MCT_MEMORY. */
mct_status mct_value_merge(mct_context *context, mct_value *into, const mct_value *from);

/* Puts a copy of `from` into the map under `key`, merging where both are maps.  Errors: MCT_MEMORY. */
mct_status mct_value_put(mct_context *context, mct_value *map, const char *key, const mct_value *from);

/* The value as JSON, which is YAML too. */
void mct_value_print(const mct_value *value, mct_text *text);

#endif
