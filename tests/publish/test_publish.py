"""Publishing: all attempts or none, nothing that should not be there, and anybody can compute it again."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.cli import publish as command
from harness.cli import verify as verify_command
from harness.data.dataset import Dataset
from harness.errors import InvalidInput, MachineLacks
from harness.places import Home
from harness.publish.account import differences, doubt
from harness.publish.bundle import RAW, pack, unpacked
from harness.publish.publish import NotPublishableError, Published, publish
from harness.publish.verified import entry_differences
from harness.record import digest
from harness.record.folder import RECORD, RunFolder
from harness.record.ledger import Ledger
from harness.spec.explain import findings
from harness.spec.schema import validator
from harness.standings.build import build
from harness.standings.collect import collect
from tests.disk import PAGE, room_for_files, room_for_pages, small_disk
from tests.publish.material import RUNS, official, rules, run, use_tiny_rules
from tests.run.material import tiny_dataset
from tests.site.whole import pages, rows


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return tiny_dataset(tmp_path / "data")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


@pytest.fixture
def board(tmp_path: Path) -> Path:
    return tmp_path / "leaderboard"


@pytest.fixture(autouse=True)
def tiny_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    use_tiny_rules(monkeypatch)


def entry(home: Home, dataset: Dataset, submission: str = "mlp_fp32", **changes: Any) -> None:
    for number in range(1, RUNS + 1):
        run(home, dataset, number, submission=submission, **changes)


def interrupted(home: Home, number: int) -> None:
    """What a harness leaves that was killed."""
    left = official(number)
    folder = RunFolder.create(home.runs, left.new_run_id())
    (folder.root / "plan.json").write_text(json.dumps(left.to_json(folder.root.name)))
    Ledger(home.ledger).append("started", folder.root.name, plan=left.key)
    folder.clear_data()


def put(home: Home, dataset: Dataset, board: Path, submission: str = "mlp_fp32") -> Published:
    benchmark, ruleset = rules()
    return publish(
        submission, home, board, dataset=dataset, benchmark=benchmark, ruleset=ruleset, say=lambda line: None
    )


def again(done: Published, dataset: Dataset) -> list[str]:
    return list(entry_differences(done.folder, dataset, *rules()))


def refused(home: Home, dataset: Dataset, board: Path, submission: str = "mlp_fp32") -> str:
    with pytest.raises(NotPublishableError) as caught:
        put(home, dataset, board, submission)
    assert not (board / "results").exists() or not list((board / "results").glob(f"*/{submission}-*"))
    return caught.value.message


def test_an_entry_is_published_whole_and_anybody_can_compute_it_again(
    home: Home, dataset: Dataset, board: Path
) -> None:
    entry(home, dataset)
    done = put(home, dataset, board)
    runs = sorted(path.name for path in done.folder.iterdir() if path.is_dir())
    assert runs == sorted(path.name for path in home.runs.iterdir())
    assert list(differences(board)) == []
    shutil.rmtree(home.root)
    assert again(done, dataset) == []
    document = done.document
    assert document["reference"] is True
    assert document["quality"]["auc"]["value"] == pytest.approx(
        json.loads((done.folder / runs[0] / RECORD).read_text())["quality"]["auc"]["value"]
    )
    # The stub predicts without having learnt anything.
    assert (document["gates"]["Q1"]["verdict"], document["ranks"]) == ("below", False)
    assert any(reason.startswith("Q1: ") for reason in document["unranked"])


def test_another_is_judged_against_the_published_reference(home: Home, dataset: Dataset, board: Path) -> None:
    entry(home, dataset)
    entry(home, dataset, "densenet_8bit")
    entry(home, dataset, "densenet_fp32")
    assert "publish densenet_fp32 first" in refused(home, dataset, board, "densenet_8bit")
    reference = put(home, dataset, board, "densenet_fp32")
    done = put(home, dataset, board, "densenet_8bit")
    assert done.document["against"] == reference.document["entry"]
    # The stub predicts the same whatever it is asked to do.
    assert "exactly as the reference" in done.document["gates"]["Q2"]["reason"] or (
        done.document["gates"]["Q2"]["outcome"] == "undecided"
    )
    assert done.document["costs"]["time_to_predictions"]["value"] > 0
    assert again(done, dataset) == []
    assert list(differences(board)) == []


def test_the_leaderboard_shows_what_was_published(home: Home, dataset: Dataset, board: Path) -> None:
    for submission in ("densenet_fp32", "densenet_8bit"):
        entry(home, dataset, submission)
        put(home, dataset, board, submission)
    # The home holds the same runs: they are shown once.
    standings = build(collect((board / "results", home.runs), doubt), ())
    assert findings(validator("standings"), standings.document) == []
    assert (standings.document["unreadable"], standings.document["interrupted"]) == ([], [])
    listed = rows(standings)
    assert sorted(each["submission"]["name"] for each in listed) == ["densenet_8bit", "densenet_fp32"]
    assert {each["provenance"] for each in listed} == {"verified from raw files"}
    (other,) = [each for each in listed if each["judged"]["against"] is not None]
    assert other["judged"]["non_inferiority"]["outcome"] in ("non-inferior", "undecided")
    assert other["rank"] is None
    site = pages(standings)
    for row in listed:
        assert row["submission"]["title"] in site["index.html"]
        assert "verified from raw files" in site[f"entries/{row['slug']}.html"]


def test_a_run_that_was_reproduced_leaves_its_entry_as_it_was_published(
    home: Home, dataset: Dataset, board: Path
) -> None:
    entry(home, dataset)
    done = put(home, dataset, board)
    run(home, dataset, 1)
    run(home, dataset, 2, "fail-refused")
    (only,) = rows(build(collect((board / "results", home.runs), doubt), ()))
    assert only["judged"]["entry"] == done.document["entry"]
    assert [row["counts"] for row in only["runs"]] == [True, False, True, False]


def test_an_entry_with_other_runs_than_published_is_no_published_folder(
    home: Home, dataset: Dataset, board: Path
) -> None:
    entry(home, dataset)
    done = put(home, dataset, board)
    shutil.rmtree(next(path for path in done.folder.iterdir() if path.is_dir()))
    (only,) = rows(build(collect((board / "results",), doubt), ()))
    assert (only["provenance"], only["judged"]) == ("self-reported", None)


def test_what_the_ledger_does_not_seal_is_self_reported(home: Home, dataset: Dataset, board: Path) -> None:
    """A summary with better figures beside real records: the page must not take it for published."""
    entry(home, dataset)
    done = put(home, dataset, board)
    forged = json.loads((done.folder / "entry.json").read_text())
    forged["quality"]["auc"] = {"value": 0.99, "lower": 0.98, "upper": 1.0, "method": "?", "reason": None}
    (done.folder / "entry.json").write_text(json.dumps(forged))
    standings = build(collect((board / "results",), doubt), ())
    (only,) = rows(standings)
    assert (only["provenance"], only["judged"]) == ("self-reported", None)
    assert only["summary"]["auc"]["value"] < 0.9
    (unread,) = standings.document["unreadable"]
    assert unread["reason"] == f"it is not taken for published: {done.document['entry']}: entry.json was changed"


def test_without_a_reference_it_says_so(home: Home, dataset: Dataset, board: Path) -> None:
    entry(home, dataset, "densenet_8bit")
    found = put(home, dataset, board, "densenet_8bit").document
    assert found["gates"]["Q2"]["outcome"] == "no reference"
    assert found["ranks"] is False


def test_failed_and_cut_short_attempts_are_published_with_the_rest(home: Home, dataset: Dataset, board: Path) -> None:
    run(home, dataset, 1, "fail-refused")
    run(home, dataset, 2)
    interrupted(home, 1)
    done = put(home, dataset, board)
    verdicts = sorted((one["number"], one["verdict"]) for one in done.document["attempts"])
    assert verdicts == [(1, "failed"), (1, "interrupted"), (2, "valid")]
    assert "Run 1 failed, and one failed run fails the entry." in done.document["unranked"]
    assert again(done, dataset) == []


def test_a_missing_run_is_named_with_the_command(home: Home, dataset: Dataset, board: Path) -> None:
    run(home, dataset, 1)
    said = refused(home, dataset, board)
    assert "run 2 of 2 not finished" in said
    assert "harness run submissions/mlp_fp32 --benchmark lidc-nodules --profile official" in said


def test_more_runs_than_an_entry_has_are_refused(home: Home, dataset: Dataset, board: Path) -> None:
    entry(home, dataset)
    run(home, dataset, RUNS + 1)
    assert "until it pleases" in refused(home, dataset, board)


def test_invalid_runs_are_refused_with_the_reason(home: Home, dataset: Dataset, board: Path) -> None:
    run(home, dataset, 1, "other-model")
    run(home, dataset, 2)
    assert "is invalid: P1" in refused(home, dataset, board)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"requested_profile": "smoke"}, "profile smoke"),
        ({"requested_profile": "quick"}, "profile quick"),
        ({"own_seed": True}, "seeds of their own"),
    ],
)
def test_what_is_no_official_run_is_refused(
    home: Home, dataset: Dataset, board: Path, changes: dict[str, Any], said: str
) -> None:
    entry(home, dataset, **changes)
    with pytest.raises(InvalidInput, match=said):
        put(home, dataset, board)


def reseal(root: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a record and everything in the home that holds its digest."""
    from harness.record.folder import text_of

    record = json.loads((root / RECORD).read_text())
    change(record)
    (root / RECORD).write_text(text_of(record))
    ledger = root.parent.parent / "ledger.jsonl"
    lines, previous = [], None
    for raw in ledger.read_text().splitlines():
        line = json.loads(raw)
        if previous is not None:
            line["previous"] = previous
        if line["run"] == root.name and line["event"] == "finished":
            line["record"] = digest.of_file(root / RECORD)
        lines.append(json.dumps(line, separators=(",", ":")))
        previous = digest.of_bytes(lines[-1].encode())
    ledger.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda record: record["data"].update(phantom=True), "phantoms"),
        (lambda record: record["measurement"].update(simulated=True), "was played back or made up, not measured"),
        (lambda record: record["quality"]["auc"].update(value=0.99), "can't be verified: record.json says quality.auc"),
    ],
)
def test_phantoms_made_up_energies_and_forgeries_are_refused(
    home: Home, dataset: Dataset, board: Path, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    entry(home, dataset)
    reseal(next(iter(sorted(home.runs.iterdir()))), change)
    assert said in refused(home, dataset, board)


def test_an_attempt_that_was_taken_away_is_missed(home: Home, dataset: Dataset, board: Path) -> None:
    run(home, dataset, 1, "fail-refused")
    entry(home, dataset)
    failed = next(
        p for p in home.runs.iterdir() if json.loads((p / RECORD).read_text())["outcome"]["verdict"] != "valid"
    )
    shutil.rmtree(failed)
    assert f"{failed.name}: the ledger knows of it, and its folder is gone" in refused(home, dataset, board)


def test_it_is_published_once(home: Home, dataset: Dataset, board: Path) -> None:
    entry(home, dataset)
    done = put(home, dataset, board)
    with pytest.raises(NotPublishableError, match="published already"):
        put(home, dataset, board)
    assert again(done, dataset) == []


def test_what_an_interrupted_publish_left_is_replaced(home: Home, dataset: Dataset, board: Path) -> None:
    entry(home, dataset)
    done = put(home, dataset, board)
    (board / "ledger.jsonl").unlink()
    assert list(differences(board)) == [f"{done.document['entry']}: the ledger does not know of it"]
    put(home, dataset, board)
    assert list(differences(board)) == []


def test_every_changed_byte_is_found(home: Home, dataset: Dataset, board: Path) -> None:
    entry(home, dataset)
    done = put(home, dataset, board)
    draw = random.Random(0)
    files = sorted(path for path in done.folder.rglob("*") if path.is_file())
    assert {path.name for path in files} == {"entry.json", "curves.json", RECORD, RAW}
    for path in files:
        before = path.read_bytes()
        for at in {0, len(before) - 1, *draw.sample(range(len(before)), 60)}:
            path.write_bytes(before[:at] + bytes([before[at] ^ (1 << draw.randrange(8))]) + before[at + 1 :])
            assert any(path.name in line for line in differences(board)), (path, at)
        path.write_bytes(before)
    forged = json.loads((done.folder / "entry.json").read_text())
    forged["quality"]["auc"]["value"] = 0.99
    (done.folder / "entry.json").write_text(json.dumps(forged))
    found = again(done, dataset)
    assert any("entry.json says quality.auc.value is 0.99" in line for line in found)


def reseal_last_line(board: Path, **facts: Any) -> None:
    """Let the published ledger's last line say other things; None takes a thing out."""
    *lines, last = (board / "ledger.jsonl").read_text().splitlines()
    line = {name: fact for name, fact in (json.loads(last) | facts).items() if fact is not None}
    (board / "ledger.jsonl").write_text("\n".join([*lines, json.dumps(line, separators=(",", ":"))]) + "\n")


def test_curves_stand_beside_the_entry_and_are_computed_again(home: Home, dataset: Dataset, board: Path) -> None:
    entry(home, dataset)
    done = put(home, dataset, board)
    path = done.folder / "curves.json"
    curves = json.loads(path.read_text())
    assert findings(validator("curves"), curves) == []
    assert sorted(curves["runs"]) == sorted(path.name for path in done.folder.iterdir() if path.is_dir())
    assert len(curves["entry"]["runs"]) == RUNS
    assert again(done, dataset) == []
    before = curves["entry"]["roc"]["sensitivity"][50]
    curves["entry"]["roc"]["sensitivity"][50] = 0.98765
    path.write_text(json.dumps(curves))
    assert again(done, dataset)[0].endswith("curves.json was changed")
    reseal_last_line(board, curves=digest.of_file(path))
    assert list(differences(board)) == []
    assert again(done, dataset) == [
        f"curves.json says entry.roc.sensitivity[50] is 0.98765; computed again it is {before}"
    ]


def test_an_entry_that_was_published_without_curves_stays_as_it_is(home: Home, dataset: Dataset, board: Path) -> None:
    entry(home, dataset)
    done = put(home, dataset, board)
    curves = (done.folder / "curves.json").read_bytes()
    (done.folder / "curves.json").unlink()
    assert any("curves.json is gone" in line for line in differences(board))
    reseal_last_line(board, curves=None)
    assert list(differences(board)) == []
    assert again(done, dataset) == []
    (done.folder / "curves.json").write_bytes(curves)
    assert [line.partition(": ")[2] for line in differences(board)] == ["curves.json was put in later"]
    reseal_last_line(board, curves=5)
    assert any("no line of a published ledger" in line for line in differences(board))


def test_curves_of_attempts_that_failed_are_kept_and_count_for_nothing(
    home: Home, dataset: Dataset, board: Path
) -> None:
    run(home, dataset, 1, "fail-refused")
    run(home, dataset, 2)
    interrupted(home, 1)
    done = put(home, dataset, board)
    curves = json.loads((done.folder / "curves.json").read_text())
    verdicts = {one["run"]: one["verdict"] for one in done.document["attempts"]}
    assert set(curves["runs"]) == {name for name, verdict in verdicts.items() if verdict != "interrupted"}
    assert curves["entry"]["runs"] == [name for name, verdict in verdicts.items() if verdict == "valid"]
    assert findings(validator("curves"), curves) == []


def test_the_plan_of_an_interrupted_attempt_is_sealed_and_links_are_no_files(
    home: Home, dataset: Dataset, board: Path
) -> None:
    interrupted(home, 1)
    entry(home, dataset)
    done = put(home, dataset, board)
    assert list(differences(board)) == []
    (plan,) = done.folder.glob("*/plan.json")
    plan.write_text(plan.read_text() + "\n")
    assert [line.rpartition("/")[2] for line in differences(board)] == ["plan.json was changed"]
    plan.write_text(plan.read_text()[:-1])
    raw = next(done.folder.glob("*/raw.tar.xz"))
    raw.rename(board / "elsewhere")
    raw.symlink_to(board / "elsewhere")
    assert [line.rpartition("/")[2] for line in differences(board)] == ["raw.tar.xz was changed"]
    assert any("is a link" in line for line in again(done, dataset))


def test_runs_taken_away_or_put_in_are_found(home: Home, dataset: Dataset, board: Path) -> None:
    entry(home, dataset)
    done = put(home, dataset, board)
    runs = sorted(path for path in done.folder.iterdir() if path.is_dir())
    shutil.copytree(runs[0], done.folder / "another")
    assert any("another was put in later" in line for line in differences(board))
    shutil.rmtree(done.folder / "another")
    shutil.rmtree(runs[0])
    assert any(line.endswith("is gone") for line in differences(board))
    shutil.rmtree(done.folder)
    assert list(differences(board)) == [f"{done.document['entry']}: the ledger knows of it, and it is gone"]


def test_the_same_run_makes_the_same_archive(home: Home, dataset: Dataset, tmp_path: Path) -> None:
    folder = run(home, dataset, 1).folder
    for name in ("one", "two"):
        pack(folder, tmp_path / name / folder.root.name)
    assert (tmp_path / "one" / folder.root.name / RAW).read_bytes() == (
        tmp_path / "two" / folder.root.name / RAW
    ).read_bytes()
    with unpacked(tmp_path / "one" / folder.root.name) as there:
        assert {p.name: p.read_bytes() for p in there.iterdir()} == {
            p.name: p.read_bytes() for p in folder.root.iterdir()
        }


def test_a_folder_that_can_not_be_written_is_told(home: Home, dataset: Dataset, tmp_path: Path) -> None:
    entry(home, dataset)
    (tmp_path / "file").write_text("")
    with pytest.raises((MachineLacks, InvalidInput)):
        put(home, dataset, tmp_path / "file")


@pytest.mark.parametrize("room_for", [room_for_pages, room_for_files])
def test_on_a_full_disk_nothing_is_published(home: Home, dataset: Dataset, board: Path, room_for: Any) -> None:
    entry(home, dataset)
    board.mkdir()
    with small_disk(board) as disk:
        # A part of the next line still goes into the ledger's first page.
        facts = {"home": "", "entry": "", "records": {}, "plans": {}, "raw": {}}
        Ledger(disk / "ledger.jsonl").append("published", "earlier", **facts, padding="x" * (PAGE - 360))
        before = (disk / "ledger.jsonl").read_bytes()
        for room in range(100):
            with room_for(disk, room):
                try:
                    put(home, dataset, disk)
                    break
                except MachineLacks as full:
                    said = full
            assert "No space left on device" in said.message
            assert said.remedy is not None
            assert "free some space" in said.remedy
            assert (disk / "ledger.jsonl").read_bytes() == before
            assert [path for path in disk.rglob("*") if path.is_file()] == [disk / "ledger.jsonl"]
        assert room >= 4


def test_the_command_publishes_and_verify_checks(
    home: Home, dataset: Dataset, board: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry(home, dataset)
    monkeypatch.setenv("LEANMED_HOME", str(home.root))
    monkeypatch.setattr("harness.data.prepare.prepare", lambda *given: dataset)
    monkeypatch.setattr("harness.spec.load.load_benchmark", lambda name: rules()[0])
    monkeypatch.setattr("harness.spec.load.load_ruleset", lambda version="v1": rules()[1])
    done = CliRunner().invoke(command.publish, ["submissions/mlp_fp32/", "--to", str(board), "--json"])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert "it does not rank" in done.stderr
    folder = board / "results" / document["entry"]
    good = CliRunner().invoke(verify_command.verify, [str(folder), "--ledger", "--published", str(board)])
    assert good.exit_code == 0, good.output
    (folder / "entry.json").write_text((folder / "entry.json").read_text().replace("0.", "0.1", 1))
    bad = CliRunner().invoke(verify_command.verify, [str(folder), "--ledger", "--published", str(board)])
    assert bad.exit_code == 4
    assert "entry.json was changed" in bad.stderr
    one = next(path for path in folder.iterdir() if path.is_dir())
    assert CliRunner().invoke(verify_command.verify, [str(one)]).exit_code == 0
    raw = (one / RAW).read_bytes()
    (one / RAW).write_bytes(raw[:100] + bytes([raw[100] ^ 1]) + raw[101:])
    for name in (one, folder):
        found = CliRunner().invoke(verify_command.verify, [str(name)])
        assert found.exit_code == 4, found.output
        assert "can't be unpacked" in found.stderr
