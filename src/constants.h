/* constants.h: numbers that C11 leaves to others. */
#ifndef MCT_CONSTANTS_H
#define MCT_CONSTANTS_H

#define MCT_PI 3.14159265358979323846

#endif
