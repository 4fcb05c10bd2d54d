from __future__ import annotations

from harness.board.parts import command
from harness.board.repeat import record, repeat

RUN = {"run": "a run; rm -rf ~", "number": 3, "seed": 7, "counts": True}
DOCUMENT = {
    "place": {"benchmark": "lidc-nodules", "runtime": "host", "device": "cpu"},
    "row": {
        "submission": {"name": "a; rm -rf ~", "division": "closed"},
        "profile": "official",
        "own_seed": True,
    },
    "runs": [{**RUN, "run": "aside", "counts": False}, RUN],
    "judged": None,
}


def test_the_command_is_quoted_for_a_shell():
    entry = {**DOCUMENT["row"], "runs": [RUN]}  # type: ignore[dict-item]
    assert command(DOCUMENT["place"], entry) == (  # type: ignore[arg-type]
        "harness run 'submissions/a; rm -rf ~' --benchmark lidc-nodules --runs 3 --runtime host --device cpu "
        "--profile official --seed 7"
    )


def test_a_record_is_named_by_the_run_that_counts_or_by_its_published_folder():
    assert record(DOCUMENT) == "a run; rm -rf ~"
    published = {**DOCUMENT, "judged": {"entry": "lidc-nodules/x-0123abcd"}}
    assert record(published) == "leaderboard/results/lidc-nodules/x-0123abcd/a run; rm -rf ~"
    html = repeat(published)
    assert "harness verify &#x27;leaderboard/results/lidc-nodules/x-0123abcd/a run; rm -rf ~&#x27;" in html


def test_an_open_program_is_not_promised_to_be_there():
    own = {**DOCUMENT, "row": {**DOCUMENT["row"], "submission": {"name": "x", "division": "open"}}}  # type: ignore[dict-item]
    assert "submitter" in repeat(own) and "submitter" not in repeat(DOCUMENT)
