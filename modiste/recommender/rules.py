"""What a shop wants of every list besides relevance: variety, news, places of its own."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final, Self

#: Items a shop may pin, bury or exclude, and shoppers it may exclude items for.
MAX_IDS: Final = 100_000


def _nobody() -> Mapping[str, tuple[str, ...]]:
    return {}


@dataclass(frozen=True)
class Rules:
    """A shop's own rules; without any, lists are ordered by relevance alone.

    Parameters
    ----------
    diversity : float
        Strength of maximal marginal relevance in [0, 1): how much a product's likeness to
        those already shown counts against its score. 0.3 is a good start.
    max_per_brand : int, optional
        Products of one brand in a list, while others can fill it; at least 1.
    fresh_share : float
        Least share of a list, in [0, 1], that arrived in the last `fresh_days` or since, as far
        as such products fit what is asked for. What nobody has touched yet is hardly found
        otherwise; what 0.2 costs and brings is in ADR 16.
    fresh_days : float
        Days before the release's last event, above 0.
    pinned : tuple of str
        Item ids shown first, in this order, wherever they may be shown and fit what is asked
        for.
    buried : tuple of str
        Item ids shown only after everything else.
    excluded : tuple of str
        Item ids shown to nobody.
    excluded_for : mapping of str to tuple of str
        Item ids not shown to a shopper, by user_id.

    Raises
    ------
    ValueError
        If a rule is not as described.

    References
    ----------
    Carbonell and Goldstein, "The use of MMR, diversity-based reranking for reordering
    documents and producing summaries", SIGIR 1998.

    Examples
    --------
    >>> Rules(diversity=0.3, pinned=["p7"]).pinned
    ('p7',)
    """

    diversity: float = 0.0
    max_per_brand: int | None = None
    fresh_share: float = 0.0
    fresh_days: float = 28.0
    pinned: tuple[str, ...] = ()
    buried: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    excluded_for: Mapping[str, tuple[str, ...]] = field(default_factory=_nobody)

    def __post_init__(self) -> None:
        if not (_is_number(self.diversity) and 0 <= self.diversity < 1):
            raise ValueError(
                f"diversity must be a number from 0 to below 1. Received: {self.diversity!r}"
            )
        if self.max_per_brand is not None and not (
            isinstance(self.max_per_brand, int) and _is_number(self.max_per_brand)
        ):
            raise ValueError(
                f"max_per_brand must be a whole number or None. Received: {self.max_per_brand!r}"
            )
        if self.max_per_brand is not None and self.max_per_brand < 1:
            raise ValueError(f"max_per_brand must be at least 1. Received: {self.max_per_brand}")
        if not (_is_number(self.fresh_share) and 0 <= self.fresh_share <= 1):
            raise ValueError(
                f"fresh_share must be a number from 0 to 1. Received: {self.fresh_share!r}"
            )
        if not (_is_number(self.fresh_days) and self.fresh_days > 0):
            raise ValueError(
                f"fresh_days must be a number of days above 0. Received: {self.fresh_days!r}"
            )
        for name in ("pinned", "buried", "excluded"):
            object.__setattr__(self, name, _ids(name, getattr(self, name)))
        both = sorted(set(self.pinned) & {*self.buried, *self.excluded})
        if both:
            raise ValueError(
                f"pinned items must be neither buried nor excluded. Received: {', '.join(both)}"
            )
        given: object = self.excluded_for
        if not isinstance(given, Mapping) or not all(isinstance(user, str) for user in given):
            raise ValueError(
                "excluded_for must give a list of item ids for each user_id. "
                f"Received: {type(given).__name__}"
            )
        own = {user: _ids(f"excluded_for[{user!r}]", ids) for user, ids in given.items()}
        object.__setattr__(self, "excluded_for", own)

    @property
    def reorders(self) -> bool:
        """Whether a list is anything but ordered by score."""
        return bool(
            self.diversity
            or self.max_per_brand is not None
            or self.fresh_share
            or self.pinned
            or self.buried
        )

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read rules from a JSON file: an object with any of the parameters.

        Raises
        ------
        ValueError
            If the file is no such object; it names the file.
        """
        where = Path(path)
        known = [each.name for each in fields(cls)]
        try:
            values = json.loads(where.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ValueError(
                f"{where} must be a JSON object of rules ({', '.join(known)}). Received: {error}"
            ) from error
        if not isinstance(values, dict):
            raise ValueError(
                f"{where} must be a JSON object of rules ({', '.join(known)}). "
                f"Received: {type(values).__name__}"
            )
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise ValueError(
                f"{where} may have only the rules {', '.join(known)}. Received: "
                f"{', '.join(unknown)}"
            )
        try:
            return cls(**values)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from error


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _ids(name: str, given: object) -> tuple[str, ...]:
    if isinstance(given, str) or not isinstance(given, list | tuple):
        raise ValueError(f"{name} must be a list of item ids. Received: {given!r}")
    for one in given:
        if not isinstance(one, str):
            raise ValueError(f"{name} must be a list of item ids. Received: {one!r} in it")
    if len(given) > MAX_IDS:
        raise ValueError(
            f"{name} may hold at most {MAX_IDS:,} item ids; use a filter or the availability "
            f"of the items for more. Received: {len(given):,}"
        )
    return tuple(dict.fromkeys(given))
