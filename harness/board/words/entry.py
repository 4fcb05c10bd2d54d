"""An entry's page, from its figures at a glance to the files of its runs."""

from __future__ import annotations

ENTRY = {
    "title": "{title} · LeanMed",
    "in table": "In the table",
    "contents": "On this page",
    "compare": "Compare with the reference",
    "json": "This entry as JSON",
    "set aside": "Why it is not compared",
    "no rank": "Why it has no rank",
    "official": "official profile",
    "profile": "profile {profile}: no figure of the benchmark",
    "own program": "its own program",
    "place": "{benchmark}: {system}; {runtime}, {device}",
    "open place": "{benchmark}: {system}; {runtime}, {device}, {division} division",
    "simulated": "Simulated: its energy was made up or played back, not measured. Nothing on this page is a result.",
    "phantom": "Phantom data: its images were made up to try the tool and are no patients'. Nothing here is a result.",
    "rank": "rank {best} of {of}",
    "ranks": "rank {best} to {worst} of {of}",
    "shown runs": "{valid} of {attempts} runs valid",
    "flagged": "flagged by {ids}",
    "no valid run": "No run of it is valid, so there is nothing to average. What each one came to stands below.",
    "files elsewhere": "Its raw files are not part of this site: they lie in the home folder of whoever ran it, under "
    "runs/{run}.",
    "not told": "not told",
}
GLANCE = {
    "auc": "Test AUC",
    "gain": "Gain over the trivial model",
    "difference": "AUC less the reference's",
    "time": "Time to predictions",
    "energy": "Energy",
    "memory": "Peak memory",
    "over": "float32",
    "is reference": "others of its model are compared with it",
    "not compared": "compared once all its runs are published",
}
SECTIONS = {
    "quality": "How good is it?",
    "costs": "What does it cost?",
    "runs": "All runs side by side",
    "proof": "How far is it proven?",
    "repeat": "Repeat it",
    "strategy": "What the strategy really did",
    "each": "Each run in full",
    "digests": "Exactly what was run",
}
QUALITY = {
    "caption": "Test AUC with its 95 % interval",
    "mean": "mean of {count} runs",
    "run": "run {number}",
    "trivial": "trivial model {value}",
    "target": "target {value}",
    "chart": "Test AUC of {what}. {trivial} {target}",
    "chart trivial": "Trivial model: {value}.",
    "chart target": "Target: {value}.",
    "chart no target": "No target.",
    "within": "Test AUC within one {of}",
    "one run": "one run",
    "trivial model": "Trivial model",
    "reference": "Others of its model are compared with this entry.",
    "curves": "One line a run, named at its end by its number; a ring marks the epoch that was kept.",
    "no curves": "No run came to the end of an epoch, so there is no learning curve.",
    "evaluation": "Are its probabilities right, and whom does it find?",
}
LEARNING = {
    "auc": "Validation AUC",
    "loss": "Loss",
    "epoch": "epoch",
    "target": "target {value}",
    "training": "training",
    "validation": "validation",
    "auc chart": "Validation AUC by epoch. {runs}",
    "auc run": "run {number}: {count} epochs",
    "auc run kept": "run {number}: {count} epochs, kept {kept} with {value}",
    "loss chart": "Loss by epoch. {lines}",
    "loss line": "run {number}, {kind}: {first:.3f} to {last:.3f}",
}
OUTCOMES = {
    "non-inferior": "Not worse than the reference by the margin or more",
    "worse within the margin": "Worse than the reference, but by less than the margin",
    "inferior": "Worse than the reference by more than the margin",
    "undecided": "Not decided: it may be worse than the reference by more than the margin",
    "no reference": "There is no reference to compare it with",
}
"""Gate Q2 in words, by outcome."""
COSTS = {
    "table": "Table of costs",
    "caption": "Means over valid runs, with the least and the most of any run. Ratios are paired by run number and "
    "have a 95 % interval; below 1 is cheaper.",
    "quantity": "Quantity",
    "mean": "Mean",
    "spread": "Least to most",
    "runs": "Runs",
    "over": "Over {baseline}",
    "float32": "float32",
    "tf32": "TF32",
    "baseline": "this entry is what others are divided by",
    "absent": "Not measured ({count})",
}
RUNS = {
    "table": "Table of runs",
    "caption": "A run that does not count stands in grey, with the reason below it",
    "number": "Run",
    "verdict": "Verdict",
    "auc": "Test AUC",
    "validation_auc": "Validation AUC",
    "epochs": "Epochs",
    "flags": "Flags",
    "counts not": "Does not count: another run of this number does. Nobody repeats a run until one pleases.",
    "cut short": "Does not count: the machine cut it short, and that says nothing about the configuration.",
    "seed": "Seed",
    "kept": "{count}, kept {kept}",
    "ended": "ended: {ended}",
    "said": "The workload's last words",
    "profile": "Profile {used}: {why}",
    "checks": "Checks",
    "quantities": "Every quantity, with its source and scope",
    "files": "Raw files",
    "none": "none",
    "aside": "does not count",
    "quantity": "Quantity",
    "value": "Value",
    "source": "Measured by, or why not",
    "scope": "Over what",
}
CHECKS = {
    "passed": "passed",
    "failed": "failed",
    "not measurable": "not measurable",
    "none": "The run ended before it could be checked.",
    "folded": "{count} {answer}",
}
STRATEGY = {
    "parameters": "Parameters",
    "gradients": "Gradients",
    "saved_activations": "Saved activations, one step",
    "optimizer_state": "Optimiser state",
    "large_moments": "of which moments of large tensors",
    "small_moments": "of which moments of small tensors",
    "group": "Tensors",
    "dtype": "Type",
    "bytes": "Bytes",
    "caption": "Seen on the live objects in {runs}",
    "run": "run {numbers}",
    "runs": "runs {numbers}",
    "asked": "Asked for",
    "none": "No run came so far that this could be seen.",
    "lead": "What a configuration asks for and what it gets can differ. These are the bytes by element type that the "
    "harness's workload read from the live tensors; check W1 holds them against what was asked for.",
    "own": "An open program reports this of itself; nothing checks it.",
    "optimizer": "Optimiser",
    "count": "Number of parameters",
    "yes": "yes",
    "no": "no",
}
FACTS = {
    "images": "Images in the step that was looked at",
    "large_from_elements": "Elements from which a tensor is large",
    "logits": "Type of the logits",
    "float32_products": "Float32 products are made in",
    "threads": "CPU threads",
    "loss_scale": "Loss scale",
    "loss_scale_skips": "Steps left out by loss scaling",
    "recomputed_blocks": "Blocks computed again",
    "channels_last_weights": "Weights in channels-last order",
    "weights_with_pixels": "Weights that have an order of pixels",
}
"""Single facts of the strategy, by their name in the record."""
PROOF = {
    "self-reported": "Whoever ran it says so. Its record can be computed again from its raw files where those are "
    "kept, but nobody else has looked.",
    "verified from raw files": "The harness has computed every figure again from the published predictions, events and "
    "trace. The figures follow from the files; that the files come from an honest run is not shown by that.",
    "run again by another party": "Somebody else ran the same plan and got a quality that can't be told apart. Only "
    "this proves a result; costs are repeated only on a machine of the same kind.",
}
"""What each level of proof proves."""
PROVENANCE = {
    "here": "this entry",
    "again": "Run again by others",
    "nobody": "Nobody else has run it yet, or published what came of it.",
    "same": "on a machine of the same kind: {system}",
    "other": "on another machine: {system}",
    "unknown": "a machine that is not told",
    "attempts": "Attempts, all of which were published: {attempts}.",
    "attempt": "run {number} {verdict}",
    "flags": "Checks that valid runs did not pass",
    "flag": "{id} {title}: {runs}",
    "flagged run": "run {number}",
    "no flags": "No valid run is flagged.",
    "published as": "Published as {entry}.",
}
REPEAT = {
    "run": "The same runs, on your machine:",
    "again": "A run again from its record, with every prediction compared; and its figures again from its raw files:",
    "where": "A record is named by its run's name in the home folder of whoever ran it, or by its published folder.",
    "own": "The program is its submitter's own: its folder is not part of the harness.",
}
DIGESTS = {
    "system": "System",
    "image": "Image",
    "rules": "Rules",
    "benchmark": "Benchmark",
    "data": "Data",
    "cases": "Cases",
    "cases text": "{train} to train on, {val} to choose by, {test} to test on",
    "submission": "Submission",
    "start": "Weights began",
    "software": "Software",
    "record": "Record",
    "run": "Run",
    "time": "Time",
    "time text": "{started} to {finished}",
    "differs": "differs between runs: see each run",
}
DRAWN = {
    "entry": "ROC and reliability can't be drawn: {reason}.",
    "run": "Power and latency can't be drawn: {reason}.",
    "not this run": "nothing was computed from the raw files of this run",
}
