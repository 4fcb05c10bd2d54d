"""The frame of every page: one file that opens from disk and fetches nothing.

Style, script and data are inlined, and the page's own content security policy names style and script by digest and
forbids the rest: should a text from a record ever get past the escaping, a browser still would not run it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from harness.board.markup import Html, join, tag

_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Page:
    """A page to be rendered. ``path`` is where it lies in the site, with forward slashes; ``styles`` and ``scripts``
    name files in ``board/style`` and ``board/script``, in order; ``data`` are JSON documents for the scripts, by
    the id of their element; ``lead`` stands below the heading."""

    path: str
    title: str
    heading: str
    main: Html
    lead: Html | str | None = None
    styles: tuple[str, ...] = ("base.css",)
    scripts: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """The way from this page to the site's folder, as a prefix of links."""
        return root_of(self.path)

    def to_text(self) -> str:
        """The page as UTF-8 text: the same page, the same bytes."""
        style = "".join(_asset("style", name) for name in self.styles)
        script = "".join(_asset("script", name) for name in self.scripts)
        return Template(_asset("", "page.html")).substitute(
            policy=_policy(style, script),
            title=tag("title", self.title),
            style=style,
            root=self.root,
            heading=tag("h1", self.heading),
            lead="" if self.lead is None else join(self.lead),
            main=self.main,
            data=join([_block(name, self.data[name]) for name in sorted(self.data)]),
            script=f"<script>{script}</script>" if script else "",
        )


def root_of(path: str) -> str:
    """The way from the page at ``path`` to the site's folder."""
    return "../" * path.count("/")


def _policy(style: str, script: str) -> str:
    """CSP 3, section 2.3.1. Data blocks are not run, so that none needs to be named."""
    allowed = _source(script) if script else "'none'"
    return (
        f"default-src 'none'; style-src {_source(style)}; script-src {allowed}; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _block(name: str, document: Any) -> Html:
    """A JSON document in the page. No character of it can end the element, whatever a record's text says."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    safe = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return tag("script", Html(safe), type="application/json", id=name)


@cache
def _asset(folder: str, name: str) -> str:
    return (_HERE / folder / name).read_text(encoding="utf-8")


@cache
def made_by() -> str:
    """A digest of everything that decides how a page looks, beside the documents that it is made of."""
    found = hashlib.sha256()
    for path in sorted(path for path in _HERE.rglob("*") if path.suffix in (".py", ".css", ".js", ".html")):
        found.update(path.relative_to(_HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()
