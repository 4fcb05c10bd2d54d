"""Windows from a journal, whole and cut short."""

from __future__ import annotations

from harness.curves.windows import MOST_EPOCHS, moments_of, windows


def line(at: float, **what: str) -> dict[str, object]:
    return {"at": at, **what}


def test_the_stamp_counts_where_edge_and_moment_have_one_name():
    found = moments_of([line(1.0, edge="go 1"), line(1.5, moment="go 1"), line(2.0, note="so"), line(3.0, fact="end")])
    assert found == {"go 1": 1.5, "end": 3.0}


def test_a_run_that_ended_while_it_trained_again():
    moments = {
        "idle begins": 1.0,
        "idle ends": 4.0,
        "go 1": 5.0,
        "epoch 1.1": 7.0,
        "trained 1": 8.0,
        "predicted 1": 9.0,
    }
    moments |= {"go 2": 10.0, "epoch 2.1": 11.0, "predicted 2": 12.0, "go 3": 13.0, "end": 14.25}
    found = windows(moments, "repeat")
    spans = [(span["name"], span["begin"], span["end"], span["whole"]) for span in found["spans"]]
    assert spans == [
        ("idle", -4, -1, True),
        ("training", 0, 3, True),
        ("prediction", 3, 4, True),
        ("repetitions", 5, 9.25, False),
    ]
    assert found["epochs"] == [2]


def test_before_go_there_is_nothing_to_count_from():
    found = windows({"idle begins": 1.0, "end": 2.0}, "idle")
    assert found["spans"] is None
    assert "before `go`" in found["reason"]


def test_of_many_epochs_the_edges_are_thinned_and_the_last_is_kept():
    moments = {"go 1": 0.0, "trained 1": 1000.5, "end": 1001.0}
    found = windows(moments | {f"epoch 1.{n}": float(n) for n in range(1, 1001)}, "train")
    assert len(found["epochs"]) <= MOST_EPOCHS
    assert (found["epochs"][0], found["epochs"][-1]) == (1, 1000)
