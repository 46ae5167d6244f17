/* kohlrausch.c: stretched exponentials by Levenberg and Marquardt's damped Gauss-Newton steps in (ln A, ln tau, beta). */
#include <math.h>

#include "apmct/decay.h"
#include "evolution/evolution_internal.h"
#include "numeric/least_squares.h"

enum { LEVELS = 128, FEWEST = 8, COLUMNS = 3, STEPS = 200, CORRELATORS = 64 /* that go to a thread together */ };

static const double window_top = 0.8, window_bottom = 0.03; /* of the plateau */
static const double plateau_least = 0.03;
static const double settled = 1.0e-13,
                    rounding = 1.0e-7; /* changes of p: none any more; too small for the sum to fall */
static const double least_damping = 1.0e-10;
static const double amplitude_most = 1.2; /* of the plateau */

typedef struct samples {
    size_t count;
    double value[LEVELS], log_time[LEVELS], root[LEVELS]; /* root of the weight, whose sum is 1 */
} samples;

static mct_kohlrausch nothing(void) {
    const double none = (double)NAN;
    return (mct_kohlrausch){none, none, none, none, none, none};
}

/* The level about which ln f falls most slowly against ln t: the first minimum of its slope, from the end upwards, with the
 * parabola through its neighbours; 1 where the slope only falls. */
static double plateau_of(size_t count, const double *level, const double *time, size_t stride) {
    double slope[LEVELS] = {0.0}, middle[LEVELS] = {0.0};
    size_t at = count - 2;
    for (size_t l = 0; l + 1 < count; l++) {
        slope[l] = log(level[l] / level[l + 1]) / log(time[(l + 1) * stride] / time[l * stride]);
        middle[l] = 0.5 * log(level[l] * level[l + 1]);
    }
    while (at > 0 && slope[at - 1] <= slope[at]) at--;
    if (at == 0) return 1.0;
    if (at == count - 2) return exp(middle[at]);
    const double left = middle[at] - middle[at - 1], right = middle[at] - middle[at + 1];
    const double fall = log(slope[at] / slope[at - 1]), rise = log(slope[at] / slope[at + 1]);
    const double below = left * rise - right * fall;
    const double shift = below != 0.0 ? 0.5 * (left * left * rise - right * right * fall) / below : 0.0;
    return exp(middle[at] - shift);
}

/* The levels about top ... bottom, weighted as the integral over ln t between the two of what is linear in it from level to
 * level: a level that leaves the window has lost its weight before. */
static void choose(size_t count, const double *level, const double *time, size_t stride, double top, double bottom,
                   samples *s) {
    double weight[LEVELS] = {0.0}, sum = 0.0;
    for (size_t l = 0; l + 1 < count; l++) {
        const double cell = log(level[l + 1] / level[l]), width = log(time[(l + 1) * stride] / time[l * stride]);
        const double from = fmin(fmax(log(top / level[l]) / cell, 0.0), 1.0);
        const double until = fmin(fmax(log(bottom / level[l]) / cell, 0.0), 1.0);
        const double upper = 0.5 * (until * until - from * from);
        weight[l] += width * (until - from - upper);
        weight[l + 1] += width * upper;
    }
    s->count = 0;
    for (size_t l = 0; l < count; l++) {
        if (!(weight[l] > 0.0)) continue;
        s->value[s->count] = level[l];
        s->log_time[s->count] = log(time[l * stride]);
        s->root[s->count++] = weight[l];
        sum += weight[l];
    }
    for (size_t i = 0; i < s->count; i++) s->root[i] = sqrt(s->root[i] / sum);
}

/* Straight line through ln(-ln(f/A)) against ln t at the amplitude given. */
static bool first_guess(const samples *s, double amplitude, double *p) {
    double A[2 * LEVELS], b[LEVELS], x[2];
    for (size_t i = 0; i < s->count; i++) {
        A[i] = s->root[i];
        A[s->count + i] = s->root[i] * s->log_time[i];
        b[i] = s->root[i] * log(-log(s->value[i] / amplitude));
    }
    if (!mct_least_squares(s->count, 2, A, b, x) || !(x[1] > 0.0)) return false;
    p[0] = log(amplitude), p[1] = -x[0] / x[1], p[2] = x[1];
    return true;
}

/* Residuals at p into b, their negative derivatives into A, unless NULL; returns the sum of squares. */
static double residuals(const samples *s, const double *p, double *A, double *b) {
    double sum = 0.0;
    for (size_t i = 0; i < s->count; i++) {
        const double distance = s->log_time[i] - p[1], power = exp(p[2] * distance), fit = exp(p[0] - power);
        const double residual = s->root[i] * (s->value[i] - fit);
        sum += residual * residual;
        if (!A) continue;
        b[i] = residual;
        A[i] = s->root[i] * fit;
        A[(s->count + COLUMNS) + i] = s->root[i] * fit * power * p[2];
        A[2 * (s->count + COLUMNS) + i] = -s->root[i] * fit * power * distance;
    }
    return sum;
}

/* Damped steps until they no longer change p; *sum: of squares there. */
static bool descend(const samples *s, double *p, double *sum) {
    const size_t rows = s->count + COLUMNS; /* the last ones hold back the step */
    double damping = 1.0e-3;
    for (int step = 0; step < STEPS; step++) {
        double A[COLUMNS * (LEVELS + COLUMNS)] = {0.0}, b[LEVELS + COLUMNS] = {0.0}, x[COLUMNS], next[COLUMNS];
        double change = 0.0;
        *sum = residuals(s, p, A, b);
        for (size_t k = 0; k < COLUMNS; k++) {
            double square = 0.0;
            for (size_t i = 0; i < s->count; i++) square += A[k * rows + i] * A[k * rows + i];
            A[k * rows + s->count + k] = sqrt(damping * square);
        }
        if (!mct_least_squares(rows, COLUMNS, A, b, x)) return false;
        for (size_t k = 0; k < COLUMNS; k++) {
            next[k] = p[k] + x[k];
            change = fmax(change, fabs(x[k]));
        }
        const bool better = next[2] > 0.0 && residuals(s, next, NULL, NULL) < *sum;
        if (better) {
            for (size_t k = 0; k < COLUMNS; k++) p[k] = next[k];
        }
        if (change < settled || (!better && change < rounding)) return true;
        damping = better ? fmax(0.1 * damping, least_damping) : 10.0 * damping;
    }
    return false;
}

mct_kohlrausch mct_kohlrausch_fit(size_t count, const double *level, const double *time, size_t stride) {
    samples s;
    double p[COLUMNS], sum;
    if (count < FEWEST || count > LEVELS) return nothing();
    for (size_t l = 0; l < count; l++) { /* false of NaN, too */
        if (!(time[l * stride] > (l > 0 ? time[(l - 1) * stride] : 0.0))) return nothing();
    }
    const double plateau = plateau_of(count, level, time, stride);
    const double top = window_top * plateau, bottom = window_bottom * plateau;
    if (plateau < plateau_least || level[count - 1] > bottom) return nothing();
    choose(count, level, time, stride, top, bottom, &s);
    if (s.count < FEWEST || !first_guess(&s, plateau, p) || !descend(&s, p, &sum)) return nothing();
    if (!(exp(p[0]) < amplitude_most * plateau)) return nothing();
    return (mct_kohlrausch){.amplitude = exp(p[0]),
                            .time = exp(p[1]),
                            .exponent = p[2],
                            .deviation = sqrt(sum),
                            .top = top,
                            .bottom = bottom};
}

void mct_evolution_kohlrausch(const mct_evolution *evolution, size_t point, mct_kohlrausch *fits) {
    const mct_relaxation *const relaxation = &evolution->relaxation[point];
    const size_t size = relaxation->species * relaxation->N;
    const int threads = mct_context_threads(evolution->context);
#pragma omp parallel for schedule(dynamic, CORRELATORS) num_threads(threads) if (threads > 1 && size > CORRELATORS)
    for (size_t i = 0; i < size; i++) {
        fits[i] = mct_kohlrausch_fit(relaxation->levels, relaxation->level, relaxation->tau + i, size);
    }
}
