/* test_critical_exponents.c: exponent parameter, eigenvectors, amplitude and slopes at the critical point; a, b, gamma. */
#include "glass/critical_fixture.h"

enum { N = 100, SPECIES_MAX = 3, SIZE = SPECIES_MAX * SPECIES_MAX * N };

/* --- a, b and gamma of a number ------------------------------------------------------------------------------ */

Test(exponents, of_known_parameters) {
    mct_exponents e = mct_exponents_from_parameter(0.5); /* the F2 model, the smallest of an ordinary transition */
    cr_expect(fabs(e.b - 1.0) < 1e-15 && fabs(e.a - 0.395263063080741) < 1e-15, "%.17g %.17g", e.a, e.b);
    cr_expect(fabs(e.gamma - 1.7649803301) < 1e-10, "%.12f", e.gamma);
    e = mct_exponents_from_parameter(0.78539816339744831); /* Gamma(3/2)^2 = pi/4 */
    cr_expect(fabs(e.b - 0.5) < 1e-15, "%.17g", e.b);
    cr_expect_eq(e.exponent_parameter, 0.78539816339744831);
    e = mct_exponents_from_parameter(0.735202); /* hard spheres, docs/theory.md */
    cr_expect(fabs(e.a - 0.31157) < 0.6e-5 && fabs(e.b - 0.58253) < 0.6e-5 && fabs(e.gamma - 2.4631) < 0.6e-4);
}

/* |Gamma(1+x)^2/Gamma(1+2x)/lambda - 1|, x = -a or b */
static double equation_error(double x, double lambda) {
    long double root = tgammal(1.0L + (long double)x);
    return (double)fabsl(root * root / tgammal(1.0L + 2.0L * (long double)x) / (long double)lambda - 1.0L);
}

Test(exponents, solve_their_equations) {
    /* lambda = 0.005 ... 0.995, then 1 - 2^-1 ... 1 - 2^-50, where a and b go as sqrt(6 (1 - lambda))/pi */
    double worst = 0.0, worst_at = 0.0, equation = 0.0, equation_at = 0.0;
    for (int step = 1; step < 250; step++) {
        const double lambda = step < 200 ? 0.005 * step : 1.0 - ldexp(1.0, 199 - step);
        const mct_exponents e = mct_exponents_from_parameter(lambda);
        const double a = (double)reference_exponent_a(lambda), b = (double)reference_exponent_b(lambda);
        const double errors[] = {fabs(e.a / a - 1.0), fabs(e.b / b - 1.0), fabs(e.gamma / (0.5 / a + 0.5 / b) - 1.0)};
        /* a few roundings, and what one of lambda does */
        const double allowed = 2e-15 + 0x1p-53 / (1.0 - lambda);
        for (int n = 0; n < 3; n++)
            if (!(errors[n] / allowed <= worst)) worst = errors[n] / allowed, worst_at = lambda;
        const double left = fmax(equation_error(-e.a, lambda), equation_error(e.b, lambda));
        if (!(left <= equation)) equation = left, equation_at = lambda;
    }
    cr_expect(equation < 1e-13, "the equations to %.2e at lambda = %.17g", equation, equation_at);
    cr_expect(worst < 1.0, "a, b or gamma to %.2e of the error allowed at lambda = %.17g", worst, worst_at);
}

Test(exponents, are_not_defined_outside) {
    const double bad[] = {0.0, 1.0, -0.1, 1.5, -INFINITY, INFINITY, NAN};
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++) {
        mct_exponents e = mct_exponents_from_parameter(bad[n]);
        cr_expect(isnan(e.a) && isnan(e.b) && isnan(e.gamma), "%g: %g %g %g", bad[n], e.a, e.b, e.gamma);
        cr_expect(e.exponent_parameter == bad[n] || isnan(bad[n]));
    }
}

/* --- At critical points -------------------------------------------------------------------------------------- */

Test(exponents, of_the_literature) {
    /* docs/theory.md, "Reference values", six digits; hard spheres: sigma = 1.54 epsilon (Franosch et al. 1997) */
    const double activity[] = {1.0, 3.0, 10.0}, parameter[] = {0.735202, 0.768709, 0.719151};
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    for (size_t n = 0; n < 3; n++) {
        const double activities[] = {activity[n], 1.0};
        mct_species species[2];
        mct_mixture mixture = support_mixture(species, 0.55, 2, half, activities);
        mct_critical_point *point = critical_point(&options, &grid, &mixture, NULL);
        const mct_exponents *e = &point->exponents;
        cr_expect(fabs(e->exponent_parameter - parameter[n]) < 2e-6, "activity %g: %.9f", activity[n],
                  e->exponent_parameter);
        if (n == 0) {
            cr_expect(fabs(e->a - 0.31157) < 1e-5 && fabs(e->b - 0.58253) < 1e-5 && fabs(e->gamma - 2.4631) < 1e-4,
                      "%.9f %.9f %.9f", e->a, e->b, e->gamma);
            cr_expect(fabs(point->separation - 1.54) < 0.006, "%.6f", point->separation);
        }
        mct_critical_point_destroy(point);
    }
}

/* max |A - B|/max |B| */
static double against(size_t count, const double *A, const long double *B) {
    double *narrow = calloc(count, sizeof *narrow);
    reference_narrow(count, B, narrow);
    double result = distance(count, A, narrow);
    free(narrow);
    return result;
}

/* What the header says of d and l, by the double sum at the library's own F_c. */
static void expect_definitions(const mct_grid *grid, const mct_mixture *mixture, const mct_critical_point *point) {
    size_t n = mixture->species_count * mixture->species_count * grid->points;
    mct_mixture there = *mixture;
    there.packing_fraction = point->packing_fraction;
    reference_state *state = reference_state_create(grid, &there);
    long double *F = reference_widen(n, point->nonergodicity), *d = reference_widen(n, point->right);
    long double *l = reference_widen(n, point->left), *x = reference_array(n), *image = reference_array(n);
    long double l_d = 0.0L, F_d = 0.0L, l_x = 0.0L, l_image = 0.0L, size = 0.0L;
    uint64_t seed = 5;
    reference_glass_derivative(state, F, d, image);
    /* F_c is right to the square root of what phi_c is, and so is the eigenvalue 1 */
    cr_expect(reference_distance(state, image, d) < 1e-5L, "d = dG[d] to %.2Le", reference_distance(state, image, d));
    for (size_t i = 0; i < n; i++) {
        l_d += l[i] * d[i];
        F_d += F[i] * d[i];
        x[i] = (long double)support_uniform(&seed, -1.0, 1.0) * d[i];
    }
    cr_expect(fabsl(l_d - 1.0L) < 1e-12L, "<l, d> = 1 to %.2Le", l_d - 1.0L);
    cr_expect(fabsl(reference_curvature_norm(state, F, l, d) - 1.0L) < 1e-9L, "<l, d H^-1 d> = 1 to %.2Le",
              reference_curvature_norm(state, F, l, d) - 1.0L);
    cr_expect(F_d > 0.0L);
    reference_glass_derivative(state, F, x, image);
    for (size_t i = 0; i < n; i++) {
        l_x += l[i] * x[i];
        l_image += l[i] * image[i];
        size += fabsl(l[i] * x[i]);
    }
    cr_expect(fabsl(l_x - l_image) < 1e-5L * size, "l = dG^T[l] to %.2Le", (l_x - l_image) / size);
    free(F), free(d), free(l), free(x), free(image);
    reference_state_destroy(state);
}

Test(exponents, agree_with_full_matrices) {
    /* Jacobian, its null vectors and the fold by elimination in long double; F is not symmetric where m > 1 */
    const double activities[] = {2.5, 1.0, 6.0}, parts[3][3] = {{1.0}, {0.35, 0.65}, {0.3, 0.5, 0.2}};
    const size_t points[] = {32, 24, 16};
    for (size_t m = 1; m <= 3; m++) {
        mct_grid grid = {.points = points[m - 1], .spacing = 32.0 / (double)points[m - 1]};
        mct_species species[3];
        mct_mixture mixture = support_mixture(species, 0.55, m, parts[m - 1], activities);
        mct_glass_options options = mct_glass_options_default();
        for (size_t mu = 0; mu < m; mu++) species[mu].diffusivity = 1.0 + 0.5 * (double)mu;
        mct_critical_point *point = critical_point(&options, &grid, &mixture, NULL);
        mixture.packing_fraction = point->packing_fraction;
        reference_fold fold = reference_fold_create(&grid, &mixture, point->nonergodicity);
        cr_assert(fabsl(fold.eigenvalue - 1.0L) < 1e-10L, "%.2Le", fold.eigenvalue - 1.0L);
        cr_assert(fabsl(fold.exponent_parameter - fold.exponent_parameter_differences) < 1e-7L);
        double phi_error = fabs(point->packing_fraction / fold.packing_fraction - 1.0);
        double parameter_error = fabs(point->exponents.exponent_parameter - (double)fold.exponent_parameter);
        double separation_error = fabs(point->separation / (double)fold.separation - 1.0);
        double errors[] = {against(fold.count, point->nonergodicity, fold.F),
                           against(fold.count, point->right, fold.right), against(fold.count, point->left, fold.left)};
        cr_expect(phi_error < 1e-11, "m = %zu: phi_c to %.2e", m, phi_error);
        cr_expect(parameter_error < 1e-6, "m = %zu: lambda_MCT to %.2e", m, parameter_error);
        cr_expect(separation_error < 1e-6, "m = %zu: separation to %.2e", m, separation_error);
        for (int n = 0; n < 3; n++) cr_expect(errors[n] < 1e-5, "m = %zu: %c to %.2e", m, "Fdl"[n], errors[n]);
        double slope_error = 0.0;
        for (size_t mu = 0; mu < m; mu++)
            slope_error = fmax(slope_error, fabs(point->slope[mu] - (double)fold.slope[mu]));
        cr_expect(slope_error < 1e-7, "m = %zu: slopes to %.2e", m, slope_error);
        expect_definitions(&grid, &mixture, point);
        reference_fold_destroy(&fold);
        mct_critical_point_destroy(point);
    }
}

Test(exponents, the_amplitude_is_that_of_the_glass) {
    /* F - F_c = amplitude sqrt(eps) (1 + O(sqrt(eps))), everywhere, eps = 1e-6 */
    const double activity[] = {1.0, 1.5, 3.0, 10.0}, epsilon = 1e-6;
    for (size_t n = 0; n < 4; n++) {
        const double activities[] = {activity[n], 1.0};
        mct_context *context = support_context(1);
        mct_glass_options options = mct_glass_options_default();
        mct_grid grid = mct_grid_default();
        mct_species species[2];
        mct_mixture mixture = support_mixture(species, 0.55, 2, half, activities);
        mct_critical_point *point = critical_point(&options, &grid, &mixture, NULL);
        mct_glass_result result;
        double F[4 * N];
        mixture.packing_fraction = point->packing_fraction * (1.0 + epsilon);
        cr_assert_eq(mct_glass_solve(context, &options, &grid, 1, &mixture, F, &result, NULL, NULL), MCT_OK);
        cr_assert_eq(result.state, MCT_GLASS);
        reference_state *state = reference_state_create(&grid, &mixture);
        long double difference[4 * N], zero[4 * N] = {0.0L}, expected[4 * N];
        for (size_t i = 0; i < 4 * N; i++) {
            difference[i] = F[i] - point->nonergodicity[i];
            expected[i] = point->right[i] * mct_critical_amplitude(point) * sqrt(epsilon);
        }
        long double size = reference_distance(state, expected, zero);
        long double error = reference_distance(state, difference, expected) / size;
        cr_expect(error < 1e-2L, "activity %g: %.2Le of %.2Le", activity[n], error, size);
        reference_state_destroy(state);
        mct_critical_point_destroy(point);
        mct_context_destroy(context);
    }
}

Test(exponents, there_is_no_amplitude_beyond_the_end) {
    mct_grid grid = mct_grid_default();
    mct_critical_point *point = point_create(&grid, 1);
    point->exponents.exponent_parameter = 0.75, point->separation = 1.0;
    cr_expect(fabs(mct_critical_amplitude(point) - 2.0) < 1e-15);
    point->exponents.exponent_parameter = 1.0;
    cr_expect(isnan(mct_critical_amplitude(point)), "%g", mct_critical_amplitude(point));
    point->exponents.exponent_parameter = 0.75, point->separation = -1.0;
    cr_expect(isnan(mct_critical_amplitude(point)));
    point->exponents.exponent_parameter = 1.25;
    cr_expect(isnan(mct_critical_amplitude(point)), "%g", mct_critical_amplitude(point));
    mct_critical_point_destroy(point);
}

/* --- Slopes -------------------------------------------------------------------------------------------------- */

/* d phi_c / d activity by differences to fourth order: central, or forward from the passive end. */
static double slope_by_differences(const mct_mixture *mixture, mct_species *species) {
    static const double central[] = {1.0, -8.0, 0.0, 8.0, -1.0}, forward[] = {-25.0, 48.0, -36.0, 16.0, -3.0};
    const double activity = species->activity, h = activity > 1.03 ? 0.01 : 0.005;
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    double sum = 0.0;
    options.solver.tolerance = 1e-13; /* 1e-11 in phi_c would be 1e-8 in the sum */
    for (int n = 0; n < 5; n++) {
        species->activity = activity + (activity > 1.03 ? n - 2 : n) * h;
        double weight = activity > 1.03 ? central[n] : forward[n];
        if (weight != 0.0) sum += weight * critical(&options, &grid, mixture);
    }
    species->activity = activity;
    return sum / (12.0 * h);
}

Test(exponents, slopes_are_those_of_differences) {
    const double activity[][2] = {{1.0, 1.0}, {1.5, 1.0}, {3.0, 1.0}, {10.0, 1.0}, {2.0, 1.5}};
    const double fractions[] = {0.4, 0.6};
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    for (size_t n = 0; n < sizeof activity / sizeof *activity; n++) {
        mct_species species[2];
        mct_mixture mixture = support_mixture(species, 0.55, 2, fractions, activity[n]);
        mct_critical_point *point = critical_point(&options, &grid, &mixture, NULL);
        for (size_t mu = 0; mu < 2; mu++) {
            double expected = slope_by_differences(&mixture, &species[mu]), error = point->slope[mu] - expected;
            /* of the larger slope: one of them passes through 0 at the turnover */
            double size = fmax(fabs(point->slope[0]), fabs(point->slope[1]));
            cr_expect(fabs(error) < 1e-6 * size, "activities %g, %g, species %zu: %.9f, by differences %.9f",
                      activity[n][0], activity[n][1], mu, point->slope[mu], expected);
        }
        mct_critical_point_destroy(point);
    }
}

/* --- Exact symmetries ---------------------------------------------------------------------------------------- */

/* The numbers that no labelling and no unit may change; vectors to 1e-5, as F_c. */
static void expect_same(const char *what, const mct_critical_point *a, const mct_critical_point *b) {
    cr_expect(fabs(a->packing_fraction / b->packing_fraction - 1.0) < 2e-11, "%s: phi_c %.14f, %.14f", what,
              a->packing_fraction, b->packing_fraction);
    cr_expect(fabs(a->exponents.exponent_parameter - b->exponents.exponent_parameter) < 1e-6,
              "%s: lambda_MCT %.12f, %.12f", what, a->exponents.exponent_parameter, b->exponents.exponent_parameter);
    cr_expect(fabs(a->separation / b->separation - 1.0) < 1e-6, "%s: C %.12f, %.12f", what, a->separation,
              b->separation);
    cr_expect(fabs(mct_critical_amplitude(a) / mct_critical_amplitude(b) - 1.0) < 1e-5, "%s: amplitude", what);
}

static void expect_slope(const char *what, double a, double b) {
    cr_expect(fabs(a - b) < 1e-7, "%s: %.12f, %.12f", what, a, b);
}

/* d of a group of species: sum_{i in g, j in h} sqrt(x_i x_j/(x_g x_h)) d_ij; F merges the same way */
static void merge(const mct_mixture *mixture, const double *F, const size_t *group, size_t groups, double *merged) {
    size_t m = mixture->species_count;
    double total[SPECIES_MAX] = {0.0};
    for (size_t mu = 0; mu < m; mu++) total[group[mu]] += mixture->species[mu].fraction;
    memset(merged, 0, groups * groups * N * sizeof *merged);
    for (size_t mu = 0; mu < m; mu++)
        for (size_t nu = 0; nu < m; nu++) {
            double weight = sqrt(mixture->species[mu].fraction / total[group[mu]] * mixture->species[nu].fraction /
                                 total[group[nu]]);
            for (size_t q = 0; q < N; q++)
                merged[(group[mu] * groups + group[nu]) * N + q] += weight * F[(mu * m + nu) * N + q];
        }
}

Test(exponents, splitting_a_species_changes_nothing) {
    const double parts[] = {0.2, 0.3, 0.5}, two[] = {3.0, 1.5}, three[] = {3.0, 3.0, 1.5};
    const size_t group[] = {0, 0, 1};
    mct_species a[2], b[3];
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    mct_mixture whole = support_mixture(a, 0.6, 2, half, two), split = support_mixture(b, 0.6, 3, parts, three);
    mct_critical_point *A = critical_point(&options, &grid, &whole, NULL);
    mct_critical_point *B = critical_point(&options, &grid, &split, NULL);
    double merged[4 * N];
    expect_same("splitting", A, B);
    expect_slope("both parts", A->slope[0], B->slope[0] + B->slope[1]);
    expect_slope("the other", A->slope[1], B->slope[2]);
    merge(&split, B->nonergodicity, group, 2, merged);
    cr_expect(distance(4 * N, merged, A->nonergodicity) < 1e-5);
    merge(&split, B->right, group, 2, merged);
    cr_expect(distance(4 * N, merged, A->right) < 1e-5);
    cr_expect(distance(N, A->right + N, A->right + 2 * N) > 1e-2, "an active d is not symmetric");
    mct_critical_point_destroy(A);
    mct_critical_point_destroy(B);
}

Test(exponents, labels_on_passive_particles_change_nothing) {
    const double parts[] = {0.2, 0.3, 0.5};
    const size_t group[] = {0, 0, 0};
    mct_species a[1], b[3];
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    mct_mixture single = support_mixture(a, 0.52, 1, one, NULL), labelled = support_mixture(b, 0.5, 3, parts, NULL);
    mct_critical_point *A = critical_point(&options, &grid, &single, NULL);
    mct_critical_point *B = critical_point(&options, &grid, &labelled, NULL);
    double merged[N];
    expect_same("labels", A, B);
    expect_slope("all of them", A->slope[0], B->slope[0] + B->slope[1] + B->slope[2]);
    merge(&labelled, B->right, group, 1, merged);
    cr_expect(distance(N, merged, A->right) < 1e-5);
    for (size_t c = 0; c < 9; c++) { /* symmetric where nobody is active */
        cr_expect(distance(N, B->right + c * N, B->right + (c % 3 * 3 + c / 3) * N) < 1e-6);
        cr_expect(distance(N, B->left + c * N, B->left + (c % 3 * 3 + c / 3) * N) < 1e-6);
    }
    mct_critical_point_destroy(A);
    mct_critical_point_destroy(B);
}

Test(exponents, permuting_scaling_and_the_general_path) {
    const double fractions[] = {0.3, 0.7}, activities[] = {3.0, 1.5};
    mct_species a[2], b[2];
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    mct_mixture mixture = support_mixture(a, 0.6, 2, fractions, activities), swapped = mixture;
    a[1].diffusivity = 2.0;
    mct_critical_point *A = critical_point(&options, &grid, &mixture, NULL);
    b[0] = a[1], b[1] = a[0];
    swapped.species = b;
    mct_critical_point *B = critical_point(&options, &grid, &swapped, NULL);
    expect_same("permuting", A, B);
    for (size_t c = 0; c < 4; c++) {
        cr_expect(distance(N, B->right + c * N, A->right + (3 - c) * N) < 1e-5);
        cr_expect(distance(N, B->left + c * N, A->left + (3 - c) * N) < 1e-5);
    }
    for (size_t mu = 0; mu < 2; mu++) expect_slope("permuting", A->slope[mu], B->slope[1 - mu]);
    mct_critical_point_destroy(B);
    a[0].diffusivity *= 0.03, a[1].diffusivity *= 0.03;
    B = critical_point(&options, &grid, &mixture, NULL);
    expect_same("all diffusivities scaled", A, B);
    for (size_t mu = 0; mu < 2; mu++) expect_slope("all diffusivities scaled", A->slope[mu], B->slope[mu]);
    mct_critical_point_destroy(B);
    options.solver.path = MCT_PATH_GENERAL;
    B = critical_point(&options, &grid, &mixture, NULL);
    expect_same("general path", A, B);
    for (size_t mu = 0; mu < 2; mu++) expect_slope("general path", A->slope[mu], B->slope[mu]);
    cr_expect(distance(4 * N, B->left, A->left) < 1e-5);
    mct_critical_point_destroy(B);
    mct_critical_point_destroy(A);
}
