"""The training images in batches: one image of every case an epoch, shuffled, all of it decided by the seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from harness.workload.augment import augment, draw_augmentation
from harness.workload.failure import BadData, Refused
from harness.workload.images import load_array, load_images
from harness.workload.plan import Plan
from harness.workload.seeds import derive


@dataclass(frozen=True)
class TrainingSet:
    """The training images and which case each shows.

    ``images`` is uint8 [images, C, H, W] and ``labels`` float32 [cases], on the device. ``by_case`` (int64 [images], on
    the CPU) lists the images case by case; those of case k are ``counts[k]`` entries from ``starts[k]`` on.
    """

    images: torch.Tensor
    labels: torch.Tensor
    by_case: torch.Tensor
    starts: torch.Tensor
    counts: torch.Tensor

    @property
    def cases(self) -> int:
        """Number of cases."""
        return len(self.labels)


def load_training_set(plan: Plan, device: torch.device) -> TrainingSet:
    """Read train_images.npy, train_cases.npy and train_labels.npy. Raises `BadData` where they don't fit together."""
    images = load_images(plan.data / "train_images.npy", plan.image, device)
    cases = np.array(load_array(plan.data / "train_cases.npy", "int32", (len(images),)))
    labels = np.array(load_array(plan.data / "train_labels.npy", "uint8", (None,)))
    if labels.max() > 1:
        raise BadData("train_labels.npy holds labels other than 0 and 1")
    if cases.min() < 0 or cases.max() >= len(labels):
        raise BadData(f"train_cases.npy names a case outside 0..{len(labels) - 1}")
    counts = np.bincount(cases, minlength=len(labels))
    if counts.min() == 0:
        raise BadData(f"train_cases.npy has no image of case {int(counts.argmin())}")
    return TrainingSet(
        images=images,
        labels=torch.from_numpy(labels).to(device, torch.float32),
        by_case=torch.from_numpy(np.argsort(cases, kind="stable")),
        starts=torch.from_numpy(np.cumsum(counts) - counts),
        counts=torch.from_numpy(counts),
    )


def batch_sizes(cases: int, batch: int) -> tuple[int, ...]:
    """How ``cases`` split into batches, the last one partial.

    A last batch of a single image joins the one before it, since it can't be normalised over the batch. Raises
    `BadData` for fewer than two cases.
    """
    if cases < 2:
        raise BadData("training needs at least 2 cases")
    sizes = [batch] * (cases // batch)
    rest = cases % batch
    if rest == 1 and sizes:
        sizes[-1] += 1
    elif rest:
        sizes.append(rest)
    return tuple(sizes)


@dataclass(frozen=True)
class Batch:
    """Images uint8 [N, C, H, W], augmented, and labels float32 [N], on the device."""

    images: torch.Tensor
    labels: torch.Tensor


class Feed:
    """Gives the batches of each epoch. The same plan and data give the same batches on every machine."""

    def __init__(self, training: TrainingSet, plan: Plan) -> None:
        _, height, width = plan.image
        if "quarter_turns" in plan.recipe.augmentation and height != width:
            raise Refused(f"quarter_turns need square images; these are {height} × {width}")
        self._training = training
        self._seed = plan.seed
        self._kinds = plan.recipe.augmentation
        self.sizes = batch_sizes(training.cases, plan.recipe.batch)[: plan.steps]

    def epoch(self, number: int) -> Iterator[Batch]:
        """The batches of one epoch: each case once, in an order, by a rater and in a position drawn at random.

        Everything is drawn on the CPU and moved once, so that nothing waits for the device between batches.
        """
        training, device = self._training, self._training.images.device
        generator = torch.Generator().manual_seed(derive(self._seed, "epoch", number))
        order = torch.randperm(training.cases, generator=generator)
        draws = torch.rand(training.cases, dtype=torch.float64, generator=generator)
        actions = draw_augmentation(training.cases, self._kinds, generator).to(device)
        rater = (draws * training.counts).long()[order]
        pick = training.by_case[training.starts[order] + rater].to(device)
        labels = training.labels[order.to(device)]
        start = 0
        for size in self.sizes:
            part = slice(start, start + size)
            images = training.images[pick[part]]
            yield Batch(augment(images, actions[part]) if self._kinds else images, labels[part])
            start += size
