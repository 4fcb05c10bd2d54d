"""One plan carried out: prepare, train, predict, infer. The order of things is `main`'s business."""

from __future__ import annotations

import gc
import time
from functools import partial
from typing import Any

import torch

from harness.protocol import EPOCH, SCORED, STOP, encode_predictions
from harness.workload.channel import Channel, Command
from harness.workload.device import allocator_peaks, device_name, find_device, set_reference_arithmetic
from harness.workload.failure import BadCommand
from harness.workload.feed import Feed, load_training_set
from harness.workload.fit import largest_batch
from harness.workload.images import Standardiser, load_images, make_standardiser, measure_standardiser
from harness.workload.infer import infer
from harness.workload.keep import Kept
from harness.workload.learner import Learner, build_learner
from harness.workload.model import count_parameters
from harness.workload.plan import Plan
from harness.workload.predict import as_list, predict
from harness.workload.pretrained import input_of, sha256_of
from harness.workload.seeds import derive
from harness.workload.train import Epoch, train_epoch
from harness.workload.warm import warm_up


class Session:
    """Holds the learner and the images from one command to the next. Each method answers one command."""

    def __init__(self, plan: Plan, channel: Channel) -> None:
        self._plan = plan
        self._channel = channel
        self._device = find_device(plan.device)
        self._learner: Learner
        self._standardise: Standardiser
        self._test: torch.Tensor

    def prepare(self) -> dict[str, Any]:
        """Warm up and build the learner that will be trained. Returns the fields of `ready`."""
        plan, device = self._plan, self._device
        weights_sha256 = None if plan.weights is None else sha256_of(plan.weights)
        set_reference_arithmetic(device, plan.threads)
        warm = warm_up(plan, device, partial(self._progress, "prepare", "steps"))
        self._learner = build_learner(plan, device)
        return {
            "device": plan.device,
            "device_name": device_name(device),
            "initialization": {"kind": plan.initialization, "weights_sha256": weights_sha256},
            "parameters": count_parameters(self._learner.model),
            "step_seconds": warm.step_seconds,
            "step_images": warm.step_images,
            "predict_seconds_per_image": warm.predict_seconds_per_image,
            "predict_images": warm.predict_images,
            "observed": warm.observed.to_json(),
        }

    def train(self) -> dict[str, Any]:
        """Train until the planned epochs are over or the harness says stop. Returns the fields of `trained`."""
        plan, learner = self._plan, self._learner
        training = load_training_set(plan, self._device)
        validation = load_images(plan.data / "val_images.npy", plan.image, self._device, plan.validation)
        self._standardise = _standardiser(plan, training.images)
        feed = Feed(training, plan)
        torch.manual_seed(derive(plan.seed, "training"))
        kept, done = Kept(), list[Epoch]()
        for number in range(1, plan.recipe.epochs + 1):
            show = partial(self._progress, "train", "images")
            epoch = train_epoch(learner, feed, self._standardise, plan.recipe, number, show)
            done.append(epoch)
            command = self._score(number, epoch, validation)
            if _keep(command):
                kept.take(learner.model)
            if command.name == STOP:
                break
        kept.restore(learner.model)
        return {
            "epochs": len(done),
            "steps": sum(epoch.steps for epoch in done),
            "images": sum(epoch.images for epoch in done),
            "non_finite_steps": sum(epoch.non_finite_steps for epoch in done),
            "observed": done[-1].observed.to_json(),
            "allocator": allocator_peaks(self._device),
        }

    def predict(self) -> dict[str, Any]:
        """Read the test images and predict them. Returns the fields of `predicted`."""
        plan = self._plan
        self._test = load_images(plan.data / "test_images.npy", plan.image, self._device, plan.test)
        show = partial(self._progress, "predict", "images")
        predictions = predict(self._learner, self._test, self._standardise, show)
        return {"predictions": encode_predictions(predictions), "images": len(predictions)}

    def renew(self) -> None:
        """Throw the trained model away and build it again from the same seed, for the same training once more."""
        del self._learner  # two learners at once might not fit
        gc.collect()  # the optimiser and its parameters may hold each other
        self._learner = build_learner(self._plan, self._device)

    def fit(self, command: Command) -> dict[str, Any]:
        """How many images the model predicts at once. Returns the fields of `fitted`."""
        images = self._test[: _images(command)]
        found = largest_batch(self._learner, images, self._standardise, self._plan.recipe.batch)
        return {"batch": found.batch, "tried": list(found.tried), "reason": found.reason}

    def infer(self, command: Command) -> dict[str, Any]:
        """One inference window. Returns the fields of `inferred`; ``images`` there counts all passes."""
        started = time.perf_counter_ns()
        mode, batch, seconds = _window(command.fields)
        count = _images(command)
        show = partial(self._progress, "infer", "s")
        window = infer(self._learner, self._test[:count], self._standardise, batch, seconds, show, started)
        return {
            "mode": mode,
            "batch": batch,
            "passes": window.passes,
            "images": window.images,
            "sum_ns": window.latencies.sum_ns,
            "latency": window.latencies.to_json(),
            "predictions": encode_predictions(as_list(window.first)),
        }

    def _score(self, number: int, epoch: Epoch, validation: torch.Tensor) -> Command:
        show = partial(self._progress, "validate", "images")
        predictions = predict(self._learner, validation, self._standardise, show)
        self._channel.say(
            EPOCH,
            n=number,
            loss=epoch.loss,
            images=epoch.images,
            steps=epoch.steps,
            predictions=encode_predictions(predictions),
        )
        return self._channel.expect(SCORED, STOP)

    def _progress(self, phase: str, unit: str, done: float, total: float) -> None:
        self._channel.progress(phase, done, total, unit)


def _standardiser(plan: Plan, images: torch.Tensor) -> Standardiser:
    """As the training images need it; for pretrained weights as those of ImageNet did."""
    if plan.weights is None:
        return measure_standardiser(images, plan.input)
    return make_standardiser(*input_of(plan.model, plan.image[0]), images.device, plan.input)


def _keep(command: Command) -> bool:
    keep = command.fields.get("keep")
    if not isinstance(keep, bool):
        raise BadCommand(f"{command.name}: keep must be true or false")
    return keep


def _window(fields: dict[str, Any]) -> tuple[str, int, float]:
    """Mode, batch and seconds of an `infer` command. Raises `BadCommand`."""
    mode, batch, seconds = (fields.get(key) for key in ("mode", "batch", "seconds"))
    if mode not in ("offline", "single"):
        raise BadCommand("infer: mode must be offline or single")
    if not _is_whole(batch) or (mode == "single" and batch != 1):
        raise BadCommand("infer: batch must be a whole number from 1, and 1 where mode is single")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise BadCommand("infer: seconds must be a number from 0")
    return str(mode), int(batch), float(seconds)  # type: ignore[arg-type]


def _images(command: Command) -> int | None:
    """Images of an `infer` or `fit` command (None: all). Raises `BadCommand`."""
    images = command.fields.get("images")
    if images is not None and not _is_whole(images):
        raise BadCommand(f"{command.name}: images must be null or a whole number from 1")
    return images


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
