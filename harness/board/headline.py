"""What a table shows today, in plain sentences: who leads, what it saves, whose quality is proven, what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from harness.board.figures import area, plain
from harness.board.tints import less
from harness.board.words.common import COST, OUTCOME_SAID, listed, many
from harness.board.words.table import HEADLINE, LACKING

Row = Mapping[str, Any]
BESIDES = {name: forms for name, forms in LACKING.items() if name not in ("unpublished", "gates")}
"""Reasons that stand where no entry can be ranked, whatever it does."""


def headline(table: Mapping[str, Any], benchmark: Mapping[str, Any]) -> str:
    """A few sentences over ``table`` of the standings; of ``benchmark`` is used whether its labels are public."""
    rows, cost = table["entries"], table["sorted_by"]
    ranked = [row for row in rows if row["status"] == "ranked"]
    opened, reviewed = table["place"]["division"] == "open", not _private(benchmark)
    said = [HEADLINE["open"]] if opened else []
    if ranked:
        return " ".join([*said, *_ranked(ranked, rows, cost)])
    if opened and reviewed:
        return " ".join([*said, HEADLINE["open public"], *_so_far(rows, cost), *_lacking(rows, BESIDES)])
    if all(row["summary"] is None for row in rows):
        return " ".join([*said, HEADLINE["none valid"], *_lacking(rows, LACKING)])
    return " ".join([*said, HEADLINE["none ranked"], *_so_far(rows, cost), *_lacking(rows, LACKING)])


def _private(benchmark: Mapping[str, Any]) -> bool:
    return benchmark["text"] is not None and benchmark["text"]["labels"] == "private"


def _ranked(ranked: Sequence[Row], rows: Sequence[Row], cost: str) -> list[str]:
    words = {"ranked": len(ranked), "entries": len(rows), "cost": COST[cost]}
    if len(ranked) == 1:
        only = HEADLINE["ranked only" if len(rows) == 1 else "ranked one"].format(**words)
        return [only, *_alone(ranked[0], rows, cost)]
    first = HEADLINE["ranked all" if len(ranked) == len(rows) else "ranked"].format(**words)
    leaders = [row for row in ranked if row["rank"] is not None and row["rank"]["best"] == 1]
    return [first, _leading(leaders, rows, cost), _saving(leaders, ranked, rows, cost), *_proven(ranked, rows)]


def _alone(row: Row, rows: Sequence[Row], cost: str) -> list[str]:
    """A single ranked entry: what it costs and saves, and how its quality stands."""
    said = [HEADLINE["alone"].format(name=_name(row, rows), cost=COST[cost], value=_value(row, cost))]
    if _saves(row, cost):
        saving, interval = less(_ratio(row, cost))
        said.append(HEADLINE["saves alone"].format(saving=saving, cost=COST[cost], interval=interval))
    if _is_proven(row):
        margin = row["judged"]["non_inferiority"]["margin"]
        text = HEADLINE["unknown"] if margin is None else area(margin)
        said.append(HEADLINE["non-inferior alone"].format(margin=text))
    elif row["judged"]["reference"]:
        said.append(HEADLINE["reference alone"])
    return said


def _leading(leaders: Sequence[Row], rows: Sequence[Row], cost: str) -> str:
    """Who may need least. Nobody leads where the standings could not put the entries in order."""
    if not leaders:
        return HEADLINE["not ordered"]
    names = listed(_names(leaders, rows))
    if len(leaders) == 1:
        return HEADLINE["leader"].format(name=names, value=_value(leaders[0], cost))
    return HEADLINE["tied"].format(count=len(leaders), names=names)


def _saving(leaders: Sequence[Row], ranked: Sequence[Row], rows: Sequence[Row], cost: str) -> str:
    """The largest saving that is shown: of a leader, else (where leaders are plain themselves) of any ranked entry."""
    saving = [row for row in leaders if _saves(row, cost)] or [row for row in ranked if _saves(row, cost)]
    if not saving:
        return HEADLINE["saves nothing"].format(cost=COST[cost])
    most = min(saving, key=lambda row: (_ratio(row, cost)["value"], row["slug"]))
    share, interval = less(_ratio(most, cost))
    words = {"name": _name(most, rows), "saving": share, "cost": COST[cost], "interval": interval}
    return HEADLINE["saves"].format(**words, quality=_quality(most))


def _quality(row: Row) -> str:
    """What a saving goes along with."""
    found = row["judged"]["non_inferiority"]
    said = None if found is None else OUTCOME_SAID.get(found["outcome"])
    return "" if said is None else HEADLINE["quality"].format(outcome=said)


def _proven(ranked: Sequence[Row], rows: Sequence[Row]) -> list[str]:
    names = _names([row for row in ranked if _is_proven(row)], rows)
    return [HEADLINE["non-inferior"].format(names=listed(names))] if names else []


def _so_far(rows: Sequence[Row], cost: str) -> list[str]:
    """What is known where nothing has a rank: the entry that may yet get one and needs least."""
    found = [row for row in rows if row["status"] == "provisional" and _cost(row, cost) is not None]
    if not found:
        return []
    least = min(found, key=lambda row: (_cost(row, cost), row["slug"]))
    words = {"cost": COST[cost], "name": _name(least, rows), "value": _value(least, cost)}
    return [HEADLINE["only" if len(rows) == 1 else "so far"].format(**words)]


def _lacking(rows: Sequence[Row], forms: Mapping[str, tuple[str, str]]) -> list[str]:
    """How many entries lack a rank for which reason, of those in ``forms``."""
    counts = Counter(_lacks(row) for row in rows)
    return [many(counts[name], each) for name, each in forms.items() if counts[name]]


def _lacks(row: Row) -> str:
    """Why an entry has no rank, as a key of `LACKING`."""
    if row["status"] != "provisional":
        return str(row["status"])
    return "unpublished" if row["judged"] is None else "gates"


def _is_proven(row: Row) -> bool:
    found = None if row["judged"] is None else row["judged"]["non_inferiority"]
    return found is not None and found["outcome"] == "non-inferior"


def _ratio(row: Row, cost: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = row["ratios"]["float32"]["costs"][cost]
    return found


def _saves(row: Row, cost: str) -> bool:
    """Whether a cost is shown to be less than that of the same model in float32."""
    upper = row["ratios"]["float32"]["costs"].get(cost, {"upper": None})["upper"]
    return upper is not None and upper < 1


def _cost(row: Row, cost: str) -> float | None:
    found: float | None = None if row["summary"] is None else row["summary"]["quantities"][cost]["value"]
    return found


def _value(row: Row, cost: str) -> str:
    found = row["summary"]["quantities"][cost]
    return HEADLINE["unknown"] if found["value"] is None else plain(found["value"], found["unit"])


def _name(row: Row, rows: Sequence[Row]) -> str:
    return _names([row], rows)[0]


def _names(shown: Sequence[Row], rows: Sequence[Row]) -> list[str]:
    """The title of each, with the submission's name where another submission's title is the same."""
    names: dict[str, set[str]] = {}
    for row in rows:
        names.setdefault(row["submission"]["title"], set()).add(row["submission"]["name"])
    found = [(row["submission"]["title"], row["submission"]["name"]) for row in shown]
    return [
        HEADLINE["named"].format(title=title, name=name) if len(names[title]) > 1 else str(title)
        for title, name in found
    ]
