"""Run again by another party: what it takes, what it shows, and that it can be verified as the rest."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from harness.cli import publish as command
from harness.cli import verify as verify_command
from harness.compare import comparison
from harness.data.dataset import Dataset
from harness.errors import InvalidInput
from harness.places import Home
from harness.publish.account import differences, doubt
from harness.publish.attempts import attempts_of, home_id
from harness.publish.publish import NotPublishableError, Published, publish
from harness.publish.publish_again import publish_again
from harness.publish.rerun import Party, rerun_of
from harness.publish.verified import entry_differences
from harness.spec.explain import findings
from harness.spec.schema import validator
from harness.standings.build import build
from harness.standings.collect import collect
from harness.system.system import capture
from tests.publish.material import RUNS, rules, run, use_tiny_rules
from tests.reference.material import guesses
from tests.run.material import tiny_dataset
from tests.site.whole import pages

HERE = capture()
ELSEWHERE = replace(HERE, memory=replace(HERE.memory, physical=2**40))
NAME = "mlp_fp32"


@pytest.fixture(autouse=True)
def tiny_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    use_tiny_rules(monkeypatch)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture
def board(tmp_path: Path) -> Path:
    return tmp_path / "leaderboard"


def a_home(folder: Path, dataset: Dataset, behaviours: tuple[str, ...] = ("good",) * RUNS, **changes: Any) -> Home:
    folder.mkdir()
    home = Home(folder)
    for number, behaviour in enumerate(behaviours, start=1):
        run(home, dataset, number, behaviour, **changes)
    return home


def put(home: Home, dataset: Dataset, board: Path) -> Published:
    benchmark, ruleset = rules()
    return publish(NAME, home, board, dataset=dataset, benchmark=benchmark, ruleset=ruleset, say=lambda line: None)


def put_again(home: Home, dataset: Dataset, board: Path, by: str = "another group") -> Published:
    benchmark, ruleset = rules()
    return publish_again(
        NAME, by, home, board, dataset=dataset, benchmark=benchmark, ruleset=ruleset, say=lambda line: None
    )


def row(board: Path) -> dict[str, Any]:
    standings = build(collect((board / "results", board / "again"), doubt), ())
    assert findings(validator("standings"), standings.document) == []
    assert standings.document["unreadable"] == []
    (entry,) = standings.in_full()
    return {**entry["row"], "judged": entry["judged"], "runs": entry["runs"]}


@pytest.mark.parametrize("system", [HERE, ELSEWHERE], ids=["a machine of the same kind", "another machine"])
def test_the_same_predictions_prove_the_row(tmp_path: Path, dataset: Dataset, board: Path, system: Any) -> None:
    first = put(a_home(tmp_path / "one", dataset), dataset, board)
    assert row(board)["provenance"] == "verified from raw files"
    done = put_again(a_home(tmp_path / "two", dataset, system=system), dataset, board)
    assert (done.document["verdict"], done.document["same_system"]) == ("identical", system is HERE)
    assert done.document["entry"] == first.document["entry"]
    assert list(differences(board)) == []
    assert list(entry_differences(done.folder, dataset, *rules())) == []
    found = row(board)
    assert found["provenance"] == "run again by another party"
    assert [run["counts"] for run in found["runs"]] == [True] * RUNS, "the others' runs are no runs of the entry"
    page = pages(build(collect((board / "results", board / "again"), doubt), ()))[f"entries/{found['slug']}.html"]
    assert "another group" in page and "identical" in page


def test_what_came_to_something_else_is_shown_and_proves_nothing(tmp_path: Path, dataset: Dataset, board: Path) -> None:
    put(a_home(tmp_path / "one", dataset), dataset, board)
    done = put_again(a_home(tmp_path / "two", dataset, ("good", "fail-refused"), system=ELSEWHERE), dataset, board)
    assert done.document["verdict"] == "different"
    assert done.document["reason"] == "run 2 was valid and is failed"
    found = row(board)
    assert found["provenance"] == "verified from raw files"
    assert [each["verdict"] for each in found["judged"]["again"]] == ["different"]
    assert list(entry_differences(done.folder, dataset, *rules())) == []


@pytest.mark.parametrize(("skill", "verdict"), [(0.5, "within the interval"), (30.0, "different")])
def test_other_predictions_are_judged_by_the_interval_of_their_mean_difference(
    tmp_path: Path, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, skill: float, verdict: str
) -> None:
    labels = dataset.test_labels()
    now = np.array([guesses(labels, number + 10, skill) for number in (1, 2)])
    tables = iter([now, np.array([guesses(labels, number, 0.5) for number in (1, 2)])])
    monkeypatch.setattr(comparison, "_scores", lambda entry, numbers, dataset: next(tables))
    one, two = (attempts_of(NAME, "lidc-nodules", a_home(tmp_path / name, dataset)) for name in ("one", "two"))
    found = rerun_of(one, two, Party("another group", "sha256:2"), dataset, *rules())
    assert found["verdict"] == verdict
    assert found["reason"].startswith("0 of 2 runs are the same to the last bit; the mean AUC differs by ")
    assert (found["difference"]["estimate"]["lower"] > 0) == (verdict == "different")


def test_one_s_own_home_is_no_other_party(tmp_path: Path, dataset: Dataset, board: Path) -> None:
    home = a_home(tmp_path / "one", dataset)
    put(home, dataset, board)
    with pytest.raises(InvalidInput, match="that was run elsewhere is published"):
        put_again(home, dataset, board)
    assert not (board / "again").exists()


def test_all_its_runs_are_made_again_or_none_count(tmp_path: Path, dataset: Dataset, board: Path) -> None:
    put(a_home(tmp_path / "one", dataset), dataset, board)
    with pytest.raises(NotPublishableError, match="run 2 of the entry was not made here"):
        put_again(a_home(tmp_path / "two", dataset, ("good",)), dataset, board)


def test_it_is_published_once_and_other_work_is_no_repetition(tmp_path: Path, dataset: Dataset, board: Path) -> None:
    put(a_home(tmp_path / "one", dataset), dataset, board)
    again = a_home(tmp_path / "two", dataset)
    put_again(again, dataset, board)
    with pytest.raises(NotPublishableError, match="is published already"):
        put_again(again, dataset, board)
    other = a_home(tmp_path / "three", dataset, image={"kind": "host", "identity": "sha256:" + "3" * 64})
    with pytest.raises(InvalidInput, match="with the same submission, rules, data, image"):
        put_again(other, dataset, board)


@pytest.mark.parametrize("part", ["again.json", "record.json", "raw.tar.xz"])
def test_what_was_changed_proves_nothing(tmp_path: Path, dataset: Dataset, board: Path, part: str) -> None:
    put(a_home(tmp_path / "one", dataset), dataset, board)
    done = put_again(a_home(tmp_path / "two", dataset, ("good", "fail-refused")), dataset, board)
    path = next(done.folder.rglob(part))
    path.write_bytes(path.read_bytes().replace(b'"different"', b'"identical"') + b"\n")
    assert any(part in line for line in differences(board))
    assert any(part in line for line in entry_differences(done.folder, dataset, *rules()))
    standings = build(collect((board / "results", board / "again"), doubt), ())
    assert ["again" in each["source"] for each in standings.document["unreadable"]] == [True]


def test_a_forged_verdict_is_found_although_the_ledger_fits(tmp_path: Path, dataset: Dataset, board: Path) -> None:
    from harness.record import digest

    put(a_home(tmp_path / "one", dataset), dataset, board)
    done = put_again(a_home(tmp_path / "two", dataset, ("good", "fail-refused")), dataset, board)
    path = done.folder / "again.json"
    path.write_text(path.read_text().replace('"different"', '"identical"'))
    first, last = (board / "ledger.jsonl").read_text().splitlines()
    line = json.loads(last) | {"entry": digest.of_file(path)}
    (board / "ledger.jsonl").write_text(f"{first}\n{json.dumps(line, separators=(',', ':'))}\n")
    assert list(differences(board)) == []
    assert list(entry_differences(done.folder, dataset, *rules())) == [
        'again.json says verdict is "identical"; computed again it is "different"'
    ]
    home = json.loads(first)["home"]
    line["home"] = home
    (board / "ledger.jsonl").write_text(f"{first}\n{json.dumps(line, separators=(',', ':'))}\n")
    assert any("of no other party" in line for line in differences(board))


def test_the_command(tmp_path: Path, dataset: Dataset, board: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(a_home(tmp_path / "one", dataset), dataset, board)
    home = a_home(tmp_path / "two", dataset)
    assert home_id(home) != home_id(Home(tmp_path / "one"))
    monkeypatch.setenv("LEANMED_HOME", str(home.root))
    monkeypatch.setattr("harness.data.prepare.prepare", lambda *given: dataset)
    monkeypatch.setattr("harness.spec.load.load_benchmark", lambda name: rules()[0])
    monkeypatch.setattr("harness.spec.load.load_ruleset", lambda version="v1": rules()[1])
    assert CliRunner().invoke(command.publish, [NAME, "--again", "--to", str(board)]).exit_code == 2
    done = CliRunner().invoke(command.publish, [NAME, "--again", "--by", "We", "--to", str(board), "--json"])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert "identical: all test predictions of 2 runs are the same" in done.stderr
    folder = board / "again" / document["entry"] / document["home"].removeprefix("sha256:")[:8]
    good = CliRunner().invoke(verify_command.verify, [str(folder), "--ledger", "--published", str(board)])
    assert good.exit_code == 0, good.output
