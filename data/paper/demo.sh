#!/bin/sh
# demo.sh APMCT FOLDER: figures and numbers of the paper with the command APMCT; result files and pictures go to FOLDER.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
apmct=$1 out=$2
mkdir -p "$out"
rm -f "$out"/*.h5 "$out"/*.png "$out"/*.pdf
start=$(date +%s)

sh "$here/fig2a.sh" "$apmct" "$out"
sh "$here/fig1b.sh" "$apmct" "$out"
sh "$here/fig2b.sh" "$apmct" "$out"
sh "$here/fig1a.sh" "$apmct" "$out"
sh "$here/close.sh" "$apmct" "$out"
sh "$here/table.sh" "$apmct" "$out"

cat <<END

docs/paper.md discusses these numbers.

Pictures, as .png and .pdf:
  $out/fig1a          correlators at 0.524 (solid Phi_pp, dashed Phi_aa)
  $out/close          relaxation times close to the transition, with their power law
  $out/close-correlator  the correlators of these
  $out/fig1b          f(k = 7.4) against the packing fraction (solid f_p, dashed f_a)
  $out/fig1b-small    the same for activities near 1: its right inset
  $out/fig1b-inset    critical packing fraction against the activity: its left inset
  $out/fig2a          f(k) at 0.618
  $out/fig2b          critical packing fractions over activity and composition, literature grid
  $out/fig2b-converged, fig2b-map  the same converged, as curves and as a map
  $out/reentrance     f(k) at 0.6105
  $out/eigenvectors   right and left eigenvectors at two critical points
  $out/structure-factor
Result files: $out/*.h5    Time: $(($(date +%s) - start)) s
END
