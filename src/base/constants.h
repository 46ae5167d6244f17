/* constants.h: numbers that C11 leaves to others. */
#ifndef MCT_CONSTANTS_H
#define MCT_CONSTANTS_H

#define MCT_PI 3.14159265358979323846

/* Weights of the corrected midpoint rule D + d2 D/24 - 17 d4 D/5760 at distance 0, 1, 2 (docs/theory.md, "Corrected
 * quadrature"). */
#define MCT_CORRECTED_WEIGHTS \
    { 1.0 - 2.0 / 24.0 - 17.0 * 6.0 / 5760.0, 1.0 / 24.0 + 17.0 * 4.0 / 5760.0, -17.0 / 5760.0 }

#endif
