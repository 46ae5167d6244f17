/* orders.h: the orders of threads, blocks and streams under which everything is run; a device has its own. */
#ifndef ORDERS_H
#define ORDERS_H

#ifdef ON_DEVICE
static const char *const orders[] = {"of the device"};
#else
static const char *const orders[] = {"forward", "reverse", "random:1", "random:2", "random:3"};
#endif
enum { ORDERS = sizeof orders / sizeof *orders };

#endif
