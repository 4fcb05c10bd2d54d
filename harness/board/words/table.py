"""A table with its legend and notes, the sentences on top of it, and its plots."""

from __future__ import annotations

NOTES = {
    "dash": "—",
    "absent": "none, see note {mark}",
    "mark": "note {mark}",
    "list": "Notes",
    "hidden": "Notes on columns that are not shown at first",
}
BAR = {
    "label": "On a bar: {marks}",
    "target": "target {auc}",
    "trivial": "trivial model {auc}",
    "baseline": "float32 baseline {auc}",
    "nothing": "nothing to compare with",
}
TABLE = {
    "rank": "rank",
    "name": "submission",
    "verdict": "verdict",
    "proven": "how far proven",
    "runs": "valid runs",
    "of": " of {attempts}",
    "caption": "Entries on {system}, {runtime}, {device}: quality, costs and how far they are proven",
    "why": "why",
    "no valid run": "no valid run",
    "reference": "reference",
    "empty": "No entry of this table has:",
    "no ratio": "No ratio to float32:",
    "and others": "{reason}, and other reasons",
}
OTHERS = ("The other entry of the table", "The other {count} entries of the table")
LEGEND = {
    "value": "test AUC, 95 % interval",
    "run-value": "its runs",
    "target": "target",
    "trivial": "trivial model, 95 % interval",
    "baseline": "same model in float32",
    "ratio": "Ratios are to the same model in float32 in this table, paired by run, with 95 % interval",
    "cheaper": "× 0.60 less",
    "same": "× 1.00 no difference shown",
    "dearer": "× 1.70 more",
}
PLACE = {
    "division": "{division} division",
    "compare": "Compare entries side by side",
    "all": "All tables",
    "rules": "rules {ruleset}",
    "about": "What this benchmark measures",
}
HEADLINE = {
    "ranked": "{ranked} of {entries} entries are ranked, by {cost}.",
    "ranked all": "All {entries} entries are ranked, by {cost}.",
    "ranked one": "1 of {entries} entries is ranked.",
    "ranked only": "The only entry here is ranked.",
    "not ordered": "Their order can't be told.",
    "leader": "{name} needs least: {value}.",
    "alone": "It is {name}, with a {cost} of {value}; there is nothing to rank it against.",
    "tied": "{count} of them can't be told from the cheapest: {names}.",
    "saves": "Against the same model in float32, {name} saves most: {saving} of the {cost} "
    "(95\u202f% interval {interval}){quality}.",
    "saves alone": "Against the same model in float32 it saves {saving} of the {cost} (95\u202f% interval {interval}).",
    "quality": ", with a test AUC {outcome}",
    "saves nothing": "No ranked entry is shown to save {cost} against the same model in float32.",
    "non-inferior": "Proven no worse than float32 in test AUC, within the margin: {names}.",
    "non-inferior alone": "Its test AUC is proven no worse than its model's reference, within a margin of {margin}.",
    "reference alone": "It is a reference itself: other configurations of its model are held against it.",
    "none ranked": "Nothing is ranked here yet.",
    "none valid": "No run here came to a valid end, so there is nothing to compare.",
    "open": "Open division: each program is its submitter's own.",
    "open public": "The labels of this benchmark are public, so every entry needs a review of its source, and none is "
    "ranked.",
    "so far": "Least {cost} so far, and unproven: {name}, {value}.",
    "only": "The only entry so far, and unproven: {name}, with a {cost} of {value}.",
    "unknown": "a figure that is not known",
    "named": "{title} ({name})",
}
"""The sentences on top of a table."""
LACKING = {
    "unpublished": (
        "{count} entry is not published: a rank takes runs 1 to 5, published with harness publish.",
        "{count} entries are not published: a rank takes runs 1 to 5, published with harness publish.",
    ),
    "gates": (
        "{count} published entry has not passed every gate.",
        "{count} published entries have not passed every gate.",
    ),
    "below target": ("{count} is below the quality target.", "{count} are below the quality target."),
    "failed": ("{count} failed.", "{count} failed."),
    "invalid": ("{count} is invalid.", "{count} are invalid."),
    "not compared": (
        "{count} can't be compared, such as a run that is not official.",
        "{count} can't be compared, such as runs that are not official.",
    ),
}
"""Why entries have no rank, for one and for several."""
PARETO = {
    "heading": "Quality against cost",
    "lead": "Up and to the left is better. A point is an entry and leads to its page.",
    "auc": "Test AUC",
    "axis": "{cost}, logarithmic scale",
    "gpu_energy": "GPU energy to predictions",
    "cpu_energy": "CPU energy to predictions",
    "time_to_predictions": "Time to predictions",
    "peak_gpu_memory": "Peak GPU memory",
    "peak_host_memory": "Peak host memory",
    "single_latency_p99": "Latency of one image, 99th percentile",
    "trivial": "trivial model {auc}",
    "plot": "Test AUC against {cost}: {count} entries, each a link, from the cheapest to the dearest. The table holds "
    "every number.",
    "said": "{title}: AUC {auc}, {cost}",
    "said interval": "{auc} ({low} to {high})",
    "front": "Step line: the best test AUC that ranked entries reach at each cost.",
    "provisional front": "Dashed step line: provisional front, the best test AUC that the entries reach at each cost; "
    "none of them is ranked.",
    "intervals": "Upright bars: 95 % interval of the AUC over patients. Sideways: 95 % interval of the mean over runs "
    "(Student's t of the logarithms); none with one run. A bar that meets the frame goes on. "
    "All entries were tested on the same patients, so that bars that overlap do not prove a tie.",
    "left out": "Entries that failed, are invalid or can't be compared are not drawn.",
    "names front": "Only entries on the front are named; the others by pointer or keyboard focus.",
    "names room": "Names for which there is no room: {count}; by pointer or keyboard focus.",
    "bars front": "With more than {most} entries, only those on the front have bars.",
    "cloud": "Of {count} entries the {most} foremost are links; the others are dots without one.",
    "ranked": "ranked",
    "not ranked": "not ranked",
    "front key": "front",
    "provisional front key": "provisional front",
}
"""The plots of quality against cost."""
