"""Settings of everything that ranks: what a search finds, a job takes and a manifest keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Self

from modiste.training.collaborative import AlsConfig
from modiste.training.item_to_item import ItemToItemConfig
from modiste.training.ranker import RankerConfig


@dataclass(frozen=True)
class RankingSettings:
    """Settings of the two collaborative sources and of the ranker.

    Parameters
    ----------
    als : AlsConfig
    item_to_item : ItemToItemConfig
    ranker : RankerConfig
    """

    als: AlsConfig = field(default_factory=AlsConfig)
    item_to_item: ItemToItemConfig = field(default_factory=ItemToItemConfig)
    ranker: RankerConfig = field(default_factory=RankerConfig)

    @classmethod
    def of_manifest(cls, config: Mapping[str, object]) -> Self:
        """Return what the configuration of a release says; defaults where it says nothing."""
        named = {each.name: config.get(each.name) for each in fields(cls)}
        return cls.from_json({name: part for name, part in named.items() if part is not None})

    @classmethod
    def from_json(cls, values: object) -> Self:
        """Return the settings that `to_json` gave, or a part of them.

        Raises
        ------
        ValueError
            If there is another name, or a value is wrong.
        """
        kinds = {"als": AlsConfig, "item_to_item": ItemToItemConfig, "ranker": RankerConfig}
        if not isinstance(values, Mapping) or not set(values) <= set(kinds):
            raise ValueError(
                f"Settings must be an object with any of {', '.join(kinds)}. Received: {values!r}"
            )
        parts = {}
        for name, given in values.items():
            known = [each.name for each in fields(kinds[name])]
            if not isinstance(given, Mapping) or not set(given) <= set(known):
                raise ValueError(
                    f"{name} must be an object with any of {', '.join(known)}. Received: {given!r}"
                )
            parts[name] = kinds[name](**given)
        return cls(**parts)

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read settings from a JSON file, such as ``modiste tune`` writes.

        Raises
        ------
        ValueError
            If the file holds none; it names the file.
        """
        try:
            return cls.from_json(json.loads(Path(path).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ValueError(f"{path} must hold the settings of a ranking. {error}") from error

    def to_json(self) -> dict[str, object]:
        """Return the settings as JSON values."""
        return asdict(self)
