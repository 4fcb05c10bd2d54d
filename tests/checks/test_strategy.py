"""W1, setting by setting: honoured, not honoured, not seen."""

import dataclasses

import pytest

from harness.checks.evidence import Answer
from harness.checks.strategy import strategy_honoured
from harness.spec.schema import schemas
from tests.checks.test_checks import EVIDENCE, RULES

GOOD, BAD, UNSEEN = Answer.PASSED, Answer.FAILED, Answer.NOT_MEASURABLE


def finding(efficiency, device="cpu", **seen):
    observed = {key: value for key, value in {**EVIDENCE.observed, **seen}.items() if value is not None}
    evidence = dataclasses.replace(EVIDENCE, efficiency=efficiency, device=device, observed=observed)
    return strategy_honoured(evidence, RULES["W1"])


@pytest.mark.parametrize(
    ("efficiency", "seen", "answer"),
    [
        ({}, {}, GOOD),
        ({}, {"optimizer_state": {"float32": 700, "float16": 100}}, BAD),
        ({}, {"optimizer_state": {"uint8": 800}}, BAD),
        ({}, {"parameters": {"float16": 200}}, BAD),
        ({}, {"parameters": None}, UNSEEN),
        ({}, {"logits": "float16"}, BAD),
        ({}, {"float32_products": "tf32"}, BAD),
        ({}, {"gradients": {"float32": 399, "int8": 1}}, BAD),
        ({}, {"saved_activations": {"float32": 399, "int8": 1}}, BAD),
        ({"optimizer_state": "int8"}, {"optimizer_state": {"uint8": 800, "float32": 100}}, GOOD),
        ({"optimizer_state": "int8"}, {"optimizer_state": {"float32": 800}}, BAD),
        ({"optimizer_state": "int8"}, {"optimizer_state": {}}, UNSEEN),
        ({"autocast": "float16"}, {"logits": "float16", "loss_scale_skips": 1}, GOOD),
        ({"autocast": "float16"}, {"optimizer_state": {}, "logits": "float16", "loss_scale_skips": 2}, UNSEEN),
        ({"autocast": "bfloat16"}, {"logits": "float32"}, BAD),
        ({"autocast": "bfloat16"}, {"logits": None}, UNSEEN),
        ({"weights": "float16"}, {"parameters": {"float16": 200}, "logits": "float16"}, GOOD),
        ({"weights": "float16"}, {"parameters": {"float16": 200, "float32": 8}, "logits": "float16"}, BAD),
        ({"saved_activations": "int8"}, {"saved_activations": {"int8": 900, "float32": 100}}, GOOD),
        ({"saved_activations": "int8"}, {"saved_activations": {"int8": 100, "float32": 900}}, BAD),
        ({"saved_activations": "int8"}, {"saved_activations": {"int8": 90, "float32": 10, "int64": 900}}, GOOD),
        ({"saved_activations": "int8"}, {"saved_activations": {}}, UNSEEN),
        ({"gradients": "int8"}, {"gradients": {"int8": 390, "float32": 10}}, GOOD),
        ({"gradients": "int8"}, {}, BAD),
        ({"activation_checkpointing": "blocks"}, {"recomputed_blocks": 24}, GOOD),
        ({"activation_checkpointing": "blocks"}, {"recomputed_blocks": 0}, BAD),
        ({"activation_checkpointing": "blocks"}, {}, UNSEEN),
        ({"memory_format": "channels_last"}, {"channels_last_weights": 5, "weights_with_pixels": 5}, GOOD),
        ({"memory_format": "channels_last"}, {"channels_last_weights": 4, "weights_with_pixels": 5}, BAD),
        ({"memory_format": "channels_last"}, {"channels_last_weights": 0, "weights_with_pixels": 0}, BAD),
        ({"memory_format": "channels_last"}, {}, UNSEEN),
    ],
)
def test_one_setting(efficiency, seen, answer):
    found = finding(efficiency, **seen)
    assert found.answer is answer, found.sentence
    assert (found.remedy is not None) == (answer is BAD)
    assert all(setting in found.sentence for setting in efficiency)


def test_tf32_is_seen_on_a_gpu_and_does_not_exist_on_a_cpu():
    asked = {"float32_matmul": "tf32"}
    assert finding(asked, "cuda", float32_products="tf32").answer is GOOD
    assert finding(asked, "cuda").answer is BAD
    on_cpu = finding(asked, "cpu")
    assert on_cpu.answer is UNSEEN
    assert "a CPU has no TF32" in on_cpu.sentence


def test_the_worst_answer_counts_and_every_fault_is_told():
    found = finding({"autocast": "float16"}, parameters={"float16": 1}, gradients={"int8": 1}, saved_activations={})
    assert found.answer is BAD
    for word in ("weights float32", "autocast float16", "gradients exact", "saved_activations exact"):
        assert word in found.sentence


def test_every_setting_of_the_schema_is_judged():
    settings = schemas()["submission"]["properties"]["efficiency"]["properties"]
    for key, setting in settings.items():
        other = next(word for word in setting["enum"] if word != setting["default"])
        assert key in finding({key: other}).sentence
