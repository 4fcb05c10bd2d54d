"""The page of the rules: not older than the rules, and every example in it is what the check really says."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from harness.checks.checks import CHECKS
from harness.checks.evidence import Answer
from harness.checks.examples import EXAMPLES, GOOD, Example
from harness.checks.page import render
from harness.cli.rules import rules
from harness.places import resources
from harness.spec.load import load_ruleset

RULESET = load_ruleset()
PARAMETERS = {check["id"]: check["parameters"] for check in RULESET.document["checks"]}
PAGE = resources() / "rules" / "RULES.md"


def test_the_page_is_not_older_than_the_rules() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(RULESET), "make it anew: `harness rules --write`"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.check}: {example.story}")
def test_a_worked_example_is_answered_as_it_says(example: Example) -> None:
    found = CHECKS[example.check](example.evidence, PARAMETERS[example.check])
    assert found.answer is example.answer, found.sentence
    assert (found.remedy is None) == (found.answer is not Answer.FAILED)


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_passes_the_good_run_and_fails_a_worked_example(check: str) -> None:
    assert CHECKS[check](GOOD, PARAMETERS[check]).answer is Answer.PASSED
    assert any(example.check == check and example.answer is Answer.FAILED for example in EXAMPLES)


def test_the_page_names_every_check_with_its_title_and_severity() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    for check in RULESET.document["checks"]:
        assert f"### {check['id']} {check['title']}" in lines
    assert max(len(line) for line in lines if not line.startswith("|")) <= 120


def test_the_command_prints_it() -> None:
    done = CliRunner().invoke(rules)
    assert done.exit_code == 0
    assert done.stdout == render(RULESET)
