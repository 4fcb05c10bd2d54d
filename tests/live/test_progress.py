from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.live.progress import MOST_EPOCHS, Progress
from harness.places import Home
from tests.run.material import plan, run_stub, tiny_dataset, with_profile


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """What a real run of the stub wrote."""
    root = tmp_path_factory.mktemp("run")
    windows = {"training_s": 0.0, "idle_s": 0.0, "offline_s": 0.0, "single_s": 0.0}
    done, _ = run_stub(
        Home(root / "home"), tiny_dataset(root / "data"), "good", with_profile(plan(), "smoke", epochs=2, **windows)
    )
    return (done.folder.root / "events.jsonl").read_bytes().splitlines()


def after(lines: Sequence[bytes | None]) -> Progress:
    progress = Progress()
    for line in lines:
        progress.take(line)
    return progress


def line(**fields: Any) -> bytes:
    return json.dumps({"at": 1.0, **fields}).encode()


def test_a_real_journal_passes_through_the_states_of_a_conversation(journal):
    progress, states = Progress(), ["look"]
    for each in journal:
        progress.take(each)
        states += [progress.state] if progress.state != states[-1] else []
    assert states == [
        *("look", "start", "prepare", "train", "predict", "fit", "infer offline", "infer single", "finish", "close")
    ]
    assert progress.problem is None
    assert (progress.profile, progress.planned, progress.passes) == ("smoke", 2, 1)
    assert progress.ended == "completed"


def test_epochs_have_the_harness_s_scores(journal):
    scored = [json.loads(each) for each in journal if b'"command":"scored"' in each]
    epochs = list(after(journal).epochs)
    assert [epoch["n"] for epoch in epochs] == [1, 2]
    assert [(epoch["auc"], epoch["loss"]) for epoch in epochs] == [(each["auc"], each["loss"]) for each in scored]
    assert all(epoch["reason"] is None and epoch["seconds"] > 0 for epoch in epochs)


def test_an_epoch_that_is_not_scored_yet_says_so(journal):
    first = next(index for index, each in enumerate(journal) if b'"event":"epoch"' in each)
    (epoch,) = after(journal[: first + 1]).epochs
    assert (epoch["auc"], epoch["loss"], epoch["reason"]) == (None, None, "the harness scores it just now")


def test_of_an_epoch_after_which_training_stopped_there_is_no_score_in_the_journal():
    progress = after(
        [line(command="go"), line(event="epoch", n=1, loss=0.5), line(command="stop", keep=False)],
    )
    assert progress.epochs[0]["reason"].startswith("training was stopped early after this epoch")


def test_only_the_epoch_whose_weights_are_kept_is_the_best():
    lines = [line(command="go")]
    for n, keep in ((1, True), (2, True), (3, False)):
        lines += [line(event="epoch", n=n, loss=0.5), line(command="scored", auc=0.7, loss=0.6, keep=keep)]
    assert [epoch["best"] for epoch in after(lines).epochs] == [False, True, False]


def test_repetitions_are_counted_and_add_no_epochs():
    progress = after(
        [
            *(
                line(command="go"),
                line(event="epoch", n=1, loss=0.5),
                line(command="scored", auc=None, loss=0.6, keep=True),
            ),
            *(line(command="predict"), line(command="renew"), line(command="go"), line(event="epoch", n=1, loss=0.4)),
            *(line(command="scored", auc=0.9, loss=0.1, keep=True), line(command="predict")),
        ]
    )
    assert (progress.state, progress.passes, len(progress.epochs)) == ("repeat", 2, 1)
    assert progress.epochs[0]["auc"] is None
    assert progress.epochs[0]["reason"] == "the validation cases at hand are of one class"


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (None, "events.jsonl, line 1: the line is too long"),
        (b"{", "events.jsonl, line 1: the line is not JSON"),
        (b"[" * 100_000, "events.jsonl, line 1: the line is not JSON"),
        (b"\xff", "events.jsonl, line 1: the line is not JSON"),
        (b"[]", "events.jsonl, line 1: the document is not an object"),
        (b"{}", "events.jsonl, line 1: at is missing"),
        (b'{"at":-1}', "events.jsonl, line 1: at is not a time since the run began"),
        (b'{"at":1e999}', "events.jsonl, line 1: at is not a finite number"),
        (b'{"at":1,"command":["go"]}', "events.jsonl, line 1: command is not a text"),
        (b'{"at":1,"command":"plan"}', "events.jsonl, line 1: profile is missing"),
    ],
)
def test_a_line_that_is_not_as_it_should_be_is_named_and_the_next_is_taken(raw, problem):
    progress = after([raw, line(command="go")])
    assert progress.problem == problem
    assert progress.state == "train"


def test_epochs_without_end_are_not_kept():
    progress = after([line(command="go"), *(line(event="epoch", n=n, loss=0.5) for n in range(MOST_EPOCHS + 7))])
    assert len(progress.epochs) == MOST_EPOCHS
    assert progress.epochs[-1]["n"] == MOST_EPOCHS + 6


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
LINES = st.fixed_dictionaries(
    {"at": st.just(1.0) | VALUES},
    optional={
        "command": st.sampled_from(["plan", "go", "scored", "stop", "infer", "predict"]) | VALUES,
        "event": st.sampled_from(["epoch", "done"]) | VALUES,
        "edge": VALUES,
        "fact": st.sampled_from(["sources", "end"]) | VALUES,
        **dict.fromkeys(("n", "loss", "auc", "keep", "mode", "profile", "gpu", "gpu_j", "ended"), VALUES),
    },
)


@given(st.lists(LINES, max_size=6))
def test_no_line_makes_it_fail(documents):
    progress = after([json.dumps(each).encode() for each in documents])
    json.dumps([list(progress.epochs), progress.power.to_json()], allow_nan=False)
