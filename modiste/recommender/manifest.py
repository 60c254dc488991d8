"""What a release holds: every file with its checksum, and what it was made from."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from modiste.errors import ReleaseError

SCHEMA_VERSION: Final = 2
MANIFEST_FILE: Final = "manifest.json"
#: A release's name: when it was written and the start of its content's SHA-256.
RELEASE_ID: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")

_ADVICE = "publish the release again, or roll back"
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class StoredFile:
    """One file of a release, as the manifest has it."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """What a release holds and what it was made from.

    Parameters
    ----------
    schema_version : int
    release_id : str
    created : str
        ISO 8601, UTC.
    files : mapping of str to StoredFile
        By path inside the release.
    config, metrics : mapping
        As the training job gave them.
    data_fingerprint : str
        Of the dataset.
    n_items : int
    vocabulary_fingerprint : str
    """

    schema_version: int
    release_id: str
    created: str
    files: Mapping[str, StoredFile]
    config: Mapping[str, object]
    metrics: Mapping[str, object]
    data_fingerprint: str
    n_items: int
    vocabulary_fingerprint: str

    @property
    def reader_id(self) -> str:
        """Name of the network and vocabulary: what one says of an item is of no use to another."""
        network = self.files.get("network.onnx")
        sha256 = "no network" if network is None else network.sha256
        return f"{sha256}/{self.vocabulary_fingerprint}"

    def to_json(self) -> str:
        """Return the text of ``manifest.json``, which has the SHA-256 of its own values."""
        parts = asdict(self)
        return json.dumps(parts | {"sha256": _checksum(parts)}, indent=1, sort_keys=True) + "\n"

    @classmethod
    def read(cls, release: Path) -> Manifest:
        """Read a release's ``manifest.json``.

        Raises
        ------
        ReleaseError
            If it is missing, malformed, changed or of another schema version, or names
            another release than a folder that has a release's name.
        """
        path = release / MANIFEST_FILE
        try:
            parts = json.loads(path.read_text(encoding="utf-8"))
            version = parts["schema_version"]
            if version != SCHEMA_VERSION:
                raise ReleaseError(
                    f"{path} must have schema version {SCHEMA_VERSION}; train a release with "
                    f"this version of modiste. Received: {version!r}"
                )
            stated, found = parts.pop("sha256"), _checksum(parts)
            if stated != found:
                raise ReleaseError(
                    f"{path} must have values of SHA-256 {stated}; {_ADVICE}. Received: {found}"
                )
            files = {name: StoredFile(**entry) for name, entry in parts.pop("files").items()}
            manifest = cls(files=files, **parts)
        except FileNotFoundError:
            raise ReleaseError(
                f"A release needs {MANIFEST_FILE}; {_ADVICE}. Received: {release}"
            ) from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReleaseError(
                f"{path} must be what `write_release` wrote; {_ADVICE}. Received: {error!r}"
            ) from error
        # A copy may have a name of its own, but not that of another release.
        if RELEASE_ID.fullmatch(release.name) and release.name != manifest.release_id:
            raise ReleaseError(
                f"{path} must be of the release that its folder names; rename the folder, or "
                f"{_ADVICE}. Received: {manifest.release_id!r}"
            )
        return manifest


def check_release(release: str | Path) -> Manifest:
    """Check that a release is whole and unchanged, and return its manifest.

    Raises
    ------
    ReleaseError
        If a file is missing, extra or changed; the message names it and what to do.
    """
    folder = Path(release)
    if not folder.is_dir():
        raise ReleaseError(
            f"A release is a directory that `modiste train` writes. Received: {folder}"
        )
    manifest = Manifest.read(folder)
    present = set(file_names(folder)) - {MANIFEST_FILE}
    for name in sorted(set(manifest.files) - present):
        raise ReleaseError(f"The release lacks a file; {_ADVICE}. Received: no {folder / name}")
    for name in sorted(present - set(manifest.files)):
        raise ReleaseError(
            f"A release holds only what its manifest lists; remove the file, or {_ADVICE}. "
            f"Received: {folder / name}"
        )
    for name, expected in manifest.files.items():
        stored = stored_file(folder / name)
        if stored != expected:
            raise ReleaseError(
                f"{folder / name} must have {expected.size} bytes and SHA-256 "
                f"{expected.sha256}; {_ADVICE}. "
                f"Received: {stored.size} bytes and {stored.sha256}"
            )
    return manifest


def _checksum(parts: Mapping[str, object]) -> str:
    """Return the SHA-256 of a manifest's values as JSON without spaces, keys sorted."""
    # Read back first: keys that are numbers are sorted as the text that they become.
    values = json.loads(json.dumps(parts))
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def file_names(folder: Path) -> list[str]:
    """Return every file in a folder, by its path inside it, sorted."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()
    )


def stored_file(path: Path) -> StoredFile:
    """Return the size and SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
        return StoredFile(digest.hexdigest(), file.tell())
