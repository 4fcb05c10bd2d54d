"""Parts about diagnostic quality: not worse than the reference, above the target, and who loses more."""

from __future__ import annotations

from scipy.special import logit
from scipy.stats import norm

from harness.claims.group import Group
from harness.claims.part import Part, unknown
from harness.compare.comparison import Comparison, compare
from harness.score.estimate import CONFIDENCE
from harness.score.gate import Verdict as GateVerdict
from harness.score.interaction import difference_of_losses

DIFFERENCE, AREA = "difference", "auc"


def compared(group: Group, candidate: str, reference: str) -> Comparison | None:
    """Both over their common official runs; None where they have none."""
    ours, theirs = (group.official(name) for name in (candidate, reference))
    if ours is None or theirs is None or not ours.runs.keys() & theirs.runs.keys():
        return None
    assert group.dataset is not None
    return compare(ours, theirs, group.dataset, group.benchmark, group.ruleset)


def not_worse(group: Group, candidate: str, reference: str) -> Part:
    """Shown: the candidate is non-inferior as gate Q2 has it. Opposite: it is worse by more than the margin."""
    both = (candidate, reference)
    what = f"{candidate} is not worse than {reference} by the margin or more (Q2)"
    found = compared(group, candidate, reference)
    if found is None:
        return unknown(what, both, AREA, DIFFERENCE, "runs are missing")
    effect = found.difference.estimate
    if group.missing((candidate, reference)):
        return unknown(what, both, AREA, DIFFERENCE, "an entry is not whole", effect=effect)
    if found.difference.same_order and found.judgement.margin is not None:
        return Part(what, both, AREA, DIFFERENCE, effect, found.numbers, 0.0, 1.0)
    above = None if found.judgement.margin is None else found.difference.p_above(-found.judgement.margin)
    if above is None:
        return unknown(what, both, AREA, DIFFERENCE, found.judgement.reason, effect=effect)
    margin = found.judgement.margin
    bound = None if margin is None else -margin
    return Part(what, both, AREA, DIFFERENCE, effect, found.numbers, above, 1 - above, bound=bound)


def reaches_target(group: Group, name: str, reference: str, model: str) -> Part:
    """Shown: the entry passes gate Q1, a rule on means without a test. Opposite: its mean area is shown to lie below
    the target."""
    both = (name, reference)
    what = f"{name} reaches the quality target (Q1)"
    target = group.benchmark.document["quality"]["targets"][model]
    if target["test_auc"] is None:
        reason = f"the benchmark has no target: {target['reason']}"
        return unknown(what, both, AREA, "value", reason, testable=False)
    found = compared(group, name, reference)
    if found is None:
        return unknown(what, both, AREA, "value", "runs are missing")
    effect, gate = found.candidate.auc, found.candidate.gate
    if group.missing((name, reference)):
        return unknown(what, both, AREA, "value", "an entry is not whole", effect=effect)
    if effect.value is None or effect.lower is None or effect.upper is None:
        return unknown(what, both, AREA, "value", str(effect.reason), effect=effect)
    # The interval is symmetric on the logit scale.
    error = (logit(effect.upper) - logit(effect.lower)) / (2 * norm.ppf(0.5 + CONFIDENCE / 2))
    below = float(norm.cdf((logit(effect.value) - logit(target["test_auc"])) / error))
    passes = gate.verdict is GateVerdict.ABOVE
    shown, opposite = (0.0, 1.0) if passes else (1.0, below)
    return Part(what, both, AREA, "value", effect, found.numbers, shown, opposite, bound=target["test_auc"])


def loses_more(group: Group, one: tuple[str, str], other: tuple[str, str]) -> Part:
    """Shown: changing ``one`` (reference, candidate) costs more area than changing ``other`` does. Opposite: less."""
    both = (*one, *other)
    what = f"{one[0]} loses more AUC as {one[1]} than {other[0]} as {other[1]}"
    entries = [group.official(name) for name in (*one, *other)]
    runs = [set(entry.runs) if entry is not None else set() for entry in entries]
    numbers = tuple(sorted(set.intersection(*runs)))
    if not numbers or group.dataset is None:
        return unknown(what, both, AREA, DIFFERENCE, "runs are missing")
    tables = [group.scores(name, numbers) for name in (*one, *other)]
    found = difference_of_losses(
        (tables[0], tables[1]), (tables[2], tables[3]), group.dataset.test_labels(), group.dataset.test_patients()
    )
    if group.missing((*one, *other)):
        return unknown(what, both, AREA, DIFFERENCE, "an entry is not whole", effect=found.estimate)
    above = found.p_above(0.0)
    if above is None:
        return unknown(what, both, AREA, DIFFERENCE, str(found.estimate.reason), effect=found.estimate)
    return Part(what, both, AREA, DIFFERENCE, found.estimate, numbers, above, 1 - above)
