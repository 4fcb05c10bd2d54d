"""Who may import whom (DESIGN section 4): the directions hold, the host never imports torch, the command starts
light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "harness"
LEAVES = {"errors", "quantity", "places", "protocol", "digest", "workers", "acyclic", "__init__"}
# Each room with the rooms it may import; the leaves above are open to everybody but the workload.
ALLOWED = {
    "spec": set(),
    "score": {"spec"},
    "checks": {"spec", "meter", "score"},
    "record": {"spec"},
    "data": {"spec", "score"},
    "weights": {"spec"},
    "image": {"spec", "runtime"},
    "runtime": {"spec"},
    "system": {"spec"},
    "meter": {"spec", "system"},
    "run": {"spec", "score", "checks", "record", "data", "image", "runtime", "system", "meter", "weights"},
    "doctor": {"spec", "data", "image", "runtime", "system"},
    "reference": {"spec", "score", "record", "data"},
    "standings": {"spec", "record", "score"},
    "compare": {"spec", "score", "record", "data", "reference"},
    "curves": {"spec", "score", "record", "data", "reference", "meter"},
    "claims": {"spec", "score", "data", "reference", "compare"},
    "verify": {"spec", "record", "run", "data", "image", "system", "weights", "score"},
    "publish": {"spec", "record", "data", "score", "compare", "verify", "curves"},
    "findings": {"standings", "spec", "score", "record", "data", "reference", "compare", "claims", "publish"},
    "board": set(),
    "live": {"spec", "record", "standings"},
    "serve": {"live", "board", "standings"},
    "site": {"board", "standings", "curves", "record", "data", "publish", "score", "spec"},
    "cli": {
        *("spec", "score", "checks", "record", "data", "image", "runtime", "system", "meter", "run", "doctor"),
        *("reference", "standings", "board", "weights", "verify", "compare", "claims", "publish"),
        *("curves", "findings", "site", "live", "serve"),
    },
}
HOST_FORBIDDEN = {"torch", "timm", "bitsandbytes", "torchvision"}
WORKLOAD_ALLOWED = {"torch", "timm", "safetensors", "bitsandbytes", "numpy", "harness"} | set(sys.stdlib_module_names)


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module
            yield node.module
            if node.module == "harness":
                yield from (f"harness.{alias.name}" for alias in node.names)


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_directions_hold(path):
    room = room_of(path)
    for name in imports_of(path):
        top = name.split(".")[0]
        if room == "workload":
            assert top in WORKLOAD_ALLOWED, f"the workload imports {name}"
            if top == "harness":
                assert name in ("harness", "harness.protocol") or name.startswith("harness.workload"), name
            continue
        assert top not in HOST_FORBIDDEN, f"the host side imports {name}"
        parts = name.split(".")
        if top != "harness" or len(parts) < 2 or parts[1] in LEAVES or parts[1] == "__version__":
            continue
        assert room not in LEAVES, f"{room} is a leaf, it imports {name}"
        assert parts[1] == room or parts[1] in ALLOWED[room], f"{room} may not import {name}"


def test_every_room_has_its_line_here():
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert rooms - {"workload"} == set(ALLOWED)


def private_names_of_others(path):
    """What a module takes of another room that begins with one underscore: names, and modules' attributes."""
    tree, room = ast.parse(path.read_text()), room_of(path)
    modules_of_others = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not node.module or not node.module.startswith("harness"):
            continue
        other = [*node.module.split("."), ""][1]
        for alias in node.names:
            if (other or alias.name) != room:
                modules_of_others.add(alias.asname or alias.name)
                if alias.name.startswith("_") and not alias.name.startswith("__"):
                    yield f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            continue
        if node.value.id in modules_of_others and node.attr.startswith("_") and not node.attr.startswith("__"):
            yield f"{node.value.id}.{node.attr}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_a_room_calls_private_stays_there(path):
    assert list(private_names_of_others(path)) == []


def test_a_private_name_of_another_room_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.test_imports.PACKAGE", tmp_path)
    (tmp_path / "doctor").mkdir()
    file = tmp_path / "doctor" / "storage.py"
    file.write_text(
        "from harness.image import build, _private\nfrom harness.doctor import own\nbuild._SIZE, own._fine\n"
    )
    assert list(private_names_of_others(file)) == ["harness.image._private", "build._SIZE"]


def loaded_by(code):
    script = f"{code}\nimport sys; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_help_imports_next_to_nothing():
    loaded = loaded_by(
        "from harness.cli.main import cli\n"
        "import contextlib, io\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit): cli.main(['--help'])"
    )
    assert not loaded & {"numpy", "scipy", "docker", "rich", "jsonschema", "yaml", "PIL", "requests"}


def test_running_a_submission_never_imports_torch():
    assert not loaded_by("import harness.run.entry, harness.cli.progress") & HOST_FORBIDDEN


def test_examining_a_machine_never_imports_torch():
    assert not loaded_by("from harness.doctor.examine import examine; examine()") & HOST_FORBIDDEN
