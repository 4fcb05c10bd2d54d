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
