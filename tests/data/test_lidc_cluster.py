from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.data.lidc.cluster import cluster
from harness.data.lidc.source import Annotation, Contour, Scan
from tests.data.conftest import reference


@pytest.fixture(scope="module")
def partitions(scans):
    return {scan.id: cluster(scan) for scan in scans}


def ids(nodules: list[tuple[Annotation, ...]]) -> list[list[int]]:
    return sorted(sorted(annotation.id for annotation in nodule) for nodule in nodules)


def test_the_partition_of_every_scan_is_pylidcs_own(partitions):
    expected = reference("pylidc_partitions.json.gz")
    assert len(expected) == 1018
    differing = [scan for scan, nodules in partitions.items() if ids(nodules) != expected[scan]]
    assert differing == []


def test_nodules_by_number_of_annotations(partitions):
    sizes = Counter(len(nodule) for nodules in partitions.values() for nodule in nodules)
    assert sizes == {1: 771, 2: 488, 3: 481, 4: 897, 5: 8, 6: 2, 7: 3, 8: 1}
    assert sum(sizes.values()) == 2651


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_the_order_of_annotations_does_not_matter(scans, partitions, data):
    scan = data.draw(st.sampled_from([scan for scan in scans if 2 <= len(scan.annotations) <= 30]))
    shuffled = data.draw(st.permutations(scan.annotations))
    assert ids(cluster(replace(scan, annotations=tuple(shuffled)))) == ids(partitions[scan.id])


def dot(number: int, x: int, y: int, z: float) -> Annotation:
    return Annotation(number, (Contour(True, z, np.array([[x, y]])),))


def scan_of(*annotations: Annotation, thickness: float = 2.5) -> Scan:
    return Scan(1, "p", thickness, 0.7, False, (0.0, 5.0, 10.0, 15.0), annotations)


def test_a_scan_without_annotations_has_no_nodules():
    assert cluster(scan_of()) == []


def test_the_tolerance_is_inclusive_and_counts_in_pixels_and_slices_not_millimetres():
    # Two pixels apart and one slice: root of 5 = 2.236 index units, though the slices are 5 mm apart.
    assert ids(cluster(scan_of(dot(1, 10, 10, 0.0), dot(2, 12, 10, 5.0)))) == [[1, 2]]
    assert ids(cluster(scan_of(dot(1, 10, 10, 0.0), dot(2, 13, 10, 0.0)))) == [[1], [2]]
    assert ids(cluster(scan_of(dot(1, 10, 10, 0.0), dot(2, 13, 10, 0.0), thickness=3.0))) == [[1, 2]]


def test_what_touches_through_a_third_is_one_nodule():
    assert ids(cluster(scan_of(dot(1, 0, 0, 0.0), dot(2, 4, 0, 0.0), dot(3, 2, 0, 0.0)))) == [[1, 2, 3]]


def test_the_tolerance_shrinks_until_no_nodule_has_more_than_four():
    near = [dot(number, number, 0, 0.0) for number in (1, 2, 3)]
    far = [dot(number, number + 1, 0, 0.0) for number in (4, 5)]
    # 2.5 joins all five; at 2.5 * 0.9**3 = 1.82 the gap of two pixels opens.
    assert ids(cluster(scan_of(*near, *far))) == [[1, 2, 3], [4, 5]]


def test_five_at_one_point_stay_together_when_the_tolerance_runs_out():
    assert ids(cluster(scan_of(*(dot(number, 7, 7, 0.0) for number in range(1, 6))))) == [[1, 2, 3, 4, 5]]
