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
BASELINES = {"float32": "float32", "tf32": "TF32"}
"""What each baseline is called."""
EXTRA_COLUMNS = {"rank": "Rank", "name": "Submission", "verdict": "Verdict", "runs": "Runs", "proven": "How far proven"}
"""Columns that hold no figure."""
CONTROLS = {
    "toolbar": "How the table is shown",
    "fold": "Search, filter, columns, export",
    "search": "Search the entries",
    "search_hint": "Search name, model, setting",
    "filter": "Filter",
    "model": "Model",
    "status": "Status",
    "efficiency": "Efficiency setting",
    "provenance": "How far proven",
    "plain": "none of these",
    "columns": "Columns",
    "extra": "Other",
    "not_measured": "{heading} (not measured here)",
    "usual": "Usual columns",
    "view": "View",
    "figures": "Figures",
    "base": "Baseline of the ratios",
    "show": "Show",
    "show_both": "value and ratio",
    "show_value": "value only",
    "show_ratio": "ratio only",
    "energy": "Energy in",
    "time": "Time in",
    "automatic": "the unit that reads best",
    "mix": "Mix entries of every status when sorting",
    "carbon": "Carbon, from a factor that you declare",
    "carbon_note": "Nothing here measures carbon. With a factor and its source, columns of their own show energy times "
    "that factor; no rank, order or choice uses them.",
    "carbon_factor": "g CO\u2082e per kWh",
    "carbon_source": "Source of the factor",
    "export": "Export",
    "export_note": "Exactly what is shown, in full length: rows, columns, order, units and baseline.",
    "csv": "Save CSV",
    "json": "Save JSON",
    "markdown": "Copy Markdown",
    "latex": "Copy LaTeX",
    "link": "Copy link",
    "reset": "Reset",
}
"""The toolbar above a table."""
CHOOSER = {
    "title": "Which one for my clinic?",
    "intro": "Say what you can afford. Limits are held against means over an entry's runs. Only entries with a rank "
    "are chosen from: their quality is shown not to be worse than the reference's by more than the margin.",
    "limits": "At most",
    "quality": "Quality at least",
    "goal": "Of those that are left",
    "peak_gpu_memory": "Peak GPU memory",
    "peak_host_memory": "Peak host memory",
    "gpu_energy": "GPU energy to predictions",
    "cpu_energy": "CPU energy to predictions",
    "offline_gpu_energy": "GPU energy, 1,000 images",
    "time_to_predictions": "Time to predictions",
    "single_latency_p99": "Latency, p99",
    "not_measured": "{label}: not measured in this table",
    "unit_of": "Unit of: {label}",
    "min_auc": "Test AUC",
    "auc_by": "held against",
    "by_lower": "the interval\u2019s lower end (safe)",
    "by_value": "the point value",
    "goal_label": "I want",
    "no_goal": "(no goal yet)",
    "goal_gpu_energy": "the least GPU energy",
    "goal_time_to_predictions": "the least time to predictions",
    "goal_auc": "the best quality",
    "unproven": "Choose also from entries that are not proven",
    "meet_one": "1 of {all} entries meets the limits.",
    "meet": "{count} of {all} entries meet the limits.",
    "free_one": "You set no limit: 1 of {all} entries can be chosen from.",
    "free": "You set no limit: {count} of {all} entries can be chosen from.",
    "none": "No entry of {all} meets the limits.",
    "best_cost": "Least {what}: ",
    "best_quality": "Highest test AUC: ",
    "even_cost": "Can\u2019t be told from the best, for no ranked entry that is left surely costs less: ",
    "alone_cost": "Every other ranked entry that is left surely costs more.",
    "alone_chain": "Every other ranked entry that is left surely costs more than some one that is left.",
    "only": "No other ranked entry is left.",
    "even_quality": "Can\u2019t be told from the best in quality: ",
    "alone_quality": "Every other ranked entry that is left has surely a lower AUC.",
    "no_pairs": "Differences in quality between pairs were not computed for this table, so that nothing is said about "
    "which others are as good.",
    "untold": "No difference from the best was computed for: ",
    "no_ranked": "No entry with a rank meets the limits. Best of those that are not proven, by its mean only: ",
    "untested": "Not proven, and not tested against the best: ",
    "unproven_left_one": "1 more entry would meet the limits but has no rank, so that it is not proven; it was "
    "left out.",
    "unproven_left": "{count} more entries would meet the limits but have no rank, so that they are not proven; they "
    "were left out.",
    "unmeasured_one": "1 entry was left out because a figure that you limit was not measured.",
    "unmeasured": "{count} entries were left out because a figure that you limit was not measured.",
    "never": "Entries below the target, failed, invalid or not compared are never chosen.",
    "mark_best": "best here",
    "mark_even": "can\u2019t be told from the best",
}
"""The chooser: its form, and its answers."""
SCRIPT = {
    "shown": "{count} of {all} entries shown.",
    "top": "The first {count} are drawn.",
    "all": "Draw all {count}",
    "sorted": "Sorted by {what}, {direction}; sorted is not ranked.",
    "ascending": "lowest first",
    "descending": "highest first",
    "legend": "Ratios are to the same model in {base} in this table, paired by run, with 95 % interval ",
    "ratio_of": "ratio of {what} to {base}",
    "active": "In force: {filters}.",
    "filter_search": "search \u201c{text}\u201d",
    "filter_model": "model {values}",
    "filter_status": "status {values}",
    "filter_efficiency": "setting {values}",
    "filter_provenance": "proven {values}",
    "filter_limits": "limits {values}",
    "filter_base": "ratios to {base}",
    "filter_show": "{what}",
    "filter_mix": "statuses mixed",
    "filter_unproven": "also entries that are not proven",
    "carbon_on": "carbon at a declared {factor} g CO\u2082e/kWh (source: {source})",
    "carbon_needs": "The carbon factor takes both a number and its source in words.",
    "no_baseline": "no {base} run of {model} in this table",
    "no_baseline_for": "There is no {base} run in this table of: {models}; ratios there are dashes.",
    "no_ratio": "no run number that both this entry and its baseline measured",
    "is_baseline": "baseline",
    "not_measured": "not measured; the table says why",
    "no_valid_run": "no valid run",
    "carbon_group": "Declared, not measured",
    "carbon_column": "carbon (declared factor) of {energy}",
    "carbon_how": "{factor} g CO\u2082e/kWh, {source}",
    "carbon_absent": "no measured energy to multiply",
    "broken_one": "A part of this link was ignored, as it means nothing in this table: {parts}.",
    "broken": "Parts of this link were ignored, as they mean nothing in this table: {parts}.",
    "link_copied": "The link was copied.",
    "markdown_copied": "The table was copied as Markdown.",
    "latex_copied": "The table was copied as LaTeX.",
    "saved": "{name} was handed to the browser.",
    "copy_by_hand": "The browser does not let this page copy. The text is selected: copy it with Ctrl C or \u2318 C.",
    "close": "Close",
    "select": "Select",
    "select_entry": "Select {name} for comparison",
    "compare_one": "Compare 1 entry (select another)",
    "compare": "Compare {count} entries",
    "sort_by": "Sort by {what}",
    "lower": "lower",
    "upper": "upper",
    "ratio_to": "ratio to {base}",
    "to": "to",
    "title": "title",
    "model": "model",
    "efficiency": "efficiency",
    "status": "status",
    "rank": "rank",
    "valid": "valid runs",
    "attempts": "attempts",
    "name": "submission",
    "rank_text": "rank {ranks} of {of}",
    "runs_text": "{valid} of {attempts}",
    "interval_note": "Intervals are 95 %.",
}
"""What the scripts of the table view say."""
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
DEVICE = {"cuda": "GPU", "cpu": "CPU"}
OUTCOME_SAID = {
    "non-inferior": "proven no worse within the margin",
    "worse within the margin": "that is lower, but by less than the margin",
}
"""How the quality of an entry that ranks stands to its reference, in a sentence."""
COST = {"gpu_energy": "GPU energy", "time_to_predictions": "time to predictions"}
"""What a table is sorted by."""
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
    "and": "{first} and {last}",
    "more": "{first} and {count} more",
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


def many(count: int, forms: tuple[str, str]) -> str:
    """One of two forms, for one and for several."""
    return forms[count != 1].format(count=count)


def listed(names: list[str], most: int = 3) -> str:
    """``A``, ``A and B``, ``A, B and C``, ``A, B, C and 4 more``."""
    if len(names) > most:
        return HEADLINE["more"].format(first=", ".join(names[:most]), count=len(names) - most)
    if len(names) < 2:
        return "".join(names)
    return HEADLINE["and"].format(first=", ".join(names[:-1]), last=names[-1])


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
    "first": "The first {count} of them are listed, and those that are chosen; a search finds the others.",
    "others": "Show the other {count} entries",
    "unknown": "{count} entries of this link are not in this table: {names}.",
    "unknown_one": "An entry of this link is not in this table: {names}.",
    "copy": "Copy link",
    "copied": "Link copied.",
    "not copied": "The browser did not let the page copy; the link is in the address line.",
    "clear": "Choose none",
    "usual": "Usual choice",
    "comparison": "Comparison",
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
    "by chance: intervals here are not corrected for how many are looked at. Whoever looks for differences in the "
    "whole table takes the line “told apart”, which Holm's procedure corrects for all pairs of the table together.",
    "plain": "Every entry against the float32 reference of its model",
    "plain difference": "Difference to the reference, paired",
    "reference": "reference",
    "plain table": "Ratios to the reference",
    "plain note": "Costs are ratios to the reference, paired by run number, with 95 % intervals: below 1 costs less.",
    "against": "against {name}",
    "is reference": "is the reference",
    "no reference": "no float32 reference in this table",
}
"""The page that compares entries of one table."""
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
