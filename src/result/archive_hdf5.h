/* archive_hdf5.h: the few HDF5 operations that reading and writing share.  Internal to this room. */
#ifndef MCT_ARCHIVE_HDF5_H
#define MCT_ARCHIVE_HDF5_H

#include <hdf5.h>

#include "apmct/status.h"
#include <stdbool.h>

/* Around every public function that calls HDF5.  HDF5 as most systems have it is not safe in threads: one of ours at
 * a time is inside (do not nest).  It prints its own error stack unless told not to, ours says what matters; leaving
 * restores what the host had. */
typedef struct mct_hdf5_quiet {
    H5E_auto2_t function;
    void *data;
} mct_hdf5_quiet;

mct_hdf5_quiet mct_hdf5_enter(void);
void mct_hdf5_leave(mct_hdf5_quiet before);

/* Attributes of an object; false on failure.  Strings are UTF-8 of variable length, as h5py likes them. */
bool mct_hdf5_put_text(hid_t object, const char *name, const char *text);
bool mct_hdf5_put_number(hid_t object, const char *name, double number);
bool mct_hdf5_put_integer(hid_t object, const char *name, long long number);

/* A new UTF-8 string type of variable length, to be closed; < 0 on failure. */
hid_t mct_hdf5_text_type(void);

/* Text of a string attribute, to be freed with free(); NULL where there is none, or none that can be printed.
 * Errors: MCT_MEMORY, MCT_FORMAT (it cannot be read); nobody is told. */
mct_status mct_hdf5_get_text(hid_t object, const char *name, char **text);
bool mct_hdf5_get_number(hid_t object, const char *name, double *number);

#endif
