/* text.c: text that grows; what is valid text; how far two words are apart. */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(mct_text *text, size_t more) {
    size_t capacity = text->capacity ? text->capacity : 256;
    char *data;

    if (text->failed) return false;
    if (text->length + more + 1 <= text->capacity) return true;
    while (capacity < text->length + more + 1) capacity *= 2;
    data = realloc(text->data, capacity);
    if (!data) {
        text->failed = true;
        return false;
    }
    text->data = data;
    text->capacity = capacity;
    return true;
}

void mct_text_add(mct_text *text, const char *format, ...) {
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !reserve(text, (size_t)length)) {
        text->failed = true;
        return;
    }
    va_start(arguments, format);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

void mct_text_add_bytes(mct_text *text, const char *bytes, size_t length) {
    if (!reserve(text, length)) return;
    memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

size_t mct_utf8_length(const char *text) {
    const unsigned char *at = (const unsigned char *)text;
    size_t length;

    if (at[0] < 0x80) return 1;
    if (at[0] < 0xC2 || at[0] > 0xF4) return 0;
    length = at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80) return 0;
    }
    if ((at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xED && at[1] > 0x9F)) return 0;
    if ((at[0] == 0xF0 && at[1] < 0x90) || (at[0] == 0xF4 && at[1] > 0x8F)) return 0;
    return length;
}

size_t mct_text_control(const char *at) {
    const unsigned char *byte = (const unsigned char *)at;

    if (byte[0] == 0xC2) return byte[1] >= 0x80 && byte[1] < 0xA0 ? 2 : 0;
    return (byte[0] > 0 && byte[0] < 0x20) || byte[0] == 0x7F ? 1 : 0;
}

bool mct_text_has_control(const char *text) {
    for (; *text; text++) {
        if (mct_text_control(text) > 0) return true;
    }
    return false;
}

bool mct_text_is_printable(const char *text, const char *allowed) {
    for (const char *at = text; *at;) {
        const size_t length = mct_utf8_length(at);

        if (length == 0 || (mct_text_control(at) > 0 && !(length == 1 && strchr(allowed, *at)))) return false;
        at += length;
    }
    return true;
}

void mct_text_line(const char *text, char *line, size_t size) {
    size_t length = 0;

    for (const char *at = text; *at && length + sizeof "\\u0000" < size; at++) {
        const size_t control = mct_text_control(at);

        if (control == 0) {
            line[length++] = *at;
        } else if (*at == '\n') {
            length += (size_t)sprintf(line + length, "\\n");
        } else if (control == 1) {
            length += (size_t)sprintf(line + length, "\\x%02X", (unsigned)*at);
        } else {
            length += (size_t)sprintf(line + length, "\\u%04X", (unsigned)(unsigned char)at[1]);
            at++;
        }
    }
    line[length] = '\0';
}

size_t mct_text_distance(const char *a, const char *b) {
    const size_t length_a = strlen(a), length_b = strlen(b);
    size_t row[MCT_DISTANCE_MAX];

    if (length_a >= MCT_DISTANCE_MAX || length_b >= MCT_DISTANCE_MAX) return 2 * MCT_DISTANCE_MAX;
    for (size_t j = 0; j <= length_b; j++) row[j] = j;
    for (size_t i = 1; i <= length_a; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            const size_t substituted = diagonal + (a[i - 1] != b[j - 1]);
            size_t best = row[j] + 1;

            diagonal = row[j];
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            if (substituted < best) best = substituted;
            row[j] = best;
        }
    }
    return row[length_b];
}

bool mct_text_is_near(const char *word, size_t distance) {
    return distance <= (strlen(word) + 2) / 3;
}

/* What a YAML file must not contain as it is, or takes for the end of a line: U+0080 to U+009F, U+2028, U+2029,
 * U+FEFF, U+FFFE, U+FFFF. */
static bool is_escaped_in_yaml(const unsigned char *at, size_t length) {
    if (length == 2) return mct_text_control((const char *)at) == 2;
    if (length != 3) return false;
    return (at[0] == 0xE2 && at[1] == 0x80 && (at[2] == 0xA8 || at[2] == 0xA9)) ||
           (at[0] == 0xEF && ((at[1] == 0xBB && at[2] == 0xBF) || (at[1] == 0xBF && at[2] >= 0xBE)));
}

void mct_text_add_quoted(mct_text *text, const char *string) {
    mct_text_add(text, "\"");
    for (const unsigned char *at = (const unsigned char *)string; *at;) {
        const size_t length = mct_utf8_length((const char *)at);

        if (length == 0) {
            mct_text_add(text, "\\uFFFD");
        } else if (*at == '"' || *at == '\\') {
            mct_text_add(text, "\\%c", *at);
        } else if (mct_text_control((const char *)at) == 1) {
            mct_text_add(text, "\\u%04X", *at);
        } else if (is_escaped_in_yaml(at, length)) {
            mct_text_add(text, "\\u%04X",
                         length == 2 ? at[1] : (at[0] & 0x0Fu) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu));
        } else {
            mct_text_add(text, "%.*s", (int)length, (const char *)at);
        }
        at += length ? length : 1;
    }
    mct_text_add(text, "\"");
}

char *mct_text_take(mct_text *text) {
    char *data = text->data;

    if (text->failed) {
        free(data);
        data = NULL;
    }
    *text = (mct_text){0};
    return data;
}
