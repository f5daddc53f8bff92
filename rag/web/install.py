"""What a browser needs to keep the page as an application: a manifest, icons, and a worker for when nothing answers.

The worker (``static/worker.js``) keeps one page and its icon, and shows that page where the server does not answer. It
never answers in the server's place, so that what is shown is never older than the server; its store has the name of its
content, and those of other versions are deleted.
"""

import hashlib
import json
from functools import cache
from html import escape
from importlib.resources import files

from fastapi import APIRouter, Response

from rag.web import words
from rag.web.template import html

MANIFEST, WORKER, FOLDER = "/manifest.json", "/worker.js", "/install/"
"""Served without a login, too: a browser asks for them without its cookies, and they tell nothing."""
ICONS = {
    "icon-180.png": (180, "any"),
    "icon-192.png": (192, "any"),
    "icon-512.png": (512, "any"),
    "icon-512-maskable.png": (512, "maskable"),
}
"""Pixels of a side, and what it is for, by file."""
OFFLINE = "offline.html"
GROUND = "#f6f6f3"


def head() -> str:
    """Return what the page itself has at its head."""
    return html("install", "head", f"{FOLDER}icon-180.png", GROUND)


def is_open(path: str) -> bool:
    """Tell whether a path needs no login."""
    return path in (MANIFEST, WORKER) or path.startswith(FOLDER)


def manifest() -> dict[str, object]:
    """Return what the application is called and looks like, as the Web Application Manifest has it."""
    icons = [
        {"src": f"{FOLDER}{name}", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for name, (size, purpose) in ICONS.items()
    ]
    return {
        "id": "/",
        "name": "Quoteline",
        "short_name": "Quoteline",
        "description": words.INSTALL_ABOUT,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": GROUND,
        "icons": icons,
    }


@cache
def offline() -> str:
    """Return the page that is shown where the server does not answer."""
    text = _file(OFFLINE).decode()
    told = {"head": words.OFFLINE_HEAD, "about": words.OFFLINE_ABOUT, "again": words.OFFLINE_AGAIN}
    for name, what in told.items():
        text = text.replace(f"{{{name}}}", escape(what))
    return text


@cache
def worker() -> str:
    """Return the worker, with the version of what it keeps in the name of its store."""
    kept = [_file("worker.js"), offline().encode(), _file("icon-192.png")]
    version = hashlib.sha256(b"\0".join(kept)).hexdigest()[:16]
    return _file("worker.js").decode().replace("{version}", version)


def router() -> APIRouter:
    """Return the routes."""
    routes = APIRouter()

    @routes.get(MANIFEST)
    def told() -> Response:
        """Give the manifest."""
        return Response(json.dumps(manifest()), media_type="application/manifest+json")

    @routes.get(WORKER)
    def works() -> Response:
        """Give the worker."""
        return Response(worker(), media_type="text/javascript; charset=utf-8")

    @routes.get("/favicon.ico")
    def favicon() -> Response:
        """Give the icon that a browser asks for by itself."""
        return Response(_file("icon-192.png"), media_type="image/png")

    @routes.get(FOLDER + "{name}")
    def part(name: str) -> Response:
        """Give an icon, or the page for when nothing answers."""
        if name == OFFLINE:
            return Response(offline(), media_type="text/html; charset=utf-8")
        if name in ICONS:
            return Response(_file(name), media_type="image/png")
        return Response("not found", 404, media_type="text/plain; charset=utf-8")

    return routes


def _file(name: str) -> bytes:
    return (files("rag.web") / "static" / name).read_bytes()
