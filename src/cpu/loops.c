/* loops.c: which set of inner loops runs on this processor. */
#include "cpu/simd/loops.h"

#include <string.h>

#define MCT_LOOPS_DECLARE(isa)                                  \
    extern const mct_function_loops mct_function_loops_##isa;   \
    extern const mct_fourier_loops mct_fourier_loops_##isa;     \
    extern const mct_increment_loops mct_increment_loops_##isa; \
    extern const mct_matrix_loops mct_matrix_loops_##isa;       \
    extern const mct_vector_loops mct_vector_loops_##isa;       \
    extern const mct_step_loops mct_step_loops_##isa;
#define MCT_LOOPS_TABLE(isa, narrow)                                                                            \
    {                                                                                                           \
#isa, &mct_function_loops_##isa, &mct_fourier_loops_##isa, &mct_fourier_loops_##narrow,                 \
            &mct_increment_loops_##isa, &mct_matrix_loops_##isa, &mct_vector_loops_##isa, &mct_step_loops_##isa \
    }

MCT_LOOPS_DECLARE(generic)
#ifdef MCT_HAVE_X86_VARIANTS
MCT_LOOPS_DECLARE(avx2)
MCT_LOOPS_DECLARE(avx512)
#endif

/* Widest first. */
static const mct_loops tables[] = {
#ifdef MCT_HAVE_X86_VARIANTS
    MCT_LOOPS_TABLE(avx512, avx2),
    MCT_LOOPS_TABLE(avx2, avx2),
#endif
    MCT_LOOPS_TABLE(generic, generic),
};

static int runs_here(const char *isa) {
#ifdef MCT_HAVE_X86_VARIANTS
    if (!strcmp(isa, "avx512")) {
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    }
    if (!strcmp(isa, "avx2")) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return !strcmp(isa, "generic");
}

const mct_loops *mct_loops_select(const char *name) {
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        if ((!name || !strcmp(name, tables[t].name)) && runs_here(tables[t].name)) return &tables[t];
    }
    return NULL;
}
