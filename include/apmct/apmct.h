/* apmct.h: mode-coupling theory of the glass transition for mixtures of active and passive particles. */
#ifndef APMCT_APMCT_H
#define APMCT_APMCT_H

#include "apmct/archive.h"
#include "apmct/backend.h"
#include "apmct/config.h"
#include "apmct/context.h"
#include "apmct/critical.h"
#include "apmct/decay.h"
#include "apmct/evolution.h"
#include "apmct/evolution_plan.h"
#include "apmct/glass.h"
#include "apmct/grid.h"
#include "apmct/journal.h"
#include "apmct/kernel.h"
#include "apmct/mixture.h"
#include "apmct/ranks.h"
#include "apmct/statics.h"
#include "apmct/status.h"
#include "apmct/structure.h"
#include "apmct/summary.h"
#include "apmct/sweep.h"
#include "apmct/table.h"
#include "apmct/time.h"
#include "apmct/version.h"

#endif
