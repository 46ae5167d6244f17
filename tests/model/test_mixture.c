/* test_mixture.c: what a mixture may be. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "apmct/apmct.h"

static mct_context *context;
static int warnings;
static mct_species species[2];
static mct_mixture mixture;

static void count(void *user, mct_message_kind kind, const char *text) {
    (void)user;
    (void)text;
    warnings += kind == MCT_MESSAGE_WARNING;
}

static void good_mixture(void) {
    species[0] = (mct_species){"active", 0.25, 2, 1, 1};
    species[1] = (mct_species){"passive", 0.75, 1, 1, 1};
    mixture = (mct_mixture){0.5, 2, species};
}

static void set_up(void) {
    cr_assert_eq(mct_context_create(&context), MCT_OK);
    mct_context_set_messages(context, count, NULL);
    warnings = 0;
    good_mixture();
}

static void tear_down(void) {
    mct_context_destroy(context);
}

TestSuite(mixture, .init = set_up, .fini = tear_down);

static void expect_failure(const char *key) {
    cr_assert_eq(mct_mixture_check(context, &mixture), MCT_ARGUMENT, "%s", key);
    cr_assert(strstr(mct_context_error(context), key), "%s", mct_context_error(context));
    good_mixture();
}

Test(mixture, good_ones_pass) {
    cr_assert_eq(mct_mixture_check(context, &mixture), MCT_OK);
    cr_assert_eq(warnings, 0);
}

Test(mixture, close_packing_is_a_warning) {
    mixture.packing_fraction = 0.75;
    cr_assert_eq(mct_mixture_check(context, &mixture), MCT_OK);
    cr_assert_eq(warnings, 1);
}

Test(mixture, packing_fraction_is_inside_0_and_1) {
    const double bad[] = {0, 1, -0.1, 1.5, NAN, INFINITY};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mixture.packing_fraction = bad[i];
        expect_failure("mixture.packing_fraction");
    }
}

Test(mixture, every_field_has_its_range) {
    species[1].fraction = 0;
    expect_failure("mixture.species.1.fraction");
    species[0].fraction = 1.25;
    expect_failure("mixture.species.0.fraction");
    species[1].activity = 0.5;
    expect_failure("mixture.species.1.activity = 0.5: must be a number >= 1");
    species[0].activity = INFINITY;
    expect_failure("mixture.species.0.activity");
    species[0].diffusivity = 0;
    expect_failure("mixture.species.0.diffusivity");
    species[0].diameter = -1;
    expect_failure("mixture.species.0.diameter");
    species[0].diameter = NAN;
    expect_failure("mixture.species.0.diameter");
    species[0].fraction = 0.3;
    expect_failure("fractions sum to 1.05");
    strcpy(species[1].name, "active");
    expect_failure("mixture.species.1.name = active");
    mixture.species_count = 0;
    expect_failure("mixture.species");
    mixture.species = NULL;
    expect_failure("mixture.species");
}

Test(mixture, density_is_that_of_the_packing_fraction) {
    cr_assert_float_eq(mct_mixture_density(&mixture), 3 / M_PI, 1e-15);
    species[0].diameter = 2; /* mean d^3 = 0.25 * 8 + 0.75 = 2.75 */
    cr_assert_float_eq(mct_mixture_density(&mixture), 3 / M_PI / 2.75, 1e-15);
}
