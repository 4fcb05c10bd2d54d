"""Findings about images: which base would be taken, and how it is found out without hanging."""

from types import SimpleNamespace

import pytest

from harness.doctor.examine import _image_findings
from harness.doctor.finding import IN_DOCKER, Status
from harness.doctor.images import find_base, look_at_images
from harness.image.base import LOCAL_TAG, pinned_base
from harness.image.layers import DIGEST_LABEL, foundation
from harness.places import Home, resources
from tests.doctor.material import engine, no_such_host, silence

DOCKER = resources() / "docker"
PINNED = pinned_base(DOCKER / "base.Dockerfile")
LOCAL = SimpleNamespace(
    id="sha256:1", labels={"leanmed.python": "3.11"}, attrs={"RootFS": {"Layers": ["sha256:" + "2" * 64]}}
)


@pytest.mark.parametrize(
    ("there", "seen"), [({"local": {PINNED.pullable: LOCAL}}, "is here"), ({"registry": None}, "its registry has it")]
)
def test_the_pinned_base(there, seen):
    base, finding = find_base(engine(**there), DOCKER)
    assert base == PINNED
    assert finding.status is Status.OK
    assert seen in finding.seen


@pytest.mark.parametrize(
    ("obstacle", "words"),
    [(no_such_host(), "no such host"), (silence(), "no answer in 2 s")],
    ids=["refused", "silent"],
)
def test_the_local_base_where_no_registry_answers(obstacle, words):
    asked = engine(local={LOCAL_TAG: LOCAL}, registry=obstacle)
    base, finding = find_base(asked, DOCKER)
    assert base is not None
    assert (base.kind, finding.status) == ("local", Status.LIMITED)
    assert words in finding.seen
    # The patience was for the registry alone.
    assert asked.client.api.timeout == 5


def test_neither():
    base, finding = find_base(engine(registry=no_such_host()), DOCKER)
    assert base is None
    assert (finding.status, finding.blocks) == (Status.MISSING, IN_DOCKER)
    assert "make-local-base.sh" in (finding.remedy or "")


def test_a_local_base_that_somebody_else_made():
    other = SimpleNamespace(id="sha256:1", labels={}, attrs={"RootFS": {"Layers": []}})
    base, finding = find_base(engine(local={LOCAL_TAG: other}, registry=no_such_host()), DOCKER)
    assert base is None
    assert finding.status is Status.MISSING
    assert "was not made by" in finding.seen


def test_dependencies_that_are_built_or_not():
    below = foundation(PINNED, DOCKER)
    built = SimpleNamespace(id="sha256:3", labels={DIGEST_LABEL: below.digest})
    assert look_at_images(engine(local={below.tag: built}), DOCKER).dependencies
    images = look_at_images(engine(), DOCKER)
    assert not images.dependencies
    assert images.findings[-1].remedy == "harness build submissions/densenet_fp32"


def test_a_local_base_whose_python_has_no_lock():
    other = SimpleNamespace(id="sha256:1", labels={"leanmed.python": "3.9"}, attrs=LOCAL.attrs)
    images = look_at_images(engine(local={LOCAL_TAG: other}, registry=no_such_host()), DOCKER)
    assert images.base is None
    assert (images.findings[-1].id, images.findings[-1].blocks) == ("image-lock", IN_DOCKER)
    assert "Python 3.9" in images.findings[-1].seen


def test_an_engine_that_goes_in_between(monkeypatch, tmp_path):
    asked = engine()

    def gone(reference):
        raise ConnectionError("Connection reset by peer")

    monkeypatch.setattr(asked.client.images, "get", gone)
    (finding,) = _image_findings(asked, Home(tmp_path), DOCKER)
    assert (finding.id, finding.status, finding.blocks) == ("engine-lost", Status.MISSING, IN_DOCKER)
