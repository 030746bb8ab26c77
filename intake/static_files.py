"""Static files: the component stylesheets joined into one, texts compressed once, addresses that change with their content."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

JOINED = "css/parcours.css"
"""All of static/css in one answer: tokens first, since they name the order of the layers."""
TEXTS = frozenset({".css", ".js", ".svg", ".webmanifest"})


@dataclass(frozen=True)
class Kept:
    """A file ready to send."""

    content: bytes
    compressed: bytes
    digest: str


def install(app: Flask) -> None:
    """Serve the texts of static/ from memory, under addresses that carry their digest; the rest as Flask does."""
    plain = app.view_functions["static"]
    folder = Path(app.static_folder or "")
    look = lru_cache(maxsize=128)(find) if app.config.get("PRODUCTION") else find

    def static(filename: str) -> Any:
        kept = look(folder, filename)
        return plain(filename=filename) if kept is None else answer(kept, filename)

    def version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and (kept := look(folder, str(values.get("filename")))):
            values.setdefault("v", kept.digest[:10])

    app.view_functions["static"] = static
    app.url_defaults(version)


def find(folder: Path, filename: str) -> Kept | None:
    """A text of static/ as it is now; None for anything else."""
    if Path(filename).suffix not in TEXTS or ".." in Path(filename).parts:
        return None
    files = stylesheets(folder) if filename == JOINED else (folder / filename,)
    try:
        return _read(files, max(file.stat().st_mtime_ns for file in files))
    except (FileNotFoundError, NotADirectoryError):
        return None


def stylesheets(folder: Path) -> tuple[Path, ...]:
    """The component files, tokens first."""
    return tuple(sorted((folder / "css").glob("*.css"), key=lambda file: (file.stem != "tokens", file.name)))


@lru_cache(maxsize=128)
def _read(files: tuple[Path, ...], changed: int) -> Kept:
    """Read and compress, once for each change."""
    content = b"\n".join(file.read_bytes() for file in files)
    return Kept(content, gzip.compress(content, 9, mtime=0), hashlib.sha256(content).hexdigest())


def answer(kept: Kept, filename: str) -> Response:
    """The file, compressed for who takes it, with its cache for as long as the address names its content."""
    packed = request.accept_encodings.quality("gzip") > 0
    response = Response(kept.compressed if packed else kept.content, mimetype=mimetypes.guess_type(filename)[0])
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    age = current_app.get_send_file_max_age(filename)
    if request.args.get("v") == kept.digest[:10] and age:
        response.cache_control.public, response.cache_control.immutable, response.cache_control.max_age = True, True, age
    else:
        response.cache_control.no_cache = True
    response.set_etag(kept.digest[:20] + ("-gz" if packed else ""))
    response.make_conditional(request)
    return response
