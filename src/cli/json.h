/* json.h: JSON as it is written.
 *
 * After a failed allocation nothing more is added, and cli_json_take returns NULL: no call in between needs a check. */
#ifndef MCT_CLI_JSON_H
#define MCT_CLI_JSON_H

#include "base/text.h"

enum { CLI_JSON_DEPTH = 8 };

/* Start from {0}. */
typedef struct cli_json {
    mct_text text;
    char closing[CLI_JSON_DEPTH]; /* [depth]: what closes each list and object that is open */
    size_t depth;
    bool more; /* the innermost has something in it */
} cli_json;

/* Everywhere: `key` is that of an object, NULL in a list and at the beginning. */

/* Opens the object "{}" or the list "[]". */
void cli_json_open(cli_json *to, const char *key, const char *brackets);
/* Closes the innermost. */
void cli_json_close(cli_json *to);

/* Numbers with up to 17 digits, the fewest that read back to the same; not finite: null. */
void cli_json_number(cli_json *to, const char *key, double number);
void cli_json_text(cli_json *to, const char *key, const char *text); /* NULL: null; made valid UTF-8 */
/* values[i], i < count, as a list. */
void cli_json_list(cli_json *to, const char *key, const double *values, size_t count);
/* components [all][all][points] as [q][mu][nu], of the first `species` of `all`. */
void cli_json_matrix(cli_json *to, const char *key, const double *components, size_t points, size_t species,
                     size_t all);
/* values [shape[0]]...[shape[rank-1]] as nested lists; rank 0: the number. */
void cli_json_array(cli_json *to, const char *key, const double *values, size_t rank, const size_t *shape);
/* JSON as it is; NULL: null. */
void cli_json_raw(cli_json *to, const char *key, const char *json);
/* The texts of `warnings`, each ended by a zero byte, as the list "warnings". */
void cli_json_warnings(cli_json *to, const mct_text *warnings);
/* The members that `from` has collected outside of any object. */
void cli_json_members(cli_json *to, const cli_json *from);

/* The text with everything closed, to be freed with free(), or NULL if memory ran out; *to is empty again. */
char *cli_json_take(cli_json *to);

#endif
