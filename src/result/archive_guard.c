/* archive_guard.c: what must hold of the structure of a result file before anything of it is read into memory.
 *
 * A file that is damaged, or made to harm, can claim terabytes in a few kilobytes, or lead to other files.  Our own
 * files have plain links, datasets that are stored completely, and no filters but shuffle and one deflate.  The
 * compression ratio of deflate is bounded, so the size of a file bounds the memory that its values can need. */
#include "result/archive_guard.h"

#include <string.h>

#include "base/text.h"

enum {
    DEFLATE_RATIO_MAX = 1032, /* bytes out per byte in: 258 bytes for two bits, see the technical details of zlib */
    NUMBER_SIZE_MAX = 16,     /* bytes */
    FILTERS_MAX = 3
};

bool mct_guard_open(mct_guard *guard, hid_t file) {
    guard->claimed = 0;
    return H5Fget_filesize(file, &guard->file_size) >= 0;
}

/* ---- links and objects -------------------------------------------------------------------------------------- */

const char *mct_guard_link(hid_t group, const char *name) {
    H5L_info_t info;

    if (!mct_text_is_printable(name, "")) return "its name is not text";
    if (H5Lget_info(group, name, &info, H5P_DEFAULT) < 0) return "its entry is damaged";
    return info.type == H5L_TYPE_HARD ? NULL : "it is a link to somewhere else, which result files do not have";
}

const char *mct_guard_object(hid_t object) {
    H5O_info_t info;

#if H5_VERSION_GE(1, 12, 0)
    if (H5Oget_info(object, &info, H5O_INFO_NUM_ATTRS) < 0) return "its head is damaged";
#else
    if (H5Oget_info(object, &info) < 0) return "its head is damaged";
#endif
    return info.num_attrs <= MCT_GUARD_OBJECTS_MAX ? NULL : "it has too many attributes";
}

/* ---- datasets ----------------------------------------------------------------------------------------------- */

static bool multiply(hsize_t *product, hsize_t factor) {
    return !__builtin_mul_overflow(*product, factor, product);
}

/* Numbers, or something that is not read: but data of variable length other than texts are none of ours. */
static const char *check_type(hid_t dataset, mct_dataset *row, hsize_t *size) {
    const hid_t type = H5Dget_type(dataset);
    const H5T_class_t kind = type >= 0 ? H5Tget_class(type) : H5T_NO_CLASS;
    const htri_t variable = type >= 0 ? H5Tdetect_class(type, H5T_VLEN) : -1;

    *size = 1; /* at least, of one element */
    row->numbers = kind == H5T_FLOAT || kind == H5T_INTEGER;
    if (row->numbers) *size = H5Tget_size(type);
    if (type >= 0) H5Tclose(type);
    if (kind == H5T_NO_CLASS || variable < 0) return "its type is damaged";
    if (variable > 0) return "it has lists of variable length, which result files do not have";
    return *size >= 1 && *size <= NUMBER_SIZE_MAX ? NULL : "its numbers are of no known size";
}

static const char *check_extent(hid_t dataset, mct_dataset *row, hsize_t *count) {
    const hid_t space = H5Dget_space(dataset);
    const int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    hsize_t shape[MCT_ARCHIVE_RANK_MAX], bytes = sizeof(double);
    bool fits = rank >= 1 && rank <= MCT_ARCHIVE_RANK_MAX && H5Sget_simple_extent_dims(space, shape, NULL) == rank;

    *count = 1;
    for (int i = 0; fits && i < rank; i++) {
        fits = shape[i] > 0 && multiply(count, shape[i]) && multiply(&bytes, shape[i]) && bytes <= SIZE_MAX / 2;
        row->shape[i] = (size_t)shape[i];
    }
    if (space >= 0) H5Sclose(space);
    row->rank = fits ? (size_t)rank : 0;
    return fits ? NULL : "its shape is none of an array";
}

/* Filters that we, or h5repack in our place, may have used, each at most once: the compression ratio of deflate upon
 * deflate is not bounded. */
static const char *check_filters(hid_t properties, bool *deflated) {
    const int count = H5Pget_nfilters(properties);
    bool seen[H5Z_FILTER_FLETCHER32 + 1] = {false};

    *deflated = false;
    if (count < 0 || count > FILTERS_MAX) return "its filters are not those of result files";
    for (unsigned i = 0; i < (unsigned)count; i++) {
        unsigned flags;
        size_t values = 0;
        const H5Z_filter_t filter = H5Pget_filter2(properties, i, &flags, &values, NULL, 0, NULL, NULL);

        if ((filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32) ||
            seen[filter]) {
            return "its filters are not those of result files";
        }
        seen[filter] = true;
    }
    *deflated = seen[H5Z_FILTER_DEFLATE];
    return NULL;
}

/* The number of chunks and of elements in all of them: a chunk at the edge is stored whole. */
static const char *check_chunks(hid_t dataset, hid_t properties, const mct_dataset *row, hsize_t *count,
                                size_t *chunk_rows) {
    hsize_t chunk[MCT_ARCHIVE_RANK_MAX], chunks = 1, elements = 1;

    if (H5Pget_chunk(properties, (int)row->rank, chunk) != (int)row->rank) return "its chunks are damaged";
    for (size_t i = 0; i < row->rank; i++) {
        if (chunk[i] < 1 || chunk[i] > row->shape[i]) return "its chunks are larger than it is itself";
        if (!multiply(&elements, chunk[i]) || !multiply(&chunks, (row->shape[i] - 1) / chunk[i] + 1)) {
            return "it has too many chunks";
        }
    }
#if H5_VERSION_GE(1, 10, 5)
    hsize_t stored;
    const hid_t space = H5Dget_space(dataset);
    const bool counted = space >= 0 && H5Dget_num_chunks(dataset, space, &stored) >= 0;

    if (space >= 0) H5Sclose(space);
    if (!counted || stored != chunks) return "some of its chunks are missing";
#else
    (void)dataset;
#endif
    *chunk_rows = (size_t)chunk[0];
    *count = chunks;
    return multiply(count, elements) ? NULL : "it has too many chunks";
}

/* The layout, and in *count the elements that the file must have. */
static const char *check_layout(hid_t dataset, const mct_dataset *row, hsize_t *count, bool *deflated,
                                size_t *chunk_rows) {
    const hid_t properties = H5Dget_create_plist(dataset);
    const char *wrong = properties < 0 ? "its layout is damaged" : check_filters(properties, deflated);

    *chunk_rows = 1;
    if (!wrong) {
        switch (H5Pget_layout(properties)) {
        case H5D_COMPACT: break;
        case H5D_CONTIGUOUS:
            if (H5Pget_external_count(properties) != 0) wrong = "its values lie in other files";
            break;
        case H5D_CHUNKED: wrong = check_chunks(dataset, properties, row, count, chunk_rows); break;
        default: wrong = "its layout is none of result files"; /* virtual: its values lie in other files */
        }
    }
    if (properties >= 0) H5Pclose(properties);
    return wrong;
}

const char *mct_guard_dataset(mct_guard *guard, hid_t dataset, mct_dataset *row, size_t *chunk_rows) {
    const hsize_t left = guard->file_size - guard->claimed;
    hsize_t count, size, stored, capacity;
    bool deflated;
    const char *wrong = check_type(dataset, row, &size);

    if (!wrong) wrong = check_extent(dataset, row, &count);
    if (!wrong) wrong = check_layout(dataset, row, &count, &deflated, chunk_rows);
    if (wrong) return wrong;
    stored = capacity = H5Dget_storage_size(dataset);
    if (stored > left) return "it claims more bytes than the file has";
    if (deflated && !multiply(&capacity, DEFLATE_RATIO_MAX)) return "it claims more bytes than the file has";
    if (!multiply(&count, size) || count > capacity) return "it claims more values than the file can hold";
    guard->claimed += stored;
    return NULL;
}
