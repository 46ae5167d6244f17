# lib.sh: what the scripts of this folder share; read with `.` once `here` is this folder.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # used by those scripts, set by them

converged='--set grid.points=1000 --set grid.spacing=0.08 --set grid.quadrature=corrected' # 7.4 is a point of it

prepare() { # prepare APMCT FOLDER: the command, and where results go
    apmct=$1 out=$2
    case $apmct in /*) ;; *) apmct=$PWD/$apmct ;; esac
    mkdir -p "$out"
    trap 'rm -f "$out/run.json"' EXIT
}

compute() { # compute COMMAND CONFIG [OPTION...]: its JSON object into run.json
    command=$1 config=$2
    shift 2
    "$apmct" "$command" "$here/$config" --quiet --json "$@" >"$out/run.json" || {
        cat "$out/run.json" >&2
        exit 1
    }
}

# Functions of awk on the JSON object of one run: scalar("state"), array("wave_number", k).
# shellcheck disable=SC2016 # awk's dollars
json='
function after(key) { return substr(line, index(line, "\"" key) + length(key) + 1) }
function scalar(key,    text) {
    text = after(key "\":")
    sub(/^"/, "", text)
    sub(/[",}].*/, "", text)
    return text
}
function array(key, values,    text) { # its numbers one after another
    text = after(key "\":[")
    sub(/["}].*/, "", text)
    gsub(/[][]/, "", text)
    sub(/,$/, "", text)
    return split(text, values, ",")
}
{ line = line $0 }
END { gsub(/[ \t]/, "", line) }'

report() { # report PROGRAM [NAME=VALUE...]: what awk's PROGRAM prints of the last run
    program=$1
    shift
    for assignment in "$@"; do
        shift
        set -- "$@" -v "$assignment"
    done
    awk "$@" "$json END { $program }" "$out/run.json"
}

draw() { # draw NAME FIGURE FILE...: as PNG and PDF, curves in this order
    name=$1 figure=$2
    shift 2
    for format in png pdf; do
        (cd "$out" && "$apmct" plot "$@" --figure "$figure" --quiet -o "$name.$format")
    done
}
