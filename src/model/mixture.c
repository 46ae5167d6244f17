/* mixture.c: what the sample is made of. */
#include "apmct/mixture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/constants.h"
#include "base/need.h"
#include "base/number.h"

static const double close_packing = 0.74;       /* face-centred cubic, 0.74048 */
static const double fraction_tolerance = 1e-12; /* of the sum of the fractions */

static mct_status check_species(mct_context *context, size_t index, const mct_species *species) {
    const struct {
        const char *key;
        double value;
        bool allowed;
        const char *range;
    } rows[] = {
        {"fraction", species->fraction, species->fraction > 0 && species->fraction <= 1, "a number in (0, 1]"},
        {"activity", species->activity, species->activity >= 1, "a number >= 1 (1 is passive)"},
        {"diffusivity", species->diffusivity, species->diffusivity > 0, "a number > 0"},
        {"diameter", species->diameter, species->diameter > 0, "a number > 0"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].allowed || !isfinite(rows[i].value)) {
            char text[MCT_NUMBER_LENGTH];

            mct_number_format(rows[i].value, text, sizeof text);
            return mct_fail(context, MCT_ARGUMENT, "mixture.species.%zu.%s = %s: must be %s", index, rows[i].key, text,
                            rows[i].range);
        }
    }
    return MCT_OK;
}

mct_status mct_mixture_check(mct_context *context, const mct_mixture *mixture) {
    MCT_NEED(context, mixture);
    char text[MCT_NUMBER_LENGTH];
    double sum = 0;

    mct_number_format(mixture->packing_fraction, text, sizeof text);
    if (!(mixture->packing_fraction > 0 && mixture->packing_fraction < 1)) {
        return mct_fail(context, MCT_ARGUMENT, "mixture.packing_fraction = %s: must be a number in (0, 1)", text);
    }
    if (mixture->species_count < 1 || !mixture->species) {
        return mct_fail(context, MCT_ARGUMENT, "mixture.species: must be a list of at least one species");
    }
    for (size_t i = 0; i < mixture->species_count; i++) {
        MCT_TRY(check_species(context, i, &mixture->species[i]));
        sum += mixture->species[i].fraction;
        for (size_t j = 0; j < i; j++) {
            if (strcmp(mixture->species[i].name, mixture->species[j].name) == 0) {
                return mct_fail(context, MCT_ARGUMENT,
                                "mixture.species.%zu.name = %s: must be unique (mixture.species.%zu has it)", i,
                                mixture->species[i].name, j);
            }
        }
    }
    if (fabs(sum - 1) > fraction_tolerance) {
        return mct_fail(context, MCT_ARGUMENT, "mixture.species: fractions sum to %.15g, must sum to 1", sum);
    }
    if (mixture->packing_fraction > close_packing) {
        mct_tell(context, MCT_MESSAGE_WARNING,
                 "mixture.packing_fraction = %s is above close packing, %g: the equations have solutions, the liquid "
                 "does not",
                 text, close_packing);
    }
    return MCT_OK;
}

mct_mixture mct_mixture_with_tagged(const mct_mixture *mixture, size_t count, const mct_tagged *tagged,
                                    mct_species *species) {
    static const char prefix[] = "tagged-";
    const int room = MCT_NAME_LENGTH - (int)sizeof prefix;
    const size_t m = mixture->species_count;
    memmove(species, mixture->species, m * sizeof *species);
    for (size_t t = 0; t < count; t++) {
        mct_species *const s = &species[m + t];
        *s = (mct_species){.fraction = MCT_TAGGED_FRACTION,
                           .activity = tagged[t].activity,
                           .diffusivity = tagged[t].diffusivity,
                           .diameter = species[0].diameter};
        bool taken = false;
        for (size_t mu = 0; mu < m; mu++) taken |= strcmp(species[mu].name, tagged[t].name) == 0;
        snprintf(s->name, sizeof s->name, "%s%.*s", taken ? prefix : "", taken ? room : MCT_NAME_LENGTH - 1,
                 tagged[t].name);
    }
    return (mct_mixture){.packing_fraction = mixture->packing_fraction, .species_count = m + count, .species = species};
}

double mct_mixture_density(const mct_mixture *mixture) {
    double volume = 0; /* mean d^3 */

    for (size_t i = 0; i < mixture->species_count; i++) {
        const mct_species *species = &mixture->species[i];

        volume += species->fraction * species->diameter * species->diameter * species->diameter;
    }
    return 6 * mixture->packing_fraction / (MCT_PI * volume);
}
