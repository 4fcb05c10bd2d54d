"""What a run is doing, in words: one for each state of a conversation."""

STAGES = {
    "start": "starting the workload",
    "prepare": "preparing (model, warm-up)",
    "train": "training",
    "idle": "measuring idle power",
    "predict": "predicting the test images",
    "repeat": "training again, for a window long enough for its energy",
    "fit": "looking for the largest batch",
    "infer offline": "inference window, offline",
    "infer single": "inference window, single stream",
    "finish": "finishing",
}
BEFORE, AFTER = "look", "close"
"""Before a conversation the machine is looked at, after it the run is scored; the conversation has no state for it."""
AROUND = {BEFORE: "looking at the machine", AFTER: "scoring, and writing the record"}
