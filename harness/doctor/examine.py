"""The whole examination, in the order in which a person would ask."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.doctor.clock import clock_findings
from harness.doctor.data import data_findings
from harness.doctor.engine import Engine, ask_engine, engine_findings, engine_lost
from harness.doctor.finding import Finding
from harness.doctor.gpus import gpu_findings
from harness.doctor.images import look_at_images
from harness.doctor.machine import machine_findings
from harness.doctor.rapl import rapl_finding
from harness.doctor.software import software_findings
from harness.doctor.storage import engine_space_finding, home_findings
from harness.doctor.verdict import Verdict, verdict_of
from harness.errors import MachineLacks
from harness.places import Home, resources
from harness.runtime.engine import ENGINE_ERRORS
from harness.spec.load import load_benchmarks, load_ruleset
from harness.spec.schema import schemas
from harness.system.system import System, capture


@dataclass(frozen=True)
class Examination:
    """The machine, what was found, and what follows."""

    system: System
    findings: tuple[Finding, ...]
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        """As ``harness doctor --json`` prints it."""
        return {
            "system": self.system.to_json(),
            "findings": [finding.to_json() for finding in self.findings],
            "verdict": self.verdict.to_json(),
        }


def examine() -> Examination:
    """Look at this machine; nothing is changed. Takes about two seconds, and some more where something that should
    answer does not: the engine is given 5 s, the registry 2 s."""
    system, ruleset, home = capture(), load_ruleset(), Home.named()
    docker_folder, gpu = resources() / "docker", bool(system.gpus)
    engine = ask_engine()
    findings = [*software_findings(system.packages, gpu=gpu), *engine_findings(engine, gpu=gpu)]
    if not isinstance(engine, MachineLacks):
        findings += _image_findings(engine, home, docker_folder)
        engine.client.close()
    findings += gpu_findings(system.graphics, docker_folder / "requirements-py3.12.txt")
    findings.append(rapl_finding(system.hypervisor))
    findings += machine_findings(system, ruleset.document["container"])
    findings += clock_findings()
    findings += home_findings(home)
    findings += data_findings(load_benchmarks(), home)
    verdict = verdict_of(
        findings,
        gpu=gpu,
        profiles=tuple(ruleset.document["profiles"]),
        quantities=schemas()["record"]["properties"]["quantities"]["required"],
    )
    return Examination(system, tuple(findings), verdict)


def _image_findings(engine: Engine, home: Home, docker_folder: Path) -> list[Finding]:
    try:
        images = look_at_images(engine, docker_folder)
        return [*images.findings, engine_space_finding(engine, images, home, docker_folder)]
    except ENGINE_ERRORS as error:
        return [engine_lost(error)]
