/* checksum.h: CRC-32 (ISO 3309, the polynomial of zlib and Ethernet). */
#ifndef MCT_CHECKSUM_H
#define MCT_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Of data[size], going on from `before` (0 at first): crc32(b, crc32(a, 0)) is that of a and b joined. */
uint32_t mct_checksum(const void *data, size_t size, uint32_t before);

#endif
