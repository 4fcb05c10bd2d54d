from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harness.runtime.sandbox import container_settings, host_settings, weights_path
from tests.runtime.talk import launch


def test_without_a_card_no_device_is_asked_for_and_none_leaks_in(tmp_path: Path) -> None:
    plain = launch(tmp_path, "")
    assert host_settings(plain)["device_requests"] == []
    assert container_settings(plain, {})["environment"]["NVIDIA_VISIBLE_DEVICES"] == "void"


def test_a_card_is_given_by_uuid_alone(tmp_path: Path) -> None:
    with_card = replace(launch(tmp_path, ""), gpu_uuid="GPU-1234")
    (request,) = host_settings(with_card)["device_requests"]
    assert request["DeviceIDs"] == ["GPU-1234"]
    assert request["Count"] == 0
    assert "gpu" in request["Capabilities"][0] and "utility" in request["Capabilities"][0]


def test_swap_is_off_and_limits_are_the_rulesets(tmp_path: Path) -> None:
    settings = host_settings(replace(launch(tmp_path, ""), cpus=(2, 5)))
    assert settings["mem_limit"] == settings["memswap_limit"] == 256 * 1024**2
    assert settings["shm_size"] == 64 * 1024**2
    assert settings["pids_limit"] == 64
    assert settings["cpuset_cpus"] == "2,5"


def test_the_image_s_own_command_is_kept_where_none_is_given(tmp_path: Path) -> None:
    settings = container_settings(replace(launch(tmp_path, ""), command=None), {"a": "b"})
    assert "command" not in settings and "entrypoint" not in settings
    assert settings["labels"] == {"a": "b"}


def test_of_the_weights_the_one_file_is_mounted_read_only(tmp_path: Path) -> None:
    plain = launch(tmp_path, "")
    assert [mount["Target"] for mount in host_settings(plain)["mounts"]] == ["/data"]
    assert weights_path(plain) is None
    file = tmp_path / "weights" / "densenet121" / "model.safetensors"
    given = replace(plain, weights=file)
    data, weights = host_settings(given)["mounts"]
    assert (data["Target"], data["ReadOnly"]) == ("/data", True)
    assert (weights["Source"], weights["Target"]) == (str(file), "/weights/model.safetensors")
    assert weights["ReadOnly"] and weights["Type"] == "bind"
    assert weights_path(given) == "/weights/model.safetensors"
