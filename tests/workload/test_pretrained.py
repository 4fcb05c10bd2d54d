"""Weights from a file: all but the classifier's are the file's, and a file that does not fit is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file
from torch import nn

from harness.workload.failure import Refused
from harness.workload.model import build_model
from harness.workload.plan import Plan, read_plan
from harness.workload.pretrained import input_of, sha256_of
from harness.workload.session import _standardiser
from tests.workload.material import plan

pytestmark = pytest.mark.torch

FIRST = "features.conv0.weight"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, torch.Tensor]]:
    """A file as the hub's is, but with weights drawn at random."""
    torch.manual_seed(99)
    state = timm.create_model("densenet121", pretrained=False).state_dict()
    file = tmp_path_factory.mktemp("weights") / "model.safetensors"
    save_file(state, file)
    return file, state


def _plan(file: Path | None, model: str = "densenet121", size: int = 64, channels: int = 3, seed: int = 1) -> Plan:
    kind = "random" if file is None else "imagenet"
    read = read_plan(plan(model=model, seed=seed))
    return dataclasses.replace(read, input=size, image=(channels, size, size), initialization=kind, weights=file)


def _state(net: nn.Module) -> dict[str, torch.Tensor]:
    return {name.removeprefix("0."): tensor for name, tensor in net.state_dict().items()}


def test_everything_but_the_classifier_is_the_file_s(trained: tuple[Path, dict[str, torch.Tensor]]) -> None:
    file, expected = trained
    found, again, random = (_state(build_model(_plan(where))) for where in (file, file, None))
    assert found.keys() == expected.keys()
    for name, tensor in found.items():
        source = random if name.startswith("classifier.") else expected
        assert torch.equal(tensor, source[name]), name
        assert torch.equal(tensor, again[name]), name
    assert not torch.equal(found[FIRST], random[FIRST])
    assert found["classifier.weight"].shape == (1, 1024)


def test_the_classifier_follows_the_seed(trained: tuple[Path, dict[str, torch.Tensor]]) -> None:
    one, two = (_state(build_model(_plan(trained[0], seed=seed))) for seed in (1, 2))
    assert torch.equal(one[FIRST], two[FIRST])
    assert not torch.equal(one["classifier.weight"], two["classifier.weight"])


def test_one_channel_gets_the_sum_of_three(trained: tuple[Path, dict[str, torch.Tensor]]) -> None:
    """As timm adapts it: a grey image gives what it would give as three equal channels."""
    file, expected = trained
    found = _state(build_model(_plan(file, channels=1)))
    torch.testing.assert_close(found[FIRST], expected[FIRST].sum(1, keepdim=True))


@pytest.mark.slow
def test_swin_s_other_classifier(tmp_path: Path) -> None:
    state = timm.create_model("swinv2_base_window8_256", pretrained=False).state_dict()
    save_file(state, tmp_path / "model.safetensors")
    found = _state(build_model(_plan(tmp_path / "model.safetensors", "swinv2_base_window8_256", 256)))
    assert found["head.fc.weight"].shape == (1, 1024)
    assert torch.equal(found["patch_embed.proj.weight"], state["patch_embed.proj.weight"])


def _without_a_layer(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: tensor for name, tensor in state.items() if name != "features.norm5.weight"}


def _with_one_too_many(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {**state, "extra": torch.zeros(1)}


def _of_other_shape(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {**state, "features.norm5.weight": torch.zeros(7)}


def _of_other_input(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {**state, FIRST: torch.zeros(64, 5, 7, 7)}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_without_a_layer, 'does not fit densenet121: Missing key.*"features.norm5.weight"'),
        (_with_one_too_many, 'does not fit densenet121: Unexpected key.*"extra"'),
        (_of_other_shape, r"does not fit densenet121: size mismatch for features\.norm5\.weight"),
        (_of_other_input, r"does not fit densenet121: Pretrained features\.conv0 weight shape"),
    ],
)
def test_refuses_what_does_not_fit(
    trained: tuple[Path, dict[str, torch.Tensor]],
    tmp_path: Path,
    change: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]],
    says: str,
) -> None:
    file = tmp_path / "model.safetensors"
    save_file(change(trained[1]), file)
    with pytest.raises(Refused, match=says):
        build_model(_plan(file))


def test_refuses_what_is_no_such_file(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    with pytest.raises(Refused, match="can't be read: the file is not there"):
        build_model(_plan(file))
    with pytest.raises(Refused, match="can't be read: No such file"):
        sha256_of(file)
    file.write_bytes(b"x" * 100)
    assert sha256_of(file) == sha256(b"x" * 100).hexdigest()
    with pytest.raises(Refused, match="is no safetensors file"):
        build_model(_plan(file))
    with pytest.raises(Refused, match="only safetensors files are read"):
        build_model(_plan(tmp_path / "model.pth"))


@pytest.mark.parametrize(("model", "size"), [("cnn", 64), ("mlp", 64), ("vit_base_patch32_plus_256", 256)])
def test_refuses_a_model_without_weights(trained: tuple[Path, dict[str, torch.Tensor]], model: str, size: int) -> None:
    with pytest.raises(Refused, match=f"model {model} has no weights that were trained on ImageNet"):
        build_model(_plan(trained[0], model, size))


def test_images_are_standardised_as_the_weights_expect(trained: tuple[Path, dict[str, torch.Tensor]]) -> None:
    images = torch.randint(256, (4, 3, 64, 64), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    expected = (images / 255 - torch.tensor(timm.data.IMAGENET_DEFAULT_MEAN).reshape(1, 3, 1, 1)) / torch.tensor(
        timm.data.IMAGENET_DEFAULT_STD
    ).reshape(1, 3, 1, 1)
    assert torch.allclose(_standardiser(_plan(trained[0]), images)(images), expected, atol=1e-5)
    own = _standardiser(_plan(None), images)(images)
    assert torch.allclose(own.mean((0, 2, 3)), torch.zeros(3), atol=1e-5)


@pytest.mark.parametrize("channels", [1, 2])
def test_other_channels_than_colours_take_the_colours_mean(channels: int) -> None:
    mean, deviation = input_of("swinv2_base_window8_256", channels)
    assert mean.tolist() == pytest.approx([0.449] * channels)
    assert deviation.tolist() == pytest.approx([0.226] * channels)
