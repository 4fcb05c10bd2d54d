# An open submission's image: its packages or its own stage below, its folder and the protocol's module on top.
# The build context is made by harness/image/open_image.py and holds only what is copied here.
ARG BELOW
FROM ${BELOW}

COPY harness /opt/app/harness
COPY submission /submission

# A fixed hash seed, time zone and locale: the same everywhere, whatever the host has. Nothing is compiled here: no program
# of the submission runs as root after its own stage.
ENV PATH=/opt/leanmed/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONPATH=/opt/app PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    TZ=UTC LC_ALL=C.UTF-8 HOME=/tmp

WORKDIR /submission/workload
USER 65534:65534
