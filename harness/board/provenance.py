"""How far an entry is proven, what speaks against it, and exactly what was run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.board.markup import Html, join, tag
from harness.board.regions import facts
from harness.board.words.entry import DIGESTS, ENTRY, PROOF, PROVENANCE


def proof(document: Mapping[str, Any]) -> Html:
    """The levels of proof with this entry's marked, who ran it again, flags, and every attempt."""
    row, judged = document["row"], document["judged"]
    levels = [_level(name, said, here=name == row["provenance"]) for name, said in PROOF.items()]
    return join(
        tag("ol", levels, class_="levels"),
        _again(judged),
        _flags(row["flags"]) if row["summary"] is not None else None,
        None if judged is None else _attempts(judged),
    )


def digests(document: Mapping[str, Any]) -> Html:
    """What all runs share, by content."""
    place, row = document["place"], document["row"]
    runs = document["runs"]
    weights = {(run["initialization"]["kind"], run["initialization"]["weights_sha256"]) for run in runs}
    pairs: dict[str, Any] = {
        DIGESTS["submission"]: _named(row["submission"]["name"], row["submission"]["digest"]),
        DIGESTS["benchmark"]: _named(place["benchmark"], place["benchmark_digest"]),
        DIGESTS["data"]: _named(None, place["data_digest"]),
        DIGESTS["cases"]: _shared([_cases(run["cases"]) for run in runs]),
        DIGESTS["rules"]: _named(place["ruleset"], place["ruleset_digest"]),
        DIGESTS["system"]: _named(place["system_title"], place["system"]),
        DIGESTS["image"]: _named(row["image"]["kind"], row["image"]["identity"]),
        DIGESTS["start"]: join([_named(kind, digest) for kind, digest in sorted(weights, key=str)]),
        DIGESTS["software"]: _shared([software(run) for run in runs]),
    }
    return facts(pairs, class_="facts-list digests")


def run_digests(run: Mapping[str, Any]) -> Html:
    """What one run has of its own."""
    moments = {key: run[key].replace("T", " ").replace("Z", " UTC") for key in ("started", "finished")}
    pairs: dict[str, Any] = {
        DIGESTS["run"]: tag("code", run["run"]),
        DIGESTS["time"]: DIGESTS["time text"].format(**moments),
        DIGESTS["record"]: _named(run["source"], run["digest"]),
        DIGESTS["software"]: software(run),
    }
    return facts(pairs, class_="facts-list digests")


def software(run: Mapping[str, Any]) -> str:
    """Name and version of each part."""
    return ", ".join(f"{name} {version}" for name, version in run["versions"].items()) or ENTRY["not told"]


def _level(name: str, said: str, *, here: bool) -> Html:
    mark = tag("span", PROVENANCE["here"], class_="chip") if here else None
    current = "true" if here else None
    return tag("li", tag("b", name), " ", mark, tag("span", said, class_="sub"), aria_current=current)


def _again(judged: Mapping[str, Any] | None) -> Html:
    """Who ran it again, and what that showed: also where it was something else."""
    if judged is None or not judged["again"]:
        return tag("p", PROVENANCE["nobody"], class_="note")
    rows = [
        tag(
            "li",
            tag("b", f"{each['by']}: {each['verdict']}. "),
            each["reason"],
            tag("span", _machine(each), class_="sub"),
        )
        for each in judged["again"]
    ]
    return join(tag("h3", PROVENANCE["again"]), tag("ul", rows))


def _machine(again: Mapping[str, Any]) -> str:
    system = again["system"] or PROVENANCE["unknown"]
    return PROVENANCE["same" if again["same_system"] else "other"].format(system=system)


def _flags(flags: Sequence[Mapping[str, Any]]) -> Html:
    if not flags:
        return tag("p", PROVENANCE["no flags"], class_="note")
    items = [
        tag(
            "li",
            PROVENANCE["flag"].format(
                id=flag["id"],
                title=flag["title"] or "",
                runs=", ".join(PROVENANCE["flagged run"].format(number=number) for number in flag["runs"]),
            ),
        )
        for flag in flags
    ]
    return join(tag("h3", PROVENANCE["flags"]), tag("ul", items))


def _attempts(judged: Mapping[str, Any]) -> Html:
    said = "; ".join(PROVENANCE["attempt"].format(**each) for each in judged["attempts"])
    published = PROVENANCE["published as"].format(entry=judged["entry"])
    return tag("p", published, " ", PROVENANCE["attempts"].format(attempts=said), class_="note")


def _named(name: str | None, digest: str | None) -> Html:
    shown = None if digest is None else tag("code", digest)
    return tag("span", name, " " if name and digest else None, shown if shown or name else ENTRY["not told"])


def _shared(texts: Sequence[str]) -> str:
    return texts[0] if len(set(texts)) == 1 else DIGESTS["differs"]


def _cases(cases: Mapping[str, int] | None) -> str:
    return ENTRY["not told"] if cases is None else DIGESTS["cases text"].format(**cases)
