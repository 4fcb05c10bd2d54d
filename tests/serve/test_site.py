from __future__ import annotations

import pytest

from harness.errors import MachineLacks
from harness.places import Home
from harness.serve.site import Site
from tests.live.material import going
from tests.serve.material import get, page_in, server_of
from tests.standings.records import record, write


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


def test_a_new_record_has_the_pages_made_again_and_an_old_one_does_not(home):
    write(home.runs, record())
    made: list[str] = []
    site = Site(home.root / "leaderboard", (home.runs,), lambda: made.append("made"))
    site.make()
    assert not site.make_if_new()
    with going(home) as run:
        assert not site.make_if_new()
        run.finish()
        assert site.make_if_new()
    assert not site.make_if_new()
    assert (made, site.builds) == (["made", "made"], 2)


def test_a_build_that_fails_is_said_and_the_old_pages_stay(home):
    page_in(home, "<p>old")

    def fails() -> None:
        raise MachineLacks("the disk is full", remedy="free some space")

    site = Site(home.root / "leaderboard", (home.runs,), fails)
    site.make()
    with server_of(home, site) as server:
        assert get(server, "/").text == "<p>old"
        assert "the disk is full\n  → free some space" in get(server, "/live.html").text
        site.build = lambda: page_in(home, "<p>new")
        site.make()
        assert get(server, "/").text == "<p>new"
        assert "could not be made" not in get(server, "/live.html").text


def test_pages_that_are_to_be_left_alone_are(home):
    site = Site(home.root / "leaderboard", (home.runs,), None)
    write(home.runs, record())
    site.make()
    assert not site.make_if_new()
    assert site.to_json() == {"builds": 0, "problem": None}
