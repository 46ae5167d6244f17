/* text.h: text that grows; what is valid text; how far two words are apart. */
#ifndef MCT_TEXT_H
#define MCT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Start from {0}.  After a failed allocation nothing more is added and mct_text_take returns NULL. */
typedef struct mct_text {
    char *data;
    size_t length, capacity;
    bool failed;
} mct_text;

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void mct_text_add(mct_text *text, const char *format, ...);

/* `length` bytes as they are. */
void mct_text_add_bytes(mct_text *text, const char *bytes, size_t length);

/* `string` in double quotes, escaped as JSON and YAML want it, of which both read the same; bytes that are not UTF-8
 * become U+FFFD. */
void mct_text_add_quoted(mct_text *text, const char *string);

/* Bytes of the valid UTF-8 sequence at `at`, 0 if there is none (RFC 3629: no surrogates, nothing overlong). */
size_t mct_utf8_length(const char *at);

/* Bytes of the control character at `at` (U+0001 to U+001F, U+007F to U+009F), 0 if there is none. */
size_t mct_text_control(const char *at);

bool mct_text_has_control(const char *text);

/* Whether `text` is valid UTF-8 without control characters other than those in `allowed`. */
bool mct_text_is_printable(const char *text, const char *allowed);

/* `text` as one line that cannot act upon a terminal, for names of files, which may hold control characters; cut to
 * `size`. */
void mct_text_line(const char *text, char *line, size_t size);

/* Levenshtein distance of two texts of less than MCT_DISTANCE_MAX bytes; a longer one is far from everything. */
enum { MCT_DISTANCE_MAX = 256 };
size_t mct_text_distance(const char *a, const char *b);

/* Whether `word` may be mistyped for one at this distance: about a third of it at most differs. */
bool mct_text_is_near(const char *word, size_t distance);

/* The text, to be freed with free(), or NULL if memory ran out; *text is empty again. */
char *mct_text_take(mct_text *text);

#endif
