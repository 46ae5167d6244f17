/* archive_hdf5.c: the few HDF5 operations that reading and writing share. */
#include "result/archive_hdf5.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum {
    TEXT_MAX = 1 << 24,  /* bytes of an attribute that is read */
    NUMBER_SIZE_MAX = 16 /* bytes */
};

static pthread_mutex_t hdf5_mutex = PTHREAD_MUTEX_INITIALIZER;

mct_hdf5_quiet mct_hdf5_enter(void) {
    mct_hdf5_quiet before = {NULL, NULL};

    pthread_mutex_lock(&hdf5_mutex);
    H5Eget_auto2(H5E_DEFAULT, &before.function, &before.data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return before;
}

void mct_hdf5_leave(mct_hdf5_quiet before) {
    H5Eset_auto2(H5E_DEFAULT, before.function, before.data);
    pthread_mutex_unlock(&hdf5_mutex);
}

hid_t mct_hdf5_text_type(void) {
    const hid_t type = H5Tcopy(H5T_C_S1);

    if (type < 0) return type;
    if (H5Tset_size(type, H5T_VARIABLE) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0) return type;
    H5Tclose(type);
    return H5I_INVALID_HID;
}

/* One scalar attribute; the type in the file and in memory. */
static bool put(hid_t object, const char *name, hid_t file_type, hid_t memory_type, const void *value) {
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t attribute = H5Acreate2(object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
    const bool done = attribute >= 0 && H5Awrite(attribute, memory_type, value) >= 0;

    if (attribute >= 0) H5Aclose(attribute);
    if (space >= 0) H5Sclose(space);
    return done;
}

bool mct_hdf5_put_text(hid_t object, const char *name, const char *text) {
    const hid_t type = mct_hdf5_text_type();
    const bool done = type >= 0 && put(object, name, type, type, &text);

    if (type >= 0) H5Tclose(type);
    return done;
}

bool mct_hdf5_put_number(hid_t object, const char *name, double number) {
    return put(object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &number);
}

bool mct_hdf5_put_integer(hid_t object, const char *name, long long number) {
    return put(object, name, H5T_STD_I64LE, H5T_NATIVE_LLONG, &number);
}

/* Reads one string, of fixed or variable length as others may have written it. */
static mct_status read_text(hid_t attribute, hid_t type, char **text) {
    if (H5Tis_variable_str(type) > 0) {
        const hid_t memory_type = mct_hdf5_text_type();
        char *owned = NULL; /* by HDF5 */
        bool done;

        if (memory_type < 0) return MCT_FORMAT;
        H5Tset_cset(memory_type, H5Tget_cset(type));
        done = H5Aread(attribute, memory_type, &owned) >= 0;
        H5Tclose(memory_type);
        if (!done) return MCT_FORMAT;
        if (!owned) return MCT_OK;
        done = strnlen(owned, TEXT_MAX) == TEXT_MAX || (*text = strdup(owned));
        H5free_memory(owned);
        return done ? MCT_OK : MCT_MEMORY;
    }
    if (H5Tget_size(type) >= TEXT_MAX) return MCT_OK;
    *text = calloc(1, H5Tget_size(type) + 1);
    if (!*text) return MCT_MEMORY;
    return H5Aread(attribute, type, *text) >= 0 ? MCT_OK : MCT_FORMAT;
}

mct_status mct_hdf5_get_text(hid_t object, const char *name, char **text) {
    const htri_t exists = H5Aexists(object, name);
    mct_status status = MCT_FORMAT;
    hid_t attribute, type, space;

    *text = NULL;
    if (exists <= 0) return exists < 0 ? MCT_FORMAT : MCT_OK;
    attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0) return MCT_FORMAT;
    type = H5Aget_type(attribute);
    space = H5Aget_space(attribute);
    if (type >= 0 && space >= 0) {
        const bool is_text = H5Tget_class(type) == H5T_STRING && H5Sget_simple_extent_npoints(space) == 1;

        status = is_text ? read_text(attribute, type, text) : MCT_OK;
    }
    if (*text && (status != MCT_OK || !mct_text_is_printable(*text, "\n\t"))) { /* it goes to terminals */
        free(*text);
        *text = NULL;
    }
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    H5Aclose(attribute);
    return status;
}

bool mct_hdf5_get_number(hid_t object, const char *name, double *number) {
    bool done = false;
    hid_t attribute, type, space;

    if (H5Aexists(object, name) <= 0) return false;
    attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0) return false;
    type = H5Aget_type(attribute);
    space = H5Aget_space(attribute);
    if (type >= 0 && space >= 0 && (H5Tget_class(type) == H5T_INTEGER || H5Tget_class(type) == H5T_FLOAT) &&
        H5Tget_size(type) <= NUMBER_SIZE_MAX && H5Sget_simple_extent_npoints(space) == 1) {
        done = H5Aread(attribute, H5T_NATIVE_DOUBLE, number) >= 0;
    }
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    H5Aclose(attribute);
    return done;
}
