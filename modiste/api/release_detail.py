"""One release as it lies on disk, read without loading it."""

from __future__ import annotations

import json
from pathlib import Path

from modiste.api.contract.release_answers import (
    FileAnswer,
    GuardAnswer,
    NetworkAnswer,
    ReleaseAnswer,
    ReleaseDetailAnswer,
)
from modiste.attribute_model.network_file import NETWORK_JSON
from modiste.errors import ReleaseError
from modiste.recommender.guard import GUARD_FILE, Guard
from modiste.recommender.manifest import Manifest


def release_detail(folder: Path, live: str | None) -> ReleaseDetailAnswer:
    """Return what a release's manifest, guard and network say.

    Parameters
    ----------
    folder : Path
        Of the release.
    live : str or None
        The release that ``CURRENT`` names.

    Raises
    ------
    ReleaseError
        If one of them is broken.
    """
    manifest = Manifest.read(folder)
    guard = network = None
    if GUARD_FILE in manifest.files:
        guard = GuardAnswer.model_validate(Guard.read(folder).parts())
    if NETWORK_JSON in manifest.files:
        network = _network(folder / NETWORK_JSON)
    files = [FileAnswer(name=name, size=one.size) for name, one in manifest.files.items()]
    return ReleaseDetailAnswer(
        **dict(ReleaseAnswer.of(manifest, live)),
        data_fingerprint=manifest.data_fingerprint,
        files=sorted(files, key=lambda one: -one.size),
        guard=guard,
        network=network,
    )


def _network(path: Path) -> NetworkAnswer:
    try:
        parts = json.loads(path.read_text(encoding="utf-8"))
        return NetworkAnswer(metrics=parts.get("metrics", {}), variants=parts.get("variants", {}))
    except (OSError, ValueError, AttributeError) as error:
        raise ReleaseError(
            f"{path} must be the JSON that fit_network writes; publish the release again. "
            f"Received: {error}"
        ) from error
