"""The workflows of GitHub Actions: what they may do, whose code they run, and that what they call is there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from harness.cli.main import cli

CHECKOUT = Path(__file__).parent.parent
WORKFLOWS = sorted((CHECKOUT / ".github" / "workflows").glob("*.yml"))
NAMES = [path.name for path in WORKFLOWS]


def workflow(name: str) -> dict[str, Any]:
    document: dict[object, Any] = yaml.safe_load(
        (CHECKOUT / ".github" / "workflows" / name).read_text(encoding="utf-8")
    )
    # YAML 1.1 reads the key `on` as the truth.
    return {("on" if key is True else str(key)): value for key, value in document.items()}


def jobs(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from workflow(name)["jobs"].items()


def steps(name: str) -> Iterator[dict[str, Any]]:
    for _, job in jobs(name):
        yield from job["steps"]


def commands(name: str) -> Iterator[list[str]]:
    """Every line of shell that a workflow runs, in words."""
    for step in steps(name):
        for line in step.get("run", "").splitlines():
            yield shlex.split(line)


def test_there_are_three():
    assert NAMES == ["ci.yml", "pages.yml", "submissions.yml"]


@pytest.mark.parametrize("name", NAMES)
def test_every_action_is_pinned_by_its_commit_and_says_which_version_that_is(name):
    text = (CHECKOUT / ".github" / "workflows" / name).read_text(encoding="utf-8")
    used = re.findall(r"uses: (.*)", text)
    assert used
    for each in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each), each


def test_an_action_has_one_version_everywhere():
    used = {
        each
        for path in WORKFLOWS
        for each in re.findall(r"uses: (actions/[a-z-]+)@(\S+) # (\S+)", path.read_text(encoding="utf-8"))
    }
    assert len(used) == len({action for action, _, _ in used}) == 4


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_may_read_and_nothing_else(name):
    assert workflow(name)["permissions"] == {"contents": "read"}
    own = {job: found["permissions"] for job, found in jobs(name) if "permissions" in found}
    assert own == ({"deploy": {"pages": "write", "id-token": "write"}} if name == "pages.yml" else {})


def test_what_may_write_runs_no_code_of_the_repository():
    (deploy,) = [job for name, job in jobs("pages.yml") if name == "deploy"]
    assert [step.get("run") for step in deploy["steps"]] == [None]
    assert [step["uses"].partition("@")[0] for step in deploy["steps"]] == ["actions/deploy-pages"]


@pytest.mark.parametrize("name", NAMES)
def test_a_checkout_leaves_no_token_behind(name):
    found = [step for step in steps(name) if step.get("uses", "").startswith("actions/checkout@")]
    assert found
    assert all(step["with"]["persist-credentials"] is False for step in found)


@pytest.mark.parametrize("name", NAMES)
def test_no_pull_request_runs_with_the_base_s_rights(name):
    on = workflow(name)["on"]
    assert set(on) <= {"push", "pull_request", "workflow_dispatch"}
    assert on.get("push", {"branches": ["main"]}) == {"branches": ["main"]}


@pytest.mark.parametrize("name", NAMES)
def test_every_job_ends_and_every_workflow_runs_once_at_a_time(name):
    assert all(0 < job["timeout-minutes"] <= 180 for _, job in jobs(name))
    assert workflow(name)["concurrency"]["group"]


@pytest.mark.parametrize("name", NAMES)
def test_no_value_is_written_into_shell(name):
    """It comes by the environment, where it is a value and not code."""
    assert [step["run"] for step in steps(name) if "${{" in step.get("run", "")] == []


def test_a_deployment_is_not_broken_off():
    assert workflow("pages.yml")["concurrency"] == {"group": "pages", "cancel-in-progress": False}


@pytest.mark.parametrize("name", NAMES)
def test_every_make_target_is_there(name):
    targets = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    called = {words[1] for words in commands(name) if words[:1] == ["make"]}
    assert called <= targets
    assert called or name not in ("ci.yml", "pages.yml")


def resolved(words: list[str]) -> click.Command:
    """The command that ``words`` (without `harness`) call, with options that it has. Raises `click.UsageError`."""
    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group):
        name = words.pop(0)
        found = command.get_command(context, name)
        assert found is not None, name
        command = found
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--") and word != "--"} <= known
    return command


@pytest.mark.parametrize(
    "file", [*WORKFLOWS, CHECKOUT / "Makefile", CHECKOUT / ".ci" / "check-pull-request"], ids=lambda path: path.name
)
def test_every_harness_command_is_there(file):
    text = re.sub(r"(?m)^\s*#.*$", "", file.read_text(encoding="utf-8"))
    called = re.findall(r"(?:\.venv/bin|\$\(BIN\))/harness ((?:[a-z-]+ ?)+(?: ?--?[a-z-]+)*)", text)
    called += re.findall(r"\bask ((?:[a-z]+)(?: --?[a-z-]*)*)", text)
    for each in called:
        resolved([word for word in each.split() if not word.startswith("leaderboard/")])
    assert called or file.name in ("ci.yml", "submissions.yml")


def test_a_command_that_is_not_there_is_found():
    with pytest.raises(AssertionError):
        resolved(["verify", "--chain"])
    with pytest.raises(AssertionError):
        resolved(["leaderboard", "publish"])


def test_what_ci_runs_is_there_and_can_be_run():
    scripts = {word for name in NAMES for words in commands(name) for word in words if word.startswith(".ci/")}
    assert scripts == {".ci/run"}
    assert all((CHECKOUT / script).stat().st_mode & 0o111 for script in scripts)


def test_one_job_of_ci_skips_nothing():
    """`tests.engine.lacking` fails where CI is true, as GitHub has it unless a job says otherwise."""
    own = {name: job.get("env") for name, job in jobs("ci.yml")}
    assert own == {"quick": {"CI": "false"}, "everything": None}


def test_the_pull_request_is_held_against_the_script_of_its_base():
    runs = [step["run"] for step in steps("submissions.yml") if "check-pull-request" in step.get("run", "")]
    assert len(runs) == 2
    assert 'git show "$BASE:.ci/check-pull-request"' in runs[0]
    assert all(".ci/check-pull-request" not in run.replace("$BASE:.ci/", "") for run in runs)


def test_git_is_asked_before_any_code_of_the_pull_request_runs():
    names = [step.get("name") for step in steps("submissions.yml")]
    assert names.index("Ask git") < names.index("Install the harness") < names.index("Ask the harness")
