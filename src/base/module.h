/* module.h: parts in shared objects that are loaded when they are first asked for, so that the library and the command run
 * where what those need (a C++ runtime, CUDA, MPI) is not there. */
#ifndef MCT_MODULE_H
#define MCT_MODULE_H

#include <stdbool.h>
#include <stddef.h>

/* libapmct_<name>.so, which lies beside the library (or the program, where this function is in the program), in its folder
 * apmct/, above it, in lib/ beside its folder, or where the program's library is installed; or, where the environment
 * variable APMCT_MODULES names a folder, only there.  flags: of dlopen.  Stays until the program ends; NULL and the reason
 * in text[size] where there is none. */
void *mct_module_open(const char *name, int flags, char *text, size_t size);

/* Whether there is such a file. */
bool mct_module_exists(const char *name);

/* The function `symbol` of the module into the pointer to a function at `function`: NULL if the module has none. */
void mct_module_function(void *module, const char *symbol, void *function);

#endif
