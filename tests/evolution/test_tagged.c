/* test_tagged.c: tagged particles as the limit of a species of fraction 0; their mean-squared displacement. */
#include "evolution/evolution_fixture.h"

static const mct_grid coarse = {.points = 40, .spacing = 0.8};
static const mct_tagged passive = {.name = "t", .activity = 1.0, .diffusivity = 1.0, .own = true};
static const mct_tagged lively = {.name = "l", .activity = 4.0, .diffusivity = 0.5, .own = true};
enum { Q = 9 }; /* k = 7.6 on the coarse grid */

/* Displacements as they come, of up to 8 points. */
static mct_status record_displacement(void *user, size_t point, double time, const double *dr2) {
    return record_row(user, point, time, dr2);
}

/* Runs `mixture` with tagged particles to its end, with the displacement of each; rows and displacements unless NULL. */
static mct_evolution *run_tagged(mct_context *context, mct_evolution_options options, const mct_grid *grid,
                                 const mct_mixture *mixture, size_t count, const mct_tagged *tagged, record *rows,
                                 record *moved) {
    mct_species species[SPECIES_MAX];
    size_t wanted[SPECIES_MAX];
    const mct_mixture extended = mct_mixture_with_tagged(mixture, count, tagged, species);
    for (size_t t = 0; t < count; t++) wanted[t] = mixture->species_count + t;
    options.displaced_count = moved ? count : 0;
    options.displaced = wanted;
    mct_evolution *evolution = evolution_of(context, &options, grid, 1, &extended);
    if (rows) {
        rows->n = extended.species_count * extended.species_count * grid->points;
        mct_evolution_set_sink(evolution, record_row, rows);
    }
    if (moved) {
        moved->n = count;
        mct_evolution_set_displacement_sink(evolution, record_displacement, moved);
    }
    cr_assert_eq(mct_evolution_run(evolution), MCT_OK, "%s", mct_context_error(context));
    cr_assert_eq(mct_evolution_check(evolution), MCT_OK, "%s", mct_context_error(context));
    return evolution;
}

static mct_evolution_options until(double time) {
    mct_evolution_options options = mct_evolution_options_default();
    options.time.until = time;
    options.time.tolerance = 1e-12;
    return options;
}

/* --- The limit of fraction 0 ---------------------------------------------------------------------------------- */

Test(tagged, a_mixture_with_tagged_particles_is_one) {
    mct_context *context = support_context(1);
    mct_species species[2], extended_species[4];
    const mct_mixture mixture = support_mixture(species, 0.5, 2, half, NULL);
    const mct_tagged tagged[] = {lively, {.name = "1", .activity = 1.0, .diffusivity = 1.0}};
    const mct_mixture extended = mct_mixture_with_tagged(&mixture, 2, tagged, extended_species);
    cr_expect_eq(mct_mixture_check(context, &extended), MCT_OK, "%s", mct_context_error(context));
    cr_expect_eq(extended.species_count, 4);
    cr_expect_str_eq(extended.species[2].name, "l");
    cr_expect_str_eq(extended.species[3].name, "tagged-1", "the name of a species is not taken twice");
    cr_expect_eq(extended.species[2].activity, 4.0);
    cr_expect_eq(extended.species[2].diffusivity, 0.5);
    cr_expect_eq(mct_mixture_density(&extended), mct_mixture_density(&mixture));
    mct_context_destroy(context);
}

/* tau of Phi_ss at 0.1 of a species of fraction x, the last of three, in either path of the kernel. */
static double last_species(double x, mct_kernel_path path) {
    mct_context *context = support_context(1);
    mct_evolution_options options = until(1.0);
    options.solver.path = path;
    const double fractions[] = {0.5 * (1.0 - x), 0.5 * (1.0 - x), x}, activities[] = {2.0, 1.0, lively.activity};
    mct_species species[3];
    const mct_mixture mixture = support_mixture(species, 0.5, 3, fractions, activities);
    species[2].diffusivity = lively.diffusivity;
    mct_evolution *evolution = run_to_end(context, &options, &coarse, &mixture, NULL);
    const double value = tau_of(evolution, 3, 40, MCT_RELAXATION_TENTH, 2, Q);
    mct_evolution_destroy(evolution);
    mct_context_destroy(context);
    return value;
}

Test(tagged, a_species_of_small_fraction_tends_to_it) {
    const double limit = last_species(MCT_TAGGED_FRACTION, MCT_PATH_AUTO);
    double error[4], x = 1e-3;
    for (size_t n = 0; n < 4; n++, x *= 0.1) error[n] = last_species(x, MCT_PATH_AUTO) / limit - 1.0;
    for (size_t n = 0; n + 1 < 4; n++) {
        cr_expect(fabs(error[n] / error[n + 1] - 10.0) < 0.1, "x = 1e-%zu: %.3e, %.3e", n + 3, error[n], error[n + 1]);
    }
    const double extrapolated = (10.0 * error[3] - error[2]) / 9.0;
    cr_expect(fabs(extrapolated) < 1e-10, "%.2e", extrapolated);
    const double general = last_species(MCT_TAGGED_FRACTION, MCT_PATH_GENERAL) / limit - 1.0;
    cr_expect(fabs(general) < 1e-11, "general path %.2e", general);
}

Test(tagged, it_does_not_disturb_the_others_nor_they_one_another) {
    mct_context *context = support_context(1);
    const mct_evolution_options options = until(0.02);
    const double activities[] = {2.0, 1.0};
    const mct_tagged both[] = {lively, passive};
    mct_species species[2];
    const mct_mixture mixture = support_mixture(species, 0.5, 2, half, activities);
    double *alone = calloc(4 * 40, sizeof *alone), *phi[2];
    mct_evolution *e = run_to_end(context, &options, &coarse, &mixture, NULL);
    mct_evolution_last(e, 0, alone);
    mct_evolution_destroy(e);
    for (size_t n = 0; n < 2; n++) {
        const mct_tagged order[] = {both[n], both[1 - n]};
        phi[n] = calloc(16 * 40, sizeof **phi);
        e = run_tagged(context, options, &coarse, &mixture, 2, order, NULL, NULL);
        mct_evolution_last(e, 0, phi[n]);
        mct_evolution_destroy(e);
    }
    double with = 0.0, swapped = 0.0, cross = 0.0;
    for (size_t q = 0; q < 40; q++) {
        for (size_t c = 0; c < 4; c++) {
            with = fmax(with, fabs(phi[0][(c / 2 * 4 + c % 2) * 40 + q] - alone[c * 40 + q]));
        }
        swapped = fmax(swapped, fabs(phi[0][10 * 40 + q] - phi[1][15 * 40 + q]));
        cross = fmax(cross, fabs(phi[0][2 * 40 + q]));
    }
    cr_expect(alone[Q] > 0.1 && phi[0][10 * 40 + Q] > 0.1, "something is left to compare");
    cr_expect(with < 1e-11 && swapped < 1e-11 && cross < 1e-13, "%.2e %.2e %.2e", with, swapped, cross);
    for (size_t n = 0; n < 2; n++) free(phi[n]);
    free(alone);
    mct_context_destroy(context);
}

/* One component: Phi_mm = 1 - x + x S at t = 0, and the part that labels leave is the tagged particle's, at any time:
 * Phi_mn = delta_mn phi^s + sqrt(x_m x_n) (Phi - phi^s). */
Test(tagged, of_one_component_it_is_what_labels_add) {
    mct_context *context = support_context(1);
    mct_species species[2];
    const mct_mixture mixture = support_mixture(species, 0.5, 2, half, NULL);
    record rows = {0};
    mct_evolution *e = run_tagged(context, until(100.0), &coarse, &mixture, 1, &passive, &rows, NULL);
    double worst = 0.0;
    for (size_t r = 0; r < rows.count[0]; r++) {
        const double *const phi = rows.phi[0] + r * rows.n;
        for (size_t q = 0; q < 40; q++) {
            worst = fmax(worst, fabs(phi[8 * 40 + q] - (phi[q] - phi[40 + q])));
        }
    }
    cr_expect(worst < 1e-11, "%.2e", worst);
    record_clear(&rows);
    mct_evolution_destroy(e);
    mct_context_destroy(context);
}

/* --- Mean-squared displacement -------------------------------------------------------------------------------- */

Test(tagged, a_free_particle_diffuses) {
    mct_context *context = support_context(1);
    mct_species species[1];
    const double one[] = {1.0};
    const mct_mixture mixture = support_mixture(species, 1e-14, 1, one, NULL);
    record moved = {0};
    mct_evolution *e = run_tagged(context, until(1e3), &coarse, &mixture, 1, &lively, NULL, &moved);
    double worst = 0.0;
    for (size_t r = 1; r < moved.count[0]; r++) {
        worst = fmax(worst, fabs(moved.phi[0][r] / (12.0 * moved.time[0][r]) - 1.0)); /* 6 D lambda = 12 */
    }
    cr_expect_eq(moved.phi[0][0], 0.0);
    cr_expect(worst < 1e-11, "%.2e", worst);
    record_clear(&moved);
    mct_evolution_destroy(e);
    mct_context_destroy(context);
}

Test(tagged, early_displacement_is_free) {
    mct_context *context = support_context(1);
    mct_species species[2];
    const mct_mixture mixture = support_mixture(species, 0.5, 2, half, NULL);
    const mct_tagged both[] = {lively, passive};
    record moved = {0};
    mct_evolution *e = run_tagged(context, until(1e-3), &coarse, &mixture, 2, both, NULL, &moved);
    double gap[2];
    for (size_t r = 1; r < 3; r++) gap[r - 1] = 1.0 - moved.phi[0][2 * r] / (12.0 * moved.time[0][r]);
    cr_expect(gap[0] > 0.0 && gap[0] < 1e-3, "%.2e", gap[0]);
    cr_expect(fabs(gap[1] / gap[0] - 2.0) < 1e-2, "linear in t: %.3e %.3e", gap[0], gap[1]);
    cr_expect(fabs(moved.phi[0][3] / (6.0 * moved.time[0][1]) - 1.0) < 2e-3, "passive");
    record_clear(&moved);
    mct_evolution_destroy(e);
    mct_context_destroy(context);
}

/* -6 ln phi^s/(q^2 dr2) - 1 of the first two wave numbers, at the last row. */
static void compare_with_small_q(double spacing, size_t points, mct_quadrature quadrature, double deviation[2]) {
    const mct_grid grid = {.points = points, .spacing = spacing, .quadrature = quadrature};
    mct_context *context = support_context(1);
    mct_species species[1];
    const double one[] = {1.0};
    const mct_mixture mixture = support_mixture(species, 0.45, 1, one, NULL);
    record rows = {0}, moved = {0};
    mct_evolution *e = run_tagged(context, until(1.0), &grid, &mixture, 1, &lively, &rows, &moved);
    const double *const phi = rows.phi[0] + (rows.count[0] - 1) * rows.n + 3 * points;
    double dr2;
    mct_evolution_displacement(e, 0, &dr2);
    cr_expect_eq(dr2, moved.phi[0][moved.count[0] - 1]);
    for (size_t i = 0; i < 2; i++) {
        const double q = mct_grid_wave_number(&grid, i);
        deviation[i] = -6.0 * log(phi[i]) / (q * q * dr2) - 1.0;
    }
    record_clear(&rows), record_clear(&moved);
    mct_evolution_destroy(e);
    mct_context_destroy(context);
}

Test(tagged, correlators_at_small_q_tell_the_displacement) {
    double d[2];
    /* what is left goes with q^2, at q = spacing/2 and 3/2 spacing */
    compare_with_small_q(0.1, 800, MCT_QUADRATURE_CORRECTED, d);
    cr_expect(fabs(d[0]) < 1e-4 && fabs(d[1] / d[0] - 9.0) < 0.5, "corrected %.3e %.3e", d[0], d[1]);
    /* the kernel of `riemann` is too small at its lowest wave numbers, whatever the spacing; the sum of m0 is not */
    compare_with_small_q(0.1, 400, MCT_QUADRATURE_RIEMANN, d);
    cr_expect(d[0] < 0.6 && d[1] < 0.05 && d[1] > 0.0, "riemann %.3e %.3e", d[0], d[1]);
}

Test(tagged, in_a_glass_it_stays_within_its_cage) {
    mct_context *context = support_context(1);
    mct_species species[1];
    const double one[] = {1.0};
    const mct_mixture mixture = support_mixture(species, 0.56, 1, one, NULL);
    const mct_tagged both[] = {lively, passive};
    mct_evolution_options options = until(1e30);
    record moved = {0};
    mct_evolution *e = run_tagged(context, options, &coarse, &mixture, 2, both, NULL, &moved);
    cr_expect_eq(mct_evolution_look(e, 0).state, MCT_EVOLUTION_PLATEAU);
    double *F = calloc(9 * 40, sizeof *F), dr2[2];
    mct_evolution_last(e, 0, F);
    mct_evolution_displacement(e, 0, dr2);
    for (size_t t = 0; t < 2; t++) { /* m0(inf) dr2(inf) = 6 D lambda */
        double integral = 0.0;
        for (size_t i = 0; i < 40; i++) {
            const double k = mct_grid_wave_number(&coarse, i), c = mct_percus_yevick_direct_correlation(0.56, k);
            integral += pow(k, 4.0) * c * c * F[i] * F[(t + 1) * 4 * 40 + i] * coarse.spacing;
        }
        const double rho = mct_mixture_density(&mixture), D = both[t].diffusivity, lambda = both[t].activity;
        const double m0 = D / lambda * rho / (6.0 * M_PI * M_PI) * integral, cage = D * lambda / m0;
        cr_expect(fabs(dr2[t] / (6.0 * cage) - 1.0) < 1e-7, "%.3e", dr2[t] / (6.0 * cage) - 1.0);
    }
    for (size_t r = 1; r < moved.count[0]; r++) cr_expect(moved.phi[0][2 * r + 1] > moved.phi[0][2 * r - 1] - 1e-9);
    free(F);
    record_clear(&moved);
    mct_evolution_destroy(e);
    mct_context_destroy(context);
}

/* dr2 of a liquid in its alpha process at time t, by interpolation of ln dr2 in ln t through six rows. */
static double late(size_t steps, double t) {
    mct_context *context = support_context(1);
    mct_species species[1];
    const double one[] = {1.0};
    const mct_mixture mixture = support_mixture(species, 0.5, 1, one, NULL);
    mct_evolution_options options = until(1e6);
    options.time.steps_per_block = steps;
    record moved = {0};
    mct_evolution *e = run_tagged(context, options, &coarse, &mixture, 1, &passive, NULL, &moved);
    size_t at = 3;
    while (at + 3 < moved.count[0] && moved.time[0][at] < t) at++;
    double value = 0.0;
    for (size_t i = at - 3; i < at + 3; i++) {
        double weight = 1.0;
        for (size_t j = at - 3; j < at + 3; j++) {
            if (j != i) weight *= log(t / moved.time[0][j]) / log(moved.time[0][i] / moved.time[0][j]);
        }
        value += weight * log(moved.phi[0][i]);
    }
    record_clear(&moved);
    mct_evolution_destroy(e);
    mct_context_destroy(context);
    return exp(value);
}

Test(tagged, displacement_converges_with_the_steps) {
    const double times[] = {1.0, 30.0};
    for (size_t n = 0; n < 2; n++) {
        const double truth = late(192, times[n]), e32 = late(32, times[n]) / truth - 1.0,
                     e64 = late(64, times[n]) / truth - 1.0;
        cr_expect(fabs(e32) < 3e-6 && fabs(e64) < 1e-7 && fabs(e64) < 0.15 * fabs(e32) + 1e-9, "%.2e %.2e", e32, e64);
    }
}

Test(tagged, other_kernels_and_the_literatures_scheme_agree) {
    const double one[] = {1.0};
    mct_species species[1];
    const mct_mixture mixture = support_mixture(species, 0.5, 1, one, NULL);
    double dr2[3], time[3];
    for (int run = 0; run < 3; run++) { /* fourier; direct, all threads at one point; scheme moments */
        mct_context *context = support_context(run == 1 ? 3 : 1);
        mct_evolution_options options = until(1.0);
        record moved = {0};
        options.solver.kernel = run == 1 ? MCT_KERNEL_DIRECT : MCT_KERNEL_FOURIER;
        if (run == 2) {
            options.time.scheme = MCT_TIME_MOMENTS;
            options.time.steps_per_block = 256;
        }
        mct_evolution *e = run_tagged(context, options, &coarse, &mixture, 1, &passive, NULL, &moved);
        mct_evolution_displacement(e, 0, &dr2[run]);
        time[run] = mct_evolution_look(e, 0).time;
        record_clear(&moved);
        mct_evolution_destroy(e);
        mct_context_destroy(context);
    }
    cr_expect(fabs(dr2[1] / dr2[0] - 1.0) < 1e-10, "%.2e", dr2[1] / dr2[0] - 1.0);
    const double truth = late(64, time[2]); /* the rows are at other times */
    cr_expect(fabs(dr2[2] / truth - 1.0) < 1e-3, "%.2e", dr2[2] / truth - 1.0);
}

/* --- The same numbers in batches, windows, checkpoints ---------------------------------------------------------- */

Test(tagged, batches_threads_and_checkpoints_change_nothing) {
    enum { POINTS = 3 };
    const double phi[POINTS] = {0.4, 0.5, 0.56}, one[] = {1.0};
    const mct_tagged both[] = {lively, passive};
    const size_t wanted[] = {2, 1};
    mct_species species[POINTS][SPECIES_MAX];
    mct_mixture mixtures[POINTS];
    record moved[3] = {{0}}, alone = {0};
    mct_evolution_options options = until(1e4);
    options.displaced_count = 2;
    options.displaced = wanted;
    for (size_t p = 0; p < POINTS; p++) {
        mct_species own[1];
        const mct_mixture mixture = support_mixture(own, phi[p], 1, one, NULL);
        mixtures[p] = mct_mixture_with_tagged(&mixture, 2, both, species[p]);
    }
    for (int run = 0; run < 3; run++) { /* one thread; three; interrupted in a block */
        mct_context *context = support_context(run == 1 ? 3 : 1);
        mct_evolution *e = evolution_of(context, &options, &coarse, POINTS, mixtures);
        moved[run].n = 2;
        mct_evolution_set_displacement_sink(e, record_displacement, &moved[run]);
        if (run == 2) {
            size_t running;
            cr_assert_eq(mct_evolution_advance(e, 211, &running), MCT_OK);
            const size_t size = mct_evolution_state_size(e);
            void *buffer = malloc(size);
            double before[2], after[2];
            mct_evolution_save(e, buffer);
            mct_evolution_displacement(e, 1, before);
            mct_evolution_destroy(e);
            e = evolution_of(context, &options, &coarse, POINTS, mixtures);
            cr_assert_eq(mct_evolution_restore(e, buffer, size), MCT_OK, "%s", mct_context_error(context));
            mct_evolution_displacement(e, 1, after);
            cr_expect_eq(before[0], after[0]);
            mct_evolution_set_displacement_sink(e, record_displacement, &moved[run]);
            free(buffer);
        }
        cr_assert_eq(mct_evolution_run(e), MCT_OK);
        mct_evolution_destroy(e);
        mct_context_destroy(context);
    }
    for (size_t p = 0; p < POINTS; p++) {
        mct_context *context = support_context(1);
        mct_evolution *e = evolution_of(context, &options, &coarse, 1, &mixtures[p]);
        alone.n = 2;
        mct_evolution_set_displacement_sink(e, record_displacement, &alone);
        cr_assert_eq(mct_evolution_run(e), MCT_OK);
        for (int run = 0; run < 3; run++) {
            cr_assert_eq(moved[run].count[p], alone.count[0]);
            cr_assert_eq(memcmp(moved[run].phi[p], alone.phi[0], 2 * alone.count[0] * sizeof(double)), 0, "run %d",
                         run);
        }
        record_clear(&alone);
        mct_evolution_destroy(e);
        mct_context_destroy(context);
    }
    for (int run = 0; run < 3; run++) record_clear(&moved[run]);
}

Test(tagged, only_tagged_particles_have_a_displacement) {
    mct_context *context = support_context(1);
    const size_t wanted[] = {0}, none[] = {7};
    mct_species species[2];
    const mct_mixture mixture = support_mixture(species, 0.5, 2, half, NULL);
    mct_statics *statics = statics_of(context, &coarse, &mixture);
    mct_evolution_options options = mct_evolution_options_default();
    mct_evolution *evolution;
    options.displaced_count = 1;
    options.displaced = wanted;
    cr_expect_eq(mct_evolution_create(context, &options, &coarse, 1, (const mct_statics *const *)&statics, &evolution),
                 MCT_ARGUMENT);
    cr_expect(strstr(mct_context_error(context), "only of tagged particles"));
    options.displaced = none;
    cr_expect_eq(mct_evolution_create(context, &options, &coarse, 1, (const mct_statics *const *)&statics, &evolution),
                 MCT_ARGUMENT);
    mct_statics_destroy(statics);
    mct_context_destroy(context);
}
