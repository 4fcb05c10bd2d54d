from __future__ import annotations

from dataclasses import replace

from harness.image.base import Base
from harness.image.host import host_identity
from harness.image.identity import image_identity, short
from harness.spec.digest import digest_of
from tests.image.test_context import PACKAGE

LOCAL = Base(kind="local", reference="leanmed/local-base:bookworm", id="sha256:" + "1" * 64, python="3.11")
PARTS = {"recipe": "sha256:r", "lock": "sha256:l", "context": "sha256:c"}


def test_it_says_which_base_it_stands_on() -> None:
    identity = image_identity(base=LOCAL, **PARTS)
    assert identity["base"] == {"kind": "local", "reference": LOCAL.reference, "id": LOCAL.id}
    assert identity["identity"].startswith("sha256:")


def test_every_part_changes_it() -> None:
    identity = image_identity(base=LOCAL, **PARTS)["identity"]
    others = [image_identity(base=LOCAL, **{**PARTS, name: "sha256:other"})["identity"] for name in PARTS]
    others.append(image_identity(base=replace(LOCAL, id="sha256:" + "2" * 64), **PARTS)["identity"])
    others.append(image_identity(base=replace(LOCAL, kind="pinned"), **PARTS)["identity"])
    assert len({identity, *others}) == 1 + len(others)


def test_the_digest_covers_exactly_the_rest() -> None:
    identity = image_identity(base=LOCAL, **PARTS)
    rest = {name: value for name, value in identity.items() if name != "identity"}
    assert identity["identity"] == digest_of(rest)


def test_a_digest_s_beginning_is_what_tags_carry() -> None:
    assert short("sha256:" + "abcdef" * 10) == "abcdefabcdef"


def test_a_host_run_has_an_identity_of_its_own_kind() -> None:
    identity = host_identity(PACKAGE)
    assert identity["kind"] == "host"
    rest = {name: value for name, value in identity.items() if name != "identity"}
    assert identity["identity"] == digest_of(rest)
