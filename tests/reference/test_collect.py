"""Reference runs in a home folder: which count, which don't, and that their scores come from their predictions."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness.errors import InvalidInput
from harness.record import digest
from harness.record.folder import EVENTS, PLAN, RECORD, write_json
from harness.reference.collect import collect, is_plain
from harness.run.outcome import Ended
from harness.score.auc import auc_difference, auc_estimate
from harness.score.averaged import averaged_auc, averaged_difference
from harness.weights.shelf import Weights
from tests.reference.material import RULESET, TINY, guesses, leave_run


@pytest.fixture
def gather(home, dataset):
    def gathered(**options):
        return collect(TINY, RULESET, dataset, home, **options)

    return gathered


def numbers(collected, model="mlp"):
    return [run.number for run in collected.reference.models[model].runs]


def rewrite(folder, name, text):
    """Change a file of a finished run, and the record's digest of it: what a careful forger would do."""
    (folder.root / name).write_text(text)
    record = json.loads((folder.root / RECORD).read_text())
    record["files"][name] = digest.of_file(folder.root / name)
    write_json(folder.root / RECORD, record)


def test_each_run_is_summarised_from_its_own_files(home, dataset, gather):
    folders = [leave_run(home, dataset, number) for number in (1, 2, 3)]
    collected = gather()
    assert collected.notes == ()
    assert collected.reference.data == dataset.digest
    model = collected.reference.models["mlp"]
    for run, folder in zip(model.runs, folders, strict=True):
        record = json.loads((folder.root / RECORD).read_text())
        assert run.run == folder.root.name
        assert run.seed == record["seed"]
        assert run.test_auc == pytest.approx(record["quality"]["auc"]["value"])
        assert run.gain.to_json() == record["quality"]["trivial"]["gain"]
        assert list(run.validation_auc) == [epoch["val_auc"] for epoch in record["epochs"]]
        assert run.image == record["image"]["identity"]
        assert run.versions == {"python": "3.11.2", "torch": "2.9.0", "bitsandbytes": "0.50.2"}
        assert (run.submission, run.device_name, run.runtime, run.device) == ("mlp_fp32", "a processor", "host", "cpu")
        assert (run.system, run.system_title) == (record["system"]["id"], record["system"]["title"])


def test_averages_are_over_runs_on_the_same_cases(home, dataset, gather):
    for number in (1, 2, 3):
        leave_run(home, dataset, number)
    model = gather().reference.models["mlp"]
    labels, patients, trivial = dataset.test_labels(), dataset.test_patients(), dataset.test_trivial()
    scores = [guesses(labels, number) for number in (1, 2, 3)]
    assert model.test_auc == averaged_auc(scores, labels, patients)
    assert model.gain == averaged_difference(scores, trivial, labels, patients)
    assert model.test_auc.value == pytest.approx(np.mean([run.test_auc for run in model.runs]))
    assert model.runs[0].gain == auc_difference(scores[0], trivial, labels, patients)
    assert gather().reference.trivial == auc_estimate(trivial, labels, patients)


def test_runs_of_other_kinds_pass_without_a_note(home, dataset, gather):
    leave_run(home, dataset, 1)
    leave_run(home, dataset, 2, profile="smoke")
    leave_run(home, dataset, 3, own_seed=True)
    leave_run(home, dataset, 4, submission="densenet_8bit")
    leave_run(home, dataset, 5, benchmark=replace(TINY, id="another"))
    assert (numbers(gather()), gather().notes) == ([1], ())
    assert list(gather().reference.models) == ["mlp"]


def test_an_open_submission_is_no_reference_whatever_it_calls_its_model(home, dataset, gather):
    leave_run(home, dataset, 1)
    folder = leave_run(home, dataset, 2)
    record = json.loads((folder.root / "record.json").read_text())
    record["submission"].update(division="open", efficiency={})
    (folder.root / "record.json").write_text(json.dumps(record))
    assert numbers(gather()) == [1]


def test_each_model_has_its_own_runs_in_the_benchmark_s_order(home, dataset, gather):
    for number in (1, 2):
        leave_run(home, dataset, number)
        leave_run(home, dataset, number, submission="cnn_fp32")
    assert list(gather().reference.models) == ["cnn", "mlp"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ended": Ended.TIMED_OUT}, "its verdict is failed"),
        ({"seed": 5}, "its seed is not the one that today's rules give its number"),
        (
            {
                "benchmark": replace(
                    TINY,
                    document={
                        **TINY.document,
                        "hyperparameters": {**TINY.document["hyperparameters"], "learning_rate": 1.0},
                    },
                )
            },
            "it was trained under other hyperparameters",
        ),
    ],
)
def test_a_run_that_does_not_count_is_named_with_the_reason(home, dataset, gather, changes, reason):
    leave_run(home, dataset, 1)
    folder = leave_run(home, dataset, 2, **changes)
    collected = gather()
    assert numbers(collected) == [1]
    (note,) = collected.notes
    assert note.startswith(f"passed over {folder.root.name}: {reason}")


def test_a_run_on_other_data_does_not_count(home, dataset, gather):
    leave_run(home, dataset, 1)
    other = replace(dataset, digest="sha256:" + "2" * 64)
    leave_run(home, other, 2, data_digest=other.digest)
    # Check D1 has made it invalid already.
    assert numbers(gather()) == [1]


def test_a_record_that_breaks_the_schema_is_named(home, dataset, gather):
    leave_run(home, dataset, 1)
    folder = leave_run(home, dataset, 2)
    write_json(folder.root / RECORD, {"schema": "leanmed/record/v1", "number": "two"})
    (note,) = gather().notes
    assert f"passed over {folder.root.name}: its record breaks the schema" in note


def test_the_first_finished_of_one_number_counts(home, dataset, gather):
    late = leave_run(home, dataset, 1, minute=50)
    early = leave_run(home, dataset, 1, minute=40)
    collected = gather()
    assert [run.run for run in collected.reference.models["mlp"].runs] == [early.root.name]
    assert collected.notes == (
        f"passed over {late.root.name}: {early.root.name} is run 1 of the same model and finished first",
    )


def test_a_gap_names_what_is_missing_and_the_command_that_makes_it(home, dataset, gather):
    for number in (1, 3, 6):
        leave_run(home, dataset, number)
    failed = leave_run(home, dataset, 2, ended=Ended.FAILED)
    with pytest.raises(InvalidInput, match="not run 2, 4, 5") as caught:
        gather()
    assert f"passed over {failed.root.name}: its verdict is failed" in str(caught.value)
    assert (
        "`harness run submissions/mlp_fp32 --benchmark lidc-nodules --runs 6 --runtime host --device cpu "
        "--profile official`" in (caught.value.remedy or "")
    )


def test_two_runtimes_are_not_one_sample_but_each_can_be_asked_for(home, dataset, gather):
    leave_run(home, dataset, 1)
    leave_run(home, dataset, 2, runtime="docker", image={"kind": "docker", "identity": "sha256:" + "3" * 64})
    with pytest.raises(InvalidInput, match="docker on cpu and host on cpu") as caught:
        gather()
    assert caught.value.remedy == "say which with --runtime and --device"
    assert numbers(gather(runtime="host", device="cpu")) == [1]
    with pytest.raises(InvalidInput, match="not run 1"):
        gather(runtime="docker")


def test_runs_of_different_code_are_one_sample_with_a_note(home, dataset, gather):
    leave_run(home, dataset, 1)
    leave_run(home, dataset, 2, image={"kind": "host", "identity": "sha256:" + "3" * 64})
    assert gather().notes == ("the runs of mlp come from 2 different code or packages",)


def test_no_run_at_all_names_the_command(gather):
    with pytest.raises(InvalidInput, match="no reference run of lidc-nodules") as caught:
        gather()
    assert "`harness run SUBMISSION --benchmark lidc-nodules --runs 10 --profile official`" in str(caught.value)


def test_prepared_data_of_another_digest_are_refused(home, dataset):
    with pytest.raises(InvalidInput, match="the prepared data have digest"):
        collect(TINY, RULESET, replace(dataset, digest="sha256:" + "2" * 64), home)


class TestContradictions:
    @pytest.fixture
    def folder(self, home, dataset):
        return leave_run(home, dataset, 1)

    @pytest.mark.parametrize("name", [EVENTS, PLAN])
    def test_a_changed_file_is_an_error(self, folder, gather, name):
        (folder.root / name).write_text((folder.root / name).read_text() + "\n")
        with pytest.raises(InvalidInput, match=f"{name} has another digest") as caught:
            gather()
        assert "make the run again" in (caught.value.remedy or "")

    @pytest.mark.parametrize("name", [EVENTS, PLAN])
    def test_a_missing_file_is_an_error(self, folder, gather, name):
        (folder.root / name).unlink()
        with pytest.raises(InvalidInput, match=f"{name} can't be read"):
            gather()

    @pytest.mark.parametrize(
        ("path", "message"),
        [
            (("quality", "auc", "value"), "the test AUC computed from its predictions"),
            (("epochs", 1, "val_auc"), "the validation AUC of epoch 2 computed"),
        ],
    )
    @pytest.mark.parametrize("claimed", [0.99, math.nan])
    def test_a_record_that_claims_another_score_is_an_error(self, folder, gather, path, message, claimed):
        record = json.loads((folder.root / RECORD).read_text())
        at = record
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = claimed
        (folder.root / RECORD).write_text(json.dumps(record))
        with pytest.raises(InvalidInput, match=message):
            gather()

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda lines: lines[:-1], "holds no test predictions"),
            (lambda lines: lines[1:], "2 epochs, the record 3"),
            (lambda lines: [*lines, "{"], "not JSON"),
            (lambda lines: [*lines, 100_000 * "["], "not JSON"),
            (lambda lines: [line.replace('"predictions":"', '"predictions":"AAAA') for line in lines], "expected"),
        ],
    )
    def test_events_that_don_t_carry_the_record_are_an_error(self, folder, gather, change, message):
        lines = (folder.root / EVENTS).read_text().splitlines()
        rewrite(folder, EVENTS, "\n".join(change(lines)) + "\n")
        with pytest.raises(InvalidInput, match=message):
            gather()

    @pytest.mark.parametrize("text", ["[]", "{}", "{", 100_000 * "["])
    def test_a_plan_that_tells_nothing_is_an_error(self, folder, gather, text):
        rewrite(folder, PLAN, text)
        with pytest.raises(InvalidInput, match=r"plan\.json"):
            gather()


@pytest.mark.parametrize(
    ("efficiency", "plain"),
    [({}, True), ({"optimizer_state": "float32"}, True), ({"optimizer_state": "int8"}, False), ({"other": 1}, False)],
)
def test_plain_is_all_defaults_whether_written_or_not(efficiency, plain):
    assert is_plain(efficiency) is plain


def test_runs_that_began_with_different_weights_are_no_sample(home, dataset, gather):
    weights = [Weights("mlp", Path("model.safetensors"), digit * 64, {}) for digit in "ab"]
    for number in (1, 2):
        leave_run(home, dataset, number, weights=weights[number - 1])
    with pytest.raises(InvalidInput, match="mlp has reference runs that began with 2 different files of pretrained"):
        gather()
