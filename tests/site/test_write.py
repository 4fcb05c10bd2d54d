"""Writing the site: what is right already stays, what is stale goes, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import MachineLacks
from harness.site.planned import Planned, key_of
from harness.site.write import Written, write_site


def page(path: str, text: str = "<p>page</p>\n", *, key: str | None = None, asked: list[str] | None = None) -> Planned:
    def make() -> str:
        if asked is not None:
            asked.append(path)
        return text

    return Planned(path, make, lambda: key_of(path, text) if key is None else key)


def test_what_is_there_is_not_made_again(tmp_path: Path):
    asked: list[str] = []
    plan = [page("entries/a.html", asked=asked), page("entries/b.html", asked=asked)]
    assert write_site(tmp_path, plan) == Written(2, 0, 0)
    assert write_site(tmp_path, plan) == Written(0, 2, 0)
    assert asked == ["entries/a.html", "entries/b.html"]


def test_what_has_changed_is_made_again(tmp_path: Path):
    write_site(tmp_path, [page("entries/a.html"), page("entries/b.html")])
    assert write_site(tmp_path, [page("entries/a.html", "new\n"), page("entries/b.html")]) == Written(1, 1, 0)
    assert (tmp_path / "entries" / "a.html").read_text().startswith("new\n<!-- leanmed: made from ")


def test_a_file_without_a_key_is_always_written(tmp_path: Path):
    plan = [Planned("standings.json", lambda: "{}\n")]
    assert write_site(tmp_path, plan) == write_site(tmp_path, plan) == Written(1, 0, 0)
    assert (tmp_path / "standings.json").read_text() == "{}\n"


def test_a_page_whose_data_went_lost_is_made_again(tmp_path: Path):
    planned = Planned("entries/a.html", lambda: "page\n", lambda: "k" * 64, (("entries/a.json", lambda: "{}\n"),))
    write_site(tmp_path, [planned])
    (tmp_path / "entries" / "a.json").unlink()
    assert write_site(tmp_path, [planned]) == Written(1, 0, 0)
    assert (tmp_path / "entries" / "a.json").read_text() == "{}\n"


def test_a_page_that_nothing_is_planned_for_goes_with_its_data(tmp_path: Path):
    gone = Planned("entries/a.html", lambda: "page\n", lambda: "k" * 64, (("entries/a.json", lambda: "{}\n"),))
    write_site(tmp_path, [gone, page("tables/t.html")])
    assert write_site(tmp_path, [page("tables/t.html")]) == Written(0, 1, 1)
    assert sorted(path.name for path in (tmp_path / "entries").iterdir()) == []


@pytest.mark.parametrize("text", ["", "<p>somebody's own page</p>", "<!-- leanmed: made from ", "a" * 5000])
def test_a_page_of_somebody_else_stays(tmp_path: Path, text: str):
    (tmp_path / "entries").mkdir()
    (tmp_path / "entries" / "mine.html").write_text(text)
    assert write_site(tmp_path, []) == Written(0, 0, 0)
    assert (tmp_path / "entries" / "mine.html").read_text() == text


def test_a_page_that_quotes_a_mark_vouches_for_nothing(tmp_path: Path):
    planned = page("entries/a.html")
    assert planned.key is not None
    (tmp_path / "entries").mkdir()
    (tmp_path / "entries" / "a.html").write_text(f"<!-- leanmed: made from {planned.key()} -->\nmore")
    assert write_site(tmp_path, [planned]) == Written(1, 0, 0)


def test_a_folder_that_can_t_be_written_is_an_error_with_a_remedy(tmp_path: Path):
    (tmp_path / "entries").write_text("a file where a folder should be")
    with pytest.raises(MachineLacks, match="entries"):
        write_site(tmp_path, [page("entries/a.html")])
