/* mixture.h: what the sample is made of. */
#ifndef APMCT_MIXTURE_H
#define APMCT_MIXTURE_H

#include "apmct/context.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MCT_NAME_LENGTH = 64 }; /* bytes of a species name, terminator included */

typedef struct mct_species {
    char name[MCT_NAME_LENGTH]; /* unique in the mixture */
    double fraction;            /* x: number fraction, (0, 1], all sum to 1 */
    double activity;            /* lambda: >= 1, 1 is passive; default 1 */
    double diffusivity;         /* D: bare diffusivity, > 0, in units of D0; default 1 */
    double diameter;            /* > 0, in units of d; default 1 */
} mct_species;

typedef struct mct_mixture {
    double packing_fraction; /* phi, (0, 1) */
    size_t species_count;    /* m >= 1 */
    mct_species *species;    /* [m]; owned by whoever made the mixture */
} mct_mixture;

/* Range check: packing fraction in (0, 1) (warning above 0.74, close packing), fractions in (0, 1] summing to 1
 * within 1e-12, activity >= 1, diffusivity and diameter > 0, all finite, names unique.
 * Errors: MCT_ARGUMENT naming the key (mixture.species.1.activity), its value and the range. */
mct_status mct_mixture_check(mct_context *context, const mct_mixture *mixture);

/* The fraction of a tagged particle: its own contribution to all others, and theirs to its self part beyond the limit of
 * fraction 0, are of this size or its root, below the rounding of 1. */
#define MCT_TAGGED_FRACTION 1e-30

/* A tagged particle: one of a species, by its name, or a particle of its own. */
typedef struct mct_tagged {
    char name[MCT_NAME_LENGTH];
    double activity;    /* >= 1; default 1 */
    double diffusivity; /* > 0, D0; default 1 */
    bool own;           /* false: the species of this name (activity and diffusivity are then its own) */
} mct_tagged;

/* `mixture` and after its species `count` tagged particles, of the diameter of species 0.  species: [m + count], of the
 * caller, who keeps it as long as the mixture returned.  Phi_ss of such a species is the tagged particle's correlator
 * phi^s(q,t), with S_ss = 1.  One that has the name of a species is called "tagged-NAME", since names are unique. */
mct_mixture mct_mixture_with_tagged(const mct_mixture *mixture, size_t count, const mct_tagged *tagged,
                                    mct_species *species);

/* Total number density 6 phi / (pi sum x d^3), 1/d^3. */
double mct_mixture_density(const mct_mixture *mixture);

#ifdef __cplusplus
}
#endif
#endif
