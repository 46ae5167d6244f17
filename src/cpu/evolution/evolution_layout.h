/* evolution_layout.h: where the arrays of a block of wave numbers are. */
#ifndef MCT_CPU_EVOLUTION_LAYOUT_H
#define MCT_CPU_EVOLUTION_LAYOUT_H

#include "cpu/simd/step_loops.h"

/* secants: kept in this evolution.  Without steps per block there is no history. */
mct_step_layout mct_step_layout_of(const mct_evolution_shape *shape, bool secants);

#endif
