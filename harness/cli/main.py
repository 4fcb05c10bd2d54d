"""The command itself. Verbs are imported when they are called, so that `harness --help` starts in a blink."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import Any

import click

from harness import __version__
from harness.errors import Exit, HarnessError

# verb: (module, attribute, one line of help). The help stands here so that listing the verbs imports none of them.
VERBS = {
    "run": ("harness.cli.run", "run", "Run submissions: build, train, score, record."),
    "validate": ("harness.cli.validate", "validate", "Check submissions and rule files; name every error."),
    "new": ("harness.cli.new", "new", "Make a submission folder from a template."),
    "data": ("harness.cli.data", "data", "List, prepare and check the benchmarks' data."),
    "weights": ("harness.cli.weights", "weights", "List and fetch pretrained weights."),
    "build": ("harness.cli.build", "build", "Build a submission's image, without running it."),
    "verify": ("harness.cli.verify", "verify", "Compute records again from their raw files."),
    "reproduce": ("harness.cli.reproduce", "reproduce", "Run a record's plan again, and say what that shows."),
    "compare": ("harness.cli.compare", "compare", "Compare two submissions: quality, and ratios of what they cost."),
    "publish": ("harness.cli.publish", "publish", "Put an entry into the published results, all attempts or none."),
    "claims": ("harness.cli.claims", "claims", "Say what the runs say of the paper's claims."),
    "leaderboard": ("harness.cli.leaderboard", "leaderboard", "Build or open the leaderboard page."),
    "doctor": ("harness.cli.doctor", "doctor", "Say what this machine can run and measure, and what is missing."),
    "rules": ("harness.cli.rules", "rules", "Print the rules, with worked examples."),
    "reference": ("harness.cli.reference", "reference", "Gather reference runs, derive quality targets."),
}


class Verbs(click.Group):
    """A group whose commands are imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of `VERBS`: the order in which a newcomer needs them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's module, or None for an unknown verb."""
        if cmd_name not in VERBS:
            return None
        module, attribute, _ = VERBS[cmd_name]
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click's own, and for a mistyped verb the nearest one."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], VERBS, n=1)
            hint = f" Did you mean `harness {near[0]}`?" if near else ""
            ctx.fail(f"there is no `harness {args[0]}`.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of verbs, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in VERBS.items()])


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="harness")
def cli() -> None:
    """LeanMed: run efficiency configurations of medical image classifiers under fixed rules, and compare them honestly.

    Start with `harness run submissions/densenet_8bit --runs 1`.

    \b
    Exit codes: 0 done · 1 internal error · 2 invalid input · 3 the machine lacks something ·
    4 a run failed or is invalid · 130 interrupted.
    """


def _interrupt(number: int, frame: FrameType | None) -> None:
    """TERM and HUP end a run as Ctrl-C does: nothing is left running."""
    raise KeyboardInterrupt


def main(args: Sequence[str] | None = None) -> None:
    """Entry point: turns errors into messages on standard error and into exit codes."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    sys.exit(_call(args))


def _call(args: Sequence[str] | None) -> int:
    try:
        result: Any = cli.main(args=args, prog_name="harness", standalone_mode=False)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.UsageError as error:
        error.show()
        return Exit.INVALID_INPUT
    except click.ClickException as error:
        error.show()
        return Exit.INVALID_INPUT
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    except HarnessError as error:
        click.echo(f"harness: {error}", err=True)
        return error.exit_code
    return result if isinstance(result, int) else Exit.DONE
