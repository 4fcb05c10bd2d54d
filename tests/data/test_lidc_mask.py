from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.data.lidc.mask import Mask, enclosed, fill, slice_slabs
from harness.data.lidc.source import Annotation, Contour, Scan
from tests.data.conftest import reference

DIFFERENT = {2459, 4989, 5991}
"""Where ours and pylidc's masks differ by up to ten pixels. 2459 and 5991 have several contours in one slice: pylidc
takes the pixels of each contour out of the others drawn before it, so that the order of drawing matters; united
inclusions do not. 4989 jumps over a pixel: its centre lies on the outline, and so is not inside."""


def rectangle(left: int, top: int, right: int, bottom: int) -> Any:
    """The outline of a rectangle, one pixel a step, clockwise from its upper left corner."""
    along = [(x, top) for x in range(left, right)] + [(right, y) for y in range(top, bottom)]
    back = [(x, bottom) for x in range(right, left, -1)] + [(left, y) for y in range(bottom, top, -1)]
    return np.array(along + back)


def scan_with(*contours: Any) -> Scan:
    drawn = tuple(Contour(inclusion, z, np.array(points)) for inclusion, z, points in contours)
    return Scan(1, "p", 9.9, 0.5, False, (0.0, 2.0, 4.0, 6.0, 8.0), (Annotation(1, drawn),))


def mask_of(*contours: Any) -> Mask:
    scan = scan_with(*contours)
    return fill(scan.annotations[0], scan)


def test_masks_are_pylidcs_own_but_for_three_annotations(scans):
    expected = reference("pylidc_voxels.json.gz")
    differing = {}
    for scan in scans:
        for annotation in scan.annotations:
            found = int(fill(annotation, scan).voxels.sum())
            if found != expected[annotation.id]:
                differing[annotation.id] = found - expected[annotation.id]
    assert len(expected) == 6859
    assert differing.keys() == DIFFERENT
    assert max(map(abs, differing.values())) == 10


sides = st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(2, 20), st.integers(2, 20))


@given(sides)
def test_a_rectangle_encloses_what_lies_strictly_within(box):
    left, top, width, height = box
    mask = mask_of((True, 4.0, rectangle(left, top, left + width, top + height)))
    assert mask.voxels.shape == (1, height - 1, width - 1)  # row is y, column is x
    assert mask.voxels.all()
    assert mask.volume == (width - 1) * (height - 1) * 500_000**2 * 2_000_000


@given(st.floats(2.0, 40.0))
def test_a_disc_has_the_area_of_its_lattice_points(radius):
    corners = [(50 + radius * np.cos(a), 50 + radius * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 721)]
    points = np.rint(corners).astype(np.int64)
    inside, outline = enclosed(points, (110, 110))
    assert not (inside & outline).any()
    # The outline is a one-pixel band around the circle, so what is inside lies between two discs.
    assert np.pi * (radius - 1.5) ** 2 <= inside.sum() <= np.pi * (radius + 0.5) ** 2


polygons = st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)), min_size=1, max_size=14)


@given(polygons, st.integers(0, 13), st.booleans())
def test_start_and_direction_of_drawing_do_not_matter(points, start, backwards):
    one = np.array(points)
    other = np.roll(one, start, axis=0)[:: -1 if backwards else 1]
    for first, second in zip(enclosed(one, (25, 25)), enclosed(other, (25, 25)), strict=True):
        assert (first == second).all()


@given(polygons)
def test_turning_the_polygon_turns_what_it_encloses(points):
    inside, outline = enclosed(np.array(points), (25, 25))
    turned_inside, turned_outline = enclosed(np.array(points)[:, ::-1], (25, 25))
    assert (turned_inside == inside.T).all()
    assert (turned_outline == outline.T).all()


@given(polygons)
def test_a_closed_contour_is_the_same_as_an_open_one(points):
    one = np.array(points)
    assert (enclosed(one, (25, 25))[0] == enclosed(np.vstack([one, one[:1]]), (25, 25))[0]).all()


@given(polygons)
def test_inside_agrees_with_exact_crossings(points):
    """The same even-odd rule, one pixel at a time in fractions."""
    inside, outline = enclosed(np.array(points), (25, 25))
    edges = list(zip(points, points[1:] + points[:1], strict=True))
    for y in range(0, 25, 3):
        for x in range(0, 25, 3):
            crossed = sum(
                (a[1] <= y) != (b[1] <= y) and x < a[0] + Fraction((y - a[1]) * (b[0] - a[0]), b[1] - a[1])
                for a, b in edges
            )
            if not outline[y, x]:
                assert inside[y, x] == (crossed % 2 == 1)


def test_long_steps_are_outline_too():
    inside, outline = enclosed(np.array([(0, 0), (6, 0), (6, 6), (0, 6)]), (7, 7))
    assert outline.sum() == 24
    assert inside.sum() == 25


def test_an_exclusion_takes_its_own_pixels_away_too_whatever_the_order():
    outer, hole = (True, 4.0, rectangle(0, 0, 10, 10)), (False, 4.0, rectangle(3, 3, 6, 6))
    for contours in ((outer, hole), (hole, outer)):
        assert mask_of(*contours).voxels.sum() == 9 * 9 - 4 * 4


def test_overlapping_inclusions_are_united():
    contours = [(True, 4.0, rectangle(0, 0, 6, 6)), (True, 4.0, rectangle(3, 0, 9, 6))]
    for order in (contours, contours[::-1]):
        assert mask_of(*order).voxels.sum() == 5 * 8


def test_a_contour_that_encloses_nothing_adds_nothing():
    mask = mask_of((True, 4.0, rectangle(0, 0, 4, 4)), (True, 6.0, [(1, 1), (2, 1), (2, 2)]))
    assert mask.voxels.shape == (1, 3, 3)
    assert mask.slabs.tolist() == [[3_000_000, 5_000_000]]


def test_an_annotation_that_encloses_nothing_is_refused():
    with pytest.raises(ValueError, match="annotation 1 enclose no pixel"):
        mask_of((True, 4.0, [(1, 1), (2, 1), (2, 2)]))


def test_a_slice_left_out_in_between_stays_empty():
    mask = mask_of((True, 2.0, rectangle(0, 0, 4, 4)), (True, 6.0, rectangle(0, 0, 4, 4)))
    assert mask.voxels.any(axis=(1, 2)).tolist() == [True, False, True]


def test_slices_reach_half_way_to_their_neighbours():
    slabs = slice_slabs((-3.0, -2.0, 0.0, 0.5))
    assert slabs.tolist() == [
        [-3_500_000, -2_500_000],
        [-2_500_000, -1_000_000],
        [-1_000_000, 250_000],
        [250_000, 750_000],
    ]


def test_slice_thickness_plays_no_part():
    mask = mask_of((True, 4.0, rectangle(0, 0, 4, 4)))  # the scan claims slices of 9.9 mm
    assert mask.slabs.tolist() == [[3_000_000, 5_000_000]]
