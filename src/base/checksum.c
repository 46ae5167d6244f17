/* checksum.c: CRC-32, eight bytes at a time by tables. */
#include "base/checksum.h"

#include <pthread.h>

enum { SLICES = 8 };

static const uint32_t polynomial = 0xEDB88320;

static uint32_t table[SLICES][256];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

/* table[s][b]: what byte b does to the remainder when s bytes follow it. */
static void fill_table(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t remainder = byte;

        for (int bit = 0; bit < 8; bit++) remainder = (remainder >> 1) ^ (remainder & 1 ? polynomial : 0);
        table[0][byte] = remainder;
    }
    for (int s = 1; s < SLICES; s++) {
        for (int byte = 0; byte < 256; byte++) {
            table[s][byte] = (table[s - 1][byte] >> 8) ^ table[0][table[s - 1][byte] & 0xFF];
        }
    }
}

uint32_t mct_checksum(const void *data, size_t size, uint32_t before) {
    const unsigned char *at = data;
    uint32_t remainder = ~before;

    pthread_once(&table_once, fill_table);
    for (; size >= SLICES; size -= SLICES, at += SLICES) {
        const uint32_t low =
            remainder ^ ((uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24);

        remainder = table[7][low & 0xFF] ^ table[6][low >> 8 & 0xFF] ^ table[5][low >> 16 & 0xFF] ^
                    table[4][low >> 24] ^ table[3][at[4]] ^ table[2][at[5]] ^ table[1][at[6]] ^ table[0][at[7]];
    }
    for (; size > 0; size--, at++) remainder = (remainder >> 8) ^ table[0][(remainder ^ *at) & 0xFF];
    return ~remainder;
}
