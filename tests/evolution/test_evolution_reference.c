/* test_evolution_reference.c: correlators against a naive integration of the equation of motion. */
#include "evolution/evolution_fixture.h"

/* The library's row nearest to `time` of a mixture on a small grid against the reference at the same time. */
static void compare(const mct_mixture *mixture, const mct_grid *grid, const mct_evolution_options *options, double time,
                    double allowed) {
    mct_context *context = support_context(1);
    const size_t n = mixture->species_count * mixture->species_count * grid->points;
    record rows = {0};
    mct_evolution *evolution = run_to_end(context, options, grid, mixture, &rows);
    size_t row = 0;
    while (row + 1 < rows.count[0] && rows.time[0][row] < time) row++;
    reference_state *state = reference_state_create(grid, mixture);
    long double *expected = reference_array(n), *wide = reference_widen(n, rows.phi[0] + row * n), error;
    reference_evolution(state, (long double)rows.time[0][row], 80, 5, expected, &error);
    const double distance = (double)reference_distance(state, wide, expected);
    double decay = 0.0; /* it must be a test of something */
    for (size_t q = 0; q < grid->points; q++) decay = fmax(decay, 1.0 - rows.phi[0][row * n + q] / (double)state->S[q]);
    cr_expect(decay > 0.5, "only %g decayed", decay);
    cr_expect((double)error < 0.3 * allowed, "the reference is right to %.1Le", error);
    cr_expect(distance < allowed, "m = %zu, t = %g: %.3e", mixture->species_count, rows.time[0][row], distance);
    free(expected), free(wide);
    reference_state_destroy(state);
    record_clear(&rows);
    mct_evolution_destroy(evolution);
    mct_context_destroy(context);
}

Test(evolution_reference, one_species) {
    const double all[] = {1.0};
    mct_species species[1];
    const mct_grid grid = {.points = 12, .spacing = 1.0};
    const mct_mixture mixture = support_mixture(species, 0.5, 1, all, NULL);
    mct_evolution_options options = mct_evolution_options_default();
    options.time.until = 1.0;
    options.time.tolerance = 1e-13;
    compare(&mixture, &grid, &options, 0.2, 3e-8);
}

Test(evolution_reference, two_active_species_of_unequal_diffusivity) {
    const double parts[] = {0.3, 0.7}, activities[] = {3.0, 1.2};
    mct_species species[2];
    const mct_grid grid = {.points = 10, .spacing = 1.1};
    const mct_mixture mixture = support_mixture(species, 0.58, 2, parts, activities);
    species[0].diffusivity = 0.7, species[1].diffusivity = 1.6;
    mct_evolution_options options = mct_evolution_options_default();
    options.time.until = 1.0;
    options.time.tolerance = 1e-13;
    compare(&mixture, &grid, &options, 0.1, 3e-8);
    options.time.order = 3, options.time.steps_per_block = 128;
    compare(&mixture, &grid, &options, 0.1, 1e-7);
    options.time.scheme = MCT_TIME_MOMENTS, options.time.steps_per_block = 512;
    compare(&mixture, &grid, &options, 0.1, 1e-4);
}
