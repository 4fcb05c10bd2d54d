"""One file from the hub into a folder: streamed, resumed, and held against the hub's own checksum.

The hub answers for a large file with a redirect to where the bytes are. Commit, size and SHA-256 stand in that first
answer's headers (X-Repo-Commit, X-Linked-Size, X-Linked-Etag), as the hub's own library (`huggingface_hub`) reads them.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from harness.errors import MachineLacks
from harness.weights.form import is_whole
from harness.weights.hub import Entry
from harness.weights.shelf import sha256_of

Progress = Callable[[int, int], None]
"""Told how many bytes of how many are here; 0 of them in all where nobody knows."""

_CHUNK = 1 << 20
_SILENCE_S = 30.0
_ATTEMPTS = 5
_WAIT_S = 1.0
# Left over on the disk beside the file: other things need some too.
_SPARE = 64 << 20
_PART = ".part"
_ELSEWHERE = "to take them from another machine, copy its folder weights/ into LEANMED_HOME"


@dataclass(frozen=True)
class Promise:
    """What the hub said of the file before it came. ``etag`` is the SHA-256 where it has 64 hexadecimal digits."""

    commit: str | None
    etag: str | None
    size: int | None

    @property
    def sha256(self) -> str | None:
        """What the file's checksum must be, where the hub says it."""
        return self.etag if self.etag and re.fullmatch(r"[0-9a-f]{64}", self.etag) else None


@dataclass(frozen=True)
class Download:
    """A whole file, verified as far as the hub allows and on the disk, under a name that is not final yet."""

    path: Path
    size: int
    sha256: str
    promise: Promise


def download(entry: Entry, folder: Path, progress: Progress) -> Download:
    """Fetch ``entry`` into ``folder``, going on with what an earlier call left there.

    Raises `MachineLacks` where the hub can't be reached, has no such file, sends something else, or the disk is too
    full; `OSError` where the folder can't be written.
    """
    promise = _ask(entry)
    part = _part(entry, folder, promise)
    _need_room(part, promise)
    _receive(entry, part, promise, progress)
    sha256 = sha256_of(part)
    if promise.sha256 is not None and promise.sha256 != sha256:
        part.unlink()
        raise MachineLacks(
            f"{entry.address()}: what came has the SHA-256 {sha256}, the hub says {promise.sha256}",
            remedy="try again; if it happens again, a proxy on the way changes files",
        )
    if not is_whole(part):
        part.unlink()
        raise MachineLacks(
            f"{entry.address()}: what came is no whole safetensors file",
            remedy="open the address in a browser: a proxy may ask for a login there",
        )
    return Download(part, part.stat().st_size, sha256, promise)


def _part(entry: Entry, folder: Path, promise: Promise) -> Path:
    """Where the bytes gather. The name holds the content's mark, so that parts of two contents never mix."""
    mark = hashlib.sha256((promise.etag or "").encode()).hexdigest()[:16]
    part = folder / f"{entry.file}.{mark}{_PART}"
    for other in folder.glob(f"{entry.file}.*{_PART}"):
        if other != part or promise.etag is None:
            other.unlink()
    return part


def _need_room(part: Path, promise: Promise) -> None:
    missing = (promise.size or 0) - _size(part)
    free = shutil.disk_usage(part.parent).free
    if missing + _SPARE > free:
        raise MachineLacks(
            f"the weights need {(missing + _SPARE) / 1e6:,.0f} MB at {part.parent}, where {free / 1e6:,.0f} MB are "
            "free",
            remedy="free some space, or set LEANMED_HOME to a folder on a larger disk",
        )


def _receive(entry: Entry, part: Path, promise: Promise, progress: Progress) -> None:
    """Until all bytes are there; a connection that breaks is opened again a few times."""
    why = ""
    for attempt in range(_ATTEMPTS):
        if promise.size is not None and _size(part) > promise.size:
            part.unlink()
        if promise.size is not None and _size(part) == promise.size:
            return
        time.sleep(attempt * _WAIT_S)
        try:
            _stream(entry, part, promise, progress)
        except _BrokeOff as error:
            why = str(error)
            continue
        if promise.size is None or _size(part) == promise.size:
            return
        why = "the connection ended early"
    have = f"{_size(part):,} of {promise.size:,} bytes" if promise.size is not None else f"{_size(part):,} bytes"
    raise MachineLacks(
        f"{entry.address()}: broke off after {have}, {_ATTEMPTS} times ({why})",
        remedy="the same command goes on from there",
    )


def _stream(entry: Entry, part: Path, promise: Promise, progress: Progress) -> None:
    """One connection's worth. Raises `_BrokeOff` where it ends before its time."""
    have = _size(part)
    with _open(entry, have) as answer:
        goes_on = answer.status == 206 and str(answer.headers["Content-Range"]).startswith(f"bytes {have}-")
        if answer.status == 206 and not goes_on:
            part.unlink()
            raise _BrokeOff("the hub went on from another place than asked")
        done = have if goes_on else 0
        with part.open("ab" if goes_on else "wb") as file:
            try:
                for piece in _pieces(answer):
                    file.write(piece)
                    done += len(piece)
                    progress(done, promise.size or 0)
                    if promise.size is not None and done > promise.size:
                        raise _BrokeOff(f"more came than the {promise.size:,} bytes that the hub told of")
            finally:
                file.flush()
                os.fsync(file.fileno())


def _pieces(answer: HTTPResponse) -> Iterator[bytes]:
    while True:
        try:
            piece = answer.read(_CHUNK)
        except (OSError, HTTPException) as error:
            raise _BrokeOff(_reason(error)) from error
        if not piece:
            return
        yield piece


def _open(entry: Entry, have: int) -> HTTPResponse:
    """The answer that carries the bytes from number ``have`` on, or all of them if the other side can't."""
    asked = Request(entry.address(), headers=_headers() | ({"Range": f"bytes={have}-"} if have else {}))
    try:
        answer: HTTPResponse = build_opener(_Following()).open(asked, timeout=_SILENCE_S)
    except HTTPError as error:
        error.close()
        if error.code < 500 and error.code not in (408, 416, 429):
            raise _refused(entry, error) from error
        raise _BrokeOff(f"HTTP {error.code} {error.reason}") from error
    except (OSError, HTTPException) as error:
        raise _BrokeOff(_reason(error)) from error
    return answer


def _ask(entry: Entry) -> Promise:
    """The hub's own answer, without the bytes and without going where it points."""
    try:
        asked = Request(entry.address(), headers=_headers(), method="HEAD")
        with build_opener(_Staying()).open(asked, timeout=_SILENCE_S) as answer:
            return _promise(answer.headers, direct=True)
    except HTTPError as error:
        error.close()
        if 300 <= error.code < 400:
            return _promise(error.headers, direct=False)
        raise _refused(entry, error) from error
    except (OSError, HTTPException, ValueError) as error:
        raise MachineLacks(
            f"{entry.address()} can't be reached: {_reason(error)}",
            remedy=f"check the network and the proxy, or name a mirror of the hub in HF_ENDPOINT; {_ELSEWHERE}",
        ) from error


def _promise(headers: Message, *, direct: bool) -> Promise:
    """``direct``: the answer is the file's own, so its plain headers count too."""
    etag = headers["X-Linked-Etag"] or (headers["ETag"] if direct else None)
    size = headers["X-Linked-Size"] or (headers["Content-Length"] if direct else None)
    commit = headers["X-Repo-Commit"]
    return Promise(
        commit=commit if commit and re.fullmatch(r"[0-9a-f]{40}", commit) else None,
        etag=etag.removeprefix("W/").strip('"')[:200] if etag else None,
        size=int(size) if size and size.isdecimal() and int(size) > 0 else None,
    )


def _refused(entry: Entry, error: HTTPError) -> MachineLacks:
    remedies = {
        401: "the hub wants a login for it: this file is public on the hub itself, so look at HF_ENDPOINT",
        403: "a proxy or mirror forbids it: ask who runs it, or look at HF_ENDPOINT",
        404: "the file was moved or removed, or HF_ENDPOINT names a mirror without it",
    }
    return MachineLacks(
        f"{entry.address()}: HTTP {error.code} {error.reason}",
        remedy=f"{remedies.get(error.code, 'try again later')}; {_ELSEWHERE}",
    )


def _headers() -> dict[str, str]:
    # Compressed bytes could not be resumed, nor counted.
    return {"User-Agent": "leanmed", "Accept-Encoding": "identity"}


def _reason(error: Exception) -> str:
    inner = error.reason if isinstance(error, URLError) else error
    return str(inner) or type(inner).__name__


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


class _BrokeOff(Exception):
    """The connection ended before the file did."""


class _Following(HTTPRedirectHandler):
    """Follows redirects, but never from an encrypted connection to an open one."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """See `HTTPRedirectHandler.redirect_request`."""
        if urlsplit(req.full_url).scheme == "https" and urlsplit(newurl).scheme != "https":
            raise MachineLacks(
                f"{req.full_url} leads to {urlsplit(newurl).netloc} without encryption",
                remedy="look at HF_ENDPOINT and at the proxy: the hub itself does not do that",
            )
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None:
            # It would ask with GET otherwise.
            following.method = req.get_method()
        return following


class _Staying(_Following):
    """Follows the hub to another path (a repository that was renamed), never to another machine."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """See `HTTPRedirectHandler.redirect_request`. None makes an `HTTPError` of the redirect."""
        if urlsplit(newurl).netloc != urlsplit(req.full_url).netloc or headers["X-Linked-Etag"]:
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)
