from __future__ import annotations

import socket
from pathlib import Path

import pytest

from harness.errors import Exit, MachineLacks
from harness.places import Home
from harness.serve import server as module
from harness.serve.server import serving
from harness.serve.site import Site
from tests.serve.material import get


@pytest.fixture
def site(tmp_path) -> Site:
    return Site(tmp_path / "site", (), None)


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


def test_it_listens_on_this_machine_s_own_address_and_no_other(site, home):
    with serving(0, site, home) as server:
        assert server.socket.getsockname() == ("127.0.0.1", server.port)
        listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
        local = [line.split()[1] for line in listening.splitlines() if f":{server.port:04X} " in line.upper()]
        assert "0100007F" in {name.partition(":")[0] for name in local}
        assert not {"00000000", "0" * 32} & {name.partition(":")[0] for name in local}


def test_a_port_that_is_in_use_is_an_error_with_a_remedy(site, home):
    with serving(0, site, home) as first, pytest.raises(MachineLacks) as error, serving(first.port, site, home):
        pass
    assert error.value.exit_code == Exit.MACHINE_LACKS
    assert str(error.value) == (
        f"nothing can be served on 127.0.0.1:{first.port}: Address already in use\n"
        "  → name another port with --port, or leave it out for one that is free"
    )


def test_without_a_wish_it_is_the_first_free_port(site, home, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(module, "USUAL_PORT", taken.getsockname()[1])
        with serving(None, site, home) as server:
            assert server.port != taken.getsockname()[1]
            assert get(server, "/live.json").code == 200


def test_after_the_block_nothing_listens(site, home):
    with serving(0, site, home) as server:
        port = server.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
