/* automatic.h: from which sizes on `auto` takes a device, an algorithm of the memory kernel, a way to share out the work.
 * Every such number is here, with the table that it comes from; when a table moves, this is what to change. */
#ifndef MCT_AUTOMATIC_H
#define MCT_AUTOMATIC_H

enum {
    /* --- measured: bench/results, "Crossovers" --- */
    MCT_AUTO_FACTORIZED_BELOW = 16, /* wave numbers, on the CPU: below, plain sums beat transforms */

    /* --- measured: threads of a CPU, by doubles of a matrix function [m*m][N] --- */
    MCT_AUTO_THREADS_FROM = 1000,    /* the command lets more than one thread work at one point */
    MCT_AUTO_TEAM_EVALUATION = 1200, /* they share an evaluation of the memory kernel: about 30 us of work */
    MCT_AUTO_TEAM_EVOLUTION = 6000,  /* they share everything else of a step of one point */
    MCT_AUTO_TEAM_VECTORS = 6000,    /* they share sums, norms and matrices of one point's fixed point */
    MCT_AUTO_TEAM_STATICS = 1500,    /* wave numbers: and its structure factors */

    /* --- measured: docs/performance.md, "A step in time" --- */
    MCT_AUTO_TWO_GRIDS_FROM = 600,      /* wave numbers from which a step in time is foretold by a coarse grid */
    MCT_AUTO_COARSE_POINTS_LEAST = 200, /* which has no fewer than this */

    /* --- from the cost model of docs/gpu.md, not measured --- */
    MCT_AUTO_DEVICE_FROM = 500, /* wave numbers times points: below, launches take longer than the CPU's arithmetic */
    MCT_AUTO_DEVICE_FACTORIZED_BELOW = 16, /* wave numbers, on a device */
    MCT_AUTO_DEVICE_BLOCKS_FROM = 64,      /* points from which each is one block's (cuda/evolution/point.cu) ... */
    MCT_AUTO_DEVICE_BLOCKS_UP_TO = 256,    /* ... if it has no more wave numbers than this */
    /* Points for which `direct` reads the weights once, all functions along (cuda/kernel/direct_stream.cu); more by
     * matrix products. For N = 512, m = 2: 0.35 ms for the first point and 0.2 ms for each further one, whose blocks
     * find the weights in the L2 (5.5 TB/s are assumed); products take 0.9 ms however few the points, half of it 3
     * launches per tile. */
    MCT_AUTO_DEVICE_STREAMED_UP_TO = 4,

    /* --- units of work of a sweep on a device: as many points at once as fill it several times over, in as many units as a
     * run that is stopped may lose one of --- */
    MCT_AUTO_SWEEP_UNITS = 4,
    MCT_AUTO_SWEEP_POINTS_LEAST = 16
};

#endif
