/* evolution.cuh: the evolution in time on a device: what its files share; files mirror those of src/cpu by name.
 *
 *   evolution.cu   memory, the table of operations
 *   checkpoint.cu  looks and checkpoints
 *   advance.cu     a window of steps as one graph
 *   start.cu       Taylor series of Phi and m, the first half of the first block
 *   predict.cu     first guess of a step
 *   history.cu     what the known history adds to it
 *   iterate.cu     memory kernel, update, convergence, acceleration: a loop on the device
 *   commit.cu      new values, row, clock, end of a point
 *   decimate.cu    from block to block
 *   point.cu       all of it for one point by one block of threads, which makes the memory kernel by correlate.cuh
 *   displacement.cu  mean-squared displacements, which follow the steps of Phi
 *
 * The history of a point is a list of matrices [m*m][N] at the numbers that mct_cuda_layout names; clocks and paces live on
 * the device and are advanced there.  Kernels pass over points that do not run. */
#ifndef MCT_EVOLUTION_CUH
#define MCT_EVOLUTION_CUH

#include "cuda.cuh"
#include "graph.cuh"
#include "small_matrix.cuh"

enum {
    MCT_SUMS = 2 * MCT_SECANTS,
    MCT_CUDA_TILE = 4,   /* coming steps that the finished history is applied to at once */
    MCT_CUDA_CHUNK = 128 /* wave numbers of a point that a block treats, one per thread, and sums over */
};

/* The numbers of the matrices of a point; [count] as there. */
struct mct_cuda_layout {
    int F, M;               /* [n + 1]: Phi and m = M W^-1 at the grid points */
    int moment_F, moment_M; /* [n/2][D]: of cell j at j - 1, or [n/4][D]: of two cells each (mct_keeps_cells) */
    int weight_F, weight_M; /* [n/2 + 1]: of the values at distance k from t, far from the cut */
    int tail_F, tail_M;     /* [slots][D]: the weights next to a cut after J cells (mct_slot_of_F, mct_slot_of_M) */
    int ahead;              /* [MCT_CUDA_TILE]: the finished history in the coming steps */
    int Gamma, S, W_inverse, norm; /* norm: 1/sqrt(S_mm S_nn) */
    int A_inverse, right;          /* of a block of steps: A^-1, W^-1 (S - W_F0) */
    int offset;                    /* A^-1 C */
    int residual, kernel;          /* of the last iterate x: A^-1 (M[x] right) - offset - x; M[x] */
    int dr, dM;                    /* [MCT_SECANTS]: secants, differences of these */
    int count;                     /* of all */
};

/* The scheme and what else is computed once, in long double. */
struct mct_cuda_scheme {
    mct_scheme scheme;
    double node[MCT_QUADRATURE_NODES], quadrature[MCT_DEGREE_MAX][MCT_QUADRATURE_NODES];
    double beta[MCT_TAYLOR_MAX + 1][MCT_TAYLOR_MAX + 1]; /* k! l!/(k+l)! */
};

/* How a block begins. */
enum mct_cuda_turn {
    MCT_TURN_NONE,   /* it does not: the point is in the middle of one */
    MCT_TURN_RESUME, /* it goes on: weights are there */
    MCT_TURN_OPEN,   /* the first one: moments are there */
    MCT_TURN_THIN,   /* two cells become one */
    MCT_TURN_EXTEND  /* n doubles */
};

/* What a point is at between the kernels of a step. */
struct mct_cuda_pace {
    int iterating;         /* not settled yet */
    int pair;              /* slot of the next secant; -1: none, the first evaluation of a step */
    double sums[MCT_SUMS]; /* <dr_j, r>, then <dr_j, dr_new> */
    int turn, n, cells;    /* mct_cuda_turn, after a block of n steps; whether its moments were those of single cells */
};

/* What a block of threads finds in a new residual (or, in `largest` alone, elsewhere). */
struct mct_cuda_part {
    double largest;                                           /* max norm |r|; NaN if any is not finite */
    double with_residual[MCT_SECANTS], with_new[MCT_SECANTS]; /* <dr_j, r>, <dr_j, dr_new> */
};

/* What kernels see of an evolution. */
struct mct_cuda_steps {
    int N, m, points, chunks, degree;
    size_t n, stride; /* doubles of a matrix; of the history of a point */
    size_t window;
    unsigned doublings, iterations_max;
    double tolerance, until, decayed, plateau;
    mct_cuda_layout at;
    mct_cuda_scheme *scheme;
    double *history;     /* [points][at.count][n] */
    double *x, *M;       /* [points][n]: iterate, M[x] */
    double *times, *row; /* [points][window], [points][window][row_size] */
    size_t row_size;     /* doubles of a row */
    int observed;        /* wave numbers of a row */
    const int *slot;     /* [N]: places of the wave numbers in a row, -1: they do not go there; NULL: all in order */
    mct_clock *clocks;   /* [points] */
    mct_cuda_pace *paces;
    mct_cuda_part *parts; /* [points][chunks] */
    size_t *left;         /* steps of the window that are still to be made */
};

/* Mean-squared displacements: an evolution of their own, one "wave number" each, with the clocks of Phi. */
struct mct_cuda_displacements {
    int count, terms;
    int *species;     /* [count] */
    double *coupling; /* [points][count][m][N] */
    double *source;   /* [points][count] */
    double *sums;     /* [points][count][chunks of wave numbers of Phi]: of m0 */
};

/* A condition of a graph that a kernel sets; outside of a graph nothing is set. */
struct mct_cuda_gate {
    bool used;
    cudaGraphConditionalHandle condition;
};

/* What follows a step: another one before anything else, the end of a block of steps somewhere, another one in the end. */
struct mct_cuda_gates {
    mct_cuda_gate next, ends, again;
};

struct mct_cuda_follower;

struct mct_cuda_evolution {
    mct_evolution_shape shape;
    mct_cuda *cuda; /* borrowed: kernel, first error */
    mct_cuda_steps steps;
    double *memory, *series;   /* series: [2][taylor + 1][points][n] */
    mct_clock *clocks_on_host; /* pinned, as the next two; of points that were set and not started, their start */
    double *times_on_host, *rows_on_host;
    double *rates; /* [points][n], on the host: Gamma of points that were set; NULL: none since the last start */
    mct_cuda_follower *follower; /* NULL: no displacements */
    mct_graph iterate, advance;  /* made when first wanted */
    bool iterate_made, advance_made;
    bool by_points; /* point.cu in place of the graph `advance` */
};

struct mct_cuda_follower {
    mct_cuda_steps steps;
    mct_cuda_displacements displacements;
    double *memory, *series, *rows_on_host;
};

/* ---- history ------------------------------------------------------------------------------------------------------------ */

/* Slots of the weights next to a cut after J cells, n/4 <= J <= n/2; -1: no step of a block of n has that cut.  The cuts of m
 * are those of a tile at J = n/4 + 1 ... or at the end, J = ... n/2; those of Phi are whole tiles apart where n/16 is whole. */
__host__ __device__ inline int mct_slots_of_F(int n) {
    return n % 16 ? n / 4 + 1 : n / 16 + 1;
}
__host__ __device__ inline int mct_slot_of_F(int n, int J) {
    const int from = J - n / 4;
    return n % 16 ? from : from >= 0 && from % MCT_CUDA_TILE == 0 ? from / MCT_CUDA_TILE : -1;
}
enum { MCT_SLOTS_OF_M = 2 * MCT_CUDA_TILE };
__host__ __device__ inline int mct_slot_of_M(int n, int J) {
    const int first = J - n / 4 - 1, last = J - n / 2 + MCT_SLOTS_OF_M - 1;
    return first < 0 ? -1 : first < MCT_CUDA_TILE ? first : last < MCT_CUDA_TILE ? -1 : last;
}

/* Whether the moments of a block are those of single cells, not of pairs as the next thinning wants them: at the start, and where n
 * may double next (MCT_NEAR_DECAY). */
__host__ __device__ inline bool mct_keeps_cells(const mct_clock &clock, unsigned doublings) {
    return clock.opened == 0.0 || (clock.opened < MCT_NEAR_DECAY && clock.doublings < doublings);
}

/* ---- places ------------------------------------------------------------------------------------------------------------ */

__device__ inline bool mct_cuda_runs(const mct_cuda_steps &v, size_t point) {
    return v.clocks[point].state == MCT_EVOLUTION_RUNNING;
}

/* Matrix number `number` of a point. */
__device__ inline double *mct_cuda_at(const mct_cuda_steps &v, size_t point, int number) {
    return v.history + point * v.stride + (size_t)number * v.n;
}

template <int m> __device__ mct_matrix<m> mct_cuda_read(const mct_cuda_steps &v, size_t point, int number, size_t q) {
    return mct_matrix_read<m>(mct_cuda_at(v, point, number), (size_t)v.N, q);
}

template <int m>
__device__ void mct_cuda_write(const mct_matrix<m> &A, const mct_cuda_steps &v, size_t point, int number, size_t q) {
    mct_matrix_write(A, mct_cuda_at(v, point, number), (size_t)v.N, q);
}

/* M of the last iterate, improved by the secants. */
template <int m> __device__ mct_matrix<m> mct_cuda_improved(const mct_cuda_steps &v, size_t point, size_t q) {
    mct_matrix<m> M = mct_cuda_read<m>(v, point, v.at.kernel, q);
    for (int j = 0; j < MCT_SECANTS; j++) {
        const double *const dM = mct_cuda_at(v, point, v.at.dM + j) + q;
        const double factor = v.clocks[point].coefficient[j];
        for (int c = 0; c < m * m; c++) M.e[c / m][c % m] += factor * dM[(size_t)(c * v.N)];
    }
    return M;
}

/* F that M makes: A^-1 (M right) - offset. */
template <int m>
__device__ mct_matrix<m> mct_cuda_response(const mct_cuda_steps &v, size_t point, size_t q, const mct_matrix<m> &M) {
    return mct_cuda_read<m>(v, point, v.at.A_inverse, q) * (M * mct_cuda_read<m>(v, point, v.at.right, q)) -
           mct_cuda_read<m>(v, point, v.at.offset, q);
}

/* Where the row of the present step goes. */
__device__ inline size_t mct_cuda_row(const mct_cuda_steps &v, size_t point) {
    return point * v.window + v.clocks[point].rows;
}

/* Component c of Phi at wave number q into row number `row`, if it belongs there. */
__device__ inline void mct_cuda_keep(const mct_cuda_steps &v, size_t row, int c, size_t q, double value) {
    const int place = v.slot ? v.slot[q] : (int)q;
    if (place >= 0) v.row[row * v.row_size + (size_t)(c * v.observed + place)] = value;
}

/* Blocks of one chunk of wave numbers each. */
inline launch_shape mct_cuda_chunks(const mct_cuda_steps &v) {
    return {(unsigned)(v.points * v.chunks), MCT_CUDA_CHUNK};
}

struct mct_cuda_wave_number {
    size_t point, q; /* q may lie beyond N */
};

__device__ inline mct_cuda_wave_number mct_cuda_wave_number_of(const mct_cuda_steps &v) {
    return {blockIdx.x / (unsigned)v.chunks, (size_t)(blockIdx.x % (unsigned)v.chunks) * MCT_CUDA_CHUNK + threadIdx.x};
}

/* One warp per point. */
inline launch_shape mct_cuda_warps(const mct_cuda_steps &v) {
    return {((unsigned)v.points + BLOCK / WARP_SIZE - 1) / (BLOCK / WARP_SIZE), BLOCK};
}

__device__ inline size_t mct_cuda_warp() {
    return (size_t)blockIdx.x * (BLOCK / WARP_SIZE) + threadIdx.x / WARP_SIZE;
}

/* The first guess of a step at one element. */
__device__ inline void mct_predict(const mct_cuda_steps &v, size_t point, size_t element) {
    const double *last = mct_cuda_at(v, point, v.at.F + (int)v.clocks[point].i) + element;
    double sum = 0.0;
    for (int s = 0; s < MCT_GUESS; s++) sum += v.scheme->scheme.guess[s + 1] * last[-(ptrdiff_t)(s * v.n)];
    v.x[point * v.n + element] = sum;
}

/* The largest of the parts of a point, for all lanes of a warp. */
__device__ inline double mct_cuda_largest(const mct_cuda_steps &v, size_t point) {
    double largest = 0.0;
    for (int chunk = (int)(threadIdx.x % WARP_SIZE); chunk < v.chunks; chunk += WARP_SIZE) {
        largest = mct_cuda_larger(largest, v.parts[point * (size_t)v.chunks + (size_t)chunk].largest);
    }
    for (int by = WARP_SIZE / 2; by; by /= 2)
        largest = mct_cuda_larger(largest, __shfl_xor_sync(FULL_WARP, largest, by));
    return largest;
}

/* The largest of each chunk of wave numbers into its part; by the whole block, one thread per wave number q. */
__device__ inline void mct_cuda_keep_largest(const mct_cuda_steps &v, size_t point, size_t q, double largest) {
    SHARED_ARRAY(double, of_warp, BLOCK / WARP_SIZE);
    const unsigned first = threadIdx.x / WARP_SIZE;
    for (int by = WARP_SIZE / 2; by; by /= 2) {
        largest = mct_cuda_larger(largest, __shfl_xor_sync(FULL_WARP, largest, by));
    }
    if (threadIdx.x % WARP_SIZE == 0) of_warp[first] = largest;
    __syncthreads();
    if (threadIdx.x % MCT_CUDA_CHUNK != 0 || q >= (size_t)v.N) return;
    for (unsigned w = first + 1; w < first + MCT_CUDA_CHUNK / WARP_SIZE; w++) {
        largest = mct_cuda_larger(largest, of_warp[w]);
    }
    v.parts[point * (size_t)v.chunks + q / MCT_CUDA_CHUNK].largest = largest;
}

#define MCT_LAUNCH_FOR_SPECIES(e, m, kernel, shape, ...) MCT_CUDA_LAUNCH((e)->cuda, m, kernel, shape, __VA_ARGS__)

#define MCT_LAUNCH_FOR_DEGREE(e, degree, kernel, shape, ...)                                            \
    do {                                                                                                \
        cudaError_t error_ = cudaSuccess;                                                               \
        switch (degree) {                                                                               \
        case 1: error_ = launch<kernel<1>>(shape, mct_cuda_stream(), __VA_ARGS__); break;               \
        case 3: error_ = launch<kernel<3>>(shape, mct_cuda_stream(), __VA_ARGS__); break;               \
        default: error_ = launch<kernel<MCT_DEGREE_MAX>>(shape, mct_cuda_stream(), __VA_ARGS__); break; \
        }                                                                                               \
        mct_cuda_note((e)->cuda, error_);                                                               \
    } while (0)

/* ---- operations: all enqueued; steps: of the evolution or of its follower ------------------------------------------------- */

void mct_cuda_start(mct_cuda_evolution *e);
/* All running points iterate, and the gate is open. */
void mct_cuda_predict(mct_cuda_evolution *e, mct_cuda_gate iterates);
void mct_cuda_history(mct_cuda_evolution *e, const mct_cuda_steps &steps);
/* A turn of the loop, which sets the gate. */
void mct_cuda_iterate_once(mct_cuda_evolution *e, mct_cuda_gate gate);
void mct_cuda_iterate(mct_cuda_evolution *e);
/* gates: what follows the step, NULL outside of a graph. */
void mct_cuda_commit(mct_cuda_evolution *e, const mct_cuda_gates *gates);
/* Shuts the gate: once is enough. */
void mct_cuda_decimate(mct_cuda_evolution *e, mct_cuda_gate gate);
/* Blocks of steps begin as the paces say. */
void mct_cuda_open_blocks(mct_cuda_evolution *e);

/* History from series a, b [taylor + 1][points][n] of Phi and m. */
void mct_cuda_start_from(mct_cuda_evolution *e, const mct_cuda_steps &steps, const double *a, const double *b);

void mct_cuda_advance(mct_cuda_evolution *e, size_t steps);
/* One block per point; whether it can be had, and `steps` steps of every point. */
bool mct_cuda_point_fits(mct_cuda_evolution *e);
void mct_cuda_point_advance(mct_cuda_evolution *e, size_t steps);

/* checkpoint.cu: these wait for the device */
void mct_cuda_look(void *evolution, mct_clock *clocks, const double **times, const double **phi);
void mct_cuda_last(void *evolution, size_t point, double *phi);
const double *mct_cuda_displacement(void *evolution);
size_t mct_cuda_state_size(void *evolution, const mct_clock *clock);
void mct_cuda_save(void *evolution, size_t point, void *to);
void mct_cuda_restore(void *evolution, size_t point, const void *from);

/* Points that were set, onto the device. */
void mct_cuda_settle_points(mct_cuda_evolution *e);

/* Enqueues a copy. */
void mct_cuda_copy(mct_cuda_evolution *e, void *to, const void *from, size_t bytes, cudaMemcpyKind kind);

/* displacement.cu */
void mct_cuda_displacement_start(mct_cuda_evolution *e);
void mct_cuda_displacement_step(mct_cuda_evolution *e);

#endif
