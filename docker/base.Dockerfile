# The base of every image where a registry is in reach: NVIDIA's CUDA image, pinned by digest, and its distribution's Python.
#
# The digest fixes NVIDIA's part to the byte. The Python packages are those of the distribution's mirror on the day of the
# build (security updates arrive), so they are added once, here, and shared by every image built on this machine.
ARG PINNED=nvidia/cuda:13.0.1-base-ubuntu24.04@sha256:f8ef28f579ea42a44b415d2c5d46f788e6a9b395c6c83f2929416e1fc192c143
FROM ${PINNED}

# What python3 is in that distribution. It chooses the lock file, before anything was pulled.
ARG PYTHON=3.12

RUN if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then \
        apt-get update \
        && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3 python3-venv \
        && rm -rf /var/lib/apt/lists/*; \
    fi \
    && python3 -c "import sys; found = '%d.%d' % sys.version_info[:2]; sys.exit(found != '${PYTHON}' and f'this base has Python {found}, not ${PYTHON}')"
