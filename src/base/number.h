/* number.h: numbers to and from text, the same in every locale. */
#ifndef MCT_NUMBER_H
#define MCT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

enum { MCT_NUMBER_LENGTH = 32 }; /* bytes that mct_number_format needs at most */

/* A decimal number that takes all of `text` and is finite; false otherwise ("0.5zz", "nan", "1e999", "", "0x1"). */
bool mct_number_parse(const char *text, double *value);

/* The shortest decimal form that reads back to the same number, into text[size]; ".inf", "-.inf", ".nan" as in YAML. */
void mct_number_format(double value, char *text, size_t size);

#endif
