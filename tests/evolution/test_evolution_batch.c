/* test_evolution_batch.c: batches, threads, windows, checkpoints: the same numbers to the last bit; what is refused. */
#include "evolution/evolution_fixture.h"

enum { POINTS = 4 };
static const mct_grid grid = {.points = 50, .spacing = 0.6};

typedef struct batch {
    mct_species species[POINTS][2];
    mct_mixture mixtures[POINTS];
} batch;

/* States that end differently: fluid far and near, glass, active. */
static void fill(batch *b) {
    const double phi[POINTS] = {0.45, 0.51, 0.56, 0.55}, activity[POINTS] = {1.0, 1.0, 1.0, 4.0};
    for (size_t p = 0; p < POINTS; p++) {
        const double activities[] = {activity[p], 1.0};
        b->mixtures[p] = support_mixture(b->species[p], phi[p], 2, half, activities);
    }
}

static void expect_same(const record *a, size_t point_a, const record *b, size_t point_b) {
    cr_assert_eq(a->count[point_a], b->count[point_b]);
    for (size_t r = 0; r < a->count[point_a]; r++) cr_assert_eq(a->time[point_a][r], b->time[point_b][r]);
    cr_assert_eq(memcmp(a->phi[point_a], b->phi[point_b], a->count[point_a] * a->n * sizeof(double)), 0);
}

static mct_evolution *start(mct_context *context, const mct_evolution_options *options, batch *b, record *rows) {
    mct_evolution *evolution = evolution_of(context, options, &grid, POINTS, b->mixtures);
    rows->n = 4 * grid.points;
    mct_evolution_set_sink(evolution, record_row, rows);
    return evolution;
}

static void run_batch(int threads, const mct_evolution_options *options, batch *b, record *rows) {
    mct_context *context = support_context(threads);
    mct_evolution *evolution = start(context, options, b, rows);
    cr_assert_eq(mct_evolution_run(evolution), MCT_OK, "%s", mct_context_error(context));
    cr_expect_eq(mct_evolution_check(evolution), MCT_OK, "%s", mct_context_error(context));
    mct_evolution_destroy(evolution);
    mct_context_destroy(context);
}

Test(evolution_batch, a_point_gives_what_it_gives_alone_for_any_number_of_threads) {
    const mct_kernel_algorithm kernels[] = {MCT_KERNEL_FOURIER, MCT_KERNEL_FACTORIZED};
    batch b;
    fill(&b);
    for (size_t k = 0; k < 2; k++) {
        mct_evolution_options options = mct_evolution_options_default();
        options.solver.kernel = kernels[k];
        options.time.steps_per_block = 32;
        record one = {0}, three = {0};
        run_batch(1, &options, &b, &one);
        run_batch(3, &options, &b, &three);
        for (size_t p = 0; p < POINTS; p++) {
            mct_context *context = support_context(1);
            record alone = {0};
            expect_same(&one, p, &three, p);
            mct_evolution_destroy(run_to_end(context, &options, &grid, &b.mixtures[p], &alone));
            expect_same(&one, p, &alone, 0);
            record_clear(&alone);
            mct_context_destroy(context);
        }
        record_clear(&one), record_clear(&three);
    }
}

Test(evolution_batch, one_large_point_gives_the_same_with_a_team) {
    const mct_grid fine = {.points = 1600, .spacing = 0.025};
    const double activities[] = {2.0, 1.0};
    mct_species species[2];
    const mct_mixture mixture = support_mixture(species, 0.5, 2, half, activities);
    record rows[2] = {{0}, {0}};
    mct_evolution_options options = mct_evolution_options_default();
    options.time.steps_per_block = 16;
    options.time.until = 1e-3;
    for (int t = 0; t < 2; t++) {
        mct_context *context = support_context(t ? 3 : 1);
        mct_evolution_destroy(run_to_end(context, &options, &fine, &mixture, &rows[t]));
        mct_context_destroy(context);
    }
    expect_same(&rows[0], 0, &rows[1], 0);
    record_clear(&rows[0]), record_clear(&rows[1]);
}

Test(evolution_batch, rows_of_some_wave_numbers_are_parts_of_whole_rows) {
    enum { COUNT = 3 };
    const size_t observed[COUNT] = {0, 17, 49}, N = grid.points;
    batch b;
    record whole = {0}, parts = {0};
    mct_evolution_options options = mct_evolution_options_default();
    options.time.steps_per_block = 32;
    fill(&b);
    mct_context *context = support_context(2);
    mct_evolution *all = start(context, &options, &b, &whole);
    options.observed = observed, options.observed_count = COUNT;
    mct_evolution *some = start(context, &options, &b, &parts);
    double before[4 * 50], S[4 * 50];
    parts.n = 4 * COUNT;
    mct_evolution_last(some, 1, before); /* before the first step: S */
    mct_evolution_last(all, 1, S);
    cr_expect_eq(memcmp(before, S, sizeof S), 0);
    cr_expect_gt(before[0], 0.0);
    cr_assert_eq(mct_evolution_run(all), MCT_OK);
    cr_assert_eq(mct_evolution_run(some), MCT_OK);
    for (size_t p = 0; p < POINTS; p++) {
        double last[2][4 * 50], tau[2][2 * 50], at[2], unknown[2];
        cr_assert_eq(parts.count[p], whole.count[p]);
        for (size_t r = 0; r < parts.count[p]; r++) {
            for (size_t i = 0; i < parts.n; i++) {
                cr_assert_eq(parts.phi[p][r * parts.n + i],
                             whole.phi[p][r * whole.n + i / COUNT * N + observed[i % COUNT]]);
            }
        }
        mct_evolution_last(all, p, last[0]);
        mct_evolution_last(some, p, last[1]);
        cr_expect_eq(memcmp(last[0], last[1], sizeof last[0]), 0);
        cr_expect_eq(memcmp(last[0], whole.phi[p] + (whole.count[p] - 1) * whole.n, sizeof last[0]), 0);
        mct_evolution_relaxation(all, p, MCT_RELAXATION_TENTH, tau[0]);
        mct_evolution_relaxation(some, p, MCT_RELAXATION_TENTH, tau[1]);
        mct_evolution_relaxation_at(some, p, MCT_RELAXATION_TENTH, 17, at);
        mct_evolution_relaxation_at(some, p, MCT_RELAXATION_TENTH, 18, unknown);
        for (size_t mu = 0; mu < 2; mu++) {
            cr_expect_eq(memcmp(&tau[1][mu * COUNT + 1], &tau[0][mu * N + 17], sizeof(double)), 0);
            cr_expect_eq(memcmp(&at[mu], &tau[0][mu * N + 17], sizeof(double)), 0);
            cr_expect(isnan(unknown[mu]));
        }
    }
    cr_expect_eq(mct_evolution_project(some, 0, 2, S), MCT_ARGUMENT);
    mct_evolution_destroy(all), mct_evolution_destroy(some);
    record_clear(&whole), record_clear(&parts);
    mct_context_destroy(context);
}

Test(evolution_batch, many_points_give_the_same_for_any_number_of_threads) {
    enum { MANY = 260, N = 16 };
    const mct_grid coarse = {.points = N, .spacing = 1.5};
    double tau[2][MANY][2 * N];
    for (int t = 0; t < 2; t++) {
        mct_context *context = support_context(t ? 3 : 1);
        mct_evolution_options options = mct_evolution_options_default();
        mct_statics *statics[MANY];
        mct_evolution *evolution;
        options.time.steps_per_block = 16;
        options.time.tolerance = 1e-6;
        for (size_t p = 0; p < MANY; p++) {
            const double activities[] = {1.0 + 0.01 * (double)p, 1.0};
            mct_species species[2];
            const mct_mixture mixture = support_mixture(species, 0.4 + 3e-4 * (double)p, 2, half, activities);
            statics[p] = support_statics(context, &coarse, &mixture);
        }
        cr_assert_eq(
            mct_evolution_create(context, &options, &coarse, MANY, (const mct_statics *const *)statics, &evolution),
            MCT_OK, "%s", mct_context_error(context));
        cr_assert_eq(mct_evolution_run(evolution), MCT_OK, "%s", mct_context_error(context));
        for (size_t p = 0; p < MANY; p++) {
            mct_evolution_relaxation(evolution, p, MCT_RELAXATION_TENTH, tau[t][p]);
            cr_assert(isfinite(tau[t][p][0]));
            mct_statics_destroy(statics[p]);
        }
        mct_evolution_destroy(evolution);
        mct_context_destroy(context);
    }
    cr_expect_eq(memcmp(tau[0], tau[1], sizeof tau[0]), 0);
}

Test(evolution_batch, observed_wave_numbers_must_ascend_and_exist) {
    const size_t wrong[][2] = {{3, 3}, {4, 2}, {0, 50}};
    batch b;
    fill(&b);
    mct_context *context = support_context(1);
    for (size_t w = 0; w < sizeof wrong / sizeof *wrong; w++) {
        mct_evolution_options options = mct_evolution_options_default();
        mct_evolution *evolution;
        mct_statics *statics = support_statics(context, &grid, &b.mixtures[0]);
        options.observed = wrong[w], options.observed_count = 2;
        cr_expect_eq(
            mct_evolution_create(context, &options, &grid, 1, (const mct_statics *const *)&statics, &evolution),
            MCT_ARGUMENT);
        cr_expect(strstr(mct_context_error(context), "observed[1]") != NULL, "%s", mct_context_error(context));
        mct_statics_destroy(statics);
    }
    mct_context_destroy(context);
}

Test(evolution_batch, rows_are_in_order_of_time_and_each_comes_once) {
    batch b;
    record rows = {0};
    mct_evolution_options options = mct_evolution_options_default();
    options.time.steps_per_block = 20; /* blocks of steps that no tile fits */
    fill(&b);
    run_batch(2, &options, &b, &rows);
    for (size_t p = 0; p < POINTS; p++) {
        cr_expect_eq(rows.time[p][0], 0.0);
        for (size_t r = 1; r < rows.count[p]; r++) cr_assert(rows.time[p][r] > rows.time[p][r - 1]);
    }
    record_clear(&rows);
}

Test(evolution_batch, any_cutting_into_pieces_gives_the_same) {
    batch b;
    record whole = {0}, pieces = {0};
    mct_evolution_options options = mct_evolution_options_default();
    options.time.steps_per_block = 32;
    fill(&b);
    run_batch(1, &options, &b, &whole);
    mct_context *context = support_context(1);
    mct_evolution *evolution = start(context, &options, &b, &pieces);
    size_t running = 1;
    for (unsigned long step = 0; running > 0; step++) {
        cr_assert_eq(mct_evolution_advance(evolution, step % 7 * 3, &running), MCT_OK);
    }
    for (size_t p = 0; p < POINTS; p++) expect_same(&whole, p, &pieces, p);
    record_clear(&whole), record_clear(&pieces);
    mct_evolution_destroy(evolution);
    mct_context_destroy(context);
}

Test(evolution_batch, a_restored_run_continues_to_the_last_bit) {
    batch b;
    record whole = {0}, parts = {0};
    mct_evolution_options options = mct_evolution_options_default();
    options.time.steps_per_block = 32;
    fill(&b);
    mct_context *context = support_context(1);
    mct_evolution *reference = start(context, &options, &b, &whole);
    cr_assert_eq(mct_evolution_run(reference), MCT_OK);
    /* thrown away and restored every 50 steps or so, from before the start on */
    mct_evolution *evolution = start(context, &options, &b, &parts);
    size_t running = 1;
    for (unsigned long round = 0; running > 0; round++) {
        const size_t size = mct_evolution_state_size(evolution);
        char *state = malloc(size + 1);
        cr_assert_not_null(state);
        mct_evolution_save(evolution, state);
        mct_evolution_destroy(evolution);
        evolution = start(context, &options, &b, &parts);
        cr_expect_eq(mct_evolution_restore(evolution, state, size - 1), MCT_FORMAT);
        cr_expect_eq(mct_evolution_restore(evolution, state, size + 1), MCT_FORMAT);
        cr_assert_eq(mct_evolution_restore(evolution, state, size), MCT_OK, "%s", mct_context_error(context));
        free(state);
        cr_assert_eq(mct_evolution_advance(evolution, 43 + round % 11, &running), MCT_OK);
    }
    for (size_t p = 0; p < POINTS; p++) {
        const mct_evolution_point a = mct_evolution_look(reference, p), c = mct_evolution_look(evolution, p);
        double tau[2][100];
        expect_same(&whole, p, &parts, p);
        cr_expect_eq(a.evaluations, c.evaluations);
        for (int l = 0; l < MCT_RELAXATION_LEVELS; l++) {
            mct_evolution_relaxation(reference, p, (mct_relaxation_level)l, tau[0]);
            mct_evolution_relaxation(evolution, p, (mct_relaxation_level)l, tau[1]);
            cr_expect_eq(memcmp(tau[0], tau[1], sizeof tau[0]), 0);
        }
    }
    record_clear(&whole), record_clear(&parts);
    mct_evolution_destroy(reference);
    mct_evolution_destroy(evolution);
    mct_context_destroy(context);
}

Test(evolution_batch, a_state_of_something_else_is_refused) {
    const size_t observed[] = {0, 17}, elsewhere[] = {0, 18};
    batch b;
    record rows = {0}, others = {0};
    mct_evolution_options options = mct_evolution_options_default(), order = options, place = options;
    options.observed = observed, order.observed = observed, place.observed = elsewhere;
    options.observed_count = order.observed_count = place.observed_count = 2;
    order.time.order = 3;
    fill(&b);
    mct_context *context = support_context(1);
    mct_evolution *evolution = start(context, &options, &b, &rows);
    rows.n = 4 * options.observed_count;
    size_t running;
    cr_assert_eq(mct_evolution_advance(evolution, 10, &running), MCT_OK);
    const size_t size = mct_evolution_state_size(evolution);
    char *state = malloc(size);
    cr_assert_not_null(state);
    mct_evolution_save(evolution, state);
    const mct_evolution_options *const unlike[] = {&order, &place};
    for (size_t o = 0; o < 2; o++) {
        mct_evolution *other = start(context, unlike[o], &b, &others);
        cr_expect_eq(mct_evolution_restore(other, state, size), MCT_FORMAT);
        mct_evolution_destroy(other);
    }
    cr_expect_eq(mct_evolution_restore(evolution, "not a state at all", 18), MCT_FORMAT);
    free(state);
    record_clear(&rows), record_clear(&others);
    mct_evolution_destroy(evolution);
    mct_context_destroy(context);
}
