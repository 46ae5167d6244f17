/* test_decay.c: fits of Kohlrausch's function and of the exponents a and b: to what they are made for, to models whose
 * exponents are known, to runs near the transition. */
#include "evolution/evolution_fixture.h"
#include "evolution/evolution_internal.h"
#include "numeric/least_squares.h"

enum { LEVELS = 60, ROWS = 2000 };

/* ---- Kohlrausch ---------------------------------------------------------------------------------------------- */

/* Levels 0.98 ... 1e-3 of a decay f(t) that only falls, by bisection in ln t. */
static void levels_of(double (*f)(double t), double *level, double *time) {
    for (size_t l = 0; l < LEVELS; l++) {
        double low = -40.0, high = 80.0;
        level[l] = 0.98 * pow(1e-3 / 0.98, (double)l / (LEVELS - 1));
        for (int step = 0; step < 100; step++) {
            const double middle = 0.5 * (low + high);
            if (f(exp(middle)) > level[l]) {
                low = middle;
            } else {
                high = middle;
            }
        }
        time[l] = exp(low);
    }
}

static double stretched(double t) {
    return exp(-pow(t / 3e5, 0.62));
}

/* A fast exponential before it: what is fitted, from 0.8 of the plateau down, it has left. */
static double two_steps(double t) {
    return 0.4 * exp(-t) + 0.6 * exp(-pow(t / 2e8, 0.7));
}

static double two_exponentials(double t) {
    return 0.5 * exp(-t) + 0.5 * exp(-t / 3.0);
}

static double powers(double t) { /* 1 to 0 over twelve decades: no decay of its own anywhere */
    return 1.0 / (1.0 + pow(t, 0.25));
}

static mct_kohlrausch fit_of(double (*f)(double t)) {
    double level[LEVELS], time[LEVELS];
    levels_of(f, level, time);
    return mct_kohlrausch_fit(LEVELS, level, time, 1);
}

static bool is_nothing(const mct_kohlrausch *fit) {
    return isnan(fit->amplitude) && isnan(fit->time) && isnan(fit->exponent) && isnan(fit->deviation) &&
           isnan(fit->top) && isnan(fit->bottom);
}

Test(kohlrausch, gives_back_what_a_stretched_exponential_is_made_of) {
    const mct_kohlrausch one = fit_of(stretched), two = fit_of(two_steps);
    cr_expect(fabs(one.amplitude - 1.0) < 1e-10 && fabs(one.time / 3e5 - 1.0) < 1e-10, "%.3e, %.3e",
              one.amplitude - 1.0, one.time / 3e5 - 1.0);
    cr_expect(fabs(one.exponent - 0.62) < 1e-10 && one.deviation < 1e-11, "%.3e, %.3e", one.exponent - 0.62,
              one.deviation);
    cr_expect(one.top == 0.8 && one.bottom == 0.03);
    /* at 0.48 the fast part is exp(-1e7) */
    cr_expect(fabs(two.amplitude - 0.6) < 1e-10 && fabs(two.time / 2e8 - 1.0) < 1e-10, "%.3e, %.3e",
              two.amplitude - 0.6, two.time / 2e8 - 1.0);
    cr_expect(fabs(two.exponent - 0.7) < 1e-10 && two.top < 0.49 && two.top > 0.4, "%.3e", two.exponent - 0.7);
}

Test(kohlrausch, fits_what_is_no_stretched_exponential_or_nothing) {
    const mct_kohlrausch sum = fit_of(two_exponentials), none = fit_of(powers);
    /* between the times 1 and 3, stretched, and not exact: found 1.56, 0.768 and 2.8e-3 */
    cr_expect(sum.time > 1.0 && sum.time < 3.0 && sum.exponent > 0.7 && sum.exponent < 1.0, "%g, %g", sum.time,
              sum.exponent);
    cr_expect(sum.deviation > 1e-4 && sum.deviation < 1e-2, "%g", sum.deviation);
    cr_expect(is_nothing(&none), "A = %g", none.amplitude);
}

Test(kohlrausch, is_not_a_number_without_a_final_decay) {
    double level[LEVELS], time[LEVELS];
    levels_of(two_steps, level, time);
    for (size_t reached = 0; reached < LEVELS; reached++) {
        double seen[LEVELS];
        for (size_t l = 0; l < LEVELS; l++) seen[l] = l < reached ? time[l] : (double)NAN;
        const mct_kohlrausch fit = mct_kohlrausch_fit(LEVELS, level, seen, 1);
        cr_expect(is_nothing(&fit), "%zu levels", reached);
    }
    const mct_kohlrausch of_nothing = mct_kohlrausch_fit(0, level, time, 1);
    cr_expect(is_nothing(&of_nothing));
}

Test(kohlrausch, of_runs_has_the_known_limits) {
    mct_context *context = support_context(1);
    const mct_grid grid = mct_grid_default();
    mct_species species[SPECIES_MAX];
    mct_evolution_options options = mct_evolution_options_default();
    options.fits = true;
    mct_mixture mixture = support_mixture(species, 0.515912134119 * (1.0 - 1e-4), 2, half, NULL);
    mct_kohlrausch fits[2 * 100];
    mct_evolution *evolution = run_to_end(context, &options, &grid, &mixture, NULL);
    mct_evolution_kohlrausch(evolution, 0, fits);
    for (size_t q = 0; q < grid.points; q++) {
        const mct_kohlrausch *fit = &fits[q];
        if (isnan(fit->exponent)) continue;
        cr_expect(fit->deviation < 2e-3 && fit->exponent > 0.58 && fit->exponent < 1.001, "%zu: %g, %g", q,
                  fit->exponent, fit->deviation);
        cr_expect(fabs(fit->exponent / fits[100 + q].exponent - 1.0) < 1e-6, "both labels are one species");
    }
    /* the peak: A a little below f_c = 0.784 (early on the decay goes as t^b, and faster), tau about that of 1/e; large q: beta
     * comes down to b = 0.5825 (M. Fuchs, J. Non-Cryst. Solids 172-174, 241 (1994)); beyond k = 27 f_c < 0.03 */
    cr_expect(fits[K74].amplitude > 0.72 && fits[K74].amplitude < 0.784, "%g", fits[K74].amplitude);
    cr_expect(fabs(fits[64].exponent - 0.5825) < 0.03, "%g", fits[64].exponent);
    cr_expect(is_nothing(&fits[80]));
    mct_evolution_destroy(evolution);
    mixture = support_mixture(species, 0.53, 2, half, NULL);
    evolution = run_to_end(context, &options, &grid, &mixture, NULL);
    mct_evolution_kohlrausch(evolution, 0, fits);
    for (size_t i = 0; i < 2 * grid.points; i++) {
        cr_expect(is_nothing(&fits[i]), "a glass has no final decay: %zu, %g", i, fits[i].exponent);
    }
    mct_evolution_destroy(evolution);
    mct_context_destroy(context);
}

/* ---- about the plateau ---------------------------------------------------------------------------------------- */

Test(beta_relaxation, gives_back_the_exponents_of_powers_with_corrections) {
    /* g = u - 0.4 u^2 - s/u, u = (t0/t)^a, before, -(v - 0.5 v^2 - s/v), v = (t/tb)^b, after: s = sigma, as in the theory */
    const double a = 0.31, b = 0.57, sigma = 1e-8, t0 = 1e-3, tb = 1e12;
    double time[ROWS], g[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        time[i] = 1e-4 * pow(10.0, (double)i / 100.0);
        const double u = pow(t0 / time[i], a), v = pow(time[i] / tb, b);
        g[i] = u > v ? u - 0.4 * u * u - sigma / u : -(v - 0.5 * v * v - sigma / v);
    }
    const mct_beta_relaxation fit = mct_beta_relaxation_fit(ROWS, time, g, 0.7, -sigma);
    /* the window ends at |g| = 0.0365, beyond it corrections of third order: 2 a (0.4 u)^3 ~ 1e-6 in the slope */
    cr_expect(fabs(fit.a - a) < 2e-5 && fabs(fit.a - a) < fit.a_error, "%.2e, said %.2e", fit.a - a, fit.a_error);
    cr_expect(fabs(fit.b - b) < 2e-5 && fabs(fit.b - b) < fit.b_error, "%.2e, said %.2e", fit.b - b, fit.b_error);
    cr_expect(fabs(log(fit.time_a / t0)) < 1e-2 && fabs(log(fit.time_b / tb)) < 1e-2, "%g, %g", fit.time_a, fit.time_b);
    cr_expect(fit.window[0] > 1e-4 && fit.window[0] < fit.window[1] && fit.critical_from < fit.critical_until &&
              fit.critical_until < fit.crossing && fit.crossing < fit.leaving_from);
    /* too far away, too short, nothing */
    const mct_beta_relaxation far = mct_beta_relaxation_fit(ROWS, time, g, 0.7, -0.02);
    cr_expect(isnan(far.a) && isnan(far.b) && isfinite(far.crossing));
    const mct_beta_relaxation begun = mct_beta_relaxation_fit(1050, time, g, 0.7, -sigma);
    cr_expect(isfinite(begun.a) && isnan(begun.b) && isnan(begun.b_error));
    const mct_beta_relaxation none = mct_beta_relaxation_fit(0, time, g, 0.7, -sigma);
    cr_expect(isnan(none.a) && isnan(none.b) && isnan(none.crossing));
}

typedef struct model {
    double v1, v2;
} model;

static void memory(void *user, size_t point, const double *F, const double *G, bool linear, double *M) {
    const model *at = (const model *)user + point;
    M[0] = at->v2 * F[0] * G[0] + (linear ? at->v1 * F[0] : 0.0);
}

/* F12 at lambda_MCT and the distance eps: f_c = 1 - lambda, l = 1/(1 - f_c), sigma = f_c eps. */
static mct_beta_relaxation of_F12(double lambda, double epsilon) {
    static const double one = 1.0;
    const mct_evolution_matrices matrices = {.S = &one, .Gamma = &one, .W_inverse = &one};
    const double left = 1.0 / lambda;
    model at = {(1.0 + epsilon) * (2.0 * lambda - 1.0) / (lambda * lambda), (1.0 + epsilon) / (lambda * lambda)};
    mct_context *context = support_context(1);
    mct_evolution_options options = mct_evolution_options_default();
    options.fits = true;
    mct_evolution *evolution = NULL;
    const double *time, *value;
    options.time.tolerance = 1e-13;
    options.time.until = 1e30;
    cr_assert_eq(mct_evolution_create_custom(context, &options, 1, 1, 1, &matrices, memory, &at, &evolution), MCT_OK);
    cr_assert_eq(mct_evolution_project(evolution, 0, 1, &left), MCT_OK);
    cr_assert_eq(mct_evolution_run(evolution), MCT_OK);
    const size_t count = mct_evolution_projection(evolution, 0, &time, &value);
    double *const g = malloc(count * sizeof *g), plateau = (1.0 - lambda) / lambda;
    cr_assert_not_null(g);
    for (size_t i = 0; i < count; i++) g[i] = value[i] - plateau;
    const mct_beta_relaxation fit = mct_beta_relaxation_fit(count, time, g, plateau, (1.0 - lambda) * epsilon);
    free(g);
    mct_evolution_destroy(evolution);
    mct_context_destroy(context);
    return fit;
}

Test(beta_relaxation, of_schematic_models_has_the_exponents_of_their_lambda) {
    static const double lambdas[] = {0.5, 0.6, 0.7, 0.8};
    for (size_t i = 0; i < sizeof lambdas / sizeof *lambdas; i++) {
        const mct_exponents known = mct_exponents_from_parameter(lambdas[i]);
        double last_a = INFINITY, last_b = INFINITY;
        for (int decades = 4; decades <= 7; decades++) {
            const double epsilon = -pow(10.0, -decades);
            const mct_beta_relaxation fit = of_F12(lambdas[i], epsilon);
            const double a = fabs(fit.a - known.a), b = fabs(fit.b - known.b);
            cr_expect(a < 1.5 * fit.a_error && b < 1.5 * fit.b_error, "%g, %g: %.1e (said %.1e), %.1e (%.1e)",
                      lambdas[i], epsilon, a, fit.a_error, b, fit.b_error);
            cr_expect(a < last_a && b < last_b, "%g, %g: no better than at ten times the distance: %.1e, %.1e",
                      lambdas[i], epsilon, a, b);
            last_a = a, last_b = b;
        }
        cr_expect(last_a < 1e-3 && last_b < 1e-3, "lambda %g: %.1e, %.1e", lambdas[i], last_a, last_b);
    }
    const mct_beta_relaxation glass = of_F12(0.7, 1e-6);
    cr_expect(fabs(glass.a - mct_exponents_from_parameter(0.7).a) < 1e-3 && isnan(glass.b) && isnan(glass.crossing));
}

/* The critical point at these activities, and the fit of a run at the distance eps from it. */
static mct_beta_relaxation near_transition(double activity, double epsilon, mct_exponents *known) {
    mct_context *context = support_context(1);
    const mct_grid grid = mct_grid_default();
    const mct_glass_options glass = mct_glass_options_default();
    const double activities[] = {activity, 1.0};
    mct_species species[SPECIES_MAX];
    mct_mixture mixture = support_mixture(species, 0.5, 2, half, activities);
    mct_evolution_options options = mct_evolution_options_default();
    options.fits = true;
    mct_critical_point *critical = NULL;
    options.time.until = 1e15;
    cr_assert_eq(mct_critical_point_create(context, &grid, 2, &critical), MCT_OK);
    cr_assert_eq(mct_critical_packing_fraction(context, &glass, &grid, &mixture, NULL, critical), MCT_OK);
    mixture.packing_fraction = critical->packing_fraction * (1.0 + epsilon);
    mct_evolution *evolution = evolution_of(context, &options, &grid, 1, &mixture);
    cr_assert_eq(mct_evolution_project(evolution, 0, 2, critical->left), MCT_OK);
    cr_assert_eq(mct_evolution_run(evolution), MCT_OK);
    cr_expect_eq(mct_evolution_project(evolution, 0, 2, critical->left), MCT_ARGUMENT, "too late");
    double time[ROWS], g[ROWS];
    const mct_beta_relaxation fit =
        mct_evolution_beta_relaxation(evolution, 0, critical, mixture.packing_fraction, time, g);
    *known = critical->exponents;
    mct_evolution_destroy(evolution);
    mct_critical_point_destroy(critical);
    mct_context_destroy(context);
    return fit;
}

Test(beta_relaxation, of_runs_near_the_transition_has_the_exponents_of_the_critical_point) {
    /* Measured: passive -4e-3 ... 8e-5 and 3e-3 ... 1e-4, active 7e-3 ... 1.5e-4 and 4e-3 ... 1.6e-4: what the window
     * leaves out goes as |eps|^0.8 or so, the share of it that is not a term of the fit. */
    static const struct {
        double activity, epsilon, a, b; /* allowed */
    } cases[] = {
        {1.0, -1e-4, 5e-3, 4e-3}, {1.0, -1e-6, 2e-4, 2e-4}, {3.0, -1e-4, 8e-3, 5e-3}, {3.0, -1e-6, 2e-4, 2e-4}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        mct_exponents known;
        const mct_beta_relaxation fit = near_transition(cases[c].activity, cases[c].epsilon, &known);
        const double a = fit.a - known.a, b = fit.b - known.b;
        cr_expect(fabs(a) < cases[c].a && fabs(b) < cases[c].b, "case %zu: %.2e, %.2e", c, a, b);
        cr_expect(fabs(a) < fit.a_error && fabs(b) < fit.b_error, "case %zu: said %.2e, %.2e", c, fit.a_error,
                  fit.b_error);
    }
}

/* ---- states --------------------------------------------------------------------------------------------------- */

Test(decay, of_a_restored_run_is_the_same_to_the_last_bit) {
    mct_context *context = support_context(1);
    const mct_grid grid = mct_grid_default();
    mct_species species[SPECIES_MAX];
    const double activities[] = {3.0, 1.0};
    const mct_mixture mixture = support_mixture(species, 0.6102 * (1.0 - 1e-4), 2, half, activities);
    mct_evolution_options options = mct_evolution_options_default();
    options.fits = true;
    options.time.steps_per_block = 16;
    double vector[4 * 100];
    for (size_t i = 0; i < 400; i++) vector[i] = sin((double)i);
    mct_evolution *whole = evolution_of(context, &options, &grid, 1, &mixture);
    mct_evolution *cut = evolution_of(context, &options, &grid, 1, &mixture);
    cr_assert_eq(mct_evolution_project(whole, 0, 2, vector), MCT_OK);
    cr_assert_eq(mct_evolution_project(cut, 0, 2, vector), MCT_OK);
    cr_assert_eq(mct_evolution_run(whole), MCT_OK);
    for (size_t running = 1; running > 0;) {
        cr_assert_eq(mct_evolution_advance(cut, 37, &running), MCT_OK);
        const size_t size = mct_evolution_state_size(cut);
        void *state = malloc(size);
        cr_assert_not_null(state);
        mct_evolution_save(cut, state);
        mct_evolution_destroy(cut);
        cut = evolution_of(context, &options, &grid, 1, &mixture);
        cr_expect_eq(mct_evolution_restore(cut, state, size), MCT_FORMAT, "without the vector");
        cr_assert_eq(mct_evolution_project(cut, 0, 2, vector), MCT_OK);
        for (size_t less = 1; less < size; less = 3 * less + 1) {
            cr_expect_eq(mct_evolution_restore(cut, state, size - less), MCT_FORMAT);
        }
        cr_assert_eq(mct_evolution_restore(cut, state, size), MCT_OK, "%s", mct_context_error(context));
        free(state);
    }
    static mct_kohlrausch fits[2][2 * 100];
    const double *time[2], *value[2];
    mct_evolution_kohlrausch(whole, 0, fits[0]);
    mct_evolution_kohlrausch(cut, 0, fits[1]);
    for (size_t i = 0; i < 2 * grid.points; i++) {
        const mct_kohlrausch one = fits[0][i], other = fits[1][i];
        cr_expect(is_nothing(&one)
                      ? is_nothing(&other)
                      : one.amplitude == other.amplitude && one.time == other.time && one.exponent == other.exponent &&
                            one.deviation == other.deviation && one.top == other.top && one.bottom == other.bottom);
    }
    cr_expect(isfinite(fits[0][K74].exponent));
    const size_t count = mct_evolution_projection(whole, 0, &time[0], &value[0]);
    cr_assert_eq(mct_evolution_projection(cut, 0, &time[1], &value[1]), count);
    cr_expect_eq(memcmp(time[0], time[1], count * sizeof(double)), 0);
    cr_expect_eq(memcmp(value[0], value[1], count * sizeof(double)), 0);
    mct_evolution_destroy(whole);
    mct_evolution_destroy(cut);
    mct_context_destroy(context);
}

/* ---- least squares -------------------------------------------------------------------------------------------- */

Test(least_squares, finds_the_polynomial_and_refuses_what_has_no_answer) {
    double A[4 * 20], b[20], x[4];
    for (size_t i = 0; i < 20; i++) {
        const double t = 1.0 + 0.01 * (double)i; /* nearly dependent columns: condition about 1e6 */
        for (size_t k = 0; k < 4; k++) A[k * 20 + i] = pow(t, (double)k);
        b[i] = 1.0 - 2.0 * t + 3.0 * t * t - 4.0 * t * t * t;
    }
    cr_assert(mct_least_squares(20, 4, A, b, x));
    for (size_t k = 0; k < 4; k++) {
        cr_expect(fabs(x[k] - (k % 2 ? -1.0 : 1.0) * (double)(k + 1)) < 1e-7, "%zu: %.17g", k, x[k]);
    }
    for (size_t i = 0; i < 40; i++) A[i] = 1.0;
    cr_expect_not(mct_least_squares(20, 2, A, b, x), "twice the same column");
    cr_expect_not(mct_least_squares(1, 2, A, b, x), "one row");
    A[3] = (double)NAN;
    cr_expect_not(mct_least_squares(20, 1, A, b, x), "not a number");
}
