"""The schemas themselves, and how strictly they are asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest
from jsonschema import Draft202012Validator

from harness import protocol
from harness.places import resources
from harness.spec.explain import findings
from harness.spec.schema import kinds, schemas, validator

OURS = ("submission", "benchmark", "ruleset", "event", "reference", "weights", "curves")


def parts(schema: object, where: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every subschema that describes a value; conditions and the choice among events describe none."""
    assert isinstance(schema, Mapping)
    yield where, schema
    for group in ("properties", "$defs"):
        for key, inner in schema.get(group, {}).items():
            yield from parts(inner, f"{where}/{key}")
    for single in ("items", "additionalProperties"):
        if isinstance(schema.get(single), Mapping):
            yield from parts(schema[single], f"{where}/{single}")


@pytest.mark.parametrize("name", OURS)
def test_it_is_a_schema_of_2020_12(name: str):
    assert schemas()[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schemas()[name])


@pytest.mark.parametrize("name", OURS)
def test_every_part_has_a_title_and_a_description(name: str):
    bare = [where for where, part in parts(schemas()[name]) if not {"title", "description"} <= part.keys()]
    assert bare == []


@pytest.mark.parametrize("name", OURS)
def test_every_mapping_with_fixed_keys_refuses_others(name: str):
    """Those with free keys bound their number instead."""
    loose = [
        where
        for where, part in parts(schemas()[name])
        if part.get("type") == "object"
        and part.get("additionalProperties") is not False
        and "maxProperties" not in part
        and "oneOf" not in part
    ]
    assert loose == []


@pytest.mark.parametrize("name", OURS)
def test_every_text_is_bounded(name: str):
    unbounded = [
        where
        for where, part in parts(schemas()[name])
        if "string" in part.get("type", ()) and not {"maxLength", "pattern"} & part.keys() and "enum" not in part
    ]
    assert unbounded == []


def test_closed_and_open_divisions_speak_of_the_same_hyperparameters():
    ours = schemas()["submission"]["properties"]["hyperparameters"]["properties"]
    assert ours == schemas()["benchmark"]["$defs"]["hyperparameters"]["properties"]


def test_every_efficiency_key_has_a_default_among_its_words():
    for schema in schemas()["submission"]["properties"]["efficiency"]["properties"].values():
        assert schema["default"] in schema["enum"]


def test_every_model_is_known_to_both_schemas():
    models = set(schemas()["submission"]["properties"]["model"]["examples"])
    assert models == set(schemas()["benchmark"]["properties"]["models"]["properties"])
    assert models == set(schemas()["benchmark"]["properties"]["quality"]["properties"]["targets"]["properties"])


def test_formats_are_found_by_their_schema_key():
    assert kinds()["leanmed/submission/v1"] == "submission"
    assert "event" not in kinds().values()


def test_whole_numbers_and_the_end_of_a_pattern_are_strict():
    check = validator("benchmark", "hyperparameters")
    assert {one.path for one in findings(check, {"epochs": 10.0, "batch": True})} == {("epochs",), ("batch",)}
    assert findings(check, {"epochs": 10}) == []
    assert [one.path for one in findings(validator("benchmark", "slug"), "abc\n")] == [()]


def test_an_editor_finds_the_schema_of_every_shipped_file():
    root = resources()
    files = [*root.glob("rules/*.yaml"), *root.glob("rules/benchmarks/*.yaml"), *root.glob("submissions/*/*.yaml")]
    assert len(files) >= 6
    for file in files:
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema=")
        assert (file.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve().is_file()


class TestEvents:
    observed: ClassVar[dict[str, Any]] = {
        "parameters": {"float32": 100},
        "gradients": {"float32": 100},
        "optimizer_state": {"uint8": 50, "float32": 8},
        "optimizer": "AdamW8bit",
        "tf32": False,
        "more": {"layers": [1, 2]},
    }
    good: ClassVar[dict[str, dict[str, Any]]] = {
        "hello": {"protocol": 1, "versions": {"python": "3.12.3", "torch": None}},
        "ready": {
            "device": "cpu",
            "device_name": "Xeon",
            "initialization": {"kind": "random", "weights_sha256": None},
            "parameters": 7,
            "step_seconds": 0.5,
            "step_images": 4,
            "predict_images": 4,
            "predict_seconds_per_image": 0.01,
            "observed": observed,
        },
        "epoch": {"n": 1, "loss": 0.7, "images": 64, "steps": 2, "predictions": "AAAAPw=="},
        "trained": {
            "epochs": 1,
            "steps": 2,
            "images": 64,
            "non_finite_steps": 0,
            "observed": observed,
            "allocator": {"peak": None},
        },
        "predicted": {"predictions": "AAAAPw==", "images": 1},
        "renewed": {},
        "fitted": {"batch": 32, "tried": [64], "reason": "64 images at once are too many"},
        "inferred": {
            "mode": "offline",
            "batch": 32,
            "passes": 1,
            "images": 32,
            "sum_ns": 10**9,
            "latency": {"count": 1, "max_ns": 10**9, "buckets": {"478": 1}},
            "predictions": "AAAAPw==",
        },
        "done": {},
        "progress": {"phase": "train", "done": 3, "total": None, "unit": "images"},
        "failed": {"kind": "diverged", "message": "the loss is not finite"},
    }

    def event(self, name: str, **changes: Any) -> dict[str, Any]:
        """As it comes over the wire, with ``changes``."""
        line = protocol.format_event(name, 0, 1.5, {**self.good[name], **changes})
        event = protocol.parse_event(line)
        return {"event": event.name, "seq": event.seq, "clock": event.clock, **event.fields}

    def test_every_event_of_the_protocol_has_a_definition(self):
        assert set(self.good) == set(protocol.EVENTS)
        assert set(schemas()["event"]["properties"]["event"]["enum"]) == set(protocol.EVENTS)
        assert set(protocol.EVENTS) <= set(schemas()["event"]["$defs"])

    def test_the_kinds_of_failure_are_the_protocols(self):
        kind = schemas()["event"]["$defs"]["failed"]["properties"]["kind"]
        assert tuple(kind["enum"]) == protocol.FAILURE_KINDS

    def test_the_longest_predictions_are_those_that_fit_an_event(self):
        assert schemas()["event"]["$defs"]["predictions"]["maxLength"] == protocol.MAX_EVENT_BYTES

    @pytest.mark.parametrize("name", protocol.EVENTS)
    def test_a_good_event_fits_its_definition_and_the_whole_schema(self, name: str):
        assert findings(validator("event", name), self.event(name)) == []
        assert findings(validator("event"), self.event(name)) == []

    @pytest.mark.parametrize("name", protocol.EVENTS)
    def test_no_event_takes_an_unknown_field(self, name: str):
        assert findings(validator("event", name), self.event(name, extra=1)) != []

    @pytest.mark.parametrize("name", [name for name in protocol.EVENTS if name != "done"])
    def test_every_field_is_needed(self, name: str):
        for key in self.good[name]:
            event = self.event(name)
            del event[key]
            assert [one.path for one in findings(validator("event", name), event)] == [(key,)]

    @pytest.mark.parametrize(
        ("name", "changes"),
        [
            ("hello", {"versions": {str(n): "1" for n in range(65)}}),
            ("hello", {"versions": {"python": "3" * 201}}),
            ("hello", {"protocol": "1"}),
            ("ready", {"device": "tpu"}),
            ("ready", {"parameters": -1}),
            ("ready", {"observed": {"parameters": {"float32": 1.5}}}),
            ("ready", {"observed": {"deep": [[[["x"]]]]}}),
            ("ready", {"observed": {"long": "x" * 1001}}),
            ("epoch", {"n": 0}),
            ("epoch", {"n": 1.0}),
            ("epoch", {"loss": None}),
            ("epoch", {"loss": True}),
            ("epoch", {"predictions": [0.5]}),
            ("inferred", {"mode": "server"}),
            ("inferred", {"latency": {"count": 1, "max_ns": 1, "buckets": {"-3": 1}}}),
            ("inferred", {"latency": {"count": 1, "max_ns": 1, "buckets": {"12\n": 1}}}),
            ("progress", {"phase": "sleep"}),
            ("failed", {"kind": "tired"}),
            ("failed", {"message": "x" * 4001}),
        ],
    )
    def test_hostile_fields_are_refused(self, name: str, changes: dict[str, Any]):
        assert findings(validator("event", name), self.event(name, **changes)) != []

    def test_the_whole_schema_explains_the_event_that_was_meant(self):
        found = findings(validator("event"), self.event("epoch", n=0))
        assert [(one.path, one.message) for one in found] == [
            (("n",), "0 is out of bounds; expected a whole number from 1 to 9007199254740991")
        ]

    def test_the_schema_file_is_plain_json(self):
        text = (resources() / "schemas" / "event.schema.json").read_text(encoding="utf-8")
        assert json.loads(text) == schemas()["event"]
