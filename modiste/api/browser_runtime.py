"""ONNX Runtime for browsers, brought from the npm registry when the package is built.

It is 14 MB of somebody else's WebAssembly, so git does not hold it: its version and its digest
stand here, and ``python modiste/api/browser_runtime.py`` (which ``make`` and the build of a wheel
do) fetches what is missing. Without it the service works; the page then says that photos cannot
be analysed on the device.

This file imports the standard library alone, since it runs before anything is installed.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import shutil
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Final

VERSION: Final = "1.30.0"
#: As the registry tells it: SHA-512 of the whole archive.
INTEGRITY: Final = (
    "sha512-q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZ"
    "ClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
)
ADDRESS: Final = f"https://registry.npmjs.org/onnxruntime-web/-/onnxruntime-web-{VERSION}.tgz"
#: The module that a worker imports, which holds the glue of the other, and the WebAssembly.
MODULE: Final = "ort.wasm.bundle.min.mjs"
WASM: Final = "ort-wasm-simd-threaded.wasm"
#: Kept compressed: it is sent so.
WASM_KEPT: Final = f"{WASM}.gz"
FOLDER: Final = Path(__file__).parent / "vendor"

_MAX_BYTES: Final = 100_000_000
_SECONDS: Final = 120.0


class RuntimeNotFetchedError(Exception):
    """The archive could not be fetched, or is not the one that is named here."""


def runtime_folder(folder: Path = FOLDER) -> Path | None:
    """Return where the files of this version lie; None if they were not fetched."""
    found = folder / f"onnxruntime-web-{VERSION}"
    return found if all((found / name).is_file() for name in (MODULE, WASM_KEPT)) else None


def fetch_runtime(folder: Path = FOLDER, address: str = ADDRESS) -> Path:
    """Fetch the runtime unless it is there, and return where it lies.

    Other versions in the folder are removed.

    Raises
    ------
    RuntimeNotFetchedError
        If the registry cannot be reached, or sends another archive.
    """
    found = runtime_folder(folder)
    if found is not None:
        return found
    archive = _download(address)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".incoming-") as incoming:
        unpacked = Path(incoming) / "unpacked"
        unpacked.mkdir()
        _unpack(archive, unpacked)
        for other in folder.glob("onnxruntime-web-*"):
            shutil.rmtree(other)
        return unpacked.rename(folder / f"onnxruntime-web-{VERSION}")


def _download(address: str) -> bytes:
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as answer:  # noqa: S310
            archive: bytes = answer.read(_MAX_BYTES)
    except (urllib.error.URLError, OSError) as error:
        raise RuntimeNotFetchedError(
            f"onnxruntime-web {VERSION} could not be fetched, so photos cannot be analysed in the "
            f"browser; run `python {Path(__file__).name}` again where {address} can be reached. "
            f"Received: {error}"
        ) from error
    digest = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if f"sha512-{digest}" != INTEGRITY:
        raise RuntimeNotFetchedError(
            f"The archive at {address} must be the one whose digest is kept here ({INTEGRITY}). "
            f"Received: sha512-{digest}"
        )
    return archive


def _unpack(archive: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as held:
        for name in (MODULE, WASM):
            member = held.extractfile(f"package/dist/{name}")
            if member is None:
                raise RuntimeNotFetchedError(f"onnxruntime-web {VERSION} has no {name}")
            content = member.read()
            if name == WASM:
                (folder / WASM_KEPT).write_bytes(gzip.compress(content, 9, mtime=0))
            else:
                # Its map is not kept, and would be asked for.
                kept = content.split(b"//# sourceMappingURL=")[0]
                (folder / name).write_bytes(kept)


if __name__ == "__main__":
    try:
        fetch_runtime()
    except RuntimeNotFetchedError as error:
        # The rest of the package does without it.
        sys.stderr.write(f"{error}\n")
