"""The page as an app: its files under one version, a manifest, a service worker, photos shared.

Every file of the page has an address with the digest of all of them in it, so that browsers keep
it for good, a page never mixes two versions, and the service worker's script, which lists them,
changes exactly when one of them does.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask import (
    Blueprint,
    Flask,
    Response,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)

from modiste.api.contract.operations import Answer, Operation, documented
from modiste.api.languages import language_of, texts

FOLDER: Final = Path(__file__).parent
_VERSION_DIGITS: Final = 16
_FOREVER: Final = "public, max-age=31536000, immutable"
_WORKER_POLICY: Final = "default-src 'none'; script-src 'self'; connect-src 'self'"
_GROUND: Final = "#fbf9f6"
_ACCENT: Final = "#5b2a4c"

MANIFEST = Operation(
    "manifest",
    "What a phone shows of the page once it is installed, in the visitor's language.",
    scope=None,
    answers=(Answer(media_types=("application/manifest+json",), cacheable=True),),
)
SERVICE_WORKER = Operation(
    "service_worker",
    "The script that keeps the page usable without a network.",
    scope=None,
    answers=(Answer(media_types=("text/javascript",), cacheable=True),),
)
SHARE = Operation(
    "share",
    "Where a phone sends a photo that is shared with the app; the app's own worker takes it.",
    scope=None,
    answers=(Answer(status=303, media_types=("text/html",)),),
)


@dataclass(frozen=True)
class Shell:
    """The files of the page.

    Parameters
    ----------
    version : str
        Of all of them and the templates together: 16 hexadecimal digits.
    files : tuple of str
        Those that the page needs without a network, relative to ``static``.
    """

    version: str
    files: tuple[str, ...]

    @classmethod
    def read(cls, folder: Path = FOLDER) -> Shell:
        """Read the files in ``static`` and ``templates`` of a folder."""
        digest = hashlib.sha256()
        for path in sorted(_files(folder / "static") + _files(folder / "templates")):
            digest.update(f"{path.relative_to(folder).as_posix()}\n".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        static = folder / "static"
        names = sorted(path.relative_to(static).as_posix() for path in _files(static))
        # The board is for those who run the shop, at a desk.
        kept = tuple(name for name in names if "board" not in name)
        return cls(digest.hexdigest()[:_VERSION_DIGITS], kept)


def register_shell(app: Flask, folder: Path = FOLDER) -> None:
    """Serve the page's files, the manifest and the service worker.

    Parameters
    ----------
    app : Flask
        Made without a static folder.
    folder : Path
        Holds ``static`` and ``templates``.
    """
    shell = Shell.read(folder)

    def static(version: str, filename: str) -> Response:
        response = send_from_directory(folder / "static", filename)
        # A page of another version gets what there is, and does not keep it.
        is_own = version == shell.version
        response.headers["Cache-Control"] = _FOREVER if is_own else "no-cache"
        return response

    app.add_url_rule("/static/<version>/<path:filename>", "static", static)

    @app.url_defaults
    def with_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("version", shell.version)

    app.register_blueprint(_blueprint(shell))


def _blueprint(shell: Shell) -> Blueprint:
    blueprint = Blueprint("app_shell", __name__)

    @blueprint.get("/manifest.webmanifest")
    @documented(MANIFEST)
    def manifest() -> Response:
        written = json.dumps(_manifest(), ensure_ascii=False)
        return _asked_again(Response(written, mimetype="application/manifest+json"))

    @blueprint.get("/service-worker.js")
    @documented(SERVICE_WORKER)
    def service_worker() -> Response:
        files = [url_for("static", filename=name) for name in shell.files]
        script = render_template("service-worker.js", version=shell.version, files=files)
        response = Response(script, mimetype="text/javascript")
        response.headers["Content-Security-Policy"] = _WORKER_POLICY
        return _asked_again(response)

    @blueprint.post("/share")
    @documented(SHARE)
    def share() -> Response:
        # Reached only where the service worker is not: the photo is not read.
        return redirect("/", code=303)  # type: ignore[return-value]

    return blueprint


def _manifest() -> dict[str, object]:
    language = language_of(request)
    words = texts(language.code, ("page", "device"))
    icons = [
        {"src": url_for("static", filename=f"icon-{name}.png"), "sizes": f"{side}x{side}"}
        | {"type": "image/png", "purpose": purpose}
        for name, side, purpose in (
            ("192", 192, "any"),
            ("512", 512, "any"),
            ("maskable-512", 512, "maskable"),
        )
    ]
    return {
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "name": words["app.name"],
        "short_name": "modiste",
        "description": words["page.description"],
        "lang": language.code,
        "dir": language.direction,
        "display": "standalone",
        "background_color": _GROUND,
        "theme_color": _ACCENT,
        "categories": ["shopping", "lifestyle"],
        "icons": icons,
        "shortcuts": [
            {"name": words["app.shortcut.photo"], "url": "/?start=photo", "icons": icons[:1]},
            {"name": words["app.shortcut.phrase"], "url": "/?start=phrase", "icons": icons[:1]},
        ],
        "share_target": {
            "action": "/share",
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "text": "text",
                "files": [{"name": "photo", "accept": ["image/jpeg", "image/png", "image/webp"]}],
            },
        },
    }


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _asked_again(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
