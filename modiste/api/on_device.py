"""``GET /v1/network`` and its file, and the runtime for it: photos analysed in the browser.

Files have addresses that hold their digest or version, so that browsers may keep them for good.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Blueprint, Flask, Response, request, send_file
from werkzeug.exceptions import NotFound

from modiste.api.browser_runtime import MODULE, VERSION, WASM_KEPT, runtime_folder
from modiste.api.contract.answers import answer
from modiste.api.contract.network_answers import (
    AttributeAnswer,
    CalibrationAnswer,
    NetworkAnswer,
    RuntimeAnswer,
    SecondLookAnswer,
)
from modiste.api.contract.operations import Answer, Operation, documented
from modiste.api.live.live import Live
from modiste.attribute_model.calibration import Calibration
from modiste.attribute_model.portable import PortableNetwork
from modiste.attribute_model.second_look import MARGIN, MIN_SIDE
from modiste.data import images
from modiste.recommender.encoder import MAX_SIDE_PX

WORKER: Final = "js/device/worker/worker.js"
#: WebAssembly is compiled in the worker alone, so the page itself may not.
_WORKER_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
)
_FOREVER: Final = "public, max-age=31536000, immutable"
#: Kept by the one browser that was allowed to fetch it.
_FOREVER_PRIVATE: Final = "private, max-age=31536000, immutable"
_MEDIA_TYPES: Final = {MODULE: "text/javascript", WASM_KEPT: "application/gzip"}


NETWORK = Operation(
    "get_network",
    "What a runtime elsewhere needs to analyse photos as the service does.",
    scope="search",
    answers=(Answer(NetworkAnswer, cacheable=True),),
    errors=(404, 503),
)
NETWORK_FILE = Operation(
    "get_network_file",
    "The network that serves, as ONNX, by its SHA-256.",
    scope="search",
    answers=(
        Answer(media_types=("application/octet-stream",), cacheable=True),
        Answer(media_types=("application/octet-stream",), status=206),
    ),
    errors=(404, 416, 503),
)
RUNTIME = Operation(
    "get_runtime",
    "A file of ONNX Runtime for browsers.",
    scope=None,
    answers=(Answer(media_types=tuple(sorted(_MEDIA_TYPES.values())), cacheable=True),),
    errors=(404,),
)


def on_device_blueprint(live: Live) -> Blueprint:
    """Return the endpoints of the network in use and of the runtime for it."""
    blueprint = Blueprint("on_device", __name__)

    @blueprint.get("/v1/network")
    @documented(NETWORK)
    def network() -> Response:
        release = live.release()
        found = release.recommender.portable_network
        if found is None:
            raise _no_network()
        return answer(network_answer(found, release.release_id), cacheable=True)

    @blueprint.get("/v1/network/<sha256>")
    @documented(NETWORK_FILE)
    def network_file(sha256: str) -> Response:
        found = live.release().recommender.portable_network
        if found is None or found.sha256 != sha256:
            raise _no_network()
        return _kept_for_good(found.path, "application/octet-stream", sha256, _FOREVER_PRIVATE)

    @blueprint.get("/runtime/<version>/<name>")
    @documented(RUNTIME)
    def runtime(version: str, name: str) -> Response:
        folder = runtime_folder()
        if folder is None or version != VERSION or name not in _MEDIA_TYPES:
            raise NotFound("There is no such file of the runtime here.")
        return _kept_for_good(folder / name, _MEDIA_TYPES[name], f"{version}-{name}", _FOREVER)

    return blueprint


def network_answer(network: PortableNetwork, release_id: str) -> NetworkAnswer:
    """Return what is told of a network."""
    vocabulary, naming = network.vocabulary, network.naming
    pairs = zip(vocabulary.attributes, vocabulary.attribute_types, strict=True)
    calibration = network.calibration
    return NetworkAnswer(
        release_id=release_id,
        sha256=network.sha256,
        address=f"/v1/network/{network.sha256}",
        bytes=network.n_bytes,
        precision="int8" if network.precision == "int8" else "float32",
        image_size=network.image_size,
        max_side=MAX_SIDE_PX,
        min_side=images.MIN_SIDE,
        second_look=_second_look_answer(network),
        calibration=None if calibration is None else _calibration_answer(calibration),
        thresholds=network.thresholds.tolist(),
        categories=list(vocabulary.categories),
        attributes=[AttributeAnswer(name=name, type=kind) for name, kind in pairs],
        shown_as=naming.shown_as.tolist(),
        excluding=[sorted(groups) for groups in naming.excluding],
        runtime=_runtime_answer(),
    )


def register_worker_headers(app: Flask) -> None:
    """Let the worker, and nothing else, compile WebAssembly."""

    def add_headers(response: Response) -> Response:
        if request.endpoint == "static" and (request.view_args or {}).get("filename") == WORKER:
            response.headers["Content-Security-Policy"] = _WORKER_POLICY
            # A page that asks this of all it embeds asks it of its workers.
            response.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
        return response

    app.after_request(add_headers)


def _second_look_answer(network: PortableNetwork) -> SecondLookAnswer | None:
    if not (network.second_look or network.second_look_box):
        return None
    return SecondLookAnswer(
        margin=MARGIN,
        min_side=MIN_SIDE,
        attributes=network.second_look,
        box=network.second_look_box,
    )


def _calibration_answer(calibration: Calibration) -> CalibrationAnswer:
    changes = calibration.changes_attributes
    return CalibrationAnswer(
        temperature=calibration.temperature,
        slope=calibration.slope.tolist() if changes else None,
        intercept=calibration.intercept.tolist() if changes else None,
    )


def _runtime_answer() -> RuntimeAnswer | None:
    folder = runtime_folder()
    if folder is None:
        return None
    return RuntimeAnswer(
        version=VERSION,
        module=f"/runtime/{VERSION}/{MODULE}",
        wasm=f"/runtime/{VERSION}/{WASM_KEPT}",
        bytes=sum((folder / name).stat().st_size for name in _MEDIA_TYPES),
    )


def _kept_for_good(path: Path, media_type: str, tag: str, how_long: str) -> Response:
    try:
        response = send_file(path, mimetype=media_type, conditional=True, etag=tag)
    except FileNotFoundError:
        raise NotFound("The file is gone; ask for /v1/network again.") from None
    response.headers["Cache-Control"] = how_long
    return response


def _no_network() -> NotFound:
    return NotFound("The release in use has no such network; ask for /v1/network again.")
