#!/bin/sh
# fig2b.sh APMCT FOLDER: figure 2(b), critical packing fractions over activity and composition, on the literature's grid and
# converged.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=data/paper/lib.sh
. "$here/lib.sh"
prepare "$1" "$2"

sweep() { # sweep NAME [OPTION...]: the summary's last lines are what a reader wants to know
    name=$1
    shift
    "$apmct" sweep "$here/fig2b.yaml" "$@" -o "$out/$name.h5" 2>"$out/$name.log" | sed -n 's/^\(done\|time\) */  /p'
    rm -f "$out/$name.log"
    draw "$name" phase-diagram "$name.h5"
}

echo
echo "Figure 2(b): critical packing fractions of 540 mixtures, literature grid"
sweep fig2b
echo "The same, converged to 1e-4 (spacing 0.2, cut-off 80, corrected)"
sweep fig2b-converged --set grid.points=400 --set grid.spacing=0.2 --set grid.quadrature=corrected
draw fig2b-map map fig2b-converged.h5
