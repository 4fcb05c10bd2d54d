"""Words that several pages use: statuses, verdicts, chips, places, and how lists are said."""

from __future__ import annotations

SITE = {
    "question": "What does efficient training cost in diagnostic quality, and what does it save?",
    "lead": "Each entry is one model in one efficiency configuration, trained from the same data under the same rules. "
    "The harness owns the clock, the meter, the labels and the verdict; the submission owns only the model. A figure "
    "that was not measured is a dash with its reason.",
}
STATUS = {
    "ranked": "ranked",
    "provisional": "provisional",
    "below target": "below target",
    "failed": "failed",
    "invalid": "invalid",
    "not compared": "not compared",
}
"""What each status is called on the page."""
BASELINES = {"float32": "float32", "tf32": "TF32"}
"""What each baseline is called."""
CHIPS = {
    "weights": {"float16": "half-precision weights", "bfloat16": "bfloat16 weights"},
    "autocast": {"float16": "AMP", "bfloat16": "AMP, bfloat16"},
    "float32_matmul": {"tf32": "TF32"},
    "optimizer_state": {"int8": "8-bit optimiser"},
    "saved_activations": {"int8": "8-bit activations"},
    "gradients": {"int8": "8-bit gradients"},
    "activation_checkpointing": {"blocks": "checkpointing"},
    "memory_format": {"channels_last": "channels last"},
}
"""What the strategies of the submission schema are called; of others the words of the record are shown."""
CHIP = {
    "plain": "float32 throughout",
    "open": "its own program",
    "review": "needs source review",
    "other": "{name} {value}",
}
VERDICTS = {
    "above": "above target",
    "below": "below target",
    "no target": "no target yet",
    "not judged": "not judged",
    "mixed": "mixed",
}
"""Gate Q1 as a badge. Gate Q2 is shown in the words of the record."""
FLAG = {
    "one": "{id} in run {runs}",
    "more": "{id} in runs {runs}",
    "said": "{id}, {title}: a valid run did not pass this check. That spoils nothing, and whoever trusts the figures "
    "should know",
    "said untitled": "{id}: a valid run did not pass this check. That spoils nothing, and whoever trusts the figures "
    "should know",
}
RANK = {"one": "{best}", "range": "{best}–{worst}", "none": "–", "title": "of {of} ranked"}
RUNTIME = {"docker": "container", "host": "host, no container"}
DEVICE = {"cuda": "GPU", "cpu": "CPU"}
OUTCOME_SAID = {
    "non-inferior": "proven no worse within the margin",
    "worse within the margin": "that is lower, but by less than the margin",
}
"""How the quality of an entry that ranks stands to its reference, in a sentence."""
COST = {"gpu_energy": "GPU energy", "time_to_predictions": "time to predictions"}
"""What a table is sorted by."""
LISTED = {"and": "{first} and {last}", "more": "{first} and {count} more"}
FAMILY = {
    "densenet": "DenseNet",
    "swin": "Swin",
    "vit": "ViT",
    "cnn": "small CNN",
    "mlp": "MLP",
    "other": "other models",
}
"""What the families of models are called."""


def many(count: int, forms: tuple[str, str]) -> str:
    """One of two forms, for one and for several."""
    return forms[count != 1].format(count=count)


def listed(names: list[str], most: int = 3) -> str:
    """``A``, ``A and B``, ``A, B and C``, ``A, B, C and 4 more``."""
    if len(names) > most:
        return LISTED["more"].format(first=", ".join(names[:most]), count=len(names) - most)
    if len(names) < 2:
        return "".join(names)
    return LISTED["and"].format(first=", ".join(names[:-1]), last=names[-1])
