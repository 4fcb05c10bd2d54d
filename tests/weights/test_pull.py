"""`harness weights` against a hub on loopback: what comes, what is kept, and what goes wrong on the way."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.cli.main import main
from harness.errors import InvalidInput, MachineLacks
from harness.places import Home
from harness.spec.schema import validator
from harness.weights import download
from harness.weights.pull import pull
from harness.weights.shelf import Weights, check, find, need
from tests.weights.hub import COMMIT, Hub, serving, weights_file

MODEL = "densenet121"
CONTENT = weights_file()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(download, "_WAIT_S", 0.0)
    monkeypatch.setenv("no_proxy", "*")
    with serving(Hub(CONTENT)) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        yield hub


def fetch(home: Home, *, again: bool = False, model: str = MODEL) -> tuple[Weights, list[str]]:
    said: list[str] = []
    return pull(model, home, said.append, lambda done, total: None, again=again), said


def files(home: Home) -> list[str]:
    return sorted(path.name for path in (home.weights / MODEL).iterdir() if path.name != ".lock")


def test_fetches_once_and_writes_down_what_came(hub: Hub, home: Home) -> None:
    kept, _ = fetch(home)
    assert kept.path.read_bytes() == CONTENT
    assert kept.path.stat().st_mode & 0o777 == 0o444
    document = json.loads((home.weights / MODEL / "weights.json").read_text())
    validator("weights").validate(document)
    assert (document["sha256"], document["etag"], document["commit"]) == (SHA256, SHA256, COMMIT)
    assert (document["repository"], document["size"]) == ("timm/densenet121.ra_in1k", len(CONTENT))
    assert files(home) == ["model.safetensors", "weights.json"]
    assert hub.asked[0][:2] == ("HEAD", "/timm/densenet121.ra_in1k/resolve/main/model.safetensors")
    asked = len(hub.asked)
    again, said = fetch(home)
    assert (again.sha256, len(hub.asked)) == (SHA256, asked)
    assert said == ["densenet121: already here, verified"]
    assert need(MODEL, home).path == kept.path
    fetch(home, again=True)
    assert len(hub.asked) > asked


def test_goes_on_where_a_connection_broke(hub: Hub, home: Home) -> None:
    hub.breaks = [1_000_000, 500_000]
    fetch(home)
    starts = [asked for command, path, asked in hub.asked if command == "GET" and path == "/bytes"]
    assert starts == [None, "bytes=1000000-", "bytes=1500000-"]


def test_starts_over_where_the_other_side_can_t_go_on(hub: Hub, home: Home) -> None:
    hub.breaks, hub.ranges = [1_000_000], False
    assert fetch(home)[0].sha256 == SHA256


def test_a_body_that_stays_cut_off_is_kept_for_the_next_time(hub: Hub, home: Home) -> None:
    hub.breaks = [100_000] * download._ATTEMPTS
    with pytest.raises(MachineLacks, match=r"broke off after 500,000 of 3,000,\d+ bytes, 5 times") as caught:
        fetch(home)
    assert caught.value.remedy == "the same command goes on from there"
    assert find(MODEL, home) is None
    hub.asked.clear()
    fetch(home)
    assert ("GET", "/bytes", "bytes=500000-") in hub.asked


def test_a_whole_part_left_by_a_kill_is_not_fetched_again(hub: Hub, home: Home) -> None:
    folder = home.weights / MODEL
    folder.mkdir(parents=True)
    mark = hashlib.sha256(SHA256.encode()).hexdigest()[:16]
    (folder / f"model.safetensors.{mark}.part").write_bytes(CONTENT)
    (folder / "model.safetensors.aaaa.part").write_bytes(b"of another revision")
    assert fetch(home)[0].sha256 == SHA256
    assert [command for command, _, _ in hub.asked] == ["HEAD"]
    assert files(home) == ["model.safetensors", "weights.json"]


def test_a_wrong_checksum_is_refused_and_thrown_away(hub: Hub, home: Home) -> None:
    hub.etag = "f" * 64
    with pytest.raises(MachineLacks, match=f"what came has the SHA-256 {SHA256}, the hub says ffff"):
        fetch(home)
    assert files(home) == []


def test_without_checksum_the_form_is_still_looked_at(hub: Hub, home: Home) -> None:
    hub.etag, hub.tells_size = "", False
    assert fetch(home)[0].document["etag"] is None
    hub.content = b"<html>please log in</html>" * 100
    with pytest.raises(MachineLacks, match="no whole safetensors file"):
        fetch(home, again=True)
    assert need(MODEL, home).sha256 == SHA256  # the one before stays


def test_a_repository_that_was_renamed_is_followed(hub: Hub, home: Home) -> None:
    hub.renamed = True
    assert fetch(home)[0].document["commit"] == COMMIT


@pytest.mark.parametrize(("status", "says"), [(404, "moved or removed"), (401, "HF_ENDPOINT"), (503, "try again")])
def test_a_hub_that_refuses(hub: Hub, home: Home, status: int, says: str) -> None:
    hub.status = status
    with pytest.raises(MachineLacks, match=f"HTTP {status}") as caught:
        fetch(home)
    assert says in str(caught.value.remedy)


def test_no_hub(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}/")
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(MachineLacks, match=r"can't be reached: .*refused") as caught:
        fetch(home)
    assert "HF_ENDPOINT" in str(caught.value.remedy)


def test_room_is_looked_at_first(hub: Hub, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1_000_000))
    with pytest.raises(MachineLacks, match=r"need 70 MB at .*, where 1 MB are free"):
        fetch(home)
    assert [command for command, _, _ in hub.asked] == ["HEAD"]


def test_never_from_an_encrypted_connection_to_an_open_one() -> None:
    from email.message import Message
    from io import BytesIO
    from urllib.request import Request

    with pytest.raises(MachineLacks, match="without encryption"):
        download._Following().redirect_request(
            Request("https://hub.invalid/a"),
            BytesIO(),
            302,
            "",
            Message(),  # type: ignore[arg-type]
            "http://other.invalid/b",
        )


def test_damage_is_named_and_mended(hub: Hub, home: Home) -> None:
    kept, _ = fetch(home)
    kept.path.chmod(0o644)
    kept.path.write_bytes(CONTENT[:-1] + b"x")
    with pytest.raises(MachineLacks, match="are damaged") as caught:
        need(MODEL, home)
    assert caught.value.remedy == "`harness weights pull densenet121 --again`"
    mended, said = fetch(home)
    assert "fetching them again" in said[0]
    check(mended)
    (home.weights / MODEL / "weights.json").write_text('{"sha256": "x"}')
    with pytest.raises(MachineLacks, match="is not what it should be"):
        find(MODEL, home)
    assert fetch(home)[0].sha256 == SHA256


def test_missing_weights_are_named_with_the_command(home: Home) -> None:
    with pytest.raises(MachineLacks, match="pretrained weights of densenet121 are not here") as caught:
        need(MODEL, home)
    assert caught.value.remedy is not None and "`harness weights pull densenet121`" in caught.value.remedy


@pytest.mark.parametrize("model", ["cnn", "mlp", "vit_base_patch32_plus_256"])
def test_a_model_without_weights(home: Home, model: str) -> None:
    with pytest.raises(InvalidInput, match=f"model {model} has no weights") as caught:
        need(model, home)
    assert caught.value.remedy == "models that have: densenet121, swinv2_base_window8_256"


def run_command(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["weights", *arguments])
    return int(ended.value.code or 0)


def test_the_command(hub: Hub, home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LEANMED_HOME", str(home.root))
    assert run_command("pull", MODEL, "--json") == 0
    printed = capsys.readouterr()
    (row,) = json.loads(printed.out)
    assert (row["sha256"], Path(row["path"]).parent.name) == (SHA256, MODEL)
    assert "fetching densenet121, MB: 4 of 4" in printed.err
    assert run_command("list", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["model"], row["state"]) for row in rows] == [
        (MODEL, "here"),
        ("swinv2_base_window8_256", "not here"),
    ]
    assert run_command("pull", MODEL, "cnn") == 2
    assert "models that have" in capsys.readouterr().err
    hub.status = 404
    assert run_command("pull", "swinv2_base_window8_256") == 3
