"""Every English text of the site that is not a record's, in one place: templates take their values by name."""

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
