"""What submissions.yml lets in and what it refuses: its own shell, run on real pull requests in a throwaway repository.

The entries are published by the harness from runs of the stub on a tiny data set, and verified by the real command.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.places import Home
from harness.publish.publish import publish
from tests.publish.material import RUNS, rules, run, use_tiny_rules
from tests.run.material import tiny_dataset
from tests.test_workflows import steps

CHECKOUT = Path(__file__).parent.parent
SCRIPT = ".ci/check-pull-request"
HARNESS = """#!{python}
import sys
from harness.cli.main import main

if sys.argv[1] == "verify":
    import pickle
    from pathlib import Path
    import harness.data.prepare, harness.spec.load
    from harness.verify import record
    from tests.publish.material import rules
    dataset = pickle.loads(Path({dataset!r}).read_bytes())
    harness.data.prepare.prepare = lambda *given: dataset
    for module in (harness.spec.load, record):
        module.load_benchmark = lambda name: rules()[0]
        module.load_ruleset = lambda version="v1": rules()[1]
main()
"""


def git(repository: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false", *words],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def commit(repository: Path) -> str:
    git(repository, "add", "--all", "--force")
    git(repository, "commit", "--quiet", "--allow-empty", "--message", "as it is")
    return git(repository, "rev-parse", "HEAD")


@dataclass(frozen=True)
class PullRequest:
    """A repository at the commit of a pull request. ``more`` holds an entry that is published, but not in it yet."""

    root: Path
    base: str
    more: Path
    harness: Path

    @property
    def board(self) -> Path:
        return self.root / "leaderboard"

    @property
    def published(self) -> Path:
        """The folder of the entry that was published before."""
        (entry,) = (self.board / "results" / "lidc-nodules").glob("mlp_fp32-*")
        return entry

    def publish(self) -> Path:
        """Publish another entry in the pull request."""
        shutil.copytree(self.more, self.board, dirs_exist_ok=True)
        (entry,) = (self.board / "results" / "lidc-nodules").glob("cnn_fp32-*")
        return entry

    def check(self, *names: str) -> tuple[int, str]:
        """Run these steps of the workflow as GitHub would, one after the other until one fails."""
        commit(self.root)
        temporary = self.root.with_suffix(".runner")
        temporary.mkdir(exist_ok=True)
        environment = {"BASE": self.base, "RUNNER_TEMP": str(temporary), "HARNESS": str(self.harness)}
        said = ""
        for name in names:
            (step,) = [step for step in steps("submissions.yml") if step.get("name") == name]
            assert set(step["env"]) == {"BASE"}
            done = subprocess.run(
                ["bash", "-e", "-c", step["run"]],
                cwd=self.root,
                env={**os.environ, **environment, "PYTHONPATH": str(CHECKOUT)},
                capture_output=True,
                text=True,
                check=False,
            )
            said += done.stdout + done.stderr
            if done.returncode != 0:
                return done.returncode, said
        return 0, said


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PullRequest]:
    """The base: a submission, the script, and one published entry."""
    place = tmp_path_factory.mktemp("pull-requests")
    root, home = place / "base", Home(place / "home")
    home.root.mkdir()
    dataset = tiny_dataset(place / "data")
    (place / "dataset").write_bytes(pickle.dumps(dataset))
    command = place / "harness"
    command.write_text(HARNESS.format(python=sys.executable, dataset=str(place / "dataset")))
    command.chmod(0o755)
    (root / ".ci").mkdir(parents=True)
    shutil.copy(CHECKOUT / SCRIPT, root / SCRIPT)
    shutil.copytree(CHECKOUT / "submissions" / "mlp_fp32", root / "submissions" / "mlp_fp32")
    (root / "README.md").write_text("a harness\n")
    with pytest.MonkeyPatch.context() as patch:
        use_tiny_rules(patch)
        benchmark, ruleset = rules()

        def put(submission: str, board: Path) -> None:
            for number in range(1, RUNS + 1):
                run(home, dataset, number, submission=submission)
            publish(
                submission, home, board, dataset=dataset, benchmark=benchmark, ruleset=ruleset, say=lambda line: None
            )

        put("mlp_fp32", root / "leaderboard")
        more = place / "more"
        shutil.copytree(root / "leaderboard", more)
        put("cnn_fp32", more)
    git(root, "init", "--quiet", "--initial-branch", "main")
    yield PullRequest(root, commit(root), more, command)


@pytest.fixture
def request_(template: PullRequest, tmp_path: Path) -> PullRequest:
    """A pull request that changes nothing yet."""
    root = tmp_path / "repository"
    shutil.copytree(template.root, root)
    git(root, "checkout", "--quiet", "-b", "theirs")
    return PullRequest(root, template.base, template.more, template.harness)


def new_submission(root: Path, name: str, **changes: tuple[str, str]) -> None:
    shutil.copytree(root / "submissions" / "mlp_fp32", root / "submissions" / name)
    file = root / "submissions" / name / "submission.yaml"
    text = file.read_text().replace("name: mlp_fp32", f"name: {name}")
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)


def test_a_good_one_passes(request_):
    new_submission(request_.root, "mlp_other")
    entry = request_.publish()
    code, said = request_.check("Ask git", "Ask the harness")
    assert code == 0, said
    assert "valid  submissions/mlp_other/submission.yaml" in said
    asked = [line for line in said.splitlines() if line.startswith("+ harness 'verify' '--ledger'")]
    assert [line.partition(" '--' ")[2] for line in asked] == [f"'{entry.relative_to(request_.root)}'"]
    assert "verified, every figure follows from the raw files" in said
    assert "published ledger: it fits" in said


def test_one_that_brings_only_a_submission_passes_before_anything_was_published(request_):
    git(request_.root, "rm", "-r", "--quiet", "leaderboard")
    before = PullRequest(request_.root, commit(request_.root), request_.more, request_.harness)
    new_submission(request_.root, "mlp_other")
    code, said = before.check("Ask git", "Ask the harness")
    assert code == 0, said


def test_what_the_harness_does_not_let_pass_is_refused_all_of_it(request_):
    """A submission that is not valid, and an entry that does not follow from its raw files."""
    new_submission(request_.root, "mlp_other", model=("model: mlp", "model: mlq"))
    raw = next(request_.publish().glob("*/raw.tar.xz"))
    content = bytearray(raw.read_bytes())
    content[100] ^= 1
    raw.write_bytes(content)
    code, said = request_.check("Ask git", "Ask the harness")
    assert code == 1
    assert "mlp_other/submission.yaml" in said
    assert "refused: harness validate ended with code 2" in said
    assert "refused: harness verify ended with code 4" in said
    assert "raw.tar.xz was changed" in said


def changed_file(one: PullRequest) -> None:
    entry = one.published / "entry.json"
    entry.write_text(entry.read_text().replace("0.", "0.9", 1))


def removed_entry(one: PullRequest) -> None:
    shutil.rmtree(one.published)


def moved_entry(one: PullRequest) -> None:
    one.published.rename(one.published.with_name("mlp_fp32-0000000000"))


def changed_ledger(one: PullRequest) -> None:
    ledger = one.board / "ledger.jsonl"
    first, *rest = ledger.read_text().splitlines()
    ledger.write_text("\n".join([json.dumps({**json.loads(first), "home": "another"}), *rest]) + "\n")


def shorter_ledger(one: PullRequest) -> None:
    (one.board / "ledger.jsonl").write_text("")


def no_ledger(one: PullRequest) -> None:
    (one.board / "ledger.jsonl").unlink()


def another_ledger(one: PullRequest) -> None:
    """With the new entry's line alone."""
    one.publish()
    ledger = one.board / "ledger.jsonl"
    ledger.write_text(ledger.read_text().splitlines(keepends=True)[-1])


def link(one: PullRequest) -> None:
    (one.root / "submissions" / "link").symlink_to("/etc/passwd")


def page_among_results(one: PullRequest) -> None:
    (one.published / "page.html").write_text("<script>")


def harness_changed_with_results(one: PullRequest) -> None:
    one.publish()
    (one.root / "README.md").write_text("another harness\n")


def script_changed_with_results(one: PullRequest) -> None:
    one.publish()
    (one.root / SCRIPT).write_text("exit 0\n")


def hostile_name(one: PullRequest) -> None:
    (one.published / "x\n::error::y").write_text("")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (changed_file, "entry.json' is published, and what is published is not changed or taken away"),
        (removed_entry, "raw.tar.xz' is published, and what is published is not changed or taken away"),
        (moved_entry, "entry.json' is published, and what is published is not changed or taken away"),
        (changed_ledger, "leaderboard/ledger.jsonl: a line that was there was changed or taken away"),
        (shorter_ledger, "leaderboard/ledger.jsonl: a line that was there was changed or taken away"),
        (no_ledger, "leaderboard/ledger.jsonl: a line that was there was changed or taken away"),
        (another_ledger, "leaderboard/ledger.jsonl: a line that was there was changed or taken away"),
        (link, "'submissions/link' is no plain file (its mode is 120000)"),
        (page_among_results, "page.html' is no file of a published entry"),
        (harness_changed_with_results, "'README.md': results come in a pull request of their own"),
        (script_changed_with_results, f"'{SCRIPT}': results come in a pull request of their own"),
        (hostile_name, "x\\n::error::y' is no file of a published entry"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_git_alone_can_see_is_refused(request_, change: Callable[[PullRequest], None], reason):
    change(request_)
    code, said = request_.check("Ask git")
    assert code == 1, said
    assert reason in said
    assert "nothing to refuse" not in said
    assert not any(line.startswith("::") for line in said.splitlines())


def test_what_is_not_a_result_may_come_with_anything(request_):
    (request_.root / "README.md").write_text("another harness\n")
    new_submission(request_.root, "mlp_other")
    assert request_.check("Ask git")[0] == 0


def test_a_base_that_is_not_there_is_an_error_and_not_a_pass(request_):
    one = PullRequest(request_.root, "0" * 40, request_.more, request_.harness)
    code, said = one.check("Ask git")
    assert code != 0
    assert "nothing to refuse" not in said
