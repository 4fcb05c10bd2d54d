"""Which runs count, that conditions are never mixed, and the command."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from harness.cli.claims import claims as command
from harness.data.dataset import Dataset
from harness.errors import InvalidInput
from harness.places import Home
from harness.spec.explain import findings
from harness.spec.load import benchmark_ids
from harness.spec.schema import validator
from tests.claims.material import OPEN, answer, asked, leave_entry
from tests.claims.test_claims import HIGH, LOW, MEMORY, TIME
from tests.compare.test_compare import SIMULATED


def both(home: Home, dataset: Dataset, scale: float = 1.0, **changes: Any) -> None:
    for name, values in (("densenet_fp32", HIGH), ("densenet_amp", LOW)):
        scaled = [scale * each for each in values]
        leave_entry(home, dataset, name, costs={MEMORY: scaled, TIME: scaled}, **changes)


@pytest.mark.parametrize("changes", [{"own_seed": True}, {"profile": "quick"}])
def test_runs_that_do_not_count_are_as_if_they_were_not_there(
    home: Home, dataset: Dataset, changes: dict[str, Any]
) -> None:
    both(home, dataset, **changes)
    (group,) = asked(home, dataset).groups
    assert group.conditions is None
    assert group.claims[0].answer.verdict == "undecided"


@pytest.mark.parametrize(("part", "what"), [("data", {"phantom": True}), ("measurement", SIMULATED)])
def test_phantoms_and_made_up_energies_do_not_count(
    home: Home, dataset: Dataset, part: str, what: dict[str, Any]
) -> None:
    both(home, dataset)
    for path in home.runs.glob("*/record.json"):
        record = json.loads(path.read_text())
        record[part] = {**(record[part] or {}), **what}
        path.write_text(json.dumps(record))
    assert asked(home, dataset).groups[0].conditions is None


def test_an_open_submission_of_the_same_name_is_not_what_the_claim_means(home: Home, dataset: Dataset) -> None:
    both(home, dataset)
    for path in home.runs.glob("*/record.json"):
        record = json.loads(path.read_text())
        record["submission"].update(division="open", efficiency={})
        path.write_text(json.dumps(record))
    assert asked(home, dataset).groups[0].conditions is None


def test_two_runtimes_are_two_answers(home: Home, dataset: Dataset) -> None:
    both(home, dataset)
    leave_entry(home, dataset, "densenet_fp32", runtime="docker", costs={MEMORY: HIGH, TIME: HIGH})
    groups = asked(home, dataset).groups
    by_runtime = {(group.conditions or {})["runtime"]: group.claims[0].answer.verdict for group in groups}
    assert by_runtime == {"host": "supported", "docker": "undecided"}


def test_runs_over_other_data_are_left_out_and_counted(home: Home, dataset: Dataset) -> None:
    both(home, dataset)
    for path in home.runs.glob("*/record.json"):
        record = json.loads(path.read_text())
        record["data"]["digest"] = "sha256:" + "9" * 64
        path.write_text(json.dumps(record))
    found = asked(home, dataset)
    assert (found.left_out, found.groups[0].conditions) == (1, None)


def test_predictions_that_are_not_the_records_are_an_error(home: Home, dataset: Dataset) -> None:
    both(home, dataset)
    path = next(home.runs.glob("densenet_amp*/events.jsonl"))
    path.write_text(path.read_text() + "\n")
    with pytest.raises(InvalidInput, match="another digest"):
        asked(home, dataset)


def test_slower_machines_give_the_same_answer(home: Home, dataset: Dataset) -> None:
    both(home, dataset)
    before = answer(home, dataset, "C1")
    for path in home.runs.glob("*/record.json"):
        record = json.loads(path.read_text())
        record["quantities"][TIME]["value"] *= 8
        path.write_text(json.dumps(record))
    after = answer(home, dataset, "C1")
    assert after.verdict == before.verdict == "supported"
    assert after.parts[1].effect.value == pytest.approx(before.parts[1].effect.value)


def test_the_command(home: Home, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    both(home, dataset)
    monkeypatch.setenv("LEANMED_HOME", str(home.root))
    monkeypatch.setattr("harness.data.prepare.prepare", lambda name, home, say: dataset)
    done = CliRunner().invoke(command, ["--benchmark", OPEN.id, "--json"])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert findings(validator("claims"), document) == []
    (group,) = document["benchmarks"][0]["groups"]
    # C2: these runs have no energy; C3, C4: the benchmark says so.
    assert [claim["verdict"] for claim in group["claims"]] == ["supported", *["not testable"] * 3]
    assert "C1 SUPPORTED" in done.stderr
    shown = "     shown          0.500 [0.478, 0.523] times"
    lines = done.stderr.splitlines()
    assert (
        lines[lines.index(shown) + 1].strip() == "densenet_amp needs less peak GPU memory than densenet_fp32 (5 runs)"
    )


def test_without_any_record_every_claim_says_why(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEANMED_HOME", str(home.root))
    done = CliRunner().invoke(command, ["--json"])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert findings(validator("claims"), document) == []
    assert [one["id"] for one in document["benchmarks"]] == list(benchmark_ids())
    claims = [claim for one in document["benchmarks"] for claim in one["groups"][0]["claims"]]
    assert {claim["verdict"] for claim in claims} == {"undecided", "not testable"}
    assert all(claim["reason"] for claim in claims)
    assert all((claim["command"] is None) == (claim["verdict"] == "not testable") for claim in claims)
