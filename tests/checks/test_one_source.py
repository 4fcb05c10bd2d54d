"""The rules are the one source: each id has one function, each number is read, what is fixed is fixed everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.checks.checks import CHECKS
from harness.checks.examples import EXAMPLES, GOOD
from harness.checks.gate_examples import GATE_EXAMPLES, GateExample
from harness.claims.claims import CLAIMS
from harness.claims.part import ALPHA
from harness.cli.validate import validate
from harness.meter.sampler import PERIOD_S
from harness.places import resources
from harness.reference import summary
from harness.run import tape
from harness.score import target
from harness.score.estimate import CONFIDENCE
from harness.score.gates import GATES
from harness.spec.load import load_ruleset
from harness.spec.schema import schemas

RULESET = load_ruleset()
TABLES: Mapping[str, Mapping[str, Any]] = {"checks": CHECKS, "gates": GATES, "claims": CLAIMS}


@pytest.mark.parametrize("kind", TABLES)
def test_every_id_has_one_function_and_every_function_an_id(kind: str) -> None:
    declared = [one["id"] for one in RULESET.document[kind]]
    assert sorted(declared) == sorted(TABLES[kind])
    assert len(set(TABLES[kind].values())) == len(declared), "two ids share a function"
    allowed = schemas()["ruleset"]["$defs"][kind.removesuffix("s")]["properties"]["id"]["enum"]
    assert sorted(allowed) == sorted(TABLES[kind])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [("id: W1", "id: W2", "checks[0].id: 'W2' is not one of W1, T1"), ("id: Q2", "id: Q3", "is not one of Q1, Q2"),
     ("id: C4", "id: C9", "is not one of C1, C2, C3, C4")],
)  # fmt: skip
def test_a_rule_without_a_function_does_not_load(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (resources() / "rules" / "v1.yaml").read_text()
    (tmp_path / "v1.yaml").write_text(text.replace(old, new, 1))
    done = CliRunner().invoke(validate, [str(tmp_path / "v1.yaml")])
    assert done.exit_code == 2
    assert said in done.output


def test_what_is_fixed_says_the_same_in_rules_and_code() -> None:
    """The schema lets no other value into the rules, so that file and code can't part."""
    rules = RULESET.document
    fixed = {
        ("statistics", "confidence"): CONFIDENCE,
        ("statistics", "epochs_in_a_row"): target.IN_A_ROW,
        ("verification", "tolerance"): tape.TOLERANCE,
        ("meter", "period_s"): PERIOD_S,
    }
    assert {(part, name): rules[part][name] for part, name in fixed} == fixed
    properties = schemas()["ruleset"]["properties"]
    assert {(part, name): properties[part]["properties"][name]["const"] for part, name in fixed} == fixed
    assert pytest.approx((1 - CONFIDENCE) / 2) == ALPHA
    assert summary.TOLERANCE == tape.TOLERANCE


class Read(dict[str, Any]):
    """Parameters that note which of them were asked for."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)


@pytest.mark.parametrize("check", RULESET.document["checks"], ids=lambda check: str(check["id"]))
def test_every_number_of_a_check_is_read(check: Mapping[str, Any]) -> None:
    parameters = Read(check["parameters"])
    for evidence in _evidence(check["id"]):
        CHECKS[check["id"]](evidence, parameters)
    unread = check["parameters"].keys() - parameters.asked
    # By the precision that a submission asks for; the examples hold two of them.
    assert unread <= {"largest_difference_tf32", "largest_difference_float16"}, unread


def _evidence(check: str) -> Iterator[Any]:
    yield GOOD
    yield from (example.evidence for example in EXAMPLES if example.check == check)


@pytest.mark.parametrize("example", GATE_EXAMPLES, ids=lambda example: f"{example.gate}: {example.story}")
def test_a_worked_example_of_a_gate_is_answered_as_it_says(example: GateExample) -> None:
    found = GATES[example.gate](example.evidence, RULESET.gate(example.gate))
    assert (found.outcome, found.passes) == (example.outcome, example.passes), found.reason


def test_gate_examples_hold_every_outcome() -> None:
    from harness.score.noninferiority import Outcome

    assert {example.outcome for example in GATE_EXAMPLES if example.gate == "Q2"} == {each.value for each in Outcome}
    assert {example.outcome for example in GATE_EXAMPLES if example.gate == "Q1"} == {"above", "below", "no target"}
