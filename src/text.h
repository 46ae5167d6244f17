/* text.h: text that grows. */
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

/* `string` in double quotes, escaped as JSON wants it (YAML reads the same); bytes that are not UTF-8 become U+FFFD. */
void mct_text_add_quoted(mct_text *text, const char *string);

/* The text, to be freed with free(), or NULL if memory ran out; *text is empty again. */
char *mct_text_take(mct_text *text);

#endif
