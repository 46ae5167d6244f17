/* coarse.h: a coarse grid that foretells how the memory kernel of a fine one moves (a full approximation scheme on two grids;
 * A. Brandt, Math. Comput. 31, 333 (1977)).
 *
 * The wave numbers of a large grid lie closer than anything changes between them.  After one evaluation of its memory
 * kernel at the first guess x of a step, the fixed point is solved on every r-th wave number (r odd: these are a grid of the
 * same kind), with the coarse grid's own memory kernel plus the difference between both at x,
 *   M(x') = M_coarse[x'] + (M_fine[x] - M_coarse[x]),
 * by the iteration and with the secants of iterate.c.  What M moves there is interpolated and added to M_fine[x]; Phi
 * follows from it at each wave number by itself.  The error of that is the small part of a small change of M that the two
 * grids see differently, so that most steps need one evaluation and the fine grid keeps no secants. */
#ifndef MCT_CPU_COARSE_H
#define MCT_CPU_COARSE_H

#include "cpu/evolution/evolution.h"

/* Whether an evolution of this many wave numbers may have a coarse grid (for its memory), and every how many of those of
 * `grid` it has; 0: none. */
bool mct_coarse_is_possible(const mct_evolution_shape *shape);
size_t mct_coarse_ratio(const mct_evolution_shape *shape, const mct_grid *grid);

/* Bytes, at most. */
size_t mct_coarse_memory(const mct_evolution_shape *shape);
/* Fills e->coarse.  Errors: MCT_MEMORY. */
mct_status mct_coarse_create(mct_context *context, mct_cpu_evolution *e, size_t ratio);
void mct_coarse_destroy(mct_cpu_coarse *coarse);

/* A point at t = 0, after its arrays of a step have been set; a block of steps, after `prepare`. */
void mct_coarse_set(mct_cpu_evolution *e, size_t point);
void mct_coarse_prepare(mct_cpu_evolution *e, size_t point);

/* Moves M [n] (rows), evaluated at the iterate, to the solution.  Returns the largest residual of the iterate at the coarse
 * wave numbers; NaN if any is. */
double mct_coarse_correct(mct_cpu_evolution *e, size_t point, int thread);

/* The wave number where M would move the iterate most, or the first where it is not finite. */
size_t mct_coarse_worst(mct_cpu_evolution *e, size_t point, int thread);

/* What is solved on the coarse grid; its secants belong into a checkpoint. */
mct_cpu_evolution *mct_coarse_steps(const mct_cpu_coarse *coarse);

#endif
