"""Each verdict that each claim can have, over made-up entries, and effects against numbers worked out here."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from harness.claims.answer import Verdict
from harness.claims.claims import CLAIMS, submissions_of
from harness.claims.part import PartVerdict
from harness.compare.comparison import COSTS
from harness.data.dataset import Dataset
from harness.places import Home
from harness.run.outcome import Ended
from harness.spec.load import load_benchmarks
from tests.claims.material import NUMBERS, OPEN, TARGET, answer, asked, leave_entry
from tests.reference.material import RULESET, guesses, with_targets
from tests.run.material import SUBMISSIONS
from tests.score.test_auc import pairwise_auc

DECLARED = {claim["id"]: claim for claim in RULESET.claims}
MEMORY, TIME, REACHED, ENERGY = "peak_gpu_memory", "training_time", "time_to_target", "gpu_energy"
HIGH = [100.0, 110.0, 105.0, 95.0, 102.0]
LOW = [52.0, 54.0, 50.0, 49.0, 51.0]


def test_each_id_has_one_function_and_names_what_there_is() -> None:
    assert list(CLAIMS) == list(DECLARED) == ["C1", "C2", "C3", "C4"]
    for claim in DECLARED.values():
        assert all((SUBMISSIONS / name / "submission.yaml").is_file() for name in submissions_of(claim))
        assert set(claim["quantities"]) <= {*COSTS, "auc"}
    for benchmark in load_benchmarks():
        said = {*benchmark.document["claims"], *benchmark.document["claims_not_testable"]}
        assert said == set(CLAIMS), benchmark.id


class TestAmp:
    def left(self, home: Home, dataset: Dataset, *, memory: list[float], time: list[float], skill: float) -> None:
        leave_entry(home, dataset, "densenet_fp32", costs={MEMORY: HIGH, TIME: HIGH})
        leave_entry(home, dataset, "densenet_amp", skill=skill, costs={MEMORY: memory, TIME: time})

    def test_supported_with_effects_by_hand(self, home: Home, dataset: Dataset) -> None:
        self.left(home, dataset, memory=LOW, time=LOW, skill=3.1)
        found = answer(home, dataset, "C1")
        assert found.verdict is Verdict.SUPPORTED
        logs = [math.log(low / high) for low, high in zip(LOW, HIGH, strict=True)]
        mean = sum(logs) / 5
        # Student's quantile for four degrees of freedom.
        half = 2.7764451 * math.sqrt(sum((each - mean) ** 2 for each in logs) / 4 / 5)
        memory, time, quality = found.parts
        for part in (memory, time):
            ends = (part.effect.value, part.effect.lower, part.effect.upper)
            assert ends == pytest.approx((math.exp(mean), math.exp(mean - half), math.exp(mean + half)), rel=1e-7)
            assert (part.runs, part.verdict) == (NUMBERS, PartVerdict.SHOWN)
        labels = dataset.test_labels()
        means = [
            np.mean([pairwise_auc(guesses(labels, n, skill), list(labels)) for n in NUMBERS]) for skill in (3.1, 3)
        ]
        assert quality.effect.value == pytest.approx(means[0] - means[1])
        assert (memory.bound, time.bound) == (None, None)
        assert quality.bound is not None and -0.02 <= quality.bound < 0
        assert quality.to_json()["bound"] == quality.bound

    def test_contradicted_where_one_part_is_the_opposite(self, home: Home, dataset: Dataset) -> None:
        self.left(home, dataset, memory=LOW, time=[2 * each for each in HIGH], skill=3.0)
        found = answer(home, dataset, "C1")
        assert found.verdict is Verdict.CONTRADICTED
        assert "densenet_amp needs less training time" in found.reason
        assert [part.verdict for part in found.parts] == ["shown", "opposite shown", "shown"]

    def test_contradicted_by_quality_alone(self, home: Home, dataset: Dataset) -> None:
        self.left(home, dataset, memory=LOW, time=LOW, skill=0.0)
        assert answer(home, dataset, "C1").verdict is Verdict.CONTRADICTED

    def test_one_small_p_value_of_three_is_not_enough_to_contradict(self, home: Home, dataset: Dataset) -> None:
        # A ratio of 1.1 in the mean, whose one-sided p value lies between 2.5 %/3 and 2.5 %.
        time = [high * ratio for high, ratio in zip(HIGH, [1.04, 1.18, 1.06, 1.17, 1.02], strict=True)]
        self.left(home, dataset, memory=LOW, time=time, skill=3.0)
        found = answer(home, dataset, "C1")
        opposite = found.parts[1].opposite
        assert opposite is not None and 0.025 / 3 < opposite < 0.025
        assert found.parts[1].verdict is PartVerdict.OPPOSITE
        assert found.p_contradicted == pytest.approx(3 * opposite)
        assert found.verdict is Verdict.UNDECIDED

    def test_swapping_the_sides_ends_the_support(self, home: Home, dataset: Dataset) -> None:
        leave_entry(home, dataset, "densenet_amp", costs={MEMORY: HIGH, TIME: HIGH})
        leave_entry(home, dataset, "densenet_fp32", skill=3.1, costs={MEMORY: LOW, TIME: LOW})
        assert answer(home, dataset, "C1").verdict is Verdict.CONTRADICTED

    def test_missing_runs_leave_it_undecided_with_the_command(self, home: Home, dataset: Dataset) -> None:
        leave_entry(home, dataset, "densenet_fp32", costs={MEMORY: HIGH, TIME: HIGH})
        leave_entry(home, dataset, "densenet_amp", numbers=(1, 2, 4), costs={MEMORY: LOW, TIME: LOW})
        (group,) = asked(home, dataset).groups
        first = group.claims[0]
        assert first.answer.verdict is Verdict.UNDECIDED
        assert first.answer.parts[0].effect.lower is not None, "what can be seen is shown"
        assert [(one.submission, one.runs, one.failed) for one in first.missing] == [("densenet_amp", (3, 5), ())]
        command = "harness run submissions/densenet_amp --benchmark lidc-nodules --profile official --runtime host"
        assert first.command == command

    def test_a_failed_run_fails_the_entry(self, home: Home, dataset: Dataset) -> None:
        self.left(home, dataset, memory=LOW, time=LOW, skill=3.0)
        leave_entry(home, dataset, "densenet_amp", numbers=(2,), ended=Ended.FAILED, minute=0)
        (group,) = asked(home, dataset).groups
        assert group.claims[0].answer.verdict is Verdict.UNDECIDED
        assert group.claims[0].missing[0].failed == (2,)
        assert group.claims[0].command is None

    def test_on_a_cpu_it_is_not_testable(self, home: Home, dataset: Dataset) -> None:
        for name in ("densenet_fp32", "densenet_amp"):
            leave_entry(home, dataset, name, device="cpu", costs={TIME: HIGH})
        found = answer(home, dataset, "C1")
        assert found.verdict is Verdict.NOT_TESTABLE
        assert "peak gpu memory: these runs used no GPU" in found.reason
        assert found.parts[0].effect.value is None
        assert found.parts[1].effect.value == 1.0, "the other parts are shown"

    def test_the_benchmark_may_say_so(self, home: Home, dataset: Dataset) -> None:
        closed = replace(OPEN, document={**OPEN.document, "claims_not_testable": {"C1": "no such thing here"}})
        found = answer(home, dataset, "C1", closed)
        assert (found.verdict, found.reason) == (Verdict.NOT_TESTABLE, "on this benchmark: no such thing here")


class TestEightBit:
    MODELS = ("densenet", "swin", "vit")

    def left(self, home: Home, dataset: Dataset, **lower: bool | None) -> None:
        """Every model whose costs are lower (True), higher (False) or as they were (None) with the 8-bit optimiser."""
        for model in self.MODELS:
            leave_entry(home, dataset, f"{model}_fp32", costs=dict.fromkeys((REACHED, MEMORY, ENERGY), HIGH))
            values = {True: LOW, False: [2.0 * each for each in HIGH], None: HIGH}[lower[model]]
            leave_entry(home, dataset, f"{model}_8bit", costs=dict.fromkeys((REACHED, MEMORY, ENERGY), values))

    @pytest.mark.parametrize(
        ("lower", "verdict"),
        [
            ((True, True, True), Verdict.SUPPORTED),
            ((True, True, False), Verdict.SUPPORTED),
            ((True, False, False), Verdict.CONTRADICTED),
            ((True, None, False), Verdict.UNDECIDED),
        ],
    )
    def test_often_is_more_than_half(
        self, home: Home, dataset: Dataset, lower: tuple[bool | None, ...], verdict: Verdict
    ) -> None:
        self.left(home, dataset, **dict(zip(self.MODELS, lower, strict=True)))
        assert answer(home, dataset, "C2").verdict is verdict

    def test_who_never_converges_is_not_averaged_away(self, home: Home, dataset: Dataset) -> None:
        self.left(home, dataset, densenet=True, swin=None, vit=True)
        leave_entry(
            home, dataset, "swin_8bit", image={"kind": "host", "identity": "sha256:" + "3" * 64}, minute=99,
            costs={REACHED: [*LOW[:4], None], MEMORY: LOW, ENERGY: LOW},
        )  # fmt: skip
        part = answer(home, dataset, "C2").families[1][0]
        assert (part.verdict, part.effect.value) == (PartVerdict.UNDECIDED, None)
        assert part.reason == "1 of 5 pairs of runs have no such ratio: censored: never reached"

    def test_models_without_a_target_do_not_count(self, home: Home, dataset: Dataset) -> None:
        none = {"test_auc": None, "validation_auc": None, "reason": "nobody has run it"}
        alone = with_targets(OPEN, swinv2_base_window8_256=none, vit_base_patch32_plus_256=none)
        self.left(home, dataset, densenet=True, swin=False, vit=False)
        found = answer(home, dataset, "C2", alone)
        assert (found.verdict, len(found.families)) == (Verdict.SUPPORTED, 1)
        nobody = answer(home, dataset, "C2", with_targets(alone, densenet121=none))
        assert nobody.verdict is Verdict.NOT_TESTABLE
        assert "nobody has run it" in nobody.reason


class TestSensitivity:
    def left(self, home: Home, dataset: Dataset, *, densenet: float, swin: float, vit: float) -> None:
        for model, skill in (("densenet", densenet), ("swin", swin), ("vit", vit)):
            leave_entry(home, dataset, f"{model}_fp32", skill=3.0, device="cpu")
            leave_entry(home, dataset, f"{model}_8bit_half", skill=skill, device="cpu")

    def test_supported_on_a_cpu_too_with_effects_by_hand(self, home: Home, dataset: Dataset) -> None:
        self.left(home, dataset, densenet=2.8, swin=0.0, vit=0.2)
        found = answer(home, dataset, "C3")
        assert found.verdict is Verdict.SUPPORTED
        labels = list(dataset.test_labels())
        area = {s: np.mean([pairwise_auc(guesses(labels, n, s), labels) for n in NUMBERS]) for s in (3, 2.8, 0, 0.2)}
        wanted = [(area[3] - area[low]) - (area[3] - area[2.8]) for low in (0, 0.2)]
        assert [part.effect.value for part in found.parts] == pytest.approx(wanted)
        assert [part.runs for part in found.parts] == [NUMBERS, NUMBERS]

    def test_contradicted_where_the_cnn_loses_more(self, home: Home, dataset: Dataset) -> None:
        self.left(home, dataset, densenet=0.0, swin=2.8, vit=0.1)
        assert answer(home, dataset, "C3").verdict is Verdict.CONTRADICTED

    def test_undecided_where_one_transformer_bears_it(self, home: Home, dataset: Dataset) -> None:
        self.left(home, dataset, densenet=2.8, swin=0.0, vit=2.7)
        assert answer(home, dataset, "C3").verdict is Verdict.UNDECIDED


class TestBest:
    OTHERS = ("densenet_8bit_half", "densenet_amp", "densenet_amp_8bit", "swin_8bit", "swin_amp", "swin_amp_8bit")
    NAMED = ("densenet_8bit", "swin_8bit_half")

    def left(self, home: Home, dataset: Dataset, *, quantity: str = ENERGY, **costs: list[float]) -> None:
        """HIGH for all but the named two and those given; ``skill`` 3 throughout."""
        for name in ("densenet_fp32", "swin_fp32", *self.OTHERS, *self.NAMED):
            value = costs.get(name, LOW if name in self.NAMED else HIGH)
            leave_entry(home, dataset, name, costs={quantity: value})

    def test_supported_by_energy(self, home: Home, dataset: Dataset) -> None:
        self.left(home, dataset)
        found = answer(home, dataset, "C4")
        assert found.verdict is Verdict.SUPPORTED
        assert len(found.parts) == 12, "two gates and four rivals for each network"
        assert {part.quantity for part in found.parts} == {"auc", ENERGY}
        target, _, *rivals = (part.bound for part in found.parts[:6])
        assert target == TARGET["test_auc"] and rivals == [1.05] * 4

    def test_by_time_where_no_energy_was_measured(self, home: Home, dataset: Dataset) -> None:
        self.left(home, dataset, quantity="time_to_predictions")
        found = answer(home, dataset, "C4")
        assert found.verdict is Verdict.SUPPORTED
        assert {part.quantity for part in found.parts} == {"auc", "time_to_predictions"}

    def test_contradicted_by_a_cheaper_one_that_passes(self, home: Home, dataset: Dataset) -> None:
        self.left(home, dataset, densenet_amp=[each / 3 for each in LOW])
        assert answer(home, dataset, "C4").verdict is Verdict.CONTRADICTED

    def test_a_cheaper_one_that_fails_the_gates_is_no_rival(self, home: Home, dataset: Dataset) -> None:
        self.left(home, dataset)
        again = {"kind": "host", "identity": "sha256:" + "3" * 64}
        cheap = {ENERGY: [each / 3 for each in LOW]}
        leave_entry(home, dataset, "densenet_amp", skill=0.0, image=again, minute=99, costs=cheap)
        found = answer(home, dataset, "C4")
        assert found.verdict is Verdict.SUPPORTED
        assert not any("densenet_amp " in f"{part.what} " for part in found.parts)

    def test_undecided_between_equals_that_vary_much(self, home: Home, dataset: Dataset) -> None:
        self.left(home, dataset, swin_amp=[20.0, 90.0, 30.0, 100.0, 51.0])
        found = answer(home, dataset, "C4")
        assert found.verdict is Verdict.UNDECIDED, "that nobody is significantly better is not enough"
        assert "swin_8bit_half needs less GPU energy than 1.05 times what swin_amp needs" in found.reason

    def test_a_rival_that_nobody_ran_leaves_it_open(self, home: Home, dataset: Dataset) -> None:
        for name in ("densenet_fp32", "swin_fp32", *self.OTHERS[1:], *self.NAMED):
            leave_entry(home, dataset, name, costs={ENERGY: LOW if name in self.NAMED else HIGH})
        (group,) = asked(home, dataset).groups
        assert group.claims[3].answer.verdict is Verdict.UNDECIDED
        assert [one.submission for one in group.claims[3].missing] == ["densenet_8bit_half"]

    def test_contradicted_where_the_named_one_is_inferior(self, home: Home, dataset: Dataset) -> None:
        self.left(home, dataset)
        again = {"kind": "host", "identity": "sha256:" + "3" * 64}
        leave_entry(home, dataset, "densenet_8bit", skill=0.0, image=again, minute=99, costs={ENERGY: LOW})
        assert answer(home, dataset, "C4").verdict is Verdict.CONTRADICTED

    def test_not_testable_without_a_target(self, home: Home, dataset: Dataset) -> None:
        none = {"test_auc": None, "validation_auc": None, "reason": "nobody has run it"}
        found = answer(home, dataset, "C4", with_targets(OPEN, densenet121=none))
        assert found.verdict is Verdict.NOT_TESTABLE
