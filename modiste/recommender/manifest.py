"""What a release holds: every file with its checksum, and what it was made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from modiste.errors import ReleaseError

SCHEMA_VERSION: Final = 1
MANIFEST_FILE: Final = "manifest.json"

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

    def to_json(self) -> str:
        """Return the text of ``manifest.json``."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"

    @classmethod
    def read(cls, release: Path) -> Manifest:
        """Read a release's ``manifest.json``.

        Raises
        ------
        ReleaseError
            If it is missing, malformed or of another schema version.
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
            files = {name: StoredFile(**entry) for name, entry in parts.pop("files").items()}
            return cls(files=files, **parts)
        except FileNotFoundError:
            raise ReleaseError(
                f"A release needs {MANIFEST_FILE}; publish the release again, or roll back. "
                f"Received: {release}"
            ) from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReleaseError(
                f"{path} must be what `write_release` wrote; publish the release again, or roll "
                f"back. Received: {error!r}"
            ) from error


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
    advice = "publish the release again, or roll back"
    present = set(file_names(folder)) - {MANIFEST_FILE}
    for name in sorted(set(manifest.files) - present):
        raise ReleaseError(f"The release lacks a file; {advice}. Received: no {folder / name}")
    for name in sorted(present - set(manifest.files)):
        raise ReleaseError(
            f"A release holds only what its manifest lists; remove the file, or {advice}. "
            f"Received: {folder / name}"
        )
    for name, expected in manifest.files.items():
        stored = stored_file(folder / name)
        if stored != expected:
            raise ReleaseError(
                f"{folder / name} must have {expected.size} bytes and SHA-256 "
                f"{expected.sha256}; {advice}. "
                f"Received: {stored.size} bytes and {stored.sha256}"
            )
    return manifest


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
