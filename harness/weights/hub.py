"""Which file of the Hugging Face hub holds a model's pretrained weights.

The host side has neither torch nor timm, so timm's own answer (the ``pretrained_cfg`` of its default tag for the name)
is written down here; a test holds the table against the timm that the lock file names.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from harness.errors import InvalidInput

FILE = "model.safetensors"
"""Name of the file in each of timm's repositories, and of its copy here."""
_USUAL_ENDPOINT = "https://huggingface.co"


@dataclass(frozen=True)
class Entry:
    """A file of the hub. ``revision`` is a branch, tag or commit of the repository; timm itself asks for ``main``."""

    repository: str
    file: str = FILE
    revision: str = "main"

    def address(self) -> str:
        """Where to ask for it."""
        return f"{endpoint()}/{self.repository}/resolve/{self.revision}/{self.file}"


ENTRIES: dict[str, Entry] = {
    "densenet121": Entry("timm/densenet121.ra_in1k"),
    "swinv2_base_window8_256": Entry("timm/swinv2_base_window8_256.ms_in1k"),
}
"""Models that have weights trained on ImageNet. timm has none for vit_base_patch32_plus_256, and cnn and mlp are not
its models."""


def endpoint() -> str:
    """The hub, or the mirror of it that ``HF_ENDPOINT`` names (the hub's own library reads the same variable)."""
    return (os.environ.get("HF_ENDPOINT") or _USUAL_ENDPOINT).rstrip("/")


def entry_of(model: str) -> Entry:
    """The hub's file for a model. Raises `InvalidInput` for one that has none, naming those that have."""
    if model not in ENTRIES:
        raise InvalidInput(
            f"model {model} has no weights that were trained on ImageNet",
            remedy=f"models that have: {', '.join(ENTRIES)}",
        )
    return ENTRIES[model]
