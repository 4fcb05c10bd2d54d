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
    "names room": "{count} without room for a name beside them: by pointer or keyboard focus.",
    "bars front": "With more than {most} entries, only those on the front have bars.",
    "cloud": "Of {count} entries the {most} foremost are links; the others are dots without one.",
    "ranked": "ranked",
    "not ranked": "not ranked",
    "front key": "front",
    "provisional front key": "provisional front",
}
"""The plots of quality against cost."""
FAMILY = {
    "densenet": "DenseNet",
    "swin": "Swin",
    "vit": "ViT",
    "cnn": "small CNN",
    "mlp": "MLP",
    "other": "other models",
}
"""What the families of models are called."""
COMPARE = {
    "title": "Compare entries: {benchmark}",
    "heading": "Compare entries",
    "lead": "{benchmark}, on {system}, {runtime} runtime. ",
    "back": "Back to the table",
    "choose": "Choose two entries or more",
    "search": "Search the entries",
    "chosen": "{count} of {all} entries are compared.",
    "chosen_one": "One entry is chosen; a comparison takes two.",
    "chosen none": "None is chosen; a comparison takes two.",
    "match": "{count} of {all} entries match the search.",
    "unknown": "{count} entries of this link are not in this table: {names}.",
    "unknown_one": "An entry of this link is not in this table: {names}.",
    "copy": "Copy link",
    "copied": "Link copied.",
    "not copied": "The browser did not let the page copy; the link is in the address line.",
    "clear": "Choose none",
    "usual": "Usual choice",
    "table": "The chosen entries side by side",
    "side": "Side by side",
    "entry": "Entry",
    "base": "base",
    "make base": "Make base",
    "make base of": "Make {name} the base",
    "remove": "Remove",
    "remove of": "Remove {name} from the comparison",
    "about": "What they are",
    "model": "Model",
    "status": "Status",
    "rank": "Rank",
    "rank text": "{best} to {worst} of {of}",
    "rank one": "{best} of {of}",
    "provenance": "How far proven",
    "runs": "Valid runs",
    "runs text": "{valid} of {attempts} attempts",
    "common": "Runs in common with the base",
    "default": "not set",
    "quality": "Quality",
    "auc": "Test AUC",
    "difference": "Difference to the base, paired",
    "apart": "Told apart from the base",
    "apart yes": "yes",
    "apart no": "no",
    "apart none": "not tested",
    "apart p": "p {p} after Holm's correction over the table",
    "p": "p {p}",
    "ratio": "ratio to the base, paired",
    "costs": "Costs",
    "to": "{low} to {high}",
    "one run": "one run",
    "nowhere": "Not measured in any of these: {names}.",
    "no pair": "the two were not compared case by case: their predictions are not at hand",
    "no common run": "they have no run number in common",
    "no common cost": "no run of one has its counterpart in the other",
    "one pair": "one pair of runs says nothing of how much pairs differ",
    "many pairs": "more than {most} pairs of runs, for which this page has no quantile",
    "no value": "not measured",
    "glance": "At a glance",
    "difference plot": "Test AUC less that of {base}",
    "ratio plot": "{cost} over that of {base}",
    "plot": "{title}, with 95 % intervals: {count} entries. The table above holds every number.",
    "lower better": "left of 1 costs less",
    "higher better": "right of 0 is better",
    "paired": "What paired means",
    "paired text": "Run k of every entry has the same seed and saw the same patients. So runs are compared number by "
    "number: a difference in AUC is that of the means over the runs in common, with an interval over patients and "
    "runs; a ratio of costs is the geometric mean over pairs of runs, with Student's t interval of the logarithms. A "
    "machine that is slow for a while is slow for both, and drops out.",
    "per pair": "Every interval is a 95 % interval for that pair alone. Of many pairs, one in twenty misses the truth "
    "by chance: intervals here are not corrected for how many are looked at. Whoever looks for differences in the whole "
    "table takes the line “told apart”, which Holm's procedure corrects for all pairs of the table together.",
    "plain": "Every entry against the float32 reference of its model",
    "plain note": "Costs are ratios to the reference, paired by run number, with 95 % intervals: below 1 costs less.",
    "against": "against {name}",
    "is reference": "is the reference",
    "no reference": "no float32 reference in this table",
    "ratio of": "ratio of {cost}",
}
"""The page that compares entries of one table."""
