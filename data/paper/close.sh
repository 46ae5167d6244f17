#!/bin/sh
# close.sh APMCT FOLDER: relaxation times close to the glass transition and their power law.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=data/paper/lib.sh
. "$here/lib.sh"
prepare "$1" "$2"

compute critical close.yaml -o "$out/close-critical.h5"
phi_c=$(report 'printf "%s", scalar("packing_fraction_critical")')
gamma=$(report 'printf "%.4f", scalar("gamma")')

echo
echo "Close to the transition: lambda = 1, phi_c = $phi_c, k = 7.4, accuracy 1e-6 asked for; gamma = $gamma"
echo "  eps     tau(0.1)          local exponent  error (est.)  steps  kernels     ms"
before=nothing files=
for exponent in 2 3 4 5 6 7; do
    phi=$(awk -v phi="$phi_c" -v exponent="$exponent" 'BEGIN { printf "%.17g", phi * (1 - 10 ^ -exponent) }')
    compute evolve close.yaml --set mixture.packing_fraction="$phi" -o "$out/close-$exponent.h5"
    # shellcheck disable=SC2016 # awk's dollars
    report '
        array("relaxation_time_tenth", tau)
        local_exponent = before == "nothing" ? "" : sprintf("%.4f", log(tau[2] / before) / log(10))
        printf "  -1e-%d  %-16.9g  %-14s  %-12.1e  %5d  %7d  %5.0f\n", exponent, tau[2], local_exponent,
            scalar("estimated_error"), scalar("steps"), scalar("kernel_evaluations"), 1e3 * scalar("seconds")' \
        exponent="$exponent" before="$before"
    # shellcheck disable=SC2016 # awk's dollars
    before=$(report 'array("relaxation_time_tenth", tau); printf "%s", tau[2]')
    files="$files close-$exponent.h5"
done
# shellcheck disable=SC2086 # a list
draw close relaxation-power close-critical.h5 $files
# shellcheck disable=SC2086 # a list
draw close-correlator correlator $files
