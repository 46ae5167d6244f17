# Completion of apmct for bash: commands, options, keys (from the command's own help) and files.

_apmct_keys() {
    apmct glass --help 2>/dev/null | sed -n 's/^  \([a-z_]*\.[a-zA-Z_.]*\)$/\1/p' | sed 's/\.I\./.0./'
}

_apmct() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command= word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case $word in statics | glass | critical | evolve | plot | info) command=$word && break ;; esac
    done
    COMPREPLY=()
    case $previous in
    --set) COMPREPLY=($(compgen -S = -W "$(_apmct_keys)" -- "$current")) && compopt -o nospace && return ;;
    --kernel) COMPREPLY=($(compgen -W "auto direct factorized fourier" -- "$current")) && return ;;
    --backend) COMPREPLY=($(compgen -W "auto cpu cuda cuda-host" -- "$current")) && return ;;
    --figure) COMPREPLY=($(compgen -W "structure-factor nonergodicity eigenvectors critical-line \
        nonergodicity-density correlator relaxation relaxation-power" -- "$current")) && return ;;
    --threads) return ;;
    esac
    case $current in
    -*)
        COMPREPLY=($(compgen -W "--set --backend --kernel --threads --output --json --quiet --help --version \
            $([ "$command" = plot ] && echo --figure)
            $([ "$command" = evolve ] && echo --resume --dry-run)" -- "$current"))
        ;;
    *)
        if [ -z "$command" ]; then
            COMPREPLY=($(compgen -W "statics glass critical evolve plot info" -- "$current"))
        else
            compopt -o default
        fi
        ;;
    esac
}

complete -F _apmct apmct
