"""The paper's claims over one table: what the runs say of each, by how much, from which entries, and what lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.board.effects import Forest, bound_of, line_key
from harness.board.figures import MINUS, area, interval
from harness.board.markup import Html, join, tag
from harness.board.names import QUANTITY_NAMES
from harness.board.tints import ratio
from harness.board.words.claims import CLAIMS

_KINDS = {"supported": "good", "contradicted": "bad", "shown": "good", "opposite shown": "bad"}


def claims_view(claims: Mapping[str, Any] | None, root: str) -> Html | None:
    """The section for one place's claims (``place`` of schemas/claims.schema.json), or None where there are none and no
    reason why. ``root`` is the way from the page to the site's folder."""
    if claims is None or not (claims["claims"] or claims.get("reason")):
        return None
    none = None if claims["claims"] else tag("p", CLAIMS["none asked"].format(reason=claims["reason"]), class_="note")
    name = f"claims-{claims['place']}"
    left_out = [tag("li", CLAIMS["left out"].format(**each)) for each in claims.get("left_out", ())]
    return tag(
        "section",
        tag("h2", CLAIMS["heading"], id=name),
        tag("p", CLAIMS["lead"], class_="note"),
        none,
        _legend() if claims["claims"] else None,
        [_claim(claim, root) for claim in claims["claims"]],
        tag("ul", left_out, class_="quiet") if left_out else None,
        class_="claims",
        aria_labelledby=name,
    )


def _legend() -> Html:
    """What the lines in the drawings are."""
    items = [("nothing", "key line"), ("target", "key bound")]
    return tag("ul", [tag("li", line_key(kind), CLAIMS[name]) for kind, name in items], class_="keys")


def _claim(claim: Mapping[str, Any], root: str) -> Html:
    name = f"claim-{claim['id']}"
    verdict = claim["verdict"]
    return tag(
        "article",
        tag("h3", CLAIMS["title"].format(**claim), " ", _badge(verdict), id=name),
        tag("p", claim["sentence"], class_="sentence"),
        tag("p", _sentence(claim["reason"]), _p_values(claim), class_="reason"),
        _parts(claim, root),
        _missing(claim),
        tag("p", CLAIMS["source"].format(**claim), class_="source-line quiet"),
        class_=f"claim {verdict.replace(' ', '-')}",
        aria_labelledby=name,
    )


def _badge(verdict: str) -> Html:
    return tag("span", CLAIMS[verdict], class_=f"verdict {_KINDS.get(verdict, 'quiet')}")


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:] + ("" if reason.endswith((".", "!", "?")) else ".")


def _p_values(claim: Mapping[str, Any]) -> Html | None:
    supported, contradicted = claim["p_supported"], claim["p_contradicted"]
    if supported is None or contradicted is None:
        return None
    said = CLAIMS["p"].format(supported=_p(supported), contradicted=_p(contradicted))
    return join(" ", tag("span", _sentence(said), class_="quiet"))


def _p(value: float) -> str:
    return "below 0.001" if value < 0.001 else f"{value:.3f}"


def _parts(claim: Mapping[str, Any], root: str) -> Html | None:
    parts: Sequence[Mapping[str, Any]] = claim["parts"]
    if not parts:
        return None
    axes = {kind: Forest.over(kind, parts) for kind in {part["kind"] for part in parts}}
    heads = ("what", "effect", "picture", "verdict", "entries")
    head = tag("tr", [tag("th", CLAIMS[name], scope="col") for name in heads])
    rows = [_part(part, axes[part["kind"]], root) for part in parts]
    said = CLAIMS["parts"].format(**claim)
    table = tag(
        "table",
        tag("caption", said),
        tag("thead", head),
        tag("tbody", rows),
        class_="parts",
    )
    return tag("div", table, class_="scroll", role="region", tabindex=0, aria_label=said)


def _part(part: Mapping[str, Any], axis: Forest, root: str) -> Html:
    kind = tag("span", _kind(part), class_="sub")
    reason = part["reason"]
    why = None if reason in (None, part["effect"]["reason"]) else tag("span", _sentence(reason), class_="sub")
    known = part["effect"]["value"] is not None
    return tag(
        "tr",
        tag("th", part["what"], kind, scope="row"),
        _figure(part),
        tag("td", axis.row(part, _picture(part, axis)) if known else "—"),
        tag("td", _badge(part["verdict"]), why, class_="by-itself"),
        tag("td", _entries(part, root)),
    )


def _kind(part: Mapping[str, Any]) -> str:
    said = CLAIMS[part["kind"]]
    return said if part["quantity"] == "auc" else f"{_quantity(part['quantity'])}, {said}"


def _quantity(name: str) -> str:
    return QUANTITY_NAMES.get(name, name if name != "auc" else "AUC")


def _figure(part: Mapping[str, Any]) -> Html:
    """The effect with its interval, or with the reason why there is none."""
    effect, kind = part["effect"], part["kind"]
    why = None if effect["reason"] is None else tag("span", effect["reason"], class_="interval why")
    if effect["value"] is None:
        return tag("td", "—", why, class_="figure")
    if kind == "ratio":
        return tag("td", ratio(effect), why, class_="figure")
    sign = kind == "difference"
    value = tag("span", area(effect["value"], sign=sign), class_="main")
    return tag("td", value, interval(effect, sign=sign), why, class_="figure")


def _said(part: Mapping[str, Any]) -> str:
    """The effect and its interval in words."""
    effect, sign = part["effect"], part["kind"] == "difference"
    value = area(effect["value"], sign=sign)
    if effect["lower"] is None:
        return value
    return CLAIMS["said"].format(
        value=value, low=area(effect["lower"], sign=sign), high=area(effect["upper"], sign=sign)
    )


def _picture(part: Mapping[str, Any], axis: Forest) -> str:
    """The drawing in words."""
    line = CLAIMS["no line"] if axis.nothing is None else CLAIMS["line"].format(nothing=f"{axis.nothing:g}")
    if (bound := bound_of(part)) is not None:
        line += f"; {CLAIMS['bound'].format(bound=f'{bound:g}'.replace('-', MINUS))}"
    return CLAIMS["picture of"].format(kind=_quantity(part["quantity"]), effect=_said(part), line=line)


def _entries(part: Mapping[str, Any], root: str) -> Html:
    """Links to the entries behind the part; the names of its submissions where it does not say them."""
    slugs = part.get("entries")
    runs = _listed(part["runs"])
    beside = tag("span", CLAIMS["runs"].format(numbers=runs), class_="sub") if runs else None
    if slugs is None:
        return join(", ".join(part["submissions"]), beside)
    if not slugs:
        return tag("span", CLAIMS["no entries"], class_="quiet")
    links = [tag("li", tag("a", slug.rpartition("-")[0] or slug, href=f"{root}entries/{slug}.html")) for slug in slugs]
    return join(tag("ul", links), beside)


def _missing(claim: Mapping[str, Any]) -> Html | None:
    if not claim["missing"]:
        return None
    command = claim["command"]
    return tag(
        "details",
        tag("summary", CLAIMS["missing"]),
        tag("ul", [tag("li", _lacks(each)) for each in claim["missing"]]),
        None if command is None else join(tag("p", CLAIMS["command"]), tag("pre", tag("code", command), tabindex=0)),
    )


def _lacks(missing: Mapping[str, Any]) -> str:
    absent, failed = _listed(missing["runs"]), _listed(missing["failed"])
    key = "absent and failed" if absent and failed else "absent" if absent else "failed"
    return CLAIMS[key].format(name=missing["submission"], numbers=absent or failed, absent=absent, failed=failed)


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
