"""``network.json``: what is written beside a network and read before it serves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modiste.attribute_model.calibration import Calibration
from modiste.data.vocabulary import Vocabulary
from modiste.errors import ReleaseError

NETWORK_JSON = "network.json"
SCHEMA_VERSION = 2
#: Version 1 told of int8 alone, not of every variant.
_READABLE_VERSIONS = (1, SCHEMA_VERSION)


def read_description(path: Path, vocabulary: Vocabulary) -> Mapping[str, Any]:
    """Read it.

    Raises
    ------
    ReleaseError
        If it is missing or broken, of another version, or of another vocabulary.
    """
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
        version, fingerprint = described["schema_version"], described["vocabulary_fingerprint"]
        n_thresholds = len(described["thresholds"])
        bool(int8_published(described) and described["config"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReleaseError(
            f"{path} must be the JSON that fit_network writes; fit the network again. "
            f"Received: {error!r}"
        ) from error
    if version not in _READABLE_VERSIONS:
        raise ReleaseError(
            f"{path} must have schema_version {SCHEMA_VERSION}; fit the network again with this "
            f"version of modiste. Received: {version}"
        )
    if fingerprint != vocabulary.fingerprint or n_thresholds != len(vocabulary.attributes):
        raise ReleaseError(
            f"{path} belongs to another vocabulary; use the one it was fitted with, "
            f"{fingerprint}. Received: {vocabulary.fingerprint}"
        )
    checked: Mapping[str, Any] = described
    return checked


def int8_published(described: Mapping[str, Any]) -> bool:
    """Return whether the int8 network agreed closely enough to be served."""
    if "variants" in described:
        return bool(described["variants"].get("int8", {}).get("published", False))
    return bool(described["int8"].get("usable", False))


def read_calibration(
    described: Mapping[str, Any], path: Path, vocabulary: Vocabulary
) -> Calibration | None:
    """Return what makes probabilities of the network's scores, None where nothing does.

    Raises
    ------
    ReleaseError
        If it is broken.
    """
    if described.get("calibration") is None:
        return None
    try:
        return Calibration.from_json(described["calibration"], len(vocabulary.attributes))
    except ValueError as error:
        raise ReleaseError(
            f"The calibration in {path} is broken; fit the network again. {error}"
        ) from error
