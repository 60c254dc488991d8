"""The release on disk: written whole or not at all, checked before it is served.

A releases directory holds one immutable directory a release and the text file
``CURRENT``: its first line names the live release, the lines after it those that were
live before, newest first. Whatever moment a writer dies at, ``CURRENT`` still names a
whole release.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from modiste.data.vocabulary import Vocabulary
from modiste.errors import ReleaseError, UnknownReleaseError
from modiste.recommender.catalogue_files import ITEMS_FILE, VOCABULARY_FILE
from modiste.recommender.manifest import (
    MANIFEST_FILE,
    RELEASE_ID,
    SCHEMA_VERSION,
    Manifest,
    check_release,
    file_names,
    stored_file,
)

__all__ = [
    "Manifest",
    "check_release",
    "current_release",
    "list_releases",
    "live_ids",
    "publish",
    "release_folder",
    "rollback",
    "unreadable_releases",
    "write_release",
]

CURRENT_FILE: Final = "CURRENT"

_INCOMING = ".incoming-"
_ABANDONED_SECONDS = 24 * 60 * 60.0


def write_release(
    releases_dir: str | Path,
    write_parts: Callable[[Path], None],
    *,
    config: Mapping[str, object],
    metrics: Mapping[str, object],
    data_fingerprint: str,
    now: datetime | None = None,
) -> Path:
    """Write a release; it is not live until `publish` names it.

    Parameters
    ----------
    releases_dir : path
        Made if it does not exist.
    write_parts : callable
        Gets an empty folder and writes every file of the release into it.
    config, metrics : mapping
        JSON values for the manifest.
    data_fingerprint : str
        ``Dataset.fingerprint``.
    now : datetime, optional
        With a zone; the present by default.

    Returns
    -------
    Path
        The release's directory, named after the time and the content.

    Raises
    ------
    ReleaseError
        If the parts lack the items table or the vocabulary, or the release exists.
    """
    root = Path(releases_dir)
    root.mkdir(parents=True, exist_ok=True)
    _clear_abandoned(root)
    folder = root / f"{_INCOMING}{uuid.uuid4().hex}"
    folder.mkdir()
    try:
        write_parts(folder)
        for name in (ITEMS_FILE, VOCABULARY_FILE):
            if not (folder / name).is_file():
                raise ReleaseError(f"A release needs {name}. Received: {file_names(folder)}")
        created = (now or datetime.now(UTC)).astimezone(UTC)
        files = {name: stored_file(folder / name) for name in file_names(folder)}
        content = json.dumps({name: file.sha256 for name, file in files.items()})
        digest = hashlib.sha256(content.encode()).hexdigest()
        manifest = Manifest(
            schema_version=SCHEMA_VERSION,
            release_id=f"{created:%Y%m%dT%H%M%SZ}-{digest[:8]}",
            created=created.isoformat(),
            files=files,
            config=config,
            metrics=metrics,
            data_fingerprint=data_fingerprint,
            n_items=pq.read_metadata(folder / ITEMS_FILE).num_rows,
            vocabulary_fingerprint=Vocabulary.read(folder / VOCABULARY_FILE).fingerprint,
        )
        (folder / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
        _sync_tree(folder)
        release = root / manifest.release_id
        if release.exists():
            raise ReleaseError(
                f"A release is written once; wait a second and write it again. Received: {release}"
            )
        folder.rename(release)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _sync(root)
    return release


def publish(releases_dir: str | Path, release_id: str, *, check: bool = True) -> Path:
    """Make a release the live one, after checking it.

    Parameters
    ----------
    releases_dir : path
    release_id : str
    check : bool
        Read every file of it; not needed a moment after that was done.

    Returns
    -------
    Path
        The release's directory.

    Raises
    ------
    ReleaseError
        If there is no such release, or it is not whole.
    """
    root = Path(releases_dir)
    release = release_folder(root, release_id)
    if check:
        check_release(release)
    earlier = [one for one in live_ids(root) if one != release_id]
    _write_current(root, [release_id, *earlier])
    return release


def rollback(releases_dir: str | Path, *, check: bool = True) -> Path:
    """Make the release that was live before the current one live again; see `publish`.

    Returns
    -------
    Path
        The directory of the release that is live now.

    Raises
    ------
    ReleaseError
        If no earlier release was live, or it is not whole.
    """
    root = Path(releases_dir)
    live = live_ids(root)
    if len(live) < 2:
        raise ReleaseError(
            "Rolling back needs a release that was live before; publish one by name instead. "
            f"Received: {root} with {', '.join(live) or 'no live release'}"
        )
    release = release_folder(root, live[1])
    if check:
        check_release(release)
    _write_current(root, live[1:])
    return release


def current_release(releases_dir: str | Path) -> Path:
    """Return the directory of the live release.

    Raises
    ------
    ReleaseError
        If none has been published, or its directory is gone.
    """
    root = Path(releases_dir)
    live = live_ids(root)
    if not live:
        raise ReleaseError(
            f"{root} needs a published release; train one, then publish it. "
            f"Received: no {CURRENT_FILE}"
        )
    return release_folder(root, live[0])


def list_releases(releases_dir: str | Path) -> list[Manifest]:
    """Return the manifests of all releases, oldest first.

    Half-written ones are not listed, nor those of `unreadable_releases`.
    """
    return _read_manifests(Path(releases_dir))[0]


def unreadable_releases(releases_dir: str | Path) -> dict[str, str]:
    """Return why each release whose manifest cannot be read cannot, by name, oldest first."""
    return _read_manifests(Path(releases_dir))[1]


def _read_manifests(root: Path) -> tuple[list[Manifest], dict[str, str]]:
    found: list[Manifest] = []
    unreadable: dict[str, str] = {}
    for folder in sorted(path for path in root.glob("*") if RELEASE_ID.fullmatch(path.name)):
        try:
            found.append(Manifest.read(folder))
        except ReleaseError as error:
            unreadable[folder.name] = str(error)
    return found, unreadable


def release_folder(releases_dir: str | Path, release_id: str) -> Path:
    """Return the directory of a release by its id.

    Raises
    ------
    UnknownReleaseError
        If there is none of that name.
    """
    root = Path(releases_dir)
    # The pattern also keeps an id such as "../other" inside the releases directory.
    if not RELEASE_ID.fullmatch(release_id) or not (root / release_id).is_dir():
        known = ", ".join(manifest.release_id for manifest in list_releases(root)) or "none"
        raise UnknownReleaseError(f"{root} has the releases {known}. Received: {release_id!r}")
    return root / release_id


def live_ids(releases_dir: str | Path) -> list[str]:
    """Return the ids of the live release and of those live before it, newest first."""
    try:
        # What is no text names no release, which is told like any other such name.
        current = (Path(releases_dir) / CURRENT_FILE).read_text(encoding="utf-8", errors="replace")
        return current.split()
    except (FileNotFoundError, NotADirectoryError):
        return []


def _write_current(root: Path, live: list[str]) -> None:
    incoming = root / f"{_INCOMING}{uuid.uuid4().hex}"
    try:
        incoming.write_text("\n".join(live) + "\n", encoding="utf-8")
        _sync(incoming)
        incoming.replace(root / CURRENT_FILE)
    except BaseException:
        # A full disk wants the space back.
        incoming.unlink(missing_ok=True)
        raise
    _sync(root)


def _clear_abandoned(root: Path) -> None:
    """Remove what writers that were killed have left; nobody writes one release for a day."""
    for path in root.glob(f"{_INCOMING}*"):
        with suppress(OSError):
            if path.stat().st_mtime > time.time() - _ABANDONED_SECONDS:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def _sync_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
