#!/usr/bin/env bash
# ./render.sh [ARGS…]        set up what is lacking, then `animformer render ARGS…`
# ./render.sh test [ARGS…]   set up with the test extra, then the whole test suite
# ./render.sh setup          set up alone
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
venv=$here/.venv
stamp=$venv/.animformer-whole        # what was set up here; written last
unfinished=$venv/.animformer-begun   # there while a set-up runs, so it stays if one is interrupted

# A caller's Python settings must not leak into an environment that is ours alone.
unset PYTHONPATH PYTHONHOME
export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf 'animformer: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

is_recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    local candidate
    for candidate in python3.13 python3.12 python3.11 python3; do
        if is_recent "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# What the environment at $venv is made of: Python, the two files that name the packages, and its place
# (console scripts hold absolute paths, so a moved environment has to be made again).
fingerprint() {
    "$venv/bin/python" - "$here" <<'PYTHON'
import hashlib, pathlib, sys
here = pathlib.Path(sys.argv[1])
parts = [sys.version.encode(), bytes(here), *((here / name).read_bytes() for name in ("pyproject.toml", "constraints.txt"))]
print(hashlib.sha256(b"\0".join(parts)).hexdigest())
PYTHON
}

# is_whole EXTRA: the stamp reads "FINGERPRINT run" or "FINGERPRINT test"; test includes run.
is_whole() {
    local print extra
    [[ -f $stamp ]] && read -r print extra <"$stamp" || return 1
    [[ $extra == test || $extra == "$1" ]] && [[ $print == "$(fingerprint 2>/dev/null)" ]]
}

# lacking_things EXTRA
lacking_things() {
    local python
    [[ $1 != test ]] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null ||
        command -v google-chrome >/dev/null || echo chromium
    command -v pkg-config >/dev/null || echo pkg-config
    pkg-config --exists cairo 2>/dev/null || echo cairo
    pkg-config --exists pangocairo 2>/dev/null || echo pango
    command -v cc >/dev/null || command -v gcc >/dev/null || echo compiler
    python=$(find_python) || { printf '%s\n' python headers venv; return; }
    "$python" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' || echo headers
    "$python" -c 'import ensurepip, venv' 2>/dev/null || echo venv
}

# package MANAGER THING: what the manager calls it; a Python beside the system's own has packages of its own name.
package() {
    local python
    python=$(basename -- "$(find_python || echo python3)")
    case "$1:$2" in
        apt-get:cairo) echo libcairo2-dev ;;
        apt-get:pango) echo libpango1.0-dev ;;
        apt-get:compiler) echo build-essential ;;
        apt-get:headers) echo "$python-dev" ;;
        apt-get:venv) echo "$python-venv" ;;
        dnf:cairo) echo cairo-devel ;;
        dnf:pango) echo pango-devel ;;
        dnf:compiler | brew:compiler) echo gcc ;;
        dnf:headers) echo "$python-devel" ;;
        dnf:venv) echo "$python" ;;
        pacman:compiler) echo base-devel ;;
        pacman:python | pacman:headers | pacman:venv) echo python ;;
        brew:chromium) echo --cask chromium ;;
        brew:python | brew:headers | brew:venv) echo python@3.13 ;;
        *:python) echo python3 ;;
        *) echo "$2" ;;
    esac
}

# install_command MANAGER SUDO PACKAGE…
install_command() {
    local manager=$1 sudo=$2
    shift 2
    case "$manager" in
        apt-get)
            echo "${sudo}apt-get update &&" \
                "${sudo}env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $*"
            ;;
        dnf) echo "${sudo}dnf install -y $*" ;;
        pacman) echo "${sudo}pacman -S --needed --noconfirm $*" ;;
        *) echo "brew install $*" ;;
    esac
}

install_system_packages() {
    local things thing manager command sudo="sudo " packages=()
    things=$(lacking_things "$1")
    [[ -n $things ]] || return 0
    for manager in apt-get dnf pacman brew none; do
        command -v "$manager" >/dev/null && break
    done
    [[ $manager != none ]] || die "this machine lacks: ${things//$'\n'/, }. Install them, then run ./render.sh again."
    for thing in $things; do
        packages+=("$(package "$manager" "$thing")")
    done
    [[ $EUID -ne 0 ]] || sudo=""
    command=$(install_command "$manager" "$sudo" "${packages[@]}")
    if [[ $manager != brew && -n $sudo ]] && ! sudo -n true 2>/dev/null; then
        die "system packages are missing and only an administrator can install them. Run this, then ./render.sh again:
  $command"
    fi
    say "installing system packages: $command"
    bash -c "$command" || die "installing system packages failed. The command was:
  $command"
}

install_python_packages() {
    local python extra=$1 target=".[zh,slides]"
    [[ $extra == run ]] || target=".[zh,slides,$extra]"
    rm -f -- "$stamp"
    if [[ -e $unfinished ]] || ! is_recent "$venv/bin/python" || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        rm -rf -- "$venv"
        python=$(find_python) || die "Python 3.11 or newer is needed, and none was found."
        say "making .venv with $python"
        mkdir -- "$venv"
        : >"$unfinished"
        "$python" -m venv -- "$venv"
    fi
    : >"$unfinished"
    say "installing Python packages (about a minute the first time)"
    (cd -- "$here" && "$venv/bin/python" -m pip install --quiet --use-pep517 -c constraints.txt -e "$target") ||
        die "installing Python packages failed; what pip said is above."
    printf '%s %s\n' "$(fingerprint)" "$extra" >"$stamp"
    rm -f -- "$unfinished"
}

# Two set-ups at once would tear each other's environment down: the second waits, where flock is at hand.
setup() (
    if command -v flock >/dev/null; then
        exec 9<"$here/render.sh"
        flock 9
    fi
    is_whole "$1" && return
    install_system_packages "$1"
    install_python_packages "$1"
)

case "${1-}" in
    setup)
        setup run >&2
        ;;
    test)
        shift
        setup test >&2
        cd -- "$here"
        exec "$venv/bin/python" -m pytest -n auto "$@"
        ;;
    *)
        setup run >&2
        exec "$venv/bin/animformer" render "$@"
        ;;
esac
