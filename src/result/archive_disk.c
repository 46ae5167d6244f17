/* archive_disk.c: HDF5 on a disk that may fail: a file driver that keeps in memory what could not be written. */
#include "result/archive_disk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if H5_VERSION_GE(1, 14, 0)
#include <H5FDdevelop.h>
#endif

/* Bytes that are not on disk. */
typedef struct piece {
    struct piece *next; /* written later */
    haddr_t start;
    size_t size;
    unsigned char data[];
} piece;

struct mct_archive_disk {
    int file;    /* -1: nothing is written any more */
    int failure; /* errno of the first failure; 0: none */
    piece *kept, **last;
};

/* What HDF5 has of an open file. */
typedef struct opened {
    H5FD_t head; /* HDF5's own */
    mct_archive_disk *disk;
    haddr_t allocated, end;
} opened;

/* ---- bytes ---------------------------------------------------------------------------------------------------- */

static bool write_all(int file, const unsigned char *data, size_t size, off_t at) {
    while (size > 0) {
        const ssize_t written = pwrite(file, data, size, at);

        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        data += written;
        at += written;
        size -= (size_t)written;
    }
    return true;
}

/* Behind the end of the file all is 0. */
static bool read_all(int file, unsigned char *data, size_t size, off_t at) {
    while (size > 0) {
        const ssize_t got = pread(file, data, size, at);

        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return false;
        if (got == 0) break;
        data += got;
        at += got;
        size -= (size_t)got;
    }
    memset(data, 0, size);
    return true;
}

/* Where there is no memory either these bytes are lost: the file is of no use in any case. */
static void keep(mct_archive_disk *disk, haddr_t start, size_t size, const void *data) {
    piece *fresh = malloc(sizeof *fresh + size);

    if (!fresh) return;
    *fresh = (piece){.start = start, .size = size};
    memcpy(fresh->data, data, size);
    *disk->last = fresh;
    disk->last = &fresh->next;
}

/* What data[size] at `start` has in common with the pieces; later ones lie over earlier ones. */
static void add_kept(const mct_archive_disk *disk, haddr_t start, size_t size, unsigned char *data) {
    for (const piece *at = disk->kept; at; at = at->next) {
        const haddr_t first = at->start > start ? at->start : start;
        const haddr_t end = at->start + at->size < start + size ? at->start + at->size : start + size;

        if (first < end) memcpy(data + (first - start), at->data + (first - at->start), (size_t)(end - first));
    }
}

static void note_failure(mct_archive_disk *disk) {
    if (disk->failure == 0) disk->failure = errno ? errno : EIO;
}

/* ---- the driver ----------------------------------------------------------------------------------------------- */

static H5FD_t *open_file(const char *name, unsigned flags, hid_t access, haddr_t largest) {
    mct_archive_disk *const *disk = H5Pget_driver_info(access);
    opened *file = disk ? calloc(1, sizeof *file) : NULL;

    (void)name;
    (void)flags;
    (void)largest;
    if (!file) return NULL;
    file->disk = *disk;
    return &file->head;
}

static herr_t close_file(H5FD_t *head) {
    free(head);
    return 0;
}

static herr_t query(const H5FD_t *head, unsigned long *flags) {
    (void)head;
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA; /* of HDF5's own driver for such files */
    return 0;
}

static haddr_t get_allocated(const H5FD_t *head, H5FD_mem_t type) {
    (void)type;
    return ((const opened *)head)->allocated;
}

static herr_t set_allocated(H5FD_t *head, H5FD_mem_t type, haddr_t allocated) {
    (void)type;
    ((opened *)head)->allocated = allocated;
    return 0;
}

static haddr_t get_end(const H5FD_t *head, H5FD_mem_t type) {
    (void)type;
    return ((const opened *)head)->end;
}

static herr_t read_bytes(H5FD_t *head, H5FD_mem_t type, hid_t transfer, haddr_t start, size_t size, void *data) {
    const mct_archive_disk *disk = ((opened *)head)->disk;

    (void)type;
    (void)transfer;
    if (disk->file < 0 || !read_all(disk->file, data, size, (off_t)start)) return -1;
    add_kept(disk, start, size, data);
    return 0;
}

static herr_t write_bytes(H5FD_t *head, H5FD_mem_t type, hid_t transfer, haddr_t start, size_t size, const void *data) {
    opened *file = (opened *)head;
    mct_archive_disk *disk = file->disk;

    (void)type;
    (void)transfer;
    if (start + size > file->end) file->end = start + size;
    if (disk->failure == 0 && disk->file >= 0 && write_all(disk->file, data, size, (off_t)start)) return 0;
    note_failure(disk);
    keep(disk, start, size, data);
    return 0;
}

/* The file ends where HDF5 has allocated its last byte, written or not. */
static herr_t truncate_file(H5FD_t *head, hid_t transfer, hbool_t closing) {
    opened *file = (opened *)head;
    mct_archive_disk *disk = file->disk;

    (void)transfer;
    (void)closing;
    if (file->end == file->allocated) return 0;
    file->end = file->allocated;
    if (disk->failure == 0 && disk->file >= 0 && ftruncate(disk->file, (off_t)file->allocated) != 0) note_failure(disk);
    return 0;
}

static const H5FD_class_t driver = {
#if H5_VERSION_GE(1, 14, 0)
    .version = H5FD_CLASS_VERSION,
    .value = 411, /* HDF5 leaves 256 ... 511 to everybody */
#endif
    .name = "apmct",
    .maxaddr = (haddr_t)1 << 62,
    .fc_degree = H5F_CLOSE_WEAK,
    .fapl_size = sizeof(mct_archive_disk *),
    .open = open_file,
    .close = close_file,
    .query = query,
    .get_eoa = get_allocated,
    .set_eoa = set_allocated,
    .get_eof = get_end,
    .read = read_bytes,
    .write = write_bytes,
    .truncate = truncate_file,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

/* Registered once, and again where the host has closed HDF5 since. */
static hid_t driver_number(void) {
    static hid_t number = H5I_INVALID_HID;

    if (number < 0 || H5Iget_type(number) != H5I_VFL) number = H5FDregister(&driver);
    return number;
}

/* ---- for the archive ------------------------------------------------------------------------------------------ */

mct_archive_disk *mct_archive_disk_open(int file) {
    mct_archive_disk *disk = calloc(1, sizeof *disk);

    if (!disk) return NULL;
    disk->file = file;
    disk->last = &disk->kept;
    return disk;
}

hid_t mct_archive_disk_create(mct_archive_disk *disk, hid_t creation) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    hid_t file = H5I_INVALID_HID;

    if (access < 0) return file;
    if (H5Pset_driver(access, driver_number(), &disk) >= 0) {
        file = H5Fcreate("apmct-result", H5F_ACC_TRUNC, creation, access);
    }
    H5Pclose(access);
    return file;
}

mct_status mct_archive_disk_check(mct_context *context, const mct_archive_disk *disk, const char *path) {
    if (disk->failure == 0) return MCT_OK;
    return mct_fail(context, MCT_FILE, "%.300s: cannot be written: %s", path, strerror(disk->failure));
}

mct_status mct_archive_disk_close(mct_context *context, mct_archive_disk *disk, hid_t file, const char *path) {
    const bool closed = file < 0 || H5Fclose(file) >= 0;
    mct_status status = MCT_OK;

    if (!closed) status = mct_fail(context, MCT_FILE, "%.300s: cannot be written: HDF5 could not finish it", path);
    if (!disk) return status;
    if (!closed) { /* HDF5 comes back to it when the process exits: it stays, without the file */
        note_failure(disk);
        disk->file = -1;
        return status;
    }
    status = mct_archive_disk_check(context, disk, path);
    for (piece *at = disk->kept, *next; at; at = next) {
        next = at->next;
        free(at);
    }
    free(disk);
    return status;
}
