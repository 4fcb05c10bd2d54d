"""The shipped targets are those that the shipped reference runs give."""

from __future__ import annotations

from harness.places import resources
from harness.reference.summary import read_summary, summary_path
from harness.reference.targets import TargetRule, differences
from harness.spec.load import load_benchmark, load_benchmarks, load_ruleset
from harness.spec.seed import seed_of_run


def shipped():
    folder = resources() / "rules" / "benchmarks"
    return {path.name.removesuffix(".reference.json"): read_summary(path) for path in folder.glob("*.reference.json")}


def test_each_summary_gives_just_the_targets_of_its_benchmark():
    for name, reference in shipped().items():
        assert reference.benchmark == name
        assert differences(reference, load_benchmark(name), TargetRule.of(load_ruleset())) == []


def test_each_reference_run_has_the_seed_that_the_rules_give_its_number():
    for name, reference in shipped().items():
        for model in reference.models.values():
            for run in model.runs:
                assert run.seed == seed_of_run(load_ruleset(), load_benchmark(name), run.number)


def test_lidc_nodules_has_ten_runs_of_each_model_that_a_cpu_can_train():
    models = shipped()["lidc-nodules"].models
    assert {name: len(model.runs) for name, model in models.items()} == {"densenet121": 10, "cnn": 10, "mlp": 10}


def test_no_target_stands_without_reference_runs():
    for benchmark in load_benchmarks():
        for model, target in benchmark.document["quality"]["targets"].items():
            if target["test_auc"] is not None or target["validation_auc"] is not None:
                assert model in read_summary(summary_path(benchmark.id)).models
