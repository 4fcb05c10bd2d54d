"""Running a record's plan again: the four verdicts, and that the plan is the record's."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from harness.cli import reproduce as command
from harness.data.dataset import Dataset
from harness.errors import InvalidInput
from harness.places import Home, resources
from harness.run.entry import Request, Result
from harness.run.execute import Finished
from harness.spec.load import load_ruleset, load_submission
from harness.system.system import capture
from harness.verify import record as verifying
from harness.verify import reproduce as reproducing
from harness.verify.reproduce import Verdict, judge, reproduce
from tests.reference.material import guesses
from tests.run.material import plan, run_stub, tiny_dataset
from tests.run.test_entry import Showing
from tests.verify.test_record import tiny

HERE = capture()


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return tiny_dataset(tmp_path / "data")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, dataset: Dataset, home: Home) -> list[Request]:
    """What was asked of `harness.run.entry.run`, which makes the run with the stub."""
    requests: list[Request] = []

    def run(request: Request, where: Home, display: object) -> list[Result]:
        requests.append(request)
        submission = load_submission(request.submissions[0], load_ruleset(), [plan().benchmark])
        done, _ = run_stub(where, dataset, "good", replace(tiny(), submission=submission))
        return [Result(done.folder.root, done.record, skipped=False)]

    monkeypatch.setattr(reproducing, "run", run)
    monkeypatch.setattr(reproducing, "prepare", lambda name, where, say: dataset)
    monkeypatch.setattr(reproducing, "load_benchmark", lambda name: tiny().benchmark)
    monkeypatch.setattr(verifying, "load_benchmark", lambda name: tiny().benchmark)
    # The stub's plans have a made-up image.
    monkeypatch.setattr(reproducing, "host_identity", lambda package: tiny().image)
    return requests


def stub(home: Home, dataset: Dataset, behaviour: str = "good", **changes: Any) -> Finished:
    return run_stub(home, dataset, behaviour, replace(tiny(), **changes))[0]


def verdict(then: Finished, now: Finished, dataset: Dataset, **changes: Any) -> reproducing.Reproduction:
    new = copy.deepcopy(dict(now.record))
    for key, value in changes.items():
        new[key] = value
    return judge(then.folder.root, then.record, now.folder.root, new, dataset)


def test_the_record_s_own_plan_is_run(home: Home, dataset: Dataset, asked: list[Request]) -> None:
    done = stub(home, dataset)
    found = reproduce(done.folder.root, home, Showing())
    assert found.verdict is Verdict.IDENTICAL
    assert found.reason == "all 32 test predictions are the same to the last bit"
    (request,) = asked
    assert request.submissions[0].name == "mlp_fp32"
    assert (request.again, request.seed, request.profile, request.runtime, request.device) == (
        *(1, 7, "smoke"),
        *("host", "cpu"),
    )
    time = next(row for row in found.rows if row.name == "time_to_predictions")
    assert time.then is not None and time.now is not None
    assert found.then != found.now


@pytest.mark.parametrize(("skill", "expected"), [(0.5, Verdict.WITHIN), (30.0, Verdict.DIFFERENT)])
def test_other_predictions_are_judged_by_the_interval_of_their_difference(
    home: Home, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, skill: float, expected: Verdict
) -> None:
    done = stub(home, dataset)
    labels = dataset.test_labels()
    given = iter([np.array(guesses(labels, 1, 0.5)), np.array(guesses(labels, 2, skill))])
    monkeypatch.setattr(reproducing, "_predictions", lambda root, dataset: next(given))
    found = verdict(done, done, dataset)
    assert found.verdict is expected
    assert found.reason.startswith("the AUC differs by")


def test_another_end_is_different_and_the_same_end_is_not(home: Home, dataset: Dataset) -> None:
    good, failed = stub(home, dataset), stub(home, dataset, "exit-0")
    assert verdict(good, failed, dataset).verdict is Verdict.DIFFERENT
    again = verdict(failed, stub(home, dataset, "exit-0"), dataset)
    assert (again.verdict, again.difference) == (Verdict.IDENTICAL, None)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"system": {"id": "sha256:" + "4" * 64, "title": "another"}}, "machine"),
        ({"image": {"kind": "host", "identity": "sha256:" + "5" * 64}}, "image"),
        ({"data": {"digest": "sha256:" + "6" * 64}}, "data set"),
        ({"seed": 8}, "seed"),
    ],
)
def test_something_else_is_not_comparable(home: Home, dataset: Dataset, change: dict[str, Any], what: str) -> None:
    done = stub(home, dataset)
    found = verdict(done, done, dataset, **change)
    assert (found.verdict, found.reason) == (Verdict.NOT_COMPARABLE, f"it was run with another {what}")


@pytest.mark.parametrize(
    ("name", "here", "what"),
    [
        ("capture", lambda: replace(HERE, memory=replace(HERE.memory, physical=2**40)), "machine"),
        ("host_identity", lambda package: {"identity": "sha256:" + "5" * 64}, "image"),
    ],
)
def test_nothing_is_run_on_another_machine_or_with_another_image(
    home: Home,
    dataset: Dataset,
    asked: list[Request],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    here: Callable[..., Any],
    what: str,
) -> None:
    monkeypatch.setenv("LEANMED_HOME", str(home.root))
    done = stub(home, dataset)
    monkeypatch.setattr(reproducing, name, here)
    result = CliRunner().invoke(command.reproduce, [str(done.folder.root), "--json"])
    assert result.exit_code == 4
    assert asked == []
    document = json.loads(result.stdout)
    assert (document["verdict"], document["now"], document["difference"]) == ("not comparable", None, None)
    assert document["reason"] == f"here is another {what} than it was run with, so nothing was run"
    assert {row["now"] for row in document["quantities"]} == {None}
    assert "time to predictions" in result.stderr


def test_a_container_s_image_is_asked_for_before_it_is_built(
    home: Home, dataset: Dataset, asked: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = stub(home, dataset, runtime="docker", image={"kind": "docker", "identity": "sha256:" + "7" * 64})
    identities = iter(["sha256:" + "7" * 64, "sha256:" + "8" * 64])
    monkeypatch.setattr(reproducing, "identity_of", lambda submission, say: {"identity": next(identities)})
    monkeypatch.setattr(reproducing, "judge", lambda *given: given)
    reproduce(done.folder.root, home, Showing())
    assert [request.runtime for request in asked] == ["docker"]
    assert reproduce(done.folder.root, home, Showing()).reason.startswith("here is another image")
    assert len(asked) == 1


def test_the_submission_is_the_checkout_s_own_or_the_one_that_is_named(
    home: Home, dataset: Dataset, asked: list[Request], tmp_path: Path
) -> None:
    """An image holds the file, so that another with the same words makes another image."""
    done = stub(home, dataset)
    reproduce(done.folder.root, home, Showing())
    own = tmp_path / "mlp_fp32"
    shutil.copytree(resources() / "submissions" / "mlp_fp32", own)
    reproduce(done.folder.root, home, Showing(), own)
    assert [request.submissions[0] for request in asked] == [resources() / "submissions" / "mlp_fp32", own]
    with pytest.raises(InvalidInput, match="holds another submission than the record's"):
        reproduce(done.folder.root, home, Showing(), resources() / "submissions" / "cnn_fp32")


def test_a_submission_that_the_checkout_lacks_is_made_anew(
    home: Home, dataset: Dataset, asked: list[Request], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done = stub(home, dataset)
    monkeypatch.setattr(reproducing, "resources", lambda: tmp_path)
    assert reproduce(done.folder.root, home, Showing()).verdict is Verdict.IDENTICAL
    assert asked[0].submissions[0].name == "mlp_fp32"


def test_what_was_changed_is_not_run_again(home: Home, dataset: Dataset, asked: list[Request]) -> None:
    done = stub(home, dataset)
    (done.folder.root / "workload.log").write_text("something else")
    with pytest.raises(InvalidInput, match=r"is not what its own files say: workload\.log was changed"):
        reproduce(done.folder.root, home, Showing())
    with pytest.raises(InvalidInput, match="can't be read"):
        reproduce(home.root, home, Showing())
    assert asked == []


def test_a_record_of_other_rules_is_not_run_again(home: Home, dataset: Dataset, asked: list[Request]) -> None:
    done = stub(home, dataset)
    path = done.folder.root / "plan.json"
    document = json.loads(path.read_text())
    document["ruleset"]["round"] = "2020-1"
    path.write_text(json.dumps(document))
    with pytest.raises(InvalidInput, match="made under rules that this version"):
        reproduce(done.folder.root, home, Showing())


def test_the_command(home: Home, dataset: Dataset, asked: list[Request], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEANMED_HOME", str(home.root))
    done = stub(home, dataset)
    result = CliRunner().invoke(command.reproduce, [done.folder.root.name, "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["verdict"] == "identical"
    assert "time to predictions" in result.stderr
    monkeypatch.setattr(reproducing, "_others", lambda old, new: ["machine"])
    assert CliRunner().invoke(command.reproduce, [str(done.folder.root)]).exit_code == 4
