from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harness.runtime.sandbox import container_settings, host_settings
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
