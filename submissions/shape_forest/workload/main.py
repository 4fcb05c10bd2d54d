"""A random forest on shapes: an open submission without a GPU and without a network of neurons.

To make one of your own, change `Model`; the rest is the conversation, the same for everybody.
"""

import platform
import time

import numpy as np
import sklearn
from conversation import finish, hear, say
from features import describe
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import log_loss

from harness.protocol import VERSION, encode_predictions


class Model:
    """What is learnt. `fit` and `predict` take images uint8 [n, 3, height, width]."""

    def __init__(self, seed, threads, trees=400):
        self.forest = RandomForestClassifier(trees, min_samples_leaf=8, n_jobs=threads, random_state=seed)

    def fit(self, images, cases, labels):
        """Learn; returns the loss on what was learnt from. Image i shows case ``cases[i]``, and every case counts once,
        however many radiologists outlined it."""
        weights = 1 / np.bincount(cases)[cases]
        numbers, truth = describe(images), labels[cases]
        self.forest.fit(numbers, truth, sample_weight=weights)
        return log_loss(truth, self.forest.predict_proba(numbers)[:, 1], sample_weight=weights)

    def predict(self, images):
        """The probability of label 1, float64 [n]."""
        return self.forest.predict_proba(describe(images))[:, 1]


def load(plan, name, count=None):
    """The first ``count`` rows of an array of the data folder."""
    return np.load(f"{plan['data']}/{name}.npy", mmap_mode="r")[:count]


def get_ready(plan):
    """Try everything once on made-up images, and say how long it takes. The data folder is still empty."""
    shape = [plan["benchmark"]["image"][key] for key in ("channels", "height", "width")]
    made_up = np.random.default_rng(plan["seed"]).integers(0, 256, (64, *shape), dtype=np.uint8)
    model = Model(plan["seed"], plan["threads"], trees=8)
    began = time.monotonic()
    model.fit(made_up, np.arange(64), np.arange(64) % 2)
    fitted = time.monotonic()
    model.predict(made_up)
    say(
        "ready",
        device="cpu",
        device_name=platform.machine(),
        initialization={"kind": "random", "weights_sha256": None},
        parameters=0,
        step_seconds=fitted - began,
        step_images=64,
        predict_seconds_per_image=(time.monotonic() - fitted) / 64,
        predict_images=64,
        observed={"model": "random forest"},
    )


def train(plan):
    """All epochs that the harness asks for; a forest needs one (submission.yaml says so). Returns the model."""
    profile = plan["profile"]
    images, cases = load(plan, "train_images"), load(plan, "train_cases")
    labels = load(plan, "train_labels")
    if profile["steps"] is not None:  # a smoke run: only to see that everything works
        images, cases = images[:64], cases[:64]
    model = Model(plan["seed"], plan["threads"])
    loss = model.fit(images, cases, labels)
    validation = model.predict(load(plan, "val_images", profile["validation"]))
    say("epoch", n=1, loss=loss, images=len(images), steps=1, predictions=encode_predictions(validation))
    hear("scored", "stop")
    seen = {"model": "random forest", "nodes": sum(tree.tree_.node_count for tree in model.forest.estimators_)}
    say("trained", epochs=1, steps=1, images=len(images), non_finite_steps=0, observed=seen, allocator={})
    return model


def main():
    """The whole conversation."""
    versions = {"python": platform.python_version(), "numpy": np.__version__, "scikit-learn": sklearn.__version__}
    say("hello", protocol=VERSION, versions=versions)
    command, fields = hear("plan")
    while command == "plan":  # again where the harness thinks better of the profile
        plan = fields
        get_ready(plan)
        command, fields = hear("plan", "go")
    while command == "go":  # again where the training is repeated for its energy
        model = train(plan)
        hear("predict")
        answers = model.predict(load(plan, "test_images", plan["profile"]["test"]))
        say("predicted", predictions=encode_predictions(answers), images=len(answers))
        command, fields = hear("renew", "finish")
        if command == "renew":
            say("renewed")
            command, fields = hear("go")
    finish()


main()
