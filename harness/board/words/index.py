"""The first page: benchmarks, counts, and how to read a table."""

from __future__ import annotations

BENCHMARK = {
    "unknown": "These records are of a benchmark, or of a version of it, that this installation does not have "
    "({version}), so it can't be described here.",
    "trivial": "logistic regression on {what}. A network must beat it.",
    "public": "public: anybody can look them up, so hiding them proves nothing about an open submission",
    "private": "private: they are not published",
    "no attribution": "no attribution given",
}
TRIVIAL = {
    "size": "one obvious number, size",
    "metadata": "what is known without any pixel: site, machine, age, missing density, number of views",
}
"""What the trivial models of benchmarks are made of."""
BENCHMARK_FACTS = {
    "positive": "Positive",
    "negative": "Negative",
    "trivial": "Trivial model",
    "labels": "Labels",
    "claim": "Can't test {claim}",
    "data": "Data",
    "version": "Version",
}
INDEX = {
    "title": "LeanMed leaderboard",
    "tables": "Tables",
    "leftovers": "Interrupted and unreadable",
    "leftovers caption": "Not in any table",
    "where": "Where",
    "why": "Why it is not in a table",
    "interrupted": "interrupted, or still running: the folder has no record.json",
    "to be": " (it was to be {submission} on {benchmark})",
    "to be run": " (it was to be {submission} on {benchmark}, run {number})",
    "unreadable": "unreadable: {reason}",
    "no run": "No run yet",
    "first run": "Make the first one, which takes minutes on two processor cores, and build this page again:",
    "no tables": "No run yet on: {benchmarks}.",
    "how": "How to read this page",
}
TALLY = {
    "runs": ("{count} run", "{count} runs"),
    "entries": ("{count} entry", "{count} entries"),
    "ranked": ("{count} ranked", "{count} ranked"),
    "own": ("{count} self-reported", "{count} self-reported"),
    "tables": ("{count} table", "{count} tables"),
    "interrupted": ("{count} interrupted", "{count} interrupted"),
    "unreadable": ("{count} unreadable", "{count} unreadable"),
}
"""Counts of the first page, for one and for several."""
GUIDE = (
    (
        "Rank",
        "A range: from 1 + the number of entries that surely cost less, to the last place that can't be ruled out. "
        "Entries whose ranges overlap may be equal. Only official entries of five published runs that passed every "
        "gate have one; all others stand below in grey, with the reason.",
    ),
    (
        "Test AUC",
        "The chance that a positive case scores above a negative one, mean over runs. The interval holds the cases of "
        "one patient together. All entries were tested on the same patients, so intervals that overlap prove no tie; "
        "the comparison of two entries tells.",
    ),
    (
        "Verdict",
        "First whether the mean AUC reaches the target and beats the trivial model. Then whether it is non-inferior: "
        "worse than its model's float32 reference by less than the margin, with 95 % confidence.",
    ),
    (
        "Costs",
        "Means over valid runs, by the harness's own clock and meter. Time and energy run from the moment the training "
        "images appear to the last test prediction, validation included; starting up is not in them. Below stands the "
        "ratio to the same model in float32 on the same machine: 0.60 is 40 % less.",
    ),
    (
        "Latency and images",
        "Latency is of one image at a time, p99 the slowest in a hundred. Images a second and energy for 1,000 images "
        "are in batches.",
    ),
    (
        "Evidence",
        "Self-reported: from somebody's own runs. Verified from raw files: every figure was computed again from what "
        "the runs left. Run again by another party: somebody else found the same quality.",
    ),
    (
        "Tables",
        "Times, energy and memory of different machines, runtimes or rules stand in tables of their own, and are never "
        "compared.",
    ),
)
"""How to read a table, for the first page."""
