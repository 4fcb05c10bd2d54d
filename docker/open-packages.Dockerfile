# The packages of one open submission, on the base image alone: what its requirements.txt pins, each file checked against it.
# Nothing is downloaded here: the wheels were fetched on the host, and the build has no network.
ARG BASE
FROM ${BASE} AS install

# So that what an interrupted build leaves is found again, and only our own.
ARG HOME_ID
LABEL leanmed.image=stage leanmed.home=${HOME_ID}

COPY wheels /wheels
COPY requirements.txt /requirements.txt
ENV PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python3 -m venv /opt/leanmed \
    && /opt/leanmed/bin/python -m pip install --quiet --no-cache-dir --no-index --find-links=/wheels --only-binary=:all: \
        --no-deps --require-hashes --requirement /requirements.txt \
    && /opt/leanmed/bin/python -m pip check \
    && /opt/leanmed/bin/python -m pip uninstall --quiet --yes pip

FROM ${BASE}
# Before the copy, so that an image that a kill leaves without a name is known as ours.
ARG HOME_ID
LABEL leanmed.image=stage leanmed.home=${HOME_ID}
COPY --from=install /opt/leanmed /opt/leanmed
