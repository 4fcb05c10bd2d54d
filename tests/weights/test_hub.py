"""The table of weights is timm's own."""

from __future__ import annotations

import pytest

from harness.spec.schema import schemas
from harness.weights.hub import ENTRIES, Entry, endpoint


@pytest.mark.torch
def test_the_table_says_what_timm_says() -> None:
    timm = pytest.importorskip("timm")
    from timm.models import get_pretrained_cfg

    found = {}
    for model in schemas()["submission"]["properties"]["model"]["examples"]:
        config = get_pretrained_cfg(model) if timm.is_model(model) else None
        if config is not None and (config.url or config.hf_hub_id):
            # Each of timm's own repositories is named after the model and its tag.
            assert config.hf_hub_id == f"timm/{model}.{config.tag}"
            assert (config.hf_hub_filename, config.custom_load) == (None, False)
            found[model] = Entry(config.hf_hub_id)
    assert found == ENTRIES


def test_a_mirror_is_asked_where_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    assert endpoint() == "https://huggingface.co"
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.invalid/")
    address = ENTRIES["densenet121"].address()
    assert address == "https://mirror.invalid/timm/densenet121.ra_in1k/resolve/main/model.safetensors"
