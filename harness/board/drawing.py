"""What every drawing of a run's curves has: a title, words for those who do not see it, and its numbers as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.board.figures import GAP
from harness.board.markup import Child, Html, tag

Place = tuple[float, float]


def drawing(
    title: str, parts: Iterable[Child], *, size: tuple[int, int], label: str, caption: Child, numbers: Child
) -> Html:
    """The figure: ``parts`` in an SVG of ``size`` (width, height in user units), which ``label`` says in words, with
    its ``caption`` and its ``numbers``."""
    width, height = size
    wide = "plot wide" if width > height * 1.5 else "plot"
    svg = tag("svg", parts, class_=wide, viewBox=f"0 0 {width} {height}", role="img", aria_label=label)
    seen = _scroll(svg, title) if "wide" in wide else svg
    return tag("figure", _title(title), seen, tag("figcaption", caption), numbers, class_="drawing")


def absent(title: str, reason: str) -> Html:
    """In the place of a drawing for which there is nothing."""
    return tag("figure", _title(title), tag("p", _sentence(reason), class_="quiet"), class_="drawing")


def numbers(*tables: Html) -> Html:
    """Tables behind a closed disclosure, which needs no script."""
    return tag("details", tag("summary", "Numbers"), tables)


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Html:
    """A plain table in a box that scrolls: the first column names the row, the others are figures."""
    first, *others = heads
    columns = [tag("th", first, scope="col"), [tag("th", head, scope="col", class_="figure") for head in others]]
    body = [
        tag("tr", tag("th", name, scope="row"), [tag("td", figure, class_="figure") for figure in figures])
        for name, *figures in rows
    ]
    made = tag("table", tag("caption", caption), tag("thead", tag("tr", columns)), tag("tbody", body))
    return _scroll(made, caption)


def polyline(places: Iterable[Place], kind: str) -> Html:
    """A line through ``places``."""
    return tag("polyline", points=_points(places), class_=kind)


def between(upper: Sequence[Place], lower: Sequence[Place], kind: str) -> Html:
    """The area between two lines that go the same way."""
    return tag("polygon", points=_points([*upper, *reversed(lower)]), class_=kind)


def segments(values: Sequence[float | None]) -> list[range]:
    """The indices of what stands between gaps (null)."""
    found, begin = [], None
    for index, value in enumerate([*values, None]):
        if value is not None and begin is None:
            begin = index
        if value is None and begin is not None:
            found.append(range(begin, index))
            begin = None
    return found


def sentence(*parts: str | None) -> str:
    """The parts that are there, each as a sentence."""
    return " ".join(_sentence(part) for part in parts if part)


def _title(text: str) -> Html:
    """No heading: what level it would have is for the page to say."""
    return tag("p", text, class_="title")


def _scroll(inner: Html, name: str) -> Html:
    """A box that scrolls must be in reach of the keyboard, and have a name."""
    return tag("div", inner, class_="scroll", tabindex=0, role="group", aria_label=name)


def whole(count: int) -> str:
    """A count, in groups of three."""
    return f"{count:,}".replace(",", GAP)


def _points(places: Iterable[Place]) -> str:
    return " ".join(f"{x},{y}" for x, y in places)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
