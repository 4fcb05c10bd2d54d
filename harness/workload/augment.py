"""Random flips and quarter turns, on the device, for a whole batch at once."""

from __future__ import annotations

import torch

_TURNS = torch.tensor(
    [
        # transposed, then mirrored top-bottom, then left-right
        [False, False, False],  # no turn
        [True, True, False],  # a quarter turn anticlockwise
        [False, True, True],  # half a turn
        [True, False, True],  # a quarter turn clockwise
    ]
)


def draw_augmentation(count: int, kinds: frozenset[str], generator: torch.Generator) -> torch.Tensor:
    """What to do to each of ``count`` images: bool [count, 3] on the CPU: transpose, mirror rows, mirror columns.

    With ``flips`` each mirroring has probability one half; with ``quarter_turns`` each of the four turns one quarter;
    with both, each of the eight symmetries of the square one eighth.
    """
    actions = torch.zeros(count, 3, dtype=torch.bool)
    if "quarter_turns" in kinds:
        actions = _TURNS[torch.randint(4, (count,), generator=generator)]
    if "flips" in kinds:
        actions[:, 1:] ^= torch.randint(2, (count, 2), generator=generator).bool()
    return actions


def augment(images: torch.Tensor, actions: torch.Tensor) -> torch.Tensor:
    """Do ``actions`` (bool [N, 3]) to square ``images`` [N, C, S, S]; all channels of an image alike."""
    transposed, rows, columns = actions[:, :, None, None, None].unbind(1)
    images = torch.where(transposed, images.transpose(2, 3), images)
    images = torch.where(rows, images.flip(2), images)
    return torch.where(columns, images.flip(3), images)
