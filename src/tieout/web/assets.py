"""The style sheet, the script and the icons: read once, served with a digest in their address, kept by browsers."""

import hashlib
from pathlib import Path

import msgspec
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

_FOLDER = Path(__file__).with_name("static")
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOREVER = "public, max-age=31536000, immutable"


class Asset(msgspec.Struct, frozen=True):
    """One file that pages refer to."""

    body: bytes
    type: str
    digest: str


def _read(file: Path) -> Asset:
    body = file.read_bytes()
    return Asset(body, _TYPES[file.suffix], hashlib.sha256(body).hexdigest()[:12])


_ASSETS = {file.name: _read(file) for file in _FOLDER.iterdir() if file.suffix in _TYPES}


def address(name: str) -> str:
    """Where a page finds an asset; changes with its content."""
    return f"/static/{_ASSETS[name].digest}/{name}"


@get("/static/{digest:str}/{name:str}", include_in_schema=False, sync_to_thread=False)
def asset(digest: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """One asset; an old address gives today's content, uncached."""
    found = _ASSETS.get(name)
    if found is None:
        raise NotFoundException
    kept = _FOREVER if digest == found.digest else "no-store"
    return Response(found.body, media_type=found.type, headers={"Cache-Control": kept})
