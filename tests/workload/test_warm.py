"""The estimate before `ready`: full batches where they are quick, the probe where they are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from harness.workload import warm
from harness.workload.plan import read_plan
from harness.workload.predict import PREDICT_BATCH
from harness.workload.warm import WarmUp, warm_up
from tests.workload.material import plan

pytestmark = pytest.mark.torch
CPU = torch.device("cpu")
BATCH = 16


@pytest.fixture
def seconds_an_image(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], list[int]]:
    """Makes every try take a fixed time for each image; gives the list of the batches that were tried."""

    def set_to(seconds: float) -> list[int]:
        sizes: list[int] = []

        def timed(work: Callable[[], None], device: torch.device) -> float:
            work()
            return seconds * sizes[-1]

        time = warm._time

        def counted(work: Callable[[int], None], *rest: object) -> tuple[float, int]:
            def one(size: int) -> None:
                sizes.append(size)
                work(size)

            return time(one, *rest)  # type: ignore[arg-type]

        monkeypatch.setattr(warm, "_timed", timed)
        monkeypatch.setattr(warm, "_time", counted)
        return sizes

    return set_to


def _tried() -> tuple[WarmUp, list[int]]:
    shown: list[tuple[int, int]] = []
    made = warm_up(read_plan(plan()), CPU, lambda done, total: shown.append((done, total)))
    assert all(0 < done <= total for done, total in shown)
    assert [done for done, _ in shown] == sorted(done for done, _ in shown)
    return made, [total for _, total in shown]


def test_full_batches_where_they_are_quick(seconds_an_image: Callable[[float], list[int]]) -> None:
    sizes = seconds_an_image(0.001)
    found, _ = _tried()
    assert sizes == [2, 2, *[BATCH] * 4, 2, 2, *[PREDICT_BATCH] * 4]
    assert (found.step_images, found.predict_images) == (BATCH, PREDICT_BATCH)
    assert found.step_seconds == pytest.approx(0.001 * BATCH)
    assert found.predict_seconds_per_image == pytest.approx(0.001)


def test_the_probe_alone_where_full_batches_take_too_long(seconds_an_image: Callable[[float], list[int]]) -> None:
    sizes = seconds_an_image(0.5)
    found, _ = _tried()
    assert sizes == [2, 2, 2, 2]
    assert (found.step_images, found.predict_images) == (2, 2)
    assert found.step_seconds == pytest.approx(0.5 * BATCH)
    assert found.predict_seconds_per_image == pytest.approx(0.5)


def test_each_part_is_judged_by_itself(seconds_an_image: Callable[[float], list[int]]) -> None:
    """0.1 s an image: 16 images four times over are 6 s, 64 images 26 s."""
    sizes = seconds_an_image(0.1)
    found, _ = _tried()
    assert sizes == [2, 2, *[BATCH] * 4, 2, 2]
    assert (found.step_images, found.predict_images) == (BATCH, 2)


def test_the_step_was_a_real_one() -> None:
    found, _ = _tried()
    assert found.step_seconds > 0
    assert found.predict_seconds_per_image > 0
    assert found.observed.images == BATCH
    assert found.observed.to_json()["saved_activations"]["float32"] > 0
    assert found.observed.float32_products == "float32"
