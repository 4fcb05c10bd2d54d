"""Weights trained on ImageNet, from a file that the harness fetched before the run.

timm builds the model that the file is for and loads it strictly, after its own renaming of old checkpoints' keys and
its own adaption of the first layer to the number of channels. Then everything but the classifier goes over to the model
that is trained, whose classifier stays as the run's seed drew it: the same one that the seed gives without a file.
"""

from __future__ import annotations

from hashlib import file_digest
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from harness.workload.failure import Refused

_STRICT_LOADING = ("Error(s) in loading state_dict", "Pretrained ")


def load_pretrained(net: nn.Module, model: str, channels: int, file: Path) -> None:
    """Give ``net``, timm's ``model`` with one output, the weights in ``file``.

    Raises `Refused` for a model that timm has no weights for, and for a file that can't be read or does not fit.
    """
    import timm
    from safetensors import SafetensorError

    config: Any = getattr(net, "pretrained_cfg", {})
    if not config.get("hf_hub_id"):
        raise Refused(f"model {model} has no weights that were trained on ImageNet")
    if file.suffix != ".safetensors":
        # Other formats would be unpickled.
        raise Refused(f"weights {file}: only safetensors files are read")
    try:
        whole: nn.Module = timm.create_model(
            model, pretrained=True, pretrained_cfg_overlay={"file": str(file)}, in_chans=channels
        )
    except OSError as error:
        raise Refused(f"weights {file} can't be read: {error.strerror or 'the file is not there'}") from error
    except SafetensorError as error:
        raise Refused(f"weights {file} is no safetensors file: {error}") from error
    except RuntimeError as error:
        if not str(error).startswith(_STRICT_LOADING):
            raise
        raise Refused(f"weights {file} does not fit {model}: {_first_difference(error)}") from error
    own, classifier = net.state_dict(), f"{config['classifier']}."
    net.load_state_dict(
        {name: own[name] if name.startswith(classifier) else tensor for name, tensor in whole.state_dict().items()}
    )


def input_of(model: str, channels: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of the images that the model's weights were trained on, float64 [channels], on the scale from
    0 to 1, as timm's configuration of the weights has them.

    They are of red, green and blue. Images with another number of channels have no colours: each channel is given the
    means of the three, as timm gives such a channel the sum (or the mean) of the three colours' first weights.
    """
    import timm

    config: Any = timm.get_pretrained_cfg(model)
    mean, deviation = np.array(config.mean, dtype=np.float64), np.array(config.std, dtype=np.float64)
    if channels == len(mean):
        return mean, deviation
    return np.full(channels, mean.mean()), np.full(channels, deviation.mean())


def sha256_of(file: Path) -> str:
    """Checksum of the file, 64 hexadecimal digits. Raises `Refused` where it can't be read."""
    try:
        with file.open("rb") as opened:
            return file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise Refused(f"weights {file} can't be read: {error.strerror}") from error


def _first_difference(error: RuntimeError) -> str:
    """torch heads its list of differences with a line of its own."""
    lines = str(error).splitlines()
    return lines[min(1, len(lines) - 1)].strip()
