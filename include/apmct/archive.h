/* archive.h: result files (HDF5; the only place with HDF5 is src/result).
 *
 * Layout: top of src/result/archive.c.  Root attributes say the format, the command, the program's version, the
 * resolved configuration (YAML), units and normalisation; /config carries every scalar option as an attribute;
 * datasets have dimension scales, `unit` and `description`, and no dates or wall times.  A file appears under its
 * name only when it is complete: it is written aside, synced and renamed.
 *
 * Threads: these functions may be called from several threads, each with its own context, archive and result; HDF5
 * is not thread-safe, so one of them at a time is inside of it (a mutex of ours).  A program that calls HDF5 itself
 * must not do so at the same time. */
#ifndef APMCT_ARCHIVE_H
#define APMCT_ARCHIVE_H

#include "apmct/config.h"
#include "apmct/critical.h"
#include "apmct/decay.h"
#include "apmct/glass.h"
#include "apmct/journal.h"
#include "apmct/table.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MCT_ARCHIVE_FORMAT_VERSION = 1, MCT_ARCHIVE_RANK_MAX = 8 };

/* Whether a file of this name could be written: its folder exists and is writable, the name is not a folder or
 * device.  To be called before a long computation.  Errors: MCT_FILE. */
mct_status mct_archive_check_writable(mct_context *context, const char *path);

typedef struct mct_archive mct_archive;

/* A result file in memory, nothing on disk yet.  `command`: "statics", "glass", "critical", ...; `config` must have
 * passed mct_config_check.  Errors: MCT_FILE, MCT_MEMORY.  Caller owns *archive. */
mct_status mct_archive_create(mct_context *context, const char *command, const mct_config *config,
                              mct_archive **archive);

/* The same for a file that may be larger than memory: built on disk, aside, in the folder of `path`, under which
 * mct_archive_save is to put it (NULL: in memory after all); `size`: bytes that it will need at most, reserved now
 * where the file system can.  Errors: as above. */
mct_status mct_archive_create_on_disk(mct_context *context, const char *command, const mct_config *config,
                                      const char *path, size_t size, mct_archive **archive);

/* /wave_number [N], /structure_factor and /direct_correlation [N][m][m].  Errors: MCT_FILE. */
mct_status mct_archive_put_statics(mct_context *context, mct_archive *archive, const mct_statics *statics);

/* /nonergodicity [N][m][m] from F[m*m][N] (after mct_archive_put_statics), and the state, residual and critical
 * packing fraction of `result` as attributes.  Errors: MCT_FILE, MCT_ARGUMENT (no statics yet). */
mct_status mct_archive_put_glass(mct_context *context, mct_archive *archive, const double *F,
                                 const mct_glass_result *result);

/* The critical point of a packing fraction (after mct_archive_put_statics with the statics there): F_c, eigenvectors
 * and amplitude (left out where it is not a number) [N][m][m]; phi_c, exponents and separation [1], slope [m].
 * Errors: MCT_FILE, MCT_MEMORY, MCT_ARGUMENT (no statics yet, another shape, no point found). */
mct_status mct_archive_put_critical(mct_context *context, mct_archive *archive, const mct_critical_point *point);

/* The traced line phi_c(activity) and its R roots: /activity_critical [R], the numbers above [R] ([R][m]), the arrays
 * of the first root, and where R > 1 those of all in /roots.  Statics, of the first root, come first unless R = 0.
 * Errors: as above. */
mct_status mct_archive_put_critical_line(mct_context *context, mct_archive *archive, const mct_critical_line *line);

/* What was found of a run in time of m species and `tagged` tagged particles, which are species m, m + 1, ... of it. */
typedef struct mct_evolution_result {
    mct_evolution_point point;
    size_t tagged;
    double *long_time;                              /* [(m + tagged)^2][N]: the last Phi */
    double *relaxation_time[MCT_RELAXATION_LEVELS]; /* [m + tagged][N]; NaN where never reached */
    double *displacement;                           /* [tagged], d^2, at the end */
    double estimated_error;                         /* NaN: not asked for */
    double plateau_deviation;                       /* mct_plateau_deviation; NaN: no plateau, or not computed */
} mct_evolution_result;

/* /long_time, /relaxation_time, /relaxation_time_tenth of a run in time (after mct_archive_put_statics of the mixture) and,
 * from its journal (NULL: not stored), /time, /stored_wave_number [count] of the grid points points[count] and
 * /correlator [time][q][m][m], piece by piece; of tagged particles the same in /tagged, with their mean-squared
 * displacements.  Errors: MCT_FILE, MCT_FORMAT (the journal), MCT_MEMORY, MCT_ARGUMENT. */
mct_status mct_archive_put_evolution(mct_context *context, mct_archive *archive, const mct_evolution_result *result,
                                     mct_journal *journal, size_t count, const size_t *points);

/* What was varied in /parameters, one array per key, and what the points gave in /points.  Errors: MCT_FILE,
 * MCT_MEMORY. */
mct_status mct_archive_put_table(mct_context *context, mct_archive *archive, const mct_table *table,
                                 const mct_config *config);

/* A line traced for sweep.trace: /line with its nodes, /extrema, /window (where phi_c takes the packing fractions asked for) and
 * /features (the peak of lambda_MCT, where f changes its character).  Errors: MCT_FILE. */
mct_status mct_archive_put_trace(mct_context *context, mct_archive *archive, const mct_critical_line *line);

/* /kohlrausch_exponent, _time, _amplitude, _deviation [N][m] of a run in time, and under /tagged the same [N][tagged];
 * fits: [m + tagged][N].  Errors: MCT_FILE, MCT_MEMORY, MCT_ARGUMENT (no statics yet). */
mct_status mct_archive_put_kohlrausch(mct_context *context, mct_archive *archive, size_t tagged,
                                      const mct_kohlrausch *fits);

/* /beta_relaxation of a run near a transition: /beta_relaxation/time and /function [count], g(t) of decay.h; the group's
 * attributes are its distance from the critical point, what that has for exponents and, as far as found, what the fit has.
 * Errors: MCT_FILE, MCT_ARGUMENT (count = 0). */
mct_status mct_archive_put_beta_relaxation(mct_context *context, mct_archive *archive,
                                           const mct_critical_point *critical, double packing_fraction,
                                           const mct_beta_relaxation *fit, size_t count, const double *time,
                                           const double *g);

/* Any further array: data[shape[0]]...[shape[rank-1]], borrowed; a name with slashes goes into groups.
 * Errors: MCT_FILE, MCT_ARGUMENT (rank). */
mct_status mct_archive_put_array(mct_context *context, mct_archive *archive, const char *name, size_t rank,
                                 const size_t *shape, const double *data, const char *unit, const char *description);

/* Writes the file aside, syncs and renames it to `path`.  On failure nothing is left behind.  Errors: MCT_FILE. */
mct_status mct_archive_save(mct_context *context, mct_archive *archive, const char *path);

void mct_archive_destroy(mct_archive *archive);

/* One dataset of a result file. */
typedef struct mct_dataset {
    char *name;
    char *unit;        /* "" if none */
    char *description; /* "" if none */
    size_t rank;
    size_t shape[MCT_ARCHIVE_RANK_MAX]; /* [rank] */
    bool numbers;                       /* false: texts, which are not read */
    double *data;                       /* [shape[0]]...[shape[rank-1]]; NULL if not numbers, or not read */
} mct_dataset;

/* A result file as read; everything in it is owned by it. */
typedef struct mct_result {
    char *path;
    char *command;     /* "statics", "glass", ... */
    char *version;     /* of the program that wrote it */
    char *config_text; /* YAML */
    char *state;       /* "glass" | "fluid"; of evolve "decayed" | "plateau" | "until"; else "" */
    mct_config *config;
    size_t dataset_count;
    mct_dataset *datasets; /* [dataset_count], by name */
} mct_result;

/* Reads a result file and checks that it is one of ours and that its shapes fit together.  Before it allocates memory
 * for values it checks that the file is large enough for them: they take at most 1032 times its size, which is what
 * deflate can do.  HDF5 itself may crash or hang on a damaged file: a program that reads untrusted files should call
 * this in a process of its own, with limits of memory and time, as the command does. Errors: MCT_FILE (cannot be
 * read), MCT_FORMAT (not a result file; what it is instead), MCT_MEMORY, MCT_INTERRUPTED. */
mct_status mct_result_load(mct_context *context, const char *path, mct_result **result);

/* The same without values: `data` only of datasets of up to MCT_RESULT_FEW numbers.  Errors: as above. */
enum { MCT_RESULT_FEW = 16 };
mct_status mct_result_load_shapes(mct_context *context, const char *path, mct_result **result);

/* Receives values[count] of dataset number `dataset`, borrowed for the call: those from element `first` on, in the
 * order of the file.  It must not call functions of this header.  A status other than MCT_OK ends the visit and is
 * its status. */
typedef mct_status mct_result_values(void *user, const mct_result *result, size_t dataset, size_t first, size_t count,
                                     const double *values);

/* Reads the file of `result` (of mct_result_load_shapes) and gives `take` the values of all datasets of numbers, one
 * dataset after another, each in pieces of a few megabytes from its first value to its last.
 * Errors: as mct_result_load; those of `take`. */
mct_status mct_result_visit(mct_context *context, mct_result *result, mct_result_values *take, void *user);

void mct_result_destroy(mct_result *result);

/* The dataset of this name, or NULL. */
const mct_dataset *mct_result_dataset(const mct_result *result, const char *name);

#ifdef __cplusplus
}
#endif
#endif
