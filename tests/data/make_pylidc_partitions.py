"""Write ``pylidc_partitions.json.gz``: how pylidc itself clusters the annotations of every scan.

This is a tool, not a test: it is run by hand, in an old environment of its own, and its output is kept beside it.
pylidc 0.2.3 uses ``np.int`` and ``pkg_resources``, so it runs on Python 3.11 only beside packages of its day::

    python3.11 -m venv old
    old/bin/pip install 'numpy<1.24' 'setuptools<80' 'scipy<1.11' 'matplotlib<3.8' 'scikit-image<0.21' \
        'sqlalchemy<2' 'pydicom<2.4' pylidc==0.2.3
    old/bin/python tests/data/make_pylidc_partitions.py tests/data/pylidc_partitions.json.gz

It calls the original ``Scan.cluster_annotations()`` with its defaults (metric ``min``, tolerance = slice thickness)
and takes about five minutes. The file holds ``{"<scan id>": [[annotation id, ...], ...]}`` for all 1,018 scans, inner
lists ascending, outer lists by their first member; scans without annotations have an empty list.
"""

from __future__ import annotations

import gzip
import importlib
import json
import sys
import warnings
from pathlib import Path


def main(target: Path) -> None:
    """Cluster every scan with pylidc and write the partitions to `target`, without a time stamp inside."""
    warnings.simplefilter("ignore", DeprecationWarning)  # np.int, once for every contour
    pylidc = importlib.import_module("pylidc")
    partitions = {}
    for scan in pylidc.query(pylidc.Scan).order_by(pylidc.Scan.id):
        clusters = scan.cluster_annotations(verbose=False)
        partitions[str(scan.id)] = sorted(sorted(annotation.id for annotation in cluster) for cluster in clusters)
    text = json.dumps(partitions, separators=(",", ":"))
    with target.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
        packed.write(text.encode("ascii"))
    sizes = [len(cluster) for clusters in partitions.values() for cluster in clusters]
    print(f"{len(partitions)} scans, {len(sizes)} clusters, {sum(sizes)} annotations")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
