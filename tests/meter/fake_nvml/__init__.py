"""A fake ``libnvidia-ml.so.1``, compiled for the tests: nvidia-ml-py and Zeus talk to it as to the driver's own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

UUID = "GPU-fake-0"
_SOURCE = Path(__file__).with_name("nvml.c")


def build(folder: Path) -> Path:
    """Compile it into ``folder``, and return that. Raises `FileNotFoundError` where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise FileNotFoundError("the fake NVML needs a C compiler: apt-get install gcc libc6-dev")
    command = [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", str(folder / "libnvidia-ml.so.1")]
    subprocess.run([*command, str(_SOURCE)], check=True)
    return folder


def environment(library: Path, **script: object) -> dict[str, str]:
    """The environment of a process that is to see the GPU; ``script`` as the head of ``nvml.c`` says, in small
    letters."""
    said = {f"FAKE_NVML_{name.upper()}": str(value) for name, value in script.items()}
    return {**os.environ, "LD_LIBRARY_PATH": str(library), **said}
