# What an open submission's own stage stands on: its packages, with labels that every container of the build inherits, so that
# what a build leaves that was ended is found again.
ARG BELOW
FROM ${BELOW}
