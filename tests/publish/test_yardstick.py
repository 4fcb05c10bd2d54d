"""What open submissions, whose model is nobody else's, are held against."""

from dataclasses import replace

from harness.publish.reference import conditions_of
from harness.spec.load import load_benchmark


def with_targets(**targets):
    benchmark = load_benchmark("lidc-nodules")
    absent = {"test_auc": None, "validation_auc": None, "reason": "not measured"}
    found = {
        name: absent if value is None else {"test_auc": value, "validation_auc": value}
        for name, value in targets.items()
    }
    document = {**benchmark.document, "quality": {**benchmark.document["quality"], "targets": found}}
    return replace(benchmark, document=document)


def test_it_is_the_model_with_the_highest_target():
    assert with_targets(cnn=0.7, densenet121=0.8, mlp=None).yardstick == "densenet121"
    assert with_targets(cnn=0.9, densenet121=0.8).yardstick == "cnn"


def test_where_nothing_was_measured_there_is_none_and_the_target_says_why():
    benchmark = with_targets(cnn=None)
    assert benchmark.yardstick is None
    assert benchmark.target(None)["test_auc"] is None
    assert benchmark.target(None)["reason"]


def test_an_open_entry_is_compared_with_the_yardstick_s_reference():
    benchmark = load_benchmark("lidc-nodules")
    plan = {
        **dict.fromkeys(("ruleset", "data", "system", "runtime", "device"), "the same"),
        "benchmark": benchmark.document,
        "initialization": {"kind": "random", "weights_sha256": None},
    }
    closed = {**plan, "submission": {"division": "closed", "model": benchmark.yardstick}}
    own = {"kind": "own", "weights_sha256": None}
    opened = {**plan, "submission": {"division": "open", "model": "my_own"}, "initialization": own}
    assert conditions_of(opened) == conditions_of(closed)
    other = {**plan, "submission": {"division": "closed", "model": "mlp"}}
    assert conditions_of(opened) != conditions_of(other)
