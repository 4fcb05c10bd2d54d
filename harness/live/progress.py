"""How far a run has come, from the lines of its journal in their order (`harness.run.journal` writes them).

Everything here is for show. A journal is read as what it is, a file that anybody may have written: a line that is not
as it should be is named, and the others are still taken.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from harness.live.power import Power
from harness.live.stages import AFTER, BEFORE
from harness.standings.fields import Node, UnreadableError, clean

MOST_EPOCHS = 500
"""The last epochs, which are kept."""
_UNSCORED = "the harness scores it just now"
_STOPPED = "training was stopped early after this epoch; its score comes with the record"
_ONE_CLASS = "the validation cases at hand are of one class"
_STATES = {"plan": "prepare", "fit": "fit", "finish": "finish"}


@dataclass
class Progress:
    """``passes`` counts trainings from the same seed, of which the first is the run's result; ``at`` is the stamp of
    the newest line, in seconds since the run began."""

    state: str = BEFORE
    at: float = 0.0
    profile: str | None = None
    planned: int | None = None
    passes: int = 0
    epochs: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=MOST_EPOCHS))
    power: Power = field(default_factory=Power)
    ended: str | None = None
    problem: str | None = None
    _lines: int = 0
    _began: float = 0.0

    def take(self, raw: bytes | None) -> None:
        """The next line of the journal, None for one that is too long to be read."""
        self._lines += 1
        try:
            self._line(Node(_parsed(raw)))
        except UnreadableError as error:
            self.problem = f"events.jsonl, line {self._lines}: {error}"

    def _line(self, line: Node) -> None:
        at = line.get("at").number()
        if at < 0:
            raise line.get("at").wrong("a time since the run began")
        self.at = max(self.at, at)
        if command := line.maybe_text("command"):
            self._command(command, at, line)
        elif event := line.maybe_text("event"):
            self._event(event, at, line)
        elif edge := line.maybe_text("edge"):
            self.power.read(edge, at, line)
            self.state = "idle" if edge == "idle begins" else self.state
        elif fact := line.maybe_text("fact"):
            self._fact(fact, line)

    def _command(self, name: str, at: float, line: Node) -> None:
        self.state = _STATES.get(name, self.state)
        if name == "plan":
            self._plan(line)
        elif name in ("go", "renew"):
            self.passes += name == "go"
            self.state = "train" if self.passes == 1 else "repeat"
            self._began = at
        elif name in ("scored", "stop"):
            self._scored(name, line)
            self._began = at
        elif name == "predict" and self.passes == 1:
            self.state = "predict"
        elif name == "infer":
            self.state = clean(f"infer {line.get('mode').text()}")

    def _plan(self, line: Node) -> None:
        profile = line.get("profile")
        self.profile = profile.get("name").text()
        planned = profile.maybe("epochs") or line.get("benchmark").get("hyperparameters").get("epochs")
        self.planned = planned.whole()

    def _event(self, name: str, at: float, line: Node) -> None:
        if name == "epoch" and self.passes == 1:
            self.epochs.append(
                {
                    "n": line.get("n").whole(),
                    "seconds": max(0.0, at - self._began),
                    "train_loss": line.get("loss").number(),
                    "auc": None,
                    "loss": None,
                    "reason": _UNSCORED,
                    "best": False,
                }
            )
        elif name == "done":
            self.state = AFTER

    def _scored(self, name: str, line: Node) -> None:
        """What the harness found in the epoch that came last; `stop` gives no figures."""
        if self.passes != 1 or not self.epochs:
            return
        epoch = self.epochs[-1]
        epoch["auc"], epoch["loss"] = line.maybe_number("auc"), line.maybe_number("loss")
        missing = _STOPPED if name == "stop" else _ONE_CLASS
        epoch["reason"] = missing if epoch["auc"] is None else None
        if line.get("keep").truth():
            for other in self.epochs:
                other["best"] = other is epoch

    def _fact(self, name: str, line: Node) -> None:
        if name == "sources":
            self.power.sources(line)
            self.state = "start" if self.state == BEFORE else self.state
        elif name == "preflight":
            self.state = "start"
        elif name == "end":
            self.state, self.ended = AFTER, line.get("ended").text()


def _parsed(raw: bytes | None) -> Any:
    if raw is None:
        raise UnreadableError("the line is too long")
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("the line is not JSON") from error
