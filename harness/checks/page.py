"""The rules as a page: made from the ruleset file and from the checks' own answers to the worked examples."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from harness.checks.checks import CHECKS
from harness.checks.examples import EXAMPLES, GOOD
from harness.checks.gate_examples import GATE_EXAMPLES
from harness.score.gates import GATES
from harness.spec.model import Ruleset

_WIDTH = 120
_SEVERITY = {
    "invalid": "A run that fails it is **invalid**.",
    "flag": "A run that fails it is shown with a **flag**.",
}
_HOW_LONG = ("epochs", "steps", "batch", "validation", "test", "training_s", "idle_s", "offline_s", "single_s")


def render(ruleset: Ruleset) -> str:
    """``rules/RULES.md``, as Markdown."""
    return (
        "\n".join(
            [
                *_head(ruleset),
                *_profiles(ruleset),
                *_limits(ruleset),
                *_gates(ruleset),
                *_claims(ruleset),
                *_checks(ruleset),
                *_proof(),
            ]
        )
        + "\n"
    )


def _head(ruleset: Ruleset) -> Iterator[str]:
    document = ruleset.document
    yield f"# The rules, version {ruleset.version}"
    yield ""
    yield from _wrapped(
        f"Made from [`{ruleset.version}.yaml`]({ruleset.version}.yaml) by `harness rules --write`; a test fails when "
        "this page is older. The file also says why each number is what it is. Its digest stands in every record: "
    )
    yield f"`{ruleset.digest}`"
    yield ""
    yield from _wrapped(
        f"An entry is exactly runs 1 to {document['entry']['runs']} of one submission on one benchmark and one system. "
        f"The seed of a run follows from the round (`{document['round']}`), the benchmark with its data and the run's "
        "number, so that nobody picks one. A local ledger notes every start before it happens; it can be thrown away "
        "with its home, so that only somebody else's run proves a result."
    )
    yield ""


def _profiles(ruleset: Ruleset) -> Iterator[str]:
    profiles: Mapping[str, Mapping[str, Any]] = ruleset.document["profiles"]
    yield "## Profiles"
    yield ""
    yield "What is not given is what the benchmark says: all of it. Times are in seconds."
    yield ""
    yield "| | " + " | ".join(profiles) + " |"
    yield "|---|" + "---|" * len(profiles)
    for name in (*_HOW_LONG, "quality", "ranked"):
        yield f"| {name} | " + " | ".join(_cell(profile[name]) for profile in profiles.values()) + " |"
    yield ""


def _limits(ruleset: Ruleset) -> Iterator[str]:
    yield "## Container, deadlines, protocol, meter, statistics, verification"
    yield ""
    yield "| what | value |"
    yield "|---|---|"
    for part in ("auto", "container", "deadlines", "protocol", "meter", "statistics", "verification"):
        for name, value in ruleset.document[part].items():
            yield f"| {part}.{name} | {_cell(value)} |"
    yield ""
    yield from _open_division(ruleset.document["divisions"]["open"])
    closed = ruleset.document["divisions"]["closed"]
    yield from _wrapped(
        f"In the closed division a submission may set {_listed(closed['may_set'])}, and may hold the files "
        f"{_listed(closed['files'])}. Settings that make no sense together are refused:"
    )
    yield ""
    for combination in ruleset.document["combinations"]:
        together = " with ".join(f"{key} {' or '.join(values)}" for key, values in combination["refused"].items())
        yield from _wrapped(f"- {together}: {combination['reason'].strip()}", indent="  ")
    yield ""


def _open_division(rules: Mapping[str, Any]) -> Iterator[str]:
    yield from _wrapped(
        f"In the open division a submission brings its own program in the folder `workload/` and may set "
        f"{_listed(rules['may_set'])}. Its folder holds at most {rules['files']} files of {rules['folder_mib']} MiB "
        f"together; every file that is not text, or has more than {rules['text_mib']} MiB, is declared under `weights` "
        "with its digest and its source. Its image is built without a network and without data, its own stage in at "
        f"most {rules['build_s']} s and {rules['build_memory_gib']} GiB. It is judged by the same gates, Q1 with the "
        "highest target that a model of the benchmark has, Q2 against that model in float32; checks W1, T1 and P1 are "
        "not measurable, and there are no inference figures. On a benchmark whose labels are public nothing shows that "
        "a program does not hold the answers, so that its entries need a review of their source and have no rank."
    )
    yield ""


def _gates(ruleset: Ruleset) -> Iterator[str]:
    yield "## Gates"
    yield ""
    yield from _wrapped(
        "Asked of an entry, on the predictions of its runs. The examples are made up; the sentences are what the gates "
        "said of them when this page was made."
    )
    for gate in ruleset.document["gates"]:
        yield ""
        yield f"### {gate['id']} {gate['title']}"
        yield ""
        yield from _wrapped(gate["rationale"].strip())
        yield ""
        yield from _wrapped(
            "Parameters: " + ", ".join(f"{name} = {value}" for name, value in gate["parameters"].items())
        )
        yield ""
        for example in GATE_EXAMPLES:
            if example.gate == gate["id"]:
                found = GATES[gate["id"]](example.evidence, gate["parameters"])
                passed = "passes" if found.passes else "does not pass"
                yield from _wrapped(
                    f"- {example.story} *{found.outcome.capitalize()}*, {passed}: {found.reason}", indent="  "
                )
    yield ""


def _claims(ruleset: Ruleset) -> Iterator[str]:
    yield "## Claims"
    yield ""
    yield from _wrapped(
        "Findings of the paper, answered by `harness claims` from whole official entries of one system, runtime and "
        "version of data and rules. Each part has its effect with a 95 % interval and is *shown*, or its opposite is, "
        "where a one-sided test at 2.5 % says so. A claim is **supported** where every part is shown (an "
        "intersection-union test, which needs no correction); **contradicted** where the opposite of a part is shown, "
        "with p values multiplied by the number of parts (Bonferroni, which for *any part* is Holm's first step); "
        "**not testable** where benchmark or system lack what a part needs, whatever the other parts say; and else "
        "**undecided**. Contradicted goes first."
    )
    for claim in ruleset.claims:
        yield ""
        yield f"### {claim['id']} {claim['title']}"
        yield ""
        yield from _wrapped(f"*{claim['sentence'].strip()}* ({claim['source'].strip()}.)")
        yield ""
        for comparison in claim["comparisons"]:
            yield from _wrapped(f"- {_compared(comparison)}", indent="  ")
        yield from _wrapped(f"- Quantities: {_listed(claim['quantities'])}", indent="  ")
        yield from _wrapped(f"- Supported: {claim['supported'].strip()}", indent="  ")
        yield from _wrapped(f"- Contradicted: {claim['contradicted'].strip()}", indent="  ")
        if given := ", ".join(f"{name} = {value}" for name, value in claim["parameters"].items()):
            yield f"- Parameters: {given}"
    yield ""


def _compared(comparison: Mapping[str, Any]) -> str:
    said = f"`{comparison['candidate']}` with `{comparison['reference']}`"
    if "against" in comparison:
        said += f", held against `{comparison['against']['candidate']}` with `{comparison['against']['reference']}`"
    return said + (f", among {_listed(comparison['others'])}" if "others" in comparison else "")


def _checks(ruleset: Ruleset) -> Iterator[str]:
    yield "## Checks"
    yield ""
    yield from _wrapped(
        "Each looks at a run's raw data and answers *passed*, *failed* or *not measurable*, with a sentence, and where "
        "it failed with a remedy. The examples are made up; the sentences below are what the checks said of them when "
        "this page was made."
    )
    for check in ruleset.document["checks"]:
        yield ""
        yield f"### {check['id']} {check['title']}"
        yield ""
        yield from _wrapped(check["rationale"].strip())
        yield ""
        given = ", ".join(f"{name} = {value}" for name, value in check["parameters"].items())
        yield from _wrapped(_SEVERITY[check["severity"]] + (f" Parameters: {given}." if given else ""))
        yield ""
        yield from _examples(check)


def _proof() -> Iterator[str]:
    yield ""
    yield "## How far a row is proven"
    yield ""
    for level, means in _LEVELS:
        yield from _wrapped(f"- *{level}*: {means}", indent="  ")
    yield ""
    yield from _wrapped(
        "A local ledger can be thrown away with its home, and whoever owns a machine can write any files, so only an "
        "independent run again proves a result. That the two parties are two is not for the tool to know: it sees two "
        "home folders and what each party calls itself; who sent them stands in the history of the published results."
    )


_LEVELS = (
    ("self-reported", "a record as its run left it, in somebody's home folder."),
    (
        "verified from raw files",
        "published whole, all attempts of the entry, with its raw files, from which every figure was computed again "
        "(`harness verify` does so for anybody), and sealed in the published ledger. It shows that the figures follow "
        "from the files, not that the files are those of a run.",
    ),
    (
        "run again by another party",
        "runs of the same submission, rules, data, image and seeds from another home folder came to the same test "
        "predictions, or to mean AUCs whose difference has an interval that holds 0 (`harness publish --again`). It "
        "proves the quality. Times and energies are proven by it only as far as somebody compares them, on a machine "
        "of the same kind. What came to something else is shown beside the row.",
    ),
)


def _examples(check: Mapping[str, Any]) -> Iterator[str]:
    ask = CHECKS[check["id"]]
    good = ask(GOOD, check["parameters"])
    yield from _wrapped(f"- A good run. *{good.answer.capitalize()}*: {good.sentence}.", indent="  ")
    for example in EXAMPLES:
        if example.check != check["id"]:
            continue
        found = ask(example.evidence, check["parameters"])
        said = f"- {example.story} *{found.answer.capitalize()}*: {found.sentence}."
        yield from _wrapped(said if found.remedy is None else f"{said} → {found.remedy}.", indent="  ")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else f"{value}"


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _wrapped(text: str, *, indent: str = "") -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()), _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
