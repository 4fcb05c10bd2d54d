"""Any figure that the form of an event allows gives a record, or is named as impossible; none stops the harness."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.places import Home
from harness.protocol import MAX_INTEGER, Event
from harness.record.folder import EVENTS, RunFolder, text_of
from harness.run.event_form import problem_of
from harness.run.execute import record_of
from harness.run.tape import Contradiction
from tests.run.material import plan, run_stub, tiny_dataset, with_profile

OWN = ("at", "from", "event", "seq", "clock")
EXTREMES: tuple[Any, ...] = (
    0,
    1,
    -1,
    MAX_INTEGER,
    1e308,
    -1e308,
    5e-324,
    "",
    "x",
    None,
    True,
    [],
    {},
    [[1]],
    {"x": {}},
)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a JSON value."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from leaves(value[key], (*path, key))


def changed(value: Any, path: tuple[Any, ...], to: Any) -> Any:
    if not path:
        return to
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], to)
    return copy


def well_formed(fields: dict[str, Any], line: dict[str, Any]) -> bool:
    return problem_of(Event(line["event"], line["seq"], line["clock"], fields)) is None


def forgeries(line: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The event in a journal's line with one value changed, as often as its form allows."""
    fields = {name: value for name, value in line.items() if name not in OWN}
    for path in leaves(fields):
        for extreme in EXTREMES:
            forged = changed(fields, path, extreme)
            if well_formed(forged, line):
                yield {**{name: line[name] for name in OWN}, **forged}


@pytest.mark.parametrize("name", ["hello", "ready", "epoch", "trained", "predicted", "fitted", "inferred", "done"])
def test_no_figure_stops_the_harness(tmp_path: Path, name: str) -> None:
    dataset = tiny_dataset(tmp_path / "data")
    (tmp_path / "home").mkdir()
    made = with_profile(plan(), "smoke", offline_s=0.01, single_s=0.01)
    done, _ = run_stub(Home(tmp_path / "home"), dataset, "good", made)
    journal = done.folder.root / EVENTS
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    tried = 0
    for number, line in enumerate(lines):
        for forged in forgeries(line) if line.get("event") == name else ():
            whole = [*lines[:number], forged, *lines[number + 1 :]]
            journal.write_text("".join(json.dumps(each) + "\n" for each in whole))
            tried += 1
            try:
                text_of(record_of(RunFolder(done.folder.root), made, dataset, done.record["run"])).encode()
            except Contradiction:
                continue
    assert tried > 0 or name == "done"
