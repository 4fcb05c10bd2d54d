from __future__ import annotations

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from harness.workload.augment import augment, draw_augmentation

pytestmark = pytest.mark.torch

_IMAGE = torch.arange(2 * 9).reshape(2, 3, 3)
_TURNED = [torch.rot90(_IMAGE, turns, (1, 2)) for turns in range(4)]
_MIRRORED = [image.flip(2) for image in _TURNED]


def _key(image: torch.Tensor) -> tuple[int, ...]:
    return tuple(image.flatten().tolist())


def _seen(kinds: set[str], count: int = 4000) -> Counter[tuple[int, ...]]:
    actions = draw_augmentation(count, frozenset(kinds), torch.Generator().manual_seed(3))
    return Counter(_key(image) for image in augment(_IMAGE.expand(count, 2, 3, 3), actions))


@pytest.mark.parametrize(
    ("kinds", "wanted"),
    [
        (set(), _TURNED[:1]),
        ({"quarter_turns"}, _TURNED),
        ({"flips"}, [_IMAGE, _IMAGE.flip(1), _IMAGE.flip(2), _IMAGE.flip(1, 2)]),
        ({"flips", "quarter_turns"}, _TURNED + _MIRRORED),
    ],
)
def test_exactly_these_and_equally_often(kinds: set[str], wanted: list[torch.Tensor]) -> None:
    seen = _seen(kinds)
    assert set(seen) == {_key(image) for image in wanted}
    share = 4000 / len(wanted)
    assert all(abs(count - share) < 0.2 * share for count in seen.values())


@given(seed=st.integers(0, 10_000), count=st.integers(1, 9))
def test_a_batch_is_its_images_one_by_one(seed: int, count: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(256, (count, 3, 4, 4), generator=generator).to(torch.uint8)
    actions = draw_augmentation(count, frozenset({"flips", "quarter_turns"}), generator)
    together = augment(images, actions)
    assert together.dtype == torch.uint8
    for k in range(count):
        assert torch.equal(together[k], augment(images[k : k + 1], actions[k : k + 1])[0])
        assert torch.equal(together[k].flatten(1).sort().values, images[k].flatten(1).sort().values)


def test_the_table_of_turns_is_not_changed_by_drawing() -> None:
    first = draw_augmentation(50, frozenset({"flips", "quarter_turns"}), torch.Generator().manual_seed(5))
    again = draw_augmentation(50, frozenset({"flips", "quarter_turns"}), torch.Generator().manual_seed(5))
    assert torch.equal(first, again)
