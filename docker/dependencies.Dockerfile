# Everything the workload imports, shared by all submissions. Two stages, so that the 3 GB of wheels don't stay in the image.
# Nothing is downloaded here: the build has no network, and every file is checked against the lock once more.
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
    && /opt/leanmed/bin/python -m pip uninstall --quiet --yes pip \
    && HOME=/tmp /opt/leanmed/bin/python -B -c 'import bitsandbytes, timm, torch; print("imports work: torch", torch.__version__)'

FROM ${BASE}
# Before the copy, so that an image that a kill leaves without a name is known as ours.
ARG HOME_ID
LABEL leanmed.image=stage leanmed.home=${HOME_ID}
COPY --from=install /opt/leanmed /opt/leanmed
