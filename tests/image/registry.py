"""A registry that serves one image to the engine, so that pulling a pinned base is tried for real without a network."""

from __future__ import annotations

import hashlib
import http.server
import io
import json
import tarfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar"


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _blobs(saved: Iterable[bytes]) -> tuple[bytes, dict[str, bytes]]:
    """From what `docker save` wrote: the manifest, and every blob by digest."""
    with tarfile.open(fileobj=io.BytesIO(b"".join(saved))) as archive:

        def member(name: str) -> bytes:
            file = archive.extractfile(name)
            assert file is not None
            return file.read()

        (entry,) = json.loads(member("manifest.json"))
        config, layers = member(entry["Config"]), [member(name) for name in entry["Layers"]]

    def described(kind: str, data: bytes) -> dict[str, Any]:
        return {"mediaType": kind, "size": len(data), "digest": _digest(data)}

    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": described(_CONFIG, config),
        "layers": [described(_LAYER, layer) for layer in layers],
    }
    return json.dumps(manifest).encode(), {_digest(data): data for data in (config, *layers)}


@contextmanager
def serving(saved: Iterable[bytes], name: str = "leanmed-test/base") -> Iterator[str]:
    """Serve the image on this machine's own address; gives its reference, ``host:port/name:tag@digest``."""
    manifest, blobs = _blobs(saved)
    digest = _digest(manifest)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            what = self.path.rpartition("/")[2]
            if self.path == "/v2/":
                self._answer(200, "application/json", b"{}")
            elif "/manifests/" in self.path and what == digest:
                self._answer(200, _MANIFEST, manifest)
            elif "/blobs/" in self.path and what in blobs:
                self._answer(200, "application/octet-stream", blobs[what])
            else:
                self._answer(404, "application/json", b'{"errors": [{"code": "MANIFEST_UNKNOWN"}]}')

        do_HEAD = do_GET  # noqa: N815  (http.server looks for this name)

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Docker-Content-Digest", _digest(body))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the name is the standard library's)
            """Not into the test's output."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}/{name}:1@{digest}"
        finally:
            server.shutdown()
