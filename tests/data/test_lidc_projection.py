from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from harness.data.lidc.mask import Mask, fill
from harness.data.lidc.projection import PIXEL, SIZE, extent, grey, project, volumes


def box_mask(slices: int, rows: int, columns: int, *, slice_: int = 700_000, start: int = 0) -> Mask:
    edges = start + np.arange(slices + 1) * slice_
    return Mask(np.ones((slices, rows, columns), dtype=bool), 700_000, np.column_stack([edges[:-1], edges[1:]]))


def test_a_box_on_the_grid_shows_its_sides():
    axial, coronal, sagittal = project(box_mask(4, 6, 8))
    # 0.7 mm voxels: thickness 2.8, 4.2 and 5.6 mm, in tenths of a millimetre.
    assert sorted(set(axial.ravel().tolist())) == [0, 28]
    assert axial[29:35, 28:36].min() == 28
    assert (axial > 0).sum() == 6 * 8
    assert coronal[30:34, 28:36].min() == 42
    assert (coronal > 0).sum() == 4 * 8
    assert sagittal[30:34, 29:35].min() == 56
    assert (sagittal > 0).sum() == 4 * 6


def test_rows_run_from_head_to_feet_in_coronal_and_sagittal_views():
    mask = box_mask(4, 2, 2)
    mask.voxels[1:, 0, 0] = False  # the corner is filled in the lowest slice only
    _, coronal, sagittal = project(mask)
    assert coronal[33, 31] == coronal[33, 32] == 14
    assert coronal[30, 31] == 7
    assert sagittal[33, 31] == 14
    assert sagittal[30, 31] == 7


shapes = hnp.arrays(bool, st.tuples(*(st.integers(1, 9),) * 3))
spacings = st.integers(460_937, 976_562)


def cut(voxels: Any, pixel: int, slice_: int, start: int = 0) -> Mask:
    """A mask as `fill` makes it: no empty outermost plane."""
    kept = [np.flatnonzero(voxels.any(axis=others)) for others in ((1, 2), (0, 2), (0, 1))]
    box = voxels[tuple(slice(one[0], one[-1] + 1) for one in kept)]
    return Mask(box, pixel, box_mask(len(box), 1, 1, slice_=slice_, start=start).slabs)


@given(shapes.filter(np.any), spacings, st.integers(500_000, 3_000_000))
def test_every_view_keeps_the_volume(voxels, pixel, slice_):
    mask = cut(voxels, pixel, slice_)
    axial, coronal, sagittal = (sum(view.ravel().tolist()) for view in volumes(mask))
    assert axial == coronal == sagittal
    # Sides of at least 0.46 mm, each rounded to a micrometre, in three directions.
    assert axial * 10**9 == pytest.approx(mask.volume, rel=3 * 1 / 460)


@given(shapes.filter(np.any))
def test_voxels_that_fit_the_pixels_are_counted_without_blur(voxels):
    mask = cut(voxels, 700_000, 700_000)
    for view, axis in zip(volumes(mask), (0, 1, 2), strict=True):
        counted = mask.voxels.sum(axis=axis)
        if all(side % 2 == 0 for side in counted.shape):
            assert sorted(view[view > 0].tolist()) == sorted((counted[counted > 0] * 700**3).tolist())


@given(shapes.filter(np.any), spacings, st.integers(-2_000_000, 2_000_000).map(lambda mm: mm * 1000))
def test_where_the_nodule_lies_in_the_body_does_not_matter(voxels, pixel, start):
    here, there = cut(voxels, pixel, 1_250_000), cut(voxels, pixel, 1_250_000, start=2 * start)
    assert (project(here) == project(there)).all()


@given(shapes.filter(np.any))
def test_a_mirrored_nodule_has_the_mirrored_image(voxels):
    # Even sides in µm: the middle of the box is a whole micrometre.
    axial, coronal, sagittal = project(cut(voxels, 700_000, 1_400_000))
    mirrored = project(cut(voxels[:, :, ::-1], 700_000, 1_400_000))
    assert (mirrored[0] == axial[:, ::-1]).all()
    assert (mirrored[1] == coronal[:, ::-1]).all()
    assert (mirrored[2] == sagittal).all()


@given(shapes.filter(np.any))
def test_swapping_rows_and_columns_swaps_the_views(voxels):
    axial, coronal, sagittal = project(cut(voxels, 700_000, 1_000_000))
    swapped = project(cut(voxels.transpose(0, 2, 1), 700_000, 1_000_000))
    assert (swapped[0] == axial.T).all()
    assert (swapped[1] == sagittal).all()
    assert (swapped[2] == coronal).all()


def test_what_is_larger_than_the_window_is_cut_off_around_its_middle():
    mask = box_mask(1, 80, 80, slice_=2_000_000)
    assert extent(mask) == (2000, 56_000, 56_000)
    axial, coronal, _ = project(mask)
    assert (axial == 20).all()
    assert axial.shape == (SIZE, SIZE)
    assert (coronal > 0).any(axis=1).sum() == 4  # 2 mm, in the middle of the pixel grid, touch four rows


def test_the_smallest_nodule_of_the_data_does_not_vanish(scans):
    masks = [fill(annotation, scan) for scan in scans[:150] for annotation in scan.annotations]
    smallest = min(masks, key=lambda mask: mask.volume)
    assert project(smallest).max(axis=(1, 2)).min() > 0


def test_grey_levels_round_to_the_nearest_tenth_of_a_millimetre_and_saturate():
    area = PIXEL**2
    thickness = np.array([0, 49, 50, 149, 150, 25_449, 25_450, 99_999])  # µm
    assert grey(thickness * area).tolist() == [0, 0, 1, 1, 2, 254, 255, 255]
