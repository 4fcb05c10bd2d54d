from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

import pytest

from harness.places import Home
from harness.serve.server import Server
from harness.spec.schema import validator
from tests.live.material import going
from tests.serve.material import ask, get, page_in, server_of


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home(tmp_path / "home")
    page_in(home)
    (tmp_path / "secret.txt").write_text("secret")
    (home.root / "ledger.jsonl").write_text("secret")
    (home.root / "leaderboard" / "out.txt").symlink_to(tmp_path / "secret.txt")
    return home


@pytest.fixture
def server(home) -> Iterator[Server]:
    with server_of(home) as server:
        yield server


def test_the_front_page(server):
    answer = get(server, "/")
    assert (answer.code, answer.body) == (200, b"<p>front")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Length"] == "8"


@pytest.mark.parametrize("target", ["/", "/live.html", "/live.json", "/none", "/../secret.txt"])
def test_every_answer_is_fresh_and_for_nobody_else(server, target):
    headers = get(server, target).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers
    assert headers["Server"].strip() == "LeanMed"


@pytest.mark.parametrize("target", ["/", "/live.html", "/live.json", "/none.html"])
def test_head_gives_what_get_gives_without_the_body(server, target):
    got, head = get(server, target), get(server, target, method="HEAD")
    assert (head.code, head.body) == (got.code, b"")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]
    if got.code == 200:
        assert head.headers["Content-Length"] == str(len(got.body))


@pytest.mark.parametrize(
    "target",
    [
        *("/../secret.txt", "/../ledger.jsonl", "/%2e%2e/ledger.jsonl", "/..%2fledger.jsonl", "//../ledger.jsonl"),
        *("/leaderboard/../../secret.txt", "/out.txt", "/../../../../../../etc/passwd", "///etc/passwd", "/etc/passwd"),
        *("/..;/ledger.jsonl", "/\\..\\ledger.jsonl", "/%252e%252e/ledger.jsonl", "http://localhost/index.html"),
    ],
)
def test_no_path_leads_out_of_the_site(server, target):
    answer = get(server, target)
    assert (answer.code, answer.text) == (404, "404 There is no such page\n")


def test_folders_are_not_listed(server, home):
    (home.root / "leaderboard" / "data").mkdir()
    (home.root / "leaderboard" / "data" / "x.csv").write_text("x")
    assert get(server, "/data/").code == 404
    assert get(server, "/data").code == 404
    assert get(server, "/data/x.csv").text == "x"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
def test_only_reading_is_possible(server, method):
    answer = get(server, "/", method=method)
    assert (answer.code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_a_method_that_nobody_knows(server):
    assert get(server, "/", method="BREW").code == 501


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", ""]
)
def test_a_request_that_names_another_server_gets_nothing(server, host):
    """A name that somebody else has made to point here (DNS rebinding)."""
    answer = get(server, "/live.json", host=host.format(port=server.port))
    assert (answer.code, answer.text) == (421, "421 This server is for its own machine only\n")


def test_a_request_that_names_no_server_or_two_gets_nothing(server):
    host = f"Host: 127.0.0.1:{server.port}\n"
    assert ask(server.port, "GET /live.json HTTP/1.0\n\n").code == 421
    assert ask(server.port, f"GET /live.json HTTP/1.1\n{host}{host}\n").code == 421


def test_localhost_is_this_machine(server):
    assert get(server, "/", host=f"LocalHost:{server.port}").code == 200


@pytest.mark.parametrize("head", ["\n\n", "GET\n\n", "nonsense \x00 /\n\n", f"GET /{'a' * 70_000} HTTP/1.1\n\n"])
def test_nonsense_is_refused_and_the_next_request_answered(server, head):
    # Whoever still sends when the answer comes may be cut off instead.
    with contextlib.suppress(ConnectionError):
        answer = ask(server.port, head)
        assert answer.code in (0, 400, 414)
        assert b"front" not in answer.body
    assert get(server, "/").code == 200


def test_live_json_says_what_goes_on(server, home):
    with going(home) as run:
        run.planned(0.5)
        answer = get(server, "/live.json?x=1")
        said = json.loads(answer.body)
        assert list(validator("live").iter_errors(said)) == []
        assert said["runs"][0]["run"] == run.folder.root.name
        assert said["site"] == {"builds": 0, "problem": None}
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_live_html_says_it_without_a_script(server, home):
    with going(home) as run:
        run.planned(0.5, epochs=7)
        run.journal.command(1.0, "go", {})
        run.epoch(1, 2.0, auc=0.725)
        page = get(server, "/live.html").text
    assert "Training, epoch 2 of at most 7" in page
    assert "<td>0.725</td>" in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page


def test_text_of_a_journal_stays_text(server, home):
    with going(home) as run:
        run.planned(0.5)
        run.journal.command(1.0, "infer", {"mode": "</p><script>alert(1)</script>"})
        page = get(server, "/live.html").text
        said = get(server, "/live.json").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert json.loads(said)["runs"][0]["state"] == "infer </p><script>alert(1)</script>"
