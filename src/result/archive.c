/* archive.c: writing result files.
 *
 * Layout (format version 1):
 *   /                    attributes: format "apmct", format_version, command, program_version, config (YAML),
 *                        units, normalisation
 *   /config              one attribute per scalar option, by its dotted key
 *   /species/...         name, fraction, activity, diffusivity, diameter [m]
 *   /wave_number         [N]        1/d; the dimension scale of the first dimension of the others
 *   /structure_factor    [N][m][m]  S
 *   /direct_correlation  [N][m][m]  c, d^3
 *   /nonergodicity       [N][m][m]  F (not F/S); of `glass` with attributes: state, residual, eigenvalue,
 *                                   packing_fraction_critical
 * `critical`, all of it at the critical point, the arrays above too (archive_critical.c):
 *   /right_eigenvector, /left_eigenvector, /amplitude                              [N][m][m]
 *   /packing_fraction_critical, /exponent_parameter, /a, /b, /gamma, /separation   [1]
 *   /slope                                                                         [m]
 * `critical` of an activity with R roots: arrays are those of the first root, numbers [R], slope [R][m], and
 *   /activity_critical                                    [R], the scale of the first dimension of what is [R]...
 *   /roots/nonergodicity, /roots/right_eigenvector, ...   [R][N][m][m], where R > 1
 *   /line/activity, /line/packing_fraction_critical, /line/slope, /line/exponent_parameter   [nodes]
 * `evolve` (archive_evolution.c), Q stored wave numbers:
 *   /long_time           [N][m][m]     the last Phi, with attributes: state, steps, blocks, evaluations, time_end and,
 *                                      where asked for, estimated_error
 *   /relaxation_time, /relaxation_time_tenth   [N][m], NaN where never reached
 *   /kohlrausch_amplitude, _time, _exponent, _deviation   [N][m], NaN where there is no such decay (archive_decay.c)
 *   /time [T], /stored_wave_number [Q], /correlator [T][Q][m][m]   unless output.correlator is false
 *   /beta_relaxation/time, function [R]   near a transition, with attributes of the group: packing_fraction_critical,
 *                                      distance, separation, exponent_parameter, a_critical, b_critical and, where
 *                                      fitted, a, a_error, b, b_error, time_a, time_b, crossing_time, window_low,
 *                                      window_high
 * and with s tagged particles
 *   /tagged/name, activity, diffusivity [s]
 *   /tagged/long_time, relaxation_time, relaxation_time_tenth, kohlrausch_... [N][s]
 *   /tagged/correlator [T][Q][s], /tagged/mean_squared_displacement [T][s]
 * `sweep` of P points (archive_table.c)
 *   /parameters/KEY [P]                                      one dataset per varied key, numbers or texts
 *   /points/status [P], /points/error [P], /points/kernel_evaluations [P]   texts; `error` where a point failed
 *   /points/NAME [P], [P][m] or [P][N][m][m]                 of sweep_glass.c, sweep_critical.c, sweep_evolve.c
 * and of a trace (archive_critical.c), R roots
 *   /line/... as above, /line/nonergodicity_area [nodes][m]
 *   /extrema/activity, /extrema/packing_fraction_critical   [extrema]: where phi_c turns over
 *   /window/activity, /window/packing_fraction              [R]: where phi_c takes a packing fraction asked for
 *   /features/peak_activity, /features/exponent_peak        [1]: the largest lambda_MCT
 *   /features/collapse_activity                             [m]: where the integral of f_mu has fallen to half
 * What was not found is left out; /wave_number and /line are always there.
 * The file is built in memory by HDF5's core driver and goes to disk in one piece.  A file that may be larger than
 * memory is built on disk, aside, by a driver of ours (archive_disk.h).  Either way HDF5 sees no disk that fails. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apmct/version.h"
#include "base/file_aside.h"
#include "base/need.h"
#include "result/archive_internal.h"

enum { CORE_INCREMENT = 1 << 20 };

static const char units[] = "length d (particle diameter), time d^2/D0 (bare diffusivity), wave number 1/d";
static const char normalisation[] =
    "S_mu_nu -> delta_mu_nu for large k (densities scaled by 1/sqrt(N_mu N_nu)); c_mu_nu = C_mu_nu / sqrt(x_mu x_nu)";

mct_status mct_archive_check_writable(mct_context *context, const char *path) {
    MCT_NEED(context, path);
    return mct_file_check_writable(context, path);
}

/* ---- head of the file --------------------------------------------------------------------------------------- */

static mct_status visit_option(void *user, const char *key, const mct_option *option, const void *base) {
    const hid_t group = *(const hid_t *)user;
    char text[4200];
    double number;
    bool done;

    if (option->flags & MCT_OPTION_NOT_ARCHIVED) return MCT_OK;
    if (option->type == MCT_OPTION_NUMBERS_OR_ALL || option->type == MCT_OPTION_RANGE) return MCT_OK; /* see config */
    mct_option_format(option, base, text, sizeof text);
    switch (option->type) {
    case MCT_OPTION_NUMBER:
        memcpy(&number, (const char *)base + option->offset, sizeof number);
        done = mct_hdf5_put_number(group, key, number);
        break;
    case MCT_OPTION_COUNT: done = mct_hdf5_put_integer(group, key, atoll(text)); break;
    case MCT_OPTION_BOOLEAN: done = mct_hdf5_put_integer(group, key, strcmp(text, "true") == 0); break;
    default: done = mct_hdf5_put_text(group, key, text); break;
    }
    return done ? MCT_OK : MCT_FILE;
}

static mct_status put_config(mct_context *context, mct_archive *archive, const mct_config *config) {
    char *yaml = NULL;
    hid_t group = H5I_INVALID_HID;
    bool done;

    MCT_TRY(mct_config_to_yaml(context, config, true, &yaml));
    done = mct_hdf5_put_text(archive->file, "config", yaml);
    free(yaml);
    if (mct_archive_make_groups(archive, "config/")) group = H5Gopen2(archive->file, "config", H5P_DEFAULT);
    done = done && group >= 0 && mct_config_visit(config, visit_option, &group) == MCT_OK;
    if (group >= 0) H5Gclose(group);
    return done ? MCT_OK : mct_archive_hdf5_failure(context, "config");
}

/* A list of the configuration, each element a struct of `size` bytes that begins with its name: GROUP/name and the
 * numeric columns that the option table has. */
typedef struct named_list {
    const char *group;
    size_t count, size;
    const void *elements;
    const mct_option *(*options)(size_t *count);
} named_list;

static mct_status put_names(mct_context *context, mct_archive *archive, const named_list *list) {
    const char **names = malloc(list->count * sizeof *names);
    const bool has_room = names;
    const hid_t type = mct_hdf5_text_type();
    hid_t dataset = H5I_INVALID_HID;
    bool done = false;
    char name[64];

    snprintf(name, sizeof name, "%s/name", list->group);
    if (names && type >= 0) {
        for (size_t i = 0; i < list->count; i++) names[i] = (const char *)list->elements + i * list->size;
        dataset = mct_archive_create_dataset(archive, name, 1, &list->count, type, false);
        done = dataset >= 0 && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, names) >= 0 &&
               mct_hdf5_put_text(dataset, "description", "name");
    }
    if (dataset >= 0) H5Dclose(dataset);
    if (type >= 0) H5Tclose(type);
    free(names);
    if (!has_room) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for %s", list->group);
    return done ? MCT_OK : mct_archive_hdf5_failure(context, list->group);
}

static mct_status put_list(mct_context *context, mct_archive *archive, const named_list *list) {
    double *column;
    mct_status status;
    size_t count;
    const mct_option *rows = list->options(&count);
    char name[64];

    if (list->count == 0) return MCT_OK;
    column = malloc(list->count * sizeof *column);
    if (!column) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for %s", list->group);
    status = put_names(context, archive, list);
    for (size_t i = 0; i < count && status == MCT_OK; i++) {
        if (rows[i].type != MCT_OPTION_NUMBER) continue;
        for (size_t j = 0; j < list->count; j++) {
            memcpy(&column[j], (const char *)list->elements + j * list->size + rows[i].offset, sizeof column[j]);
        }
        snprintf(name, sizeof name, "%s/%s", list->group, rows[i].key);
        status = mct_archive_array(context, archive, name, 1, &list->count, column, NULL, rows[i].unit, rows[i].help);
    }
    free(column);
    return status;
}

static mct_status put_head(mct_context *context, mct_archive *archive, const char *command, const mct_config *config) {
    if (!mct_hdf5_put_text(archive->file, "format", "apmct") ||
        !mct_hdf5_put_integer(archive->file, "format_version", MCT_ARCHIVE_FORMAT_VERSION) ||
        !mct_hdf5_put_text(archive->file, "command", command) ||
        !mct_hdf5_put_text(archive->file, "program_version", MCT_VERSION_STRING) ||
        !mct_hdf5_put_text(archive->file, "units", units) ||
        !mct_hdf5_put_text(archive->file, "normalisation", normalisation)) {
        return mct_archive_hdf5_failure(context, "its attributes");
    }
    MCT_TRY(put_config(context, archive, config));
    MCT_TRY(put_list(context, archive,
                     &(named_list){"species", config->mixture.species_count, sizeof(mct_species),
                                   config->mixture.species, mct_species_options}));
    return put_list(
        context, archive,
        &(named_list){"tagged", config->tagged_count, sizeof(mct_tagged), config->tagged, mct_tagged_options});
}

/* Inside of mct_hdf5_enter. */
static void close_archive(mct_archive *archive) {
    if (!archive) return;
    mct_archive_disk_close(NULL, archive->disk, archive->file, "");
    mct_file_discard(&archive->aside);
    free(archive);
}

/* ---- public ------------------------------------------------------------------------------------------------- */

static hid_t create_in_memory(hid_t creation) {
    static unsigned long number; /* HDF5 takes two files of one name for one, in memory as well */
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    hid_t file = H5I_INVALID_HID;
    char name[48];

    snprintf(name, sizeof name, "apmct-result-%lu", number++);
    if (H5Pset_fapl_core(access, CORE_INCREMENT, false) >= 0) { /* else it would be a file of this name */
        file = H5Fcreate(name, H5F_ACC_TRUNC, creation, access);
    }
    if (access >= 0) H5Pclose(access);
    return file;
}

static hid_t create_file(const mct_archive *archive) {
    const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    hid_t file = H5I_INVALID_HID;

    if (H5Pset_obj_track_times(creation, false) >= 0) { /* else there would be dates in it */
        file = archive->disk ? mct_archive_disk_create(archive->disk, creation) : create_in_memory(creation);
    }
    if (creation >= 0) H5Pclose(creation);
    return file;
}

static mct_status open_aside(mct_context *context, const char *path, size_t size, mct_archive *archive) {
    MCT_TRY(mct_file_open_aside(context, path, &archive->aside));
    MCT_TRY(mct_file_reserve(context, path, &archive->aside, size));
    archive->disk = mct_archive_disk_open(archive->aside.file);
    return archive->disk ? MCT_OK : mct_fail(context, MCT_MEMORY, "not enough memory for a result file");
}

mct_status mct_archive_create_on_disk(mct_context *context, const char *command, const mct_config *config,
                                      const char *path, size_t size, mct_archive **archive) {
    MCT_NEED(context, command, config, archive);
    const mct_hdf5_quiet before = mct_hdf5_enter();
    mct_archive *fresh = calloc(1, sizeof *fresh);
    mct_status status;

    *archive = NULL;
    if (!fresh) {
        status = mct_fail(context, MCT_MEMORY, "not enough memory for a result file");
        goto cleanup;
    }
    fresh->file = H5I_INVALID_HID;
    fresh->aside.file = -1;
    if (path) MCT_TRY_CLEANUP(open_aside(context, path, size, fresh));
    fresh->file = create_file(fresh);
    /* nothing is written yet: there is nothing else that could have failed */
    status = fresh->file < 0 ? mct_fail(context, MCT_MEMORY, "not enough memory for a result file")
                             : put_head(context, fresh, command, config);
    if (status != MCT_OK) goto cleanup;
    *archive = fresh;
    fresh = NULL;
cleanup:
    close_archive(fresh);
    mct_hdf5_leave(before);
    return status;
}

mct_status mct_archive_create(mct_context *context, const char *command, const mct_config *config,
                              mct_archive **archive) {
    MCT_NEED(context, command, config, archive);
    return mct_archive_create_on_disk(context, command, config, NULL, 0, archive);
}

void mct_archive_destroy(mct_archive *archive) {
    mct_hdf5_quiet before;

    if (!archive) return;
    before = mct_hdf5_enter();
    close_archive(archive);
    mct_hdf5_leave(before);
}

mct_status mct_archive_put_array(mct_context *context, mct_archive *archive, const char *name, size_t rank,
                                 const size_t *shape, const double *data, const char *unit, const char *description) {
    MCT_NEED(context, archive, name, shape, data, unit, description);
    const mct_hdf5_quiet before = mct_hdf5_enter();
    const mct_status status = mct_archive_array(context, archive, name, rank, shape, data, NULL, unit, description);

    mct_hdf5_leave(before);
    return status;
}

mct_status mct_archive_put_statics(mct_context *context, mct_archive *archive, const mct_statics *statics) {
    MCT_NEED(context, archive, statics);
    const mct_hdf5_quiet before = mct_hdf5_enter();
    const size_t shape[] = {statics->points};
    mct_status status;

    archive->points = statics->points;
    archive->species = statics->species;
    MCT_TRY_CLEANUP(
        mct_archive_array(context, archive, "wave_number", 1, shape, statics->wave_number, NULL, "1/d", "wave number"));
    MCT_TRY_CLEANUP(mct_archive_matrix(context, archive, "structure_factor", statics->structure_factor, "",
                                       "partial structure factors S[q][mu][nu]"));
    MCT_TRY_CLEANUP(mct_archive_matrix(context, archive, "direct_correlation", statics->direct_correlation, "d^3",
                                       "direct correlation functions c[q][mu][nu]"));
cleanup:
    mct_hdf5_leave(before);
    return status;
}

mct_status mct_archive_put_glass(mct_context *context, mct_archive *archive, const double *F,
                                 const mct_glass_result *result) {
    MCT_NEED(context, archive, F, result);
    const mct_hdf5_quiet before = mct_hdf5_enter();
    hid_t dataset = H5I_INVALID_HID;
    mct_status status;

    if (archive->points == 0) {
        status = mct_fail(context, MCT_ARGUMENT, "result file: nonergodicity parameters need their statics first");
        goto cleanup;
    }
    MCT_TRY_CLEANUP(mct_archive_matrix(context, archive, "nonergodicity", F, "",
                                       "nonergodicity parameters F[q][mu][nu] = lim Phi(t); f_mu = F_mumu / S_mumu"));
    dataset = H5Dopen2(archive->file, "nonergodicity", H5P_DEFAULT);
    if (dataset < 0 || !mct_hdf5_put_text(dataset, "state", mct_state_name(result->state)) ||
        !mct_hdf5_put_number(dataset, "residual", result->residual) ||
        (isfinite(result->eigenvalue) && !mct_hdf5_put_number(dataset, "eigenvalue", result->eigenvalue)) ||
        (isfinite(result->packing_fraction_critical) &&
         !mct_hdf5_put_number(dataset, "packing_fraction_critical", result->packing_fraction_critical))) {
        status = mct_archive_hdf5_failure(context, "the attributes of nonergodicity");
    }
cleanup:
    if (dataset >= 0) H5Dclose(dataset);
    mct_hdf5_leave(before);
    return status;
}

/* HDF5 closes the file, which writes the rest of it; then it gets its name. */
static mct_status save_from_disk(mct_context *context, mct_archive *archive, const char *path) {
    const mct_status status = mct_archive_disk_close(context, archive->disk, archive->file, path);

    archive->disk = NULL;
    archive->file = H5I_INVALID_HID;
    return status == MCT_OK ? mct_file_publish(context, path, &archive->aside) : status;
}

mct_status mct_archive_save(mct_context *context, mct_archive *archive, const char *path) {
    MCT_NEED(context, archive, path);
    const mct_hdf5_quiet before = mct_hdf5_enter();
    void *image = NULL;
    mct_status status;
    ssize_t size = -1;

    if (archive->disk) {
        status = save_from_disk(context, archive, path);
        mct_hdf5_leave(before);
        return status;
    }
    if (H5Fflush(archive->file, H5F_SCOPE_GLOBAL) >= 0) size = H5Fget_file_image(archive->file, NULL, 0);
    if (size > 0) image = malloc((size_t)size);
    if (!image || H5Fget_file_image(archive->file, image, (size_t)size) != size) {
        status = mct_fail(context, MCT_MEMORY, "%.300s: not enough memory to write the result file", path);
    } else {
        status = mct_file_write_aside(context, path, image, (size_t)size);
    }
    free(image);
    mct_hdf5_leave(before);
    return status;
}
