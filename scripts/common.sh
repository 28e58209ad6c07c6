# Shared by ./test and ./demo; sourced, never run.

jobs=$(nproc)

# install_quietly <package>...: starts none of the services that the packages bring, and makes no PostgreSQL cluster:
# the tests start servers of their own. What it lays down for that it takes away again; a policy that says no already is
# left alone. To be run in a subshell.
install_quietly() {
    policy=/usr/sbin/policy-rc.d
    no_cluster=/etc/postgresql-common/createcluster.d/duet-no-cluster.conf
    laid_down=()
    # Not local variables: the trap runs when the function is over.
    put_back() {
        if [[ ${#laid_down[@]} -gt 0 ]]; then rm -f "${laid_down[@]}"; fi
        if [[ -e $policy.before-duet ]]; then mv "$policy.before-duet" "$policy"; fi
    }
    trap put_back EXIT

    local answer=0
    if [[ -x $policy ]]; then "$policy" postgresql start || answer=$?; fi
    if [[ $answer -ne 101 ]]; then
        if [[ -e $policy ]]; then mv "$policy" "$policy.before-duet"; fi
        laid_down+=("$policy")
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    mkdir -p "${no_cluster%/*}"
    laid_down+=("$no_cluster")
    echo 'create_main_cluster = false' >"$no_cluster"

    apt-get update && apt-get install -y --no-install-recommends "$@"
}

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
    if ! (install_quietly "${missing[@]}") >"$log" 2>&1; then
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
