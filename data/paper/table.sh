#!/bin/sh
# table.sh APMCT FOLDER: every number in the paper's text, on the literature grid and converged.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=data/paper/lib.sh
. "$here/lib.sh"
prepare "$1" "$2"

digits=6

phi_c() { # phi_c ACTIVITY FRACTION [OPTION...]: of a mixture with this fraction of active particles
    activity=$1 fraction=$2
    shift 2
    case $fraction in
    0) set -- --set 'mixture.species=[{name: passive}]' "$@" ;;
    1) set -- --set "mixture.species=[{name: active, activity: $activity}]" "$@" ;;
    *) set -- --set mixture.species.0.activity="$activity" --set mixture.species.0.fraction="$fraction" "$@" ;;
    esac
    compute critical table.yaml "$@"
    report 'printf "%.*f", digits, scalar("packing_fraction_critical")' digits="$digits"
}

activities() { # activities PHI HIGHEST [OPTION...]: from 1 to HIGHEST at which PHI is critical
    phi=$1 highest=$2
    shift 2
    compute critical table.yaml --set critical.of=mixture.species.0.activity --set critical.range="[1, $highest]" \
        --set mixture.packing_fraction="$phi" "$@"
    # shellcheck disable=SC2016 # awk's dollars
    report 'n = array("activity_critical", lambda)
        if (n == 0) printf "none"
        for (i = 1; i <= n; i++) printf "%s%.4f", (i > 1 ? ", " : ""), lambda[i]'
}

maximum() { # maximum [OPTION...]: of phi_c(activity), from the parabola through three points near it
    digits=12
    low=$(phi_c 3.7 0.5 "$@")
    middle=$(phi_c 3.8 0.5 "$@")
    high=$(phi_c 3.9 0.5 "$@")
    echo "$low $middle $high" | awk '{
        x = 0.05 * ($1 - $3) / ($1 - 2 * $2 + $3)
        printf "%.5f at %.2f", $2 - ($1 - $3) ^ 2 / (8 * ($1 - 2 * $2 + $3)), 3.8 + x
    }'
}

row() { # row TEXT PAPER FUNCTION [ARGUMENT...]
    text=$1 paper=$2
    shift 2
    literature=$("$@") # in a shell of its own
    # shellcheck disable=SC2086 # several options
    fine=$("$@" $converged)
    printf '%-42s  %-15s  %-16s  %s\n' "$text" "$paper" "$literature" "$fine"
}

echo
echo "Numbers of the paper's text and of this program; x_a = 1/2 where nothing else is said"
echo
echo "                                            paper            literature grid   converged"
row "phi_c, no active particles" 0.515 phi_c 1 0
row "activity that melts the glass of 0.524" "about 1.044" activities 0.524 2
row "phi_c at activity 3" "about 0.622" phi_c 3 0.5
row "phi_c at activity 5" "about 0.620" phi_c 5 0.5
row "phi_c at activity 10" - phi_c 10 0.5
row "largest phi_c" "turns over" maximum
row "activities between which 0.618 is fluid" "fluid at 3, 4" activities 0.618 10
row "activities between which 0.6105 is fluid" - activities 0.6105 10
for fraction in 0.1 0.3 0.7 0.9 1; do
    paper="grows with x_a"
    case $fraction in 0.9 | 1) paper="near 0.65" ;; esac
    row "phi_c at activity 10, x_a = $fraction" "$paper" phi_c 10 "$fraction"
done

cat <<END

As the paper describes it, the critical packing fraction turns over with growing activity, just below its maximum a
state goes from glass to fluid and back, and it grows with x_a.  Not found on either grid: the activity 1.044, the fluid
at 0.618, and the saturation near 0.65 (beyond 0.74, close packing, there is no liquid whose glass this could be).
END
