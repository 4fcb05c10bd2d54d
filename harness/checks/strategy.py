"""W1: what the submission asked for is what was seen at run time, setting by setting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.checks.evidence import Answer, Evidence, Finding

Observed = Mapping[str, Any]
Parameters = Mapping[str, Any]
Seen = tuple[Answer, str]
"""An answer and what it rests on, as the end of a sentence that begins with the setting."""

_QUANTISED = ("int8", "uint8")
_REMEDY = "look at `observed` in the record: the strategy did not do what its name says on this machine"


def strategy_honoured(evidence: Evidence, parameters: Parameters) -> Finding:
    """W1. What the submission asked for is what was seen on the live objects after real steps.

    Failed where one setting was not honoured, not measurable where one could not be seen; the sentence names each
    setting that differs from plain float32, and each that did not pass.
    """
    if evidence.division == "open":
        return Finding(Answer.NOT_MEASURABLE, "an open submission asks for no setting: its program is its own")
    seen = {
        setting: judge(str(evidence.efficiency.get(setting, plain)), evidence, parameters)
        for setting, (plain, judge) in _SETTINGS.items()
    }
    answers = {answer for answer, _ in seen.values()}
    worst = next(answer for answer in (Answer.FAILED, Answer.NOT_MEASURABLE, Answer.PASSED) if answer in answers)
    told = [
        f"{setting} {evidence.efficiency.get(setting, plain)}: {seen[setting][1]}"
        for setting, (plain, _) in _SETTINGS.items()
        if seen[setting][0] is not Answer.PASSED or evidence.efficiency.get(setting, plain) != plain
    ]
    sentence = "; ".join(told) or "float32 throughout: weights, products, gradients, activations and optimiser state"
    return Finding(worst, sentence, _REMEDY if worst is Answer.FAILED else None)


def _weights(asked: str, evidence: Evidence, _: Parameters) -> Seen:
    parameters = _bytes(evidence.observed, "parameters")
    if not parameters:
        return _unseen("parameters")
    return _judged(set(parameters) == {asked}, f"the parameters are {_text(parameters)}")


def _autocast(asked: str, evidence: Evidence, _: Parameters) -> Seen:
    logits = evidence.observed.get("logits")
    if logits is None:
        return _unseen("type of the logits")
    expected = str(evidence.efficiency.get("weights", "float32")) if asked == "none" else asked
    text = f"the model gave {logits}"
    if asked == "float16":
        text += f", {evidence.observed.get('loss_scale_skips', 'an unknown number of')} steps were left out"
    return _judged(logits == expected, text)


def _float32_matmul(asked: str, evidence: Evidence, _: Parameters) -> Seen:
    products = evidence.observed.get("float32_products")
    if products is None:
        return _unseen("arithmetic of float32 products")
    if asked == "tf32" and evidence.device == "cpu":
        return Answer.NOT_MEASURABLE, f"a CPU has no TF32; products were {products}"
    return _judged(products == {"ieee": "float32"}.get(asked, asked), f"products were {products}")


def _optimizer_state(asked: str, evidence: Evidence, parameters: Parameters) -> Seen:
    state = _bytes(evidence.observed, "optimizer_state")
    if not state:
        skipped = evidence.observed.get("loss_scale_skips")
        why = f", because loss scaling left out all steps ({skipped})" if skipped else ""
        return Answer.NOT_MEASURABLE, f"the workload reported no optimiser state{why}"
    fits = _share(state) >= parameters["least_int8_share"] if asked == "int8" else set(state) == {asked}
    return _judged(fits, f"the optimiser state is {_text(state)}")


def _saved_activations(asked: str, evidence: Evidence, parameters: Parameters) -> Seen:
    kept = _bytes(evidence.observed, "saved_activations")
    # Indices, such as those of max pooling, can't be rounded, and with 8 bytes each may be more than all the rest.
    numbers = {name: size for name, size in kept.items() if "float" in name or name in _QUANTISED}
    return _quantised_or_not(asked, numbers, "saved activations", parameters)


def _gradients(asked: str, evidence: Evidence, parameters: Parameters) -> Seen:
    return _quantised_or_not(asked, _bytes(evidence.observed, "gradients"), "gradients", parameters)


def _checkpointing(asked: str, evidence: Evidence, _: Parameters) -> Seen:
    if asked == "none":
        return Answer.PASSED, "nothing is computed again"
    blocks = evidence.observed.get("recomputed_blocks")
    if not isinstance(blocks, int):
        return _unseen("number of recomputed blocks")
    return _judged(blocks > 0, f"{blocks} blocks were computed again")


def _memory_format(asked: str, evidence: Evidence, _: Parameters) -> Seen:
    if asked == "contiguous":
        return Answer.PASSED, "NCHW"
    are, of = (evidence.observed.get(name) for name in ("channels_last_weights", "weights_with_pixels"))
    if not isinstance(are, int) or not isinstance(of, int):
        return _unseen("memory format of the weights")
    return _judged(are == of > 0, f"{are} of {of} weights with pixels are in channels-last order")


_SETTINGS: Mapping[str, tuple[str, Callable[[str, Evidence, Parameters], Seen]]] = {
    "weights": ("float32", _weights),
    "autocast": ("none", _autocast),
    "float32_matmul": ("ieee", _float32_matmul),
    "optimizer_state": ("float32", _optimizer_state),
    "saved_activations": ("exact", _saved_activations),
    "gradients": ("exact", _gradients),
    "activation_checkpointing": ("none", _checkpointing),
    "memory_format": ("contiguous", _memory_format),
}
"""Every setting of a submission with its plain value and what judges it."""


def _quantised_or_not(asked: str, found: Mapping[str, int], what: str, parameters: Parameters) -> Seen:
    if not found:
        return _unseen(f"bytes of the {what}")
    share = _share(found)
    fits = share >= parameters["least_int8_share"] if asked == "int8" else share == 0
    return _judged(fits, f"the {what} are {_text(found)}")


def _share(found: Mapping[str, int]) -> float:
    return sum(found.get(name, 0) for name in _QUANTISED) / max(1, sum(found.values()))


def _judged(fits: bool, text: str) -> Seen:
    return (Answer.PASSED if fits else Answer.FAILED), text


def _unseen(what: str) -> Seen:
    return Answer.NOT_MEASURABLE, f"the workload reported no {what}"


def _bytes(observed: Observed, group: str) -> Mapping[str, int]:
    found = observed.get(group)
    return found if isinstance(found, Mapping) else {}


def _text(found: Mapping[str, int]) -> str:
    return ", ".join(f"{size:,} bytes {dtype}" for dtype, size in sorted(found.items()))
