"""Cases, windows and patches of lidc-idri: figures of the real database, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.data.lidc.hounsfield import AIR, CENTRE, WIDTH, lung_window
from harness.data.lidc.patch import SIDE_MM, patch
from harness.data.lidc.slice_case import slice_cases
from harness.data.lidc.source import locate, read_series


@pytest.fixture(scope="module")
def cases(scans):
    return slice_cases(scans)


def test_the_paper_s_rule_gives_the_paper_s_figures(cases):
    """15,796 pairs of nodule and slice, 15,571 without the clusters above 4, 51 % positive."""
    assert len(cases) == 15_571
    assert sum(case.label for case in cases) == 7_879
    assert len({case.name for case in cases}) == len(cases)


def test_splits_are_by_patient(cases):
    by_group: dict[str, set[str]] = {}
    for case in cases:
        by_group.setdefault(case.group, set()).add(case.split)
    assert all(len(splits) == 1 for splits in by_group.values())
    assert len(by_group) == 870


def test_two_of_four_are_not_enough(cases):
    assert {case.raters for case in cases if case.label == 0} == {1, 2}
    assert {case.raters for case in cases if case.label == 1} == {3, 4}


def test_every_case_lies_on_a_slice_of_its_scan(cases):
    assert all(min(abs(case.z - z) for z in case.scan.slice_zs) <= 0.01 for case in cases)
    assert all(0 <= case.row < 512 and 0 <= case.column < 512 for case in cases)


def test_the_shown_rater_is_drawn_from_all_who_drew(cases):
    """Among cases that one of two raters drew wide of the other the centres differ, so that order would show."""
    order_of_scans = slice_cases(list({case.scan.id: case.scan for case in reversed(cases[:400])}.values()))
    assert {case.name for case in order_of_scans} >= {case.name for case in cases[:400]}
    by_name = {case.name: case for case in order_of_scans}
    assert all((by_name[c.name].row, by_name[c.name].column) == (c.row, c.column) for c in cases[:400])


def test_every_series_of_the_database_has_a_uid():
    assert len(read_series(locate())) == 1018


def test_the_window_is_the_standard_s_linear_function():
    units = np.arange(2 * AIR, 1500, dtype=np.int16)  # the lower end lies below air
    grey = lung_window(units)
    low, high = CENTRE - 0.5 - (WIDTH - 1) / 2, CENTRE - 0.5 + (WIDTH - 1) / 2
    assert set(grey[units <= low].tolist()) == {0}
    assert (grey[units > high] == 255).all()
    assert (np.diff(grey.astype(int)) >= 0).all()
    middle = ((units - (CENTRE - 0.5)) / (WIDTH - 1) + 0.5) * 255
    inside = (units > low) & (units <= high)
    assert np.abs(grey[inside] - middle[inside]).max() <= 0.5


SLICE = np.random.default_rng(0).integers(0, 256, (64, 80), dtype=np.uint8)


@given(st.integers(-10, 80), st.integers(-10, 90))
def test_at_its_own_resolution_a_patch_is_the_slice_itself(row, column):
    """With an odd number of pixels of the slice's own size, no value is between two."""
    pixels = 15
    taken = patch(SLICE, row, column, spacing=SIDE_MM / pixels, pixels=pixels)
    padded = np.pad(SLICE, 40)
    assert (taken == padded[row + 40 - 7 : row + 40 + 8, column + 40 - 7 : column + 40 + 8]).all()


@given(st.floats(20, 40), st.floats(20, 40), st.integers(-5, 5), st.integers(-5, 5))
def test_shifting_the_slice_shifts_the_patch(row, column, down, right):
    moved = np.roll(SLICE, (down, right), axis=(0, 1))
    first = patch(SLICE, row, column, spacing=SIDE_MM / 16, pixels=32)
    second = patch(moved, row + down, column + right, spacing=SIDE_MM / 16, pixels=32)
    assert np.abs(first.astype(int) - second.astype(int)).max() <= 1


def test_the_physical_size_is_the_same_at_any_spacing():
    """A square of 44.8 mm fills the middle half of the patch, whatever its pixels."""
    for spacing in (0.5, 0.7, 0.9):
        grey = np.zeros((400, 400), dtype=np.uint8)
        half = round(SIDE_MM / 4 / spacing)
        grey[200 - half : 200 + half, 200 - half : 200 + half] = 255
        share = patch(grey, 199.5, 199.5, spacing=spacing, pixels=256).mean() / 255
        assert share == pytest.approx(0.25, abs=0.01)


def test_beyond_the_edge_it_is_black():
    white = np.full((64, 64), 255, dtype=np.uint8)
    taken = patch(white, 0, 32, spacing=0.7, pixels=128)
    assert (taken[:60] == 0).all()
    assert (taken[70:100, 40:80] == 255).all()
