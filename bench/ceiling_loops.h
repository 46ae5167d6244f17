/* ceiling_loops.h: the loops of ceilings.c; included once per instruction set with
 *   SET         what is appended to the names
 *   ATTRIBUTES  of every function: the target
 *   WIDTH       doubles per vector
 *   SUMS        independent sums in the multiply-add loop: enough to hide the latency, few enough for the registers
 *
 * No include guard, on purpose. */

typedef double NAME(vector) __attribute__((vector_size(WIDTH * sizeof(double)), may_alias));

/* SUMS multiply-adds of vectors per turn, everything in registers: 2 SUMS WIDTH flops. */
ATTRIBUTES static double NAME(multiply_add)(size_t turns, double a, double b) {
    NAME(vector) sum[SUMS], va = {0}, vb = {0};
    for (int l = 0; l < WIDTH; l++) va[l] = a, vb[l] = b;
    for (int s = 0; s < SUMS; s++) sum[s] = vb * (double)(s + 1);
    for (size_t t = 0; t < turns; t++) {
        for (int s = 0; s < SUMS; s++) sum[s] = sum[s] * va + vb;
    }
    double total = 0.0;
    for (int s = 0; s < SUMS; s++) {
        for (int l = 0; l < WIDTH; l++) total += sum[s][l];
    }
    return total;
}

/* n: a multiple of 64; arrays aligned to 64 bytes. */
ATTRIBUTES static double NAME(read)(size_t n, size_t passes, const double *a) {
    enum { PARTS = 8 };
    NAME(vector) sum[PARTS] = {{0}};
    for (size_t pass = 0; pass < passes; pass++) {
        for (size_t i = 0; i < n; i += PARTS * WIDTH) {
            for (size_t p = 0; p < PARTS; p++) sum[p] += *(const NAME(vector) *)(a + i + p * WIDTH);
        }
    }
    double total = 0.0;
    for (int p = 0; p < PARTS; p++) {
        for (int l = 0; l < WIDTH; l++) total += sum[p][l];
    }
    return total;
}

ATTRIBUTES static void NAME(copy)(size_t n, const double *a, double *b) {
    for (size_t i = 0; i < n; i += 2 * WIDTH) {
        *(NAME(vector) *)(b + i) = *(const NAME(vector) *)(a + i);
        *(NAME(vector) *)(b + i + WIDTH) = *(const NAME(vector) *)(a + i + WIDTH);
        __asm__ volatile("" ::: "memory"); /* a loop, not a call of memcpy */
    }
}

ATTRIBUTES static void NAME(triad)(size_t n, double s, const double *a, const double *b, double *c) {
    NAME(vector) vs = {0};
    for (int l = 0; l < WIDTH; l++) vs[l] = s;
    for (size_t i = 0; i < n; i += 2 * WIDTH) {
        *(NAME(vector) *)(c + i) = *(const NAME(vector) *)(a + i) + vs * *(const NAME(vector) *)(b + i);
        *(NAME(vector) *)(c + i + WIDTH) =
            *(const NAME(vector) *)(a + i + WIDTH) + vs * *(const NAME(vector) *)(b + i + WIDTH);
    }
}

static const ceiling_loops NAME(loops) = {
    .sums = SUMS,
    .width = WIDTH,
    .multiply_add = NAME(multiply_add),
    .read = NAME(read),
    .copy = NAME(copy),
    .triad = NAME(triad),
};

#undef SET
#undef ATTRIBUTES
#undef WIDTH
#undef SUMS
