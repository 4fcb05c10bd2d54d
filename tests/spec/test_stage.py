"""A submission's own Dockerfile stage: what may be built, and what would fetch something or reach into the run."""

import pytest

from harness.spec.stage import stage_problems

GOOD = """\
# Comments and blank lines are no instructions.

ARG BASE
FROM ${BASE} AS compile
COPY workload /src
RUN cd /src && \\
    # also between continued lines
    echo built

FROM $BASE
COPY --from=compile /src /opt/src
ENV LEVEL=3
WORKDIR /opt
"""


def problems(text):
    return list(stage_problems(text))


def test_a_stage_of_several_steps_may_be_built():
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("ADD https://example.org/weights /w", "ADD"),
        ("VOLUME /scratch", "VOLUME"),
        ("HEALTHCHECK CMD true", "HEALTHCHECK"),
        ("ONBUILD RUN true", "ONBUILD"),
        ("ENTRYPOINT [\"sh\"]", "ENTRYPOINT"),
        ("cmd sh", "CMD"),
        ("EXPOSE 80", "EXPOSE"),
        ("STOPSIGNAL SIGKILL", "STOPSIGNAL"),
    ],
)  # fmt: skip
def test_what_fetches_or_reaches_into_the_run_is_refused(line, word):
    ((number, message),) = problems(f"{GOOD}{line}\n")
    assert number == len(GOOD.splitlines()) + 1
    assert message.startswith(f"{word} is not allowed in a submission's own stage")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("FROM debian:bookworm", "FROM debian:bookworm would have to be fetched"),
        ("FROM ${OTHER}", "FROM ${OTHER} would have to be fetched"),
        ("FROM --platform=linux/arm64 ${BASE}", "FROM takes ${BASE} or a stage named above"),
        ("FROM later AS x", "FROM later would have to be fetched"),
        ("COPY --from=alpine:3 /bin/sh /sh", "COPY --from=alpine:3 is no stage named above"),
        ("COPY --chown=1 --from=debian /a /b", "COPY --from=debian is no stage named above"),
    ],
)
def test_images_that_are_not_here_are_refused(line, said):
    ((_, message),) = problems(f"{GOOD}{line}\n")
    assert message.startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no stage"),
        ("RUN true\n", "there is no stage"),
        ("# syntax=docker/dockerfile:1\nARG BASE\nFROM ${BASE}\n", "a parser directive"),
        ("# escape=`\nARG BASE\nFROM ${BASE}\n", "a parser directive"),
        ("ARG BASE=debian\nFROM ${BASE}\n", "before the first FROM only `ARG BASE`"),
        ("ARG BASE\nFROM \\\n debian\n", "FROM debian would have to be fetched"),
    ],
)
def test_a_file_that_hides_what_it_begins_with_is_refused(text, said):
    assert problems(text)[0][1].startswith(said)
