from __future__ import annotations

from pathlib import Path

import pytest

from harness.serve.files import content_type, file_at


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site, with things beside it that are nobody's business."""
    site = tmp_path / "site"
    (site / "data").mkdir(parents=True)
    (site / "index.html").write_text("front")
    (site / "data" / "a b.csv").write_text("figures")
    (site / ".half.part").write_text("half")
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "site2").mkdir()
    (tmp_path / "site2" / "secret.txt").write_text("secret")
    (site / "out.txt").symlink_to(tmp_path / "secret.txt")
    (site / "folder").symlink_to(tmp_path)
    (site / "loop").symlink_to(site / "loop")
    (site / "within.html").symlink_to(site / "index.html")
    return site


@pytest.mark.parametrize(
    ("target", "file"),
    [
        ("/", "index.html"),
        ("/index.html", "index.html"),
        ("/index.html?x=/../..", "index.html"),
        ("/data/a%20b.csv", "data/a b.csv"),
        ("/within.html", "index.html"),
    ],
)
def test_what_lies_in_the_site_is_found(root, target, file):
    assert file_at(root, target) == root / file


@pytest.mark.parametrize(
    "target",
    [
        *("", "index.html", "*", "http://127.0.0.1/index.html", "//index.html", "/./index.html", "/data", "/data/"),
        *("/../secret.txt", "/data/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/%2e%2e%2fsecret.txt"),
        *("/data/..%5c..%5csecret.txt", "/out.txt", "/folder/secret.txt", "/loop", "/../site2/secret.txt"),
        *("/.half.part", "/%00", "/index.html%00.txt", "/%ff", "/none.html", "/index.html/", "/" + "a" * 5000),
    ],
)
def test_nothing_else_is_given(root, target):
    assert file_at(root, target) is None


def test_a_site_that_is_not_there(tmp_path):
    assert file_at(tmp_path / "none", "/index.html") is None


def test_a_text_has_its_encoding_and_what_is_not_known_is_only_bytes():
    assert content_type(Path("a/index.html")) == "text/html; charset=utf-8"
    assert content_type(Path("raw.tar.xz")) == "application/x-xz"
    assert content_type(Path("program.exe")) == "application/octet-stream"
