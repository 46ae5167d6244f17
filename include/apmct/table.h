/* table.h: what many state points gave, whoever computed them: the keys that were varied, and columns of numbers. */
#ifndef APMCT_TABLE_H
#define APMCT_TABLE_H

#include "apmct/status.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MCT_TABLE_ERROR_LENGTH = 320 };

/* Numbers that every point of a command gives: value [shape[0]]...[shape[rank-1]], rank 0: one number; NaN where a
 * point failed or has none. */
typedef struct mct_table_column {
    const char *name, *unit, *description;
    size_t rank, shape[4];
    size_t offset, width;              /* in a row; the product of the shape */
    bool is_matrix;                    /* [N][m][m] */
    bool is_list;                      /* ends at the first NaN */
    const char *(*text)(double value); /* of a number that stands for a word; else NULL */
} mct_table_column;

/* A view of points that are all computed; what it refers to is its owner's. */
typedef struct mct_table {
    size_t points, key_count, column_count;
    const mct_table_column *columns; /* [column_count] */
    const void *user;                /* for the functions */
    const char *(*key)(const void *user, size_t key);
    const char *(*value)(const void *user, size_t point, size_t key); /* as in a configuration file */
    const double *(*row)(const void *user, size_t point);             /* `columns` at their offsets */
    mct_status (*status)(const void *user, size_t point);
    const char *(*error)(const void *user, size_t point, char text[MCT_TABLE_ERROR_LENGTH]); /* "" if none */
    unsigned long (*evaluations)(const void *user, size_t point);
} mct_table;

#ifdef __cplusplus
}
#endif
#endif
