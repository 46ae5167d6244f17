#!/bin/sh
# fig1b.sh APMCT FOLDER: figure 1(b), f at the peak of S(k) against the packing fraction, and its two insets.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=data/paper/lib.sh
. "$here/lib.sh"
prepare "$1" "$2"

states=20 # of glass on each curve

curve() { # curve ACTIVITY MAXIMUM: the critical point and glass states up to MAXIMUM, dense where f rises as a root
    activity="mixture.species.0.activity=$1"
    compute critical fig1b.yaml --set "$activity" -o "$out/fig1b-$1-critical.h5"
    files="$files fig1b-$1-critical.h5"
    # shellcheck disable=SC2016 # awk's dollars
    phi_list=$(report 'phi = scalar("packing_fraction_critical")
        for (i = 1; i <= n; i++) printf "%.9f\n", phi + (maximum - phi) * (i / n) ^ 2' n="$states" maximum="$2")
    report 'printf "  activity %-5s phi_c = %.6f\n", activity, scalar("packing_fraction_critical")' activity="$1"
    for phi in $phi_list; do
        compute glass fig1b.yaml --set "$activity" --set mixture.packing_fraction="$phi" -o "$out/fig1b-$1-$phi.h5"
        files="$files fig1b-$1-$phi.h5"
    done
}

picture() { # picture NAME MAXIMUM ACTIVITY...
    name=$1 maximum=$2 files=
    shift 2
    for value in "$@"; do curve "$value" "$maximum"; done
    # shellcheck disable=SC2086 # a list
    draw "$name" nonergodicity-density $files
}

echo
echo "Figure 1(b): f(k = 7.4) against the packing fraction, literature grid"
picture fig1b 0.66 1 1.5 2 3 5
echo "Its right inset"
picture fig1b-small 0.56 1 1.02 1.05 1.1
echo "Its left inset: the critical packing fraction against the activity"
"$apmct" sweep "$here/fig1b-inset.yaml" -o "$out/fig1b-inset.h5" |
    sed -n -e 's/^\(maximum.*\)/  \1/p' -e 's/^\(largest.*\)/  \1/p' -e 's/^\(0\.61[0-9]* .*\)/  \1/p'
draw fig1b-inset critical-line fig1b-inset.h5
draw eigenvectors eigenvectors fig1b-1-critical.h5 fig1b-3-critical.h5
