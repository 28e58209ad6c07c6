# Shared by ./test and ./demo; sourced, never run.

jobs=$(nproc)

# need <package>...: installs the Debian packages that are missing. Without Debian or without root it only names them.
need() {
    command -v dpkg-query >/dev/null || return 0
    local package missing=()
    for package in "$@"; do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
    done
    [[ ${#missing[@]} -eq 0 ]] && return 0
    if [[ $EUID -ne 0 ]]; then
        echo "missing, and only root can install them: ${missing[*]}" >&2
        return 0
    fi
    echo "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    local log
    log=$(mktemp)
    if ! { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# Every C++ file of the project, each name ended by a NUL.
find_sources() {
    local folder
    for folder in include src tests examples bench docs; do
        [[ ! -d $folder ]] || find $folder \( -name '*.hpp' -o -name '*.cpp' \) -print0
    done
}
