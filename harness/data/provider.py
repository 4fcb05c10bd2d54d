"""What a provider of data is, and which there are.

A provider knows one source and one image rule. The cache (`harness.data.prepare`) knows folders, checksums and locks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from harness.data.source import Source
from harness.errors import InvalidInput

Say = Callable[[str], None]


@dataclass(frozen=True)
class About:
    """What a data set's metadata say about its source; ``license`` is an address, ``published`` the source's date."""

    title: str
    description: str
    license: str
    url: str
    cite_as: str
    creators: tuple[str, ...]
    published: str
    keywords: tuple[str, ...]


@dataclass(frozen=True)
class Built:
    """What a provider tells about the files it wrote; both are JSON.

    ``counts`` has at least ``cases``: {train, val, test}. ``trivial`` holds the trivial models and their AUCs.
    ``phantom`` is True where the source is made up: nothing that follows from it can be published. ``strata`` names
    what ``…_strata.npy`` holds, where there is such a file.
    """

    counts: Mapping[str, Any]
    trivial: Mapping[str, Any]
    phantom: bool = False
    strata: str | None = None


class Provider(Protocol):
    """Turns a source into the files of a prepared data set.

    Container side: ``train_images.npy`` uint8 [images, channels, height, width], ``train_cases.npy`` int32 [images]
    (the case an image shows), ``train_labels.npy`` uint8 [cases], ``val_images.npy`` and ``test_images.npy`` uint8
    [cases, channels, height, width]. Host side, never in a container: ``val_`` and ``test_labels.npy`` uint8 [cases],
    ``…_patients.npy`` int32 [cases] (cases of one patient share a number), ``…_trivial.npy`` float64 [cases], and
    ``cases.csv``. Where a property of a case could give its label away without being in the picture (the machine that
    took it), ``…_strata.npy`` int32 [cases] numbers it, and results are told within its values, too.
    """

    name: str
    about: About
    needs_bytes: int
    """Free disk space that building takes."""
    asks_for: str | None
    """What ``--source`` must name; None for a provider that brings its source along."""

    def recipe(self) -> Mapping[str, Any]:
        """All that the files depend on, as JSON: provider version, checksum of the source, parameters.

        Equal recipes give equal bytes. Needs no source to be present: a prepared data set outlives its source.
        """
        ...

    def build(self, folder: Path, say: Say, source: Source | None) -> Built:
        """Write ``container/``, ``host/`` and ``contact_sheet.png`` into the empty `folder`.

        ``source`` is given where ``asks_for`` says so. Raises MachineLacks where a source that it brings along is
        absent or damaged, InvalidInput where the user's is something else, and RunFailed where too much of it is
        broken, each with the remedy.
        """
        ...


_PROVIDERS = {
    "lidc-nodules": ("harness.data.lidc_nodules", "LidcNodules"),
    "lidc-malignancy": ("harness.data.lidc_malignancy", "LidcMalignancy"),
    "lidc-idri": ("harness.data.lidc_idri", "LidcIdri"),
    "rsna-recall": ("harness.data.rsna_mammo", "RsnaRecall"),
    "rsna-cancer": ("harness.data.rsna_mammo", "RsnaCancer"),
    "rsna-paper": ("harness.data.rsna_mammo", "RsnaPaper"),
}
"""Name: module and class. Imported when asked for: a provider may need libraries that no other needs."""


def provider_named(name: str) -> Provider:
    """The provider that a benchmark file names. Raises InvalidInput for an unknown one."""
    if name not in _PROVIDERS:
        raise InvalidInput(
            f"there is no data provider {name!r}", remedy=f"name one of these in the benchmark: {', '.join(_PROVIDERS)}"
        )
    module, attribute = _PROVIDERS[name]
    provider: Provider = getattr(import_module(module), attribute)()
    return provider
