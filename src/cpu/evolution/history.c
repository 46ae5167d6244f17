/* history.c: the memory integral as far as it is known, and the derivative's old values: A Phi_i = m_i B - C_i
 * (docs/theory.md).  The integral is cut near half the time, at grid point c (history_cut.h); on either side one of Phi and m has moments,
 * made into weights per grid value, and the other gives the values:
 *   C_i = m_{i-c} Phi_c + sum_{k>=1} weight_M[k] Phi_{i-k} + sum_{k>=1} m_{i-k} weight_F[k] + (1/h) sum_{s>=1} a_s Phi_{i-s}.
 * The steps of a tile share the cut.  All that is known when the first of a few tiles begins goes into all of their steps at
 * once, while the history of a block of wave numbers is at hand; what has become known since follows when a tile begins,
 * what the tile itself adds step by step. */
#include "cpu/evolution/evolution.h"
#include "cpu/evolution/history_cut.h"

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

static void sides_of(const mct_cpu_evolution *e, const mct_clock *clock, side sides[2]) {
    const mct_step_layout *const y = &e->layout;
    const mct_tails tails = mct_tails_of(e, clock);
    sides[0] = (side){y->weight_M, y->tail_M, y->F, tails.of_M, false};
    sides[1] = (side){y->weight_F, y->tail_F, y->M, tails.of_F, true};
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Tiles of 4, 8 or 16 steps: with no more than n/4 no value next to a cut is among those that are not known yet. */
size_t mct_evolution_steps_ahead(size_t n) {
    size_t steps = MCT_TILE;
    while (2 * steps <= MCT_AHEAD && 8 * steps <= n) steps *= 2;
    return steps;
}

_Static_assert((int)MCT_GUESS <= (int)MCT_AHEAD && (int)MCT_BDF_MAX <= (int)MCT_GUESS, "the recent values are enough");

/* Step i of a block of n: the first of those that are looked ahead to with it, of its tile, the last of its tile. */
typedef struct place {
    size_t begin, from, last;
} place;

static place place_of(size_t n, size_t i) {
    const size_t t = i - n / 2 - 1, from = i - t % MCT_TILE;
    return (place){i - t % mct_evolution_steps_ahead(n), from, smaller(from + MCT_TILE - 1, n)};
}

/* All that is known before step `begin`, in it and the steps that are looked ahead to with it. */
static void look_ahead(const mct_cpu_evolution *e, const mct_clock *clock, const side *sides, size_t begin,
                       mct_past *past) {
    const mct_step_layout *const y = &e->layout;
    const size_t D = (size_t)e->shape.scheme.degree, half = (D + 1) / 2, behind = (D - 1) / 2;
    const size_t n = clock->n, end = smaller(begin + mct_evolution_steps_ahead(n) - 1, n);
    for (size_t from = begin; from <= end; from += MCT_TILE) {
        const size_t last_step = smaller(from + MCT_TILE - 1, end), cut = mct_history_cut(n, from, last_step);
        mct_step_tile *const tile = &past->tile[past->tiles++];
        *tile = (mct_step_tile){.from = from - begin,
                                .count = last_step - from + 1,
                                .to = y->ahead + (from - begin) * y->plane,
                                /* from these values on no step of the tile is next to its cut */
                                .low = {cut + half, last_step - cut + half},
                                .edge = &past->edge[from - begin]};
        for (size_t i = from; i <= last_step; i++) {
            mct_step_products *const list = &past->edge[i - begin];
            list->pair[0][0] = y->M + (i - cut) * e->size;
            list->pair[0][1] = y->F + cut * e->size;
            list->count = 1;
            add(e, &sides[0], i, i - cut, cut - behind, smaller(tile->low[0], begin), list);
            add(e, &sides[1], i, cut, i - cut - behind, smaller(tile->low[1], begin), list);
        }
    }
}

/* The values of the tile itself. */
static void add_recent(const mct_cpu_evolution *e, const side *s, size_t n, size_t i, size_t from, size_t J,
                       mct_step_recent *recent) {
    const mct_step_layout *const y = &e->layout;
    const size_t D = (size_t)e->shape.scheme.degree, full = J - (D + 1) / 2;
    for (size_t l = from; l < i; l++) {
        const size_t k = i - l, at = recent->products++;
        const bool is_tail = k > full;
        recent->product[at].value = (s->from_right ? y->recent_M : y->recent_F) + mct_recent_slot(n, l) * y->plane;
        recent->product[at].weight = is_tail ? s->tail + ((size_t)s->slot[J] * D + k - full - 1) * e->size
                                             : (s->from_right ? y->near_F : y->near_M) + (k - 1) * y->plane;
        recent->product[at].weight_is_tail = is_tail;
        recent->product[at].from_right = s->from_right;
    }
}

void mct_evolution_past_of(const mct_cpu_evolution *e, const mct_clock *clock, size_t i, bool opening, mct_past *past) {
    const mct_scheme *const scheme = &e->shape.scheme;
    const mct_step_layout *const y = &e->layout;
    const place at = place_of(clock->n, i);
    side sides[2];
    sides_of(e, clock, sides);
    past->i = i;
    past->tiles = 0;
    if (i == at.begin && (opening || i > clock->n / 2 + 1)) look_ahead(e, clock, sides, i, past);
    past->catches_up = i == at.from && i > at.begin;
    past->catch_up = (mct_step_catch_up){.slot = mct_recent_slot(clock->n, at.begin),
                                         .values = i - at.begin,
                                         .count = at.last - at.from + 1,
                                         .from = y->ahead + (i - at.begin) * y->plane,
                                         .to = y->tile};
    mct_step_recent *const recent = &past->recent;
    const size_t cut = mct_history_cut(clock->n, at.from, at.last);
    recent->known = at.from == at.begin ? y->ahead + (i - at.begin) * y->plane : y->tile + (i - at.from) * y->plane;
    recent->products = 0;
    add_recent(e, &sides[0], clock->n, i, at.from, i - cut, recent);
    add_recent(e, &sides[1], clock->n, i, at.from, cut, recent);
    recent->terms = (size_t)scheme->bdf;
    for (size_t s = 0; s < recent->terms; s++) {
        recent->coefficient[s] = scheme->derivative[s + 1] / clock->step;
        recent->at[s] = y->recent_F + mct_recent_slot(clock->n, i - 1 - s) * y->plane;
    }
    for (size_t s = 0; s < MCT_GUESS; s++) {
        past->guess[s] = y->recent_F + mct_recent_slot(clock->n, i - 1 - s) * y->plane;
    }
}

void mct_evolution_guess(const mct_cpu_evolution *e, double *base, const mct_past *past, size_t first, size_t last,
                         double *x) {
    e->loops->combine(&e->layout, first, last, base + e->layout.step, e->layout.pace, MCT_GUESS,
                      e->shape.scheme.guess + 1, past->guess, MCT_STEP_NOWHERE, x);
}

void mct_evolution_past(const mct_cpu_evolution *e, double *base, const mct_past *past, size_t first, size_t last) {
    if (past->tiles) e->loops->ahead(&e->layout, first, last, base, past->i, past->tiles, past->tile);
    if (past->catches_up) e->loops->catch_up(&e->layout, first, last, base, &past->catch_up);
    e->loops->history(&e->layout, first, last, base, &past->recent);
}

void mct_evolution_history_point(mct_cpu_evolution *e, size_t point, int thread) {
    (void)thread;
    const mct_clock *const clock = &e->clocks[point];
    if (e->begun[point]) return;
    double *const base = mct_history_of(e, point);
    mct_past past;
    mct_evolution_past_of(e, clock, clock->i + 1, false, &past);
    MCT_FOR_CHUNKS(e, mct_evolution_past(e, base, &past, first, last))
}

void mct_evolution_keep(const mct_cpu_evolution *e, size_t point, size_t i) {
    const size_t n = e->clocks[point].n, begin = place_of(n, i).begin;
    e->loops->keep(&e->layout, 0, e->blocks, mct_history_of(e, point), n, begin, i);
}

bool mct_evolution_is_kept(size_t n, size_t i, size_t *begin) {
    *begin = place_of(n, i).begin;
    return i == n || i == *begin + mct_evolution_steps_ahead(n) - 1;
}
