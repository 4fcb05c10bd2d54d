"""``dataset.json``: Croissant 1.0 metadata (mlcommons.org/croissant/1.0, JSON-LD), and what LeanMed adds to it.

Nothing in it is volatile: no date of building, no path, no name of a machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.data.dataset import content_digest
from harness.data.provider import Built, Provider

FORMATS = {".npy": "application/x-npy", ".csv": "text/csv"}
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "leanmed": {"@id": "https://leanmed.invalid/terms#dataset", "@type": "@json"},
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def describe(
    benchmark_id: str, provider: Provider, built: Built, folder: Path, recorded: Mapping[str, str]
) -> dict[str, Any]:
    """The document for the files in `folder`, whose SHA-256 are `recorded` by relative path."""
    about = provider.about
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": benchmark_id,
        "alternateName": about.title,
        "description": about.description,
        "license": about.license,
        "url": about.url,
        "citeAs": about.cite_as,
        "creator": [{"@type": "sc:Organization", "name": name} for name in about.creators],
        "datePublished": about.published,
        "keywords": list(about.keywords),
        "version": f"{provider.recipe()['version']}.0.0",
        "isLiveDataset": False,
        "distribution": [_file(folder, name, digest) for name, digest in recorded.items()],
        "recordSet": [_cases(folder)],
        "leanmed": {
            "schema": "leanmed/dataset/v1",
            "benchmark": benchmark_id,
            "digest": content_digest(recorded),
            "recipe": dict(provider.recipe()),
            "counts": built.counts,
            "trivial": built.trivial,
            "phantom": built.phantom,
            "strata": built.strata,
            "checksums": dict(recorded),
        },
    }


def _file(folder: Path, name: str, digest: str) -> dict[str, Any]:
    path = folder / name
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": path.name,
        "contentUrl": name,
        "contentSize": f"{path.stat().st_size} B",
        "encodingFormat": FORMATS[path.suffix],
        "sha256": digest,
    }


def _cases(folder: Path) -> dict[str, Any]:
    """The record set over ``host/cases.csv``: one record a case, its columns as in the file's first line."""
    with (folder / "host" / "cases.csv").open(encoding="ascii") as file:
        columns = file.readline().rstrip("\n").split(",")
    return {
        "@type": "cr:RecordSet",
        "@id": "cases",
        "name": "cases",
        "description": "One record a case: split, row in the split's files, patient group, and where it came from.",
        "key": {"@id": "cases/case"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"cases/{column}",
                "name": column,
                "dataType": "sc:Integer" if column == "row" else "sc:Text",
                "source": {"fileObject": {"@id": "host/cases.csv"}, "extract": {"column": column}},
            }
            for column in columns
        ],
    }
