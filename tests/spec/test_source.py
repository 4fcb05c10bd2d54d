from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.spec.source import MAX_BYTES, read_source, refused_characters


def complaints(path: Path) -> list[str]:
    return [str(problem).removeprefix(str(path)) for problem in read_source(path).problems]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "x.yaml"


def test_plain_text_is_read_with_or_without_a_byte_order_mark(file: Path):
    file.write_bytes(b"\xef\xbb\xbfgr\xc3\xb6\xc3\x9fe: 1\r\n\ttab\n")
    source = read_source(file)
    assert source.text == "größe: 1\r\n\ttab\n"
    assert source.problems == ()


def test_a_file_of_100_mb_is_refused_unread(file: Path, monkeypatch: pytest.MonkeyPatch):
    with file.open("wb") as handle:
        handle.truncate(100_000_000)  # sparse: takes no space

    class Unreadable:
        def __init__(self, descriptor: int, *_: object) -> None:
            self.descriptor = descriptor

        def __enter__(self) -> Unreadable:
            return self

        def __exit__(self, *_: object) -> None:
            os.close(self.descriptor)

        def read(self, *_: object) -> bytes:
            raise AssertionError("the file was read")

    monkeypatch.setattr(os, "fdopen", Unreadable)
    assert complaints(file) == [": is 95.4 MiB large and was not read; at most 1 MiB is allowed"]


def test_the_largest_file_is_read(file: Path):
    file.write_bytes(b"#" * MAX_BYTES)
    assert complaints(file) == []
    file.write_bytes(b"#" * (MAX_BYTES + 1))
    assert complaints(file) == [": is 1.0 MiB large and was not read; at most 1 MiB is allowed"]


def test_other_encodings_are_named_with_byte_and_line(file: Path):
    file.write_bytes(b"a: 1\nb: caf\xe9\n")
    assert complaints(file) == [":2: byte 11 of the file (0xe9) is not UTF-8; save the file as UTF-8"]
    file.write_bytes(b"\xef\xbb\xbfa: \xff")
    assert complaints(file) == [":1: byte 6 of the file (0xff) is not UTF-8; save the file as UTF-8"]
    file.write_bytes("a: 1".encode("utf-16"))
    assert complaints(file) == [": is UTF-16 text; save it as UTF-8"]
    file.write_bytes(b"a: \x00")
    assert complaints(file) == [": is not text: byte 3 is zero"]


def test_characters_that_lie_to_the_eye_are_refused_and_replaced(file: Path):
    file.write_text("a: 1\nb: x\u202ey\n", encoding="utf-8")
    source = read_source(file)
    assert complaints(file) == [":2: an invisible character (U+202E RIGHT-TO-LEFT OVERRIDE) is not allowed; delete it"]
    assert source.text == "a: 1\nb: x\ufffdy\n"
    assert source.problems[0].column == 5


@pytest.mark.parametrize(
    "char",
    ["\x1b", "\x07", "\x7f", "\x85", "\u200b", "\u2066", "\u2028", "\ufeff", "\U000e0041",
     "\ue000", "\ud800", "\uffff", "\ufdd0"],
)  # fmt: skip
def test_each_kind_of_refused_character(char: str):
    assert [offset for offset, _ in refused_characters(f"a{char}b")] == [1]


def test_ordinary_text_of_any_language_is_taken():
    assert refused_characters("Größe µm² 模型 نموذج 🙂\t\r\n") == []


def test_a_file_full_of_them_gives_a_short_list(file: Path):
    file.write_bytes(b"\x1b" * 1000)
    assert len(complaints(file)) == 11
    assert ": 990 more characters that are not allowed" in complaints(file)


def test_what_is_no_regular_file_is_never_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    assert complaints(tmp_path / "pipe") == [": is not a regular file"]
    assert complaints(tmp_path) == [": can't be read: is a directory"]
    assert complaints(tmp_path / "none") == [": can't be read: no such file or directory"]


def test_links_may_not_lead_out_of_the_folder(tmp_path: Path):
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "outside.yaml").write_text("a: 1")
    (inside / "real.yaml").write_text("a: 1")
    (inside / "out").symlink_to(tmp_path / "outside.yaml")
    (inside / "stay").symlink_to("real.yaml")
    (inside / "nowhere").symlink_to("missing")
    (inside / "circle").symlink_to("circle")
    assert complaints(inside / "out") == [": is a link that leads out of its folder; put the file itself there"]
    assert complaints(inside / "stay") == []
    assert complaints(inside / "nowhere") == [": is a link that leads nowhere; delete it"]
    assert complaints(inside / "circle") == [": is a link that leads nowhere; delete it"]
