"""The benchmark and the ruleset that are shipped, and what is said about broken ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness import protocol
from harness.errors import InvalidInput
from harness.places import resources
from harness.spec.digest import digest_of
from harness.spec.division import PRETRAINED_MODELS
from harness.spec.load import (
    benchmark_ids,
    check_benchmark,
    check_ruleset,
    load_benchmark,
    load_benchmarks,
    load_ruleset,
    load_submission,
)
from harness.weights.hub import ENTRIES

NODULES = resources() / "rules" / "benchmarks" / "lidc-nodules.yaml"
RULES = resources() / "rules" / "v1.yaml"
Broken = Callable[..., list[str]]


@pytest.fixture
def broken(tmp_path: Path) -> Broken:
    """The complaints about a shipped file after some replacements."""

    def complaints(shipped: Path, *changes: tuple[str, str]) -> list[str]:
        text = shipped.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        file = tmp_path / shipped.name
        file.write_text(text, encoding="utf-8")
        found, problems = (check_benchmark if shipped == NODULES else check_ruleset)(file)
        assert (found is None) == bool(problems)
        return [f"{one.path}: {one.message}" for one in problems]

    return complaints


def test_the_shipped_files_are_valid():
    assert load_ruleset().version == "v1"
    names = ("lidc-idri", "lidc-malignancy", "lidc-nodules", "rsna-cancer", "rsna-paper", "rsna-recall")
    assert benchmark_ids() == names
    assert tuple(one.id for one in load_benchmarks()) == names


def test_every_shipped_submission_is_valid():
    ruleset, benchmarks = load_ruleset(), load_benchmarks()
    folders = sorted(one for one in (resources() / "submissions").iterdir() if one.is_dir())
    names = [load_submission(folder, ruleset, benchmarks).name for folder in folders]
    assert {"cnn_fp32", "mlp_fp32"} <= set(names)
    configurations = ("fp32", "tf32", "8bit", "8bit_half", "amp", "amp_bf16", "amp_8bit", "actq8", "gradq8")
    assert {f"{model}_{one}" for model in ("densenet", "swin", "vit") for one in configurations} <= set(names)


def test_a_models_own_hyperparameters_replace_the_common_ones():
    benchmark = load_benchmark("lidc-nodules")
    common = benchmark.document["hyperparameters"]
    own = {model: entry.get("hyperparameters", {}) for model, entry in benchmark.document["models"].items()}
    assert own["cnn"]["learning_rate"] != common["learning_rate"]
    for model in benchmark.models:
        assert benchmark.hyperparameters(model) == {**common, **own[model]}
        assert benchmark.hyperparameters(model).keys() == common.keys()
        made_for_256 = model in ("swinv2_base_window8_256", "vit_base_patch32_plus_256")
        assert benchmark.input_size(model) == (256 if made_for_256 else 64)
    assert "densenet121" in benchmark.models


def test_numbers_are_numbers():
    """PyYAML of its own accord reads 1e-8 as text."""
    hyperparameters = load_benchmark("lidc-nodules").hyperparameters("densenet121")
    assert isinstance(hyperparameters["learning_rate"], float)
    assert hyperparameters["epsilon"] == 1e-8


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(InvalidInput, match=r"'lidc-nodule' is not a benchmark\n.*did you mean 'lidc-nodules'\?"):
        load_benchmark("lidc-nodule")
    with pytest.raises(InvalidInput, match=r"'vit' is not a model of lidc-nodules: densenet121, .*, cnn, mlp"):
        load_benchmark("lidc-nodules").input_size("vit")
    with pytest.raises(
        InvalidInput, match=r"'offical' is not a profile of ruleset v1: .*\n.*did you mean 'official'\?"
    ):
        load_ruleset().profile("offical")


def test_only_the_official_profile_is_ranked_and_does_all_of_the_benchmark():
    profiles = load_ruleset().document["profiles"]
    assert [name for name, profile in profiles.items() if profile["ranked"]] == ["official"]
    official = load_ruleset().profile("official")
    assert [official[key] for key in ("epochs", "steps", "batch", "validation", "test")] == [None] * 5
    assert load_ruleset().profile("smoke")["quality"] is False


def test_gates_have_their_parameters_and_ids_of_their_own(broken: Broken):
    rules = load_ruleset()
    assert rules.gate("Q1") == {"target_share": 0.99, "least_reference_runs": 10}
    assert rules.gate("Q2") == {"largest_margin": 0.02, "share_of_gain": 0.5}
    (said,) = broken(RULES, ("  - id: Q2\n", "  - id: Q1\n"))
    assert "'Q1' is taken by gates[0].id" in said


def test_the_rules_say_what_the_code_does():
    rules = load_ruleset().document["protocol"]
    assert rules["max_event_mib"] * 2**20 == protocol.MAX_EVENT_BYTES
    assert rules["max_progress_per_s"] == protocol.MAX_PROGRESS_PER_S


def test_every_constant_says_why():
    """Each setting, or the group it stands in, has a comment above it."""
    lines = RULES.read_text(encoding="utf-8").splitlines()
    begin, end = lines.index("entry:"), lines.index("checks:")
    bare, explained, indent_explained = [], False, -1
    for line in lines[begin:end]:
        indent = len(line) - len(line.lstrip())
        if not line.strip():
            continue
        if line.lstrip().startswith("#"):
            explained, indent_explained = True, indent
        elif not line.rstrip().endswith(":") and not (explained and indent == indent_explained):
            bare.append(line)
        elif line.rstrip().endswith(":"):
            explained = False
    assert bare == []


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (("  mlp:\n    input: 64", "  mlpp:\n    input: 64"), "models.mlpp: unknown key"),
        (("id: lidc-nodules", "id: lidc"), "id: 'lidc' is not the file's name, 'lidc-nodules'"),
        (
            ("batch: 32", "batch: 0"),
            "hyperparameters.batch: 0 is out of bounds; expected a whole number from 1 to 65536",
        ),
        (
            ("epochs: 10", "epochs: ten"),
            "hyperparameters.epochs: 'ten' is text; expected a whole number from 1 to 1000",
        ),
        (
            ("[flips, quarter_turns]", "[flips, flips]"),
            "hyperparameters.augmentation: an item stands in the list twice",
        ),
        (
            ("  schedule: cosine\n", ""),
            "hyperparameters.schedule: is missing; expected one of cosine, constant",
        ),
        (
            ("claims: [C1, C2]", "claims: [C1, C3]"),
            "claims_not_testable.C3: stands among the claims that can be tested, too",
        ),
        (
            ("      reason: not measured; at least 10 reference runs need a GPU\n", ""),
            "quality.targets.swinv2_base_window8_256.reason: is missing; expected text of 3 to 500 characters",
        ),
        (("labels: public", "labels: secret"), "labels: 'secret' is not one of public, private"),
    ],
)
def test_broken_benchmarks(broken: Broken, change: tuple[str, str], wanted: str):
    assert wanted in broken(NODULES, change)


def test_a_digest_that_is_none(broken: Broken):
    line = next(one for one in NODULES.read_text(encoding="utf-8").splitlines() if one.startswith("  digest: "))
    assert broken(NODULES, (line, "  digest: sha256:12")) == [
        "data.digest: 'sha256:12' does not fit; expected sha256: and 64 hexadecimal digits in lower case or null"
    ]


def test_a_model_without_a_target_and_a_target_without_a_model(broken: Broken):
    said = broken(NODULES, ("  mlp:\n    input: 64\n", ""))
    assert said == ["quality.targets.mlp: is not among this benchmark's models"]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (("runs: 5", "runs: five"), "entry.runs: 'five' is text; expected a whole number from 1 to 100"),
        (("quality: true", "quality: yes"), "profiles.official.quality: 'yes' is text; expected true or false"),
        (("pids: 1024", "pid: 1024"), "container.pid: unknown key"),
        (("id: T1", "id: W1"), "checks[1].id: 'W1' is taken by checks[0].id"),
        (("version: v1", "version: v2"), "version: 'v2' is not the file's name, 'v1'"),
        (("severity: invalid", "severity: fatal"), "checks[0].severity: 'fatal' is not one of invalid, flag"),
        (("least_int8_share: 0.5", "least_int8_share: null"), "checks[0].parameters.least_int8_share: has no value; "
         "expected a number or text of at most 200 characters or true or false"),
    ],
)  # fmt: skip
def test_broken_rulesets(broken: Broken, change: tuple[str, str], wanted: str):
    assert broken(RULES, change) == [wanted]


def test_canonical_json_knows_neither_order_nor_spaces():
    assert digest_of({"b": 1, "a": [1, 2]}) == digest_of({"a": [1, 2], "b": 1})
    # printf '{"a":[1,2],"b":"é"}' | sha256sum
    assert digest_of({"b": "é", "a": [1, 2]}) == (
        "sha256:d902c5ef87c42c33059e8d7b7aa30485809a5c0ff84b8d0d285616d5b03f23ea"
    )
    with pytest.raises(ValueError, match="not JSON compliant"):
        digest_of({"a": float("nan")})


def test_weights_that_nobody_has_can_not_be_begun_with(broken: Broken):
    all_of_them = broken(NODULES, ("initialization: random\n", "initialization: imagenet\n"))
    assert [line.split(":")[0] for line in all_of_them] == [
        "models.vit_base_patch32_plus_256",
        "models.cnn",
        "models.mlp",
    ]
    assert "write `initialization: random` here" in all_of_them[0]
    (one,) = broken(NODULES, ("  mlp:\n", "  mlp:\n    initialization: imagenet\n"))
    assert one.startswith("models.mlp.initialization: there are no weights for this model")


def test_a_model_may_begin_otherwise_than_the_others():
    benchmark = load_benchmark("rsna-paper")
    begins = {model: benchmark.initialization(model) for model in benchmark.models}
    assert tuple(model for model, kind in begins.items() if kind == "imagenet") == PRETRAINED_MODELS == tuple(ENTRIES)
    nodules = load_benchmark("lidc-nodules")
    assert {nodules.initialization(model) for model in nodules.models} == {"random"}
