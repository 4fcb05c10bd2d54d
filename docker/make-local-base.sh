#!/bin/sh
# Makes leanmed/local-base:bookworm, the base image for a machine that reaches a Debian mirror but no image registry.
#
#   docker/make-local-base.sh            (root, or a user with sub-user ids; about half a minute)
#
# The image is Debian 12 with its own Python 3.11 and nothing of CUDA: torch's wheels bring their CUDA libraries. A run in
# it says so: its image identity has base.kind "local", and base.id is the digest of this file tree.
#
# How far it is reproducible: with the same package versions the file tree is the same to the byte (mmdebstrap clamps every
# time stamp to SOURCE_DATE_EPOCH and leaves out machine ids, logs and caches), so its digest is too. What is *not* fixed
# is the package versions: they are the mirror's of the day, so that security updates arrive. Two machines whose bases were
# made in different weeks have different identities. To fix them, give a snapshot mirror as the first argument. The
# image id of Docker always differs, because `docker import` writes the time of day into it; nothing depends on it.
set -eu

suite=bookworm
tag="leanmed/local-base:$suite"
docker=${DOCKER:-docker}
# Debian 12's release, 2023-06-10.
SOURCE_DATE_EPOCH=1686355200
export SOURCE_DATE_EPOCH
TZ=UTC LC_ALL=C.UTF-8
export TZ LC_ALL

complain() {
    printf 'make-local-base: %s\n' "$1" >&2
    exit 3
}

[ "$(uname -m)" = x86_64 ] || complain "the lock files are for x86_64, this machine is $(uname -m)"
command -v mmdebstrap >/dev/null || complain 'mmdebstrap is missing: apt-get install mmdebstrap debian-archive-keyring'
command -v "$docker" >/dev/null || complain 'the docker command is missing: apt-get install docker.io'
[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] ||
    complain "the keys of Debian's archive are missing: apt-get install debian-archive-keyring"
"$docker" version >/dev/null 2>&1 || complain "Docker's engine does not answer: is it started, and may you use it?"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

printf 'make-local-base: installing Debian %s from its mirror …\n' "$suite" >&2
mmdebstrap --quiet --variant=apt --include=python3,python3-venv "$suite" "$work/base.tar" "$@" ||
    complain 'mmdebstrap failed (its own message is above); it needs a Debian mirror and root or sub-user ids'

"$docker" import \
    --change 'LABEL leanmed.image=local-base leanmed.python=3.11' \
    --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    --message "LeanMed local base, Debian $suite" \
    "$work/base.tar" "$tag" >/dev/null
printf 'make-local-base: %s is ready\n' "$tag" >&2
