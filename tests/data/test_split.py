import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.data.split import SPLITS, PatientSplit, shuffled

SPLIT = PatientSplit("leanmed/test/", (50, 15, 35))


def test_shares_are_met_over_many_patients():
    places = [SPLIT.of(f"patient {number}") for number in range(20_000)]
    for split, share in zip(SPLITS, (0.50, 0.15, 0.35), strict=True):
        assert places.count(split) / len(places) == pytest.approx(share, abs=0.015)


@given(st.text(max_size=30))
def test_a_patient_has_one_place_and_one_name(patient):
    assert SPLIT.of(patient) in SPLITS
    assert SPLIT.of(patient) == SPLIT.of(patient)
    assert SPLIT.group(patient) == SPLIT.group(patient)
    assert len(SPLIT.group(patient)) == 16


def test_places_are_fixed_for_ever():
    lidc = PatientSplit("leanmed/lidc-nodules/1/", (50, 15, 35))
    found = [lidc.of(f"LIDC-IDRI-{number:04d}") for number in range(1, 9)]
    assert found == EXPECTED


EXPECTED = ["val", "train", "train", "test", "train", "train", "train", "val"]


@given(st.lists(st.text(max_size=5), unique=True, max_size=20), st.randoms())
def test_shuffling_depends_on_the_names_only(names, random):
    again = list(names)
    random.shuffle(again)
    assert shuffled("p/", again) == shuffled("p/", names)
    assert sorted(shuffled("p/", names)) == sorted(names)


@given(st.lists(st.text(max_size=5), unique=True, min_size=1, max_size=20))
def test_dropping_a_name_leaves_the_order_of_the_others(names):
    order = shuffled("p/", names)
    assert shuffled("p/", names[1:]) == [name for name in order if name != names[0]]


def test_shares_must_add_up():
    with pytest.raises(ValueError, match="add up to 100, not 90"):
        PatientSplit("p/", (50, 15, 25))
