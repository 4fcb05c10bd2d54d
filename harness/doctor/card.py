"""One GPU: what decides its energy figures and its speed."""

from __future__ import annotations

import pynvml

from harness.doctor.finding import ON_GPU, Finding, Measured, Status
from harness.system.gpu import Gpu
from harness.system.live import Live

GROUP = "GPU"

# nvml.h, nvmlClocksEventReasons: what holds a card back although it has work. The power cap is the rule under load and
# no fault; seen on a card that nobody uses, it is.
_THROTTLING = {
    pynvml.nvmlClocksThrottleReasonSwPowerCap: "power limit",
    pynvml.nvmlClocksThrottleReasonHwSlowdown: "hardware slowdown",
    pynvml.nvmlClocksThrottleReasonSwThermalSlowdown: "temperature (driver)",
    pynvml.nvmlClocksThrottleReasonHwThermalSlowdown: "temperature (hardware)",
    pynvml.nvmlClocksThrottleReasonHwPowerBrakeSlowdown: "power brake",
}
# Below the temperature at which the card slows down. A run heats a card by more than this.
_MARGIN_C = 15


def card_findings(gpu: Gpu, live: Live) -> list[Finding]:
    """Everything about one card. Only the first decides what a run can measure: no other is used."""
    found = [
        energy_finding(gpu, live),
        mig_finding(gpu, live),
        persistence_finding(gpu),
        ecc_finding(gpu, live),
        power_limit_finding(gpu),
        throttling_finding(gpu, live),
        processes_finding(gpu, live),
        temperature_finding(gpu, live),
        compute_mode_finding(gpu),
    ]
    return [one for one in found if one is not None]


def energy_finding(gpu: Gpu, live: Live) -> Finding:
    """The counter that energy is read from: Volta and later have it."""
    one = _one(gpu, "energy", "energy counter")
    if live.energy_mj is None:
        return Finding(
            *one,
            Status.MISSING,
            f"not readable: {live.reasons['energy_mj']}",
            "GPU energy is absent from records; GPUs of the Volta generation (2017) and later have the counter",
            absent=_if_first(gpu, Measured.GPU_ENERGY),
        )
    if live.energy_mj == 0:
        return Finding(
            *one,
            Status.LIMITED,
            "the counter stands at 0 J",
            "the driver was loaded this moment, or the counter does not count; then GPU energy is absent from records",
        )
    seen = f"counts; {live.energy_mj / 1000:,.0f} J since the driver was loaded"
    return Finding(*one, Status.OK, seen, "GPU energy can be measured")


def mig_finding(gpu: Gpu, live: Live) -> Finding:
    """A slice of a card has no meter of its own."""
    one = _one(gpu, "mig", "MIG")
    if gpu.mig:
        return Finding(
            *one,
            Status.MISSING,
            "on: the card is split",
            "GPU energy and GPU memory are absent from records: a slice has no meter of its own",
            f"sudo nvidia-smi -i {gpu.index} -mig 0",
            absent=_if_first(gpu, Measured.GPU_ENERGY, Measured.GPU_MEMORY),
        )
    if live.mig_pending:
        return Finding(
            *one,
            Status.LIMITED,
            "off, and on after the next reset",
            "after it, GPU energy is absent from records",
            f"sudo nvidia-smi -i {gpu.index} -mig 0",
        )
    if gpu.mig is None and not _lacks(gpu.reasons["mig"]):
        meaning = "if the card is split, GPU energy is absent from records"
        return Finding(*one, Status.LIMITED, f"not known: {gpu.reasons['mig']}", meaning)
    seen = "off" if gpu.mig is False else "this card has none"
    return Finding(*one, Status.OK, seen, "a run has the whole card")


def persistence_finding(gpu: Gpu) -> Finding:
    """Without it the driver goes whenever nobody uses the card, and the energy counter begins anew."""
    one = _one(gpu, "persistence", "persistence mode")
    if gpu.persistence is None:
        reason = gpu.reasons.get("persistence", "no answer")
        return Finding(*one, Status.LIMITED, f"not known: {reason}", "the driver may be unloaded between runs")
    if gpu.persistence:
        return Finding(*one, Status.OK, "on", "the driver stays loaded, and the card's settings stay")
    return Finding(
        *one,
        Status.LIMITED,
        "off",
        "the driver is unloaded whenever nobody uses the card: starting takes seconds, the energy counter begins anew, "
        "a power limit that was set is lost",
        f"sudo nvidia-smi -i {gpu.index} -pm 1 (until the next boot; for good: sudo systemctl enable --now "
        "nvidia-persistenced)",
    )


def ecc_finding(gpu: Gpu, live: Live) -> Finding:
    """Told, not judged: it is part of the system's id."""
    one = _one(gpu, "ecc", "ECC")
    if gpu.ecc is None and not _lacks(gpu.reasons["ecc"]):
        return Finding(*one, Status.LIMITED, f"not known: {gpu.reasons['ecc']}", "records can't say whether it was on")
    if gpu.ecc is None:
        return Finding(*one, Status.OK, "this card has none", "nothing to keep the same")
    word = {True: "on", False: "off"}
    if live.ecc_pending is not None and live.ecc_pending is not gpu.ecc:
        return Finding(
            *one,
            Status.LIMITED,
            f"{word[gpu.ecc]}, and {word[live.ecc_pending]} after the next boot",
            "after it this counts as another system, and runs before and after it don't make one entry",
            f"sudo reboot (or, to leave it as it is: sudo nvidia-smi -i {gpu.index} -e {int(gpu.ecc)})",
        )
    return Finding(*one, Status.OK, word[gpu.ecc], "part of the system's id: keep it as it is within an entry")


def power_limit_finding(gpu: Gpu) -> Finding:
    """The limit decides speed and energy."""
    one = _one(gpu, "power-limit", "power limit")
    if gpu.power_limit_w is None:
        seen = f"not readable: {gpu.reasons['power_limit_w']}"
        return Finding(*one, Status.LIMITED, seen, "records can't say at which limit the card ran")
    default = gpu.power_limit_default_w
    if default is None or gpu.power_limit_w == default:
        of = "the default" if default is not None else "the default is not readable"
        return Finding(*one, Status.OK, f"{gpu.power_limit_w:g} W, {of}", "speed and energy are the card's own")
    return Finding(
        *one,
        Status.LIMITED,
        f"{gpu.power_limit_w:g} W, and {default:g} W is the default",
        "speed and energy are not those of the card as it is sold; the limit is part of the system's id",
        f"sudo nvidia-smi -i {gpu.index} -pl {default:g}",
    )


def throttling_finding(gpu: Gpu, live: Live) -> Finding:
    """What slows the card down at this moment."""
    one = _one(gpu, "throttling", "throttling now")
    if live.throttling is None:
        seen = f"not readable: {live.reasons['throttling']}"
        return Finding(*one, Status.LIMITED, seen, "a run that was slowed down can't be told from one that was not")
    reasons = [name for bit, name in _THROTTLING.items() if live.throttling & bit]
    if not reasons:
        return Finding(*one, Status.OK, "none", "the card runs as fast as it can")
    return Finding(
        *one,
        Status.LIMITED,
        f"slowed down by: {', '.join(reasons)}",
        "runs take longer than the card needs, and differently long; its cooling and power supply decide",
    )


def processes_finding(gpu: Gpu, live: Live) -> Finding:
    """Who else uses the card; how many, not who."""
    one = _one(gpu, "processes", "other processes now")
    if live.compute is None or live.graphics is None:
        reason = live.reasons.get("compute") or live.reasons.get("graphics", "no answer")
        return Finding(*one, Status.LIMITED, f"not readable: {reason}", "others' energy can't be told from the run's")
    if live.compute == live.graphics == 0:
        return Finding(*one, Status.OK, "none", "energy and memory of the card are the run's alone")
    return Finding(
        *one,
        Status.LIMITED,
        f"{live.compute} computing, {live.graphics} drawing",
        "their energy and memory are counted as the run's, and they slow it down",
        f"nvidia-smi -i {gpu.index} (lists them; end them before a run)",
    )


def temperature_finding(gpu: Gpu, live: Live) -> Finding:
    """How far the card is from slowing down by itself."""
    one = _one(gpu, "temperature", "temperature")
    if live.temperature is None:
        seen = f"not readable: {live.reasons['temperature']}"
        return Finding(*one, Status.LIMITED, seen, "heat can't be seen in the trace")
    if live.slowdown is None:
        return Finding(*one, Status.OK, f"{live.temperature} °C", "where it slows down is not known")
    seen = f"{live.temperature} °C, slows down at {live.slowdown} °C"
    if live.slowdown - live.temperature >= _MARGIN_C:
        return Finding(*one, Status.OK, seen, "there is room for a run's heat")
    return Finding(
        *one,
        Status.LIMITED,
        seen,
        "a run will be slowed down by heat; the card's cooling decides",
    )


def compute_mode_finding(gpu: Gpu) -> Finding | None:
    """Told only where it stands in the way."""
    if gpu.compute_mode != "prohibited":
        return None
    return Finding(
        *_one(gpu, "compute-mode", "compute mode"),
        Status.MISSING,
        "prohibited: nobody may compute on this card",
        "the workload can't use the GPU",
        f"sudo nvidia-smi -i {gpu.index} -c DEFAULT",
        blocks=ON_GPU if gpu.index == 0 else frozenset(),
    )


def lost_finding(gpu: Gpu, reason: str) -> Finding:
    """A card that was listed a moment ago."""
    return Finding(
        *_one(gpu, "answer", "answer"),
        Status.MISSING,
        f"the card was listed and does not answer: {reason}",
        "it can't be used or metered",
        "sudo reboot (sudo dmesg | grep -i nvrm tells the driver's side of it)",
        blocks=ON_GPU if gpu.index == 0 else frozenset(),
        absent=_if_first(gpu, Measured.GPU_ENERGY, Measured.GPU_MEMORY),
    )


def _one(gpu: Gpu, name: str, title: str) -> tuple[str, str, str]:
    return f"gpu{gpu.index}-{name}", GROUP, f"GPU {gpu.index}: {title}"


def _lacks(reason: str) -> bool:
    """Whether NVML's words mean that the card or its driver has no such thing."""
    numbers = (pynvml.NVML_ERROR_NOT_SUPPORTED, pynvml.NVML_ERROR_FUNCTION_NOT_FOUND)
    return reason in {str(pynvml.NVMLError(number)) for number in numbers}


def _if_first(gpu: Gpu, *measured: Measured) -> tuple[Measured, ...]:
    return measured if gpu.index == 0 else ()
