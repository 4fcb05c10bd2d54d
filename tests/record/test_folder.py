"""A run's folder: complete exactly when the record is there."""

import json

import pytest

from harness.record.folder import RECORD, RunFolder, finished, write_json


@pytest.fixture
def folder(tmp_path):
    return RunFolder.create(tmp_path / "runs", "one")


def test_a_new_folder_is_empty_and_incomplete(folder):
    assert list(folder.data.iterdir()) == []
    assert not folder.complete


def test_a_run_id_is_used_once(folder):
    with pytest.raises(FileExistsError):
        RunFolder.create(folder.root.parent, "one")


def test_released_files_are_the_same_files_and_are_taken_away_without_harm(folder, tmp_path):
    source = tmp_path / "train_images.npy"
    source.write_bytes(b"images")
    folder.release((source,))
    assert (folder.data / source.name).samefile(source)
    folder.clear_data()
    assert source.read_bytes() == b"images"
    assert not folder.data.exists()


def test_closing_completes_it(folder):
    digest = folder.close({"run": "one"})
    assert digest.startswith("sha256:")
    assert [(found.root, record) for found, record in finished(folder.root.parent)] == [(folder.root, {"run": "one"})]


def test_an_interrupted_or_broken_run_is_not_finished(folder):
    assert list(finished(folder.root.parent)) == []
    (folder.root / RECORD).write_text("{")
    assert list(finished(folder.root.parent)) == []


def test_digests_are_of_every_file_but_the_record_and_what_is_half_written(folder):
    write_json(folder.root / "plan.json", {})
    (folder.root / "system.json.part").write_text("{")
    folder.close({})
    assert list(folder.digests()) == ["plan.json"]


def test_a_failed_write_leaves_the_old_file(tmp_path):
    write_json(tmp_path / "a.json", {"old": 1})
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"new": float("nan")})
    assert json.loads((tmp_path / "a.json").read_text()) == {"old": 1}
