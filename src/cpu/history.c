/* history.c: the memory integral as far as it is known, and the derivative's old values: A Phi_i = m_i B - C_i
 * (docs/theory.md).  The integral is cut near half the time, at grid point c (history_cut.h); on either side one of Phi and m has moments,
 * made into weights per grid value, and the other gives the values:
 *   C_i = m_{i-c} Phi_c + sum_{k>=1} weight_M[k] Phi_{i-k} + sum_{k>=1} m_{i-k} weight_F[k] + (1/h) sum_{s>=1} a_s Phi_{i-s}.
 * The steps of a tile share the cut.  All that is known when a tile begins goes into all of its steps at once, while the
 * history of a block of wave numbers is at hand; what the tile itself adds follows step by step. */
#include "evolution.h"
#include "history_cut.h"

/* One side of the cut: weights [k] of distances from t, next to the cut after J cells those of tail; values [l]. */
typedef struct side {
    size_t weight, tail, value;
    const int *slot; /* of mct_tails */
    bool from_right; /* the weight stands right of the value */
} side;

/* Adds weight times value for the grid values low ... high - 1 in step i, whose sum is cut after J cells. */
static void add(const mct_cpu_evolution *e, const side *s, size_t i, size_t J, size_t low, size_t high,
                mct_step_products *list) {
    const size_t D = (size_t)e->shape.scheme.degree, full = J - (D + 1) / 2;
    for (size_t l = low; l < high; l++) {
        const size_t k = i - l, value = s->value + l * e->size;
        const size_t weight =
            k <= full ? s->weight + k * e->size : s->tail + ((size_t)s->slot[J] * D + k - full - 1) * e->size;
        list->pair[list->count][0] = s->from_right ? value : weight;
        list->pair[list->count++][1] = s->from_right ? weight : value;
    }
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Steps from ... last. */
static void begin_tile(mct_cpu_evolution *e, size_t point, size_t from, size_t last_step, size_t cut,
                       const side sides[2]) {
    const mct_step_layout *const y = &e->layout;
    const size_t D = (size_t)e->shape.scheme.degree, half = (D + 1) / 2, behind = (D - 1) / 2;
    double *const base = mct_history_of(e, point);
    /* from these values on no step of the tile is next to its cut */
    const size_t low[2] = {cut + half, last_step - cut + half};
    mct_step_products edge[MCT_TILE];
    for (size_t i = from; i <= last_step; i++) {
        mct_step_products *const list = &edge[i - from];
        list->pair[0][0] = y->M + (i - cut) * e->size;
        list->pair[0][1] = y->F + cut * e->size;
        list->count = 1;
        add(e, &sides[0], i, i - cut, cut - behind, smaller(low[0], from), list);
        add(e, &sides[1], i, cut, i - cut - behind, smaller(low[1], from), list);
    }
    MCT_FOR_CHUNKS(e, e->loops->ahead(y, first, last, base, last_step - from + 1, from, low, edge))
}

void mct_evolution_history_point(mct_cpu_evolution *e, size_t point, int thread) {
    (void)thread;
    const mct_clock *const clock = &e->clocks[point];
    const mct_scheme *const scheme = &e->shape.scheme;
    const mct_step_layout *const y = &e->layout;
    const mct_tails tails = mct_tails_of(e, clock);
    const side sides[2] = {{y->weight_M, y->tail_M, y->F, tails.of_M, false},
                           {y->weight_F, y->tail_F, y->M, tails.of_F, true}};
    const size_t i = clock->i + 1, t = (i - clock->n / 2 - 1) % MCT_TILE, from = i - t;
    const size_t last_step = smaller(from + MCT_TILE - 1, clock->n), cut = mct_history_cut(clock->n, from, last_step);
    double *const base = mct_history_of(e, point);
    if (t == 0) begin_tile(e, point, from, last_step, cut, sides);
    mct_step_products list = {.count = 0};
    add(e, &sides[0], i, i - cut, from, i, &list);
    add(e, &sides[1], i, cut, from, i, &list);
    const size_t terms = (size_t)scheme->bdf;
    double coefficient[MCT_BDF_MAX];
    size_t at[MCT_BDF_MAX];
    for (size_t s = 0; s < terms; s++) {
        coefficient[s] = scheme->derivative[s + 1] / clock->step;
        at[s] = i - 1 - s;
    }
    MCT_FOR_CHUNKS(e, e->loops->history(y, first, last, base, t, &list, terms, coefficient, at))
}
