"""The claims of the paper."""

from __future__ import annotations

CLAIMS = {
    "heading": "Claims of the paper",
    "lead": "What the paper found, as tests that were declared before anybody ran them. Each part is judged at "
    "2.5\u00a0% one-sided, over whole entries alone.",
    "supported": "supported",
    "contradicted": "contradicted",
    "undecided": "undecided",
    "not testable": "not testable",
    "title": "{id}: {title}",
    "source": "Source: {source}",
    "p": "p of the claim {supported}; of its opposite, corrected, {contradicted}",
    "parts": "Parts of {id}",
    "what": "What it says",
    "effect": "Effect, 95 % interval",
    "picture": "Interval",
    "ratio": "ratio; below 1 is less",
    "difference": "difference in AUC",
    "value": "test AUC",
    "said": "{value}, {low} to {high}",
    "picture of": "{kind} {effect}; {line}",
    "line": "no effect is {nothing}",
    "bound": "bound {bound}",
    "no line": "no line of no effect",
    "verdict": "By itself",
    "shown": "shown",
    "opposite shown": "opposite shown",
    "runs": "runs {numbers}",
    "entries": "Entries",
    "no entries": "none yet",
    "missing": "What is missing",
    "absent": "{name}: runs {numbers} are missing",
    "failed": "{name}: runs {numbers} failed or are invalid",
    "absent and failed": "{name}: runs {absent} are missing; runs {failed} failed or are invalid",
    "command": "This makes the missing runs:",
    "none asked": "No claim can be asked here: {reason}",
    "left out": "Not read: {entry}: {reason}",
    "key line": "no effect",
    "key bound": "bound that decides",
}
"""The claims of the paper."""
