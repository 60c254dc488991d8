"""The errors modiste raises on purpose.

Wrong arguments raise `ValueError`; everything that is wrong with the world (a
photo, a dataset, a release, an id) raises a subclass of `ModisteError`, whose
message says what came, what was expected and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class ModisteError(Exception):
    """Base of every error that modiste raises on purpose."""


class InvalidImageError(ModisteError):
    """The bytes given are not a photo that can be used.

    Attributes
    ----------
    code : str
        Machine-readable reason: ``empty``, ``too_large``, ``not_an_image``,
        ``unsupported_format``, ``truncated``, ``too_many_pixels``, ``too_many_parts`` or
        ``too_small``.
    rule : str
        What a photo must be, without its name and what came instead.
    """

    def __init__(self, message: str, *, code: str, rule: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.rule = message.partition(" Received: ")[0].rstrip(".") if rule is None else rule


@dataclass(frozen=True)
class RowProblem:
    """One bad value in a dataset: where it is and what is wrong with it."""

    file: str
    row: int
    column: str
    value: object
    problem: str

    def __str__(self) -> str:
        place = f"{self.file} row {self.row}, column {self.column!r}"
        return f"{place}: {self.problem}. Received: {self.value!r}"


class DatasetError(ModisteError):
    """A dataset on disk breaks its contract.

    Attributes
    ----------
    problems : tuple of RowProblem
        Every bad row found, in file order.
    """

    n_shown = 20

    def __init__(self, message: str, problems: Sequence[RowProblem] = ()) -> None:
        self.problems = tuple(problems)
        lines = [message, *(f"  {problem}" for problem in self.problems[: self.n_shown])]
        if len(self.problems) > self.n_shown:
            lines.append(f"  ... and {len(self.problems) - self.n_shown} more")
        super().__init__("\n".join(lines))


class VocabularyError(ModisteError):
    """A category or attribute list breaks its contract."""


class ReleaseError(ModisteError):
    """A release directory is incomplete, changed, or of another version."""


class UnknownReleaseError(ReleaseError):
    """A releases directory holds no release of that name."""


class StoreError(ModisteError):
    """The database of a service cannot be reached, or cannot be trusted."""


class UnknownItemError(ModisteError):
    """A query names an item that the release does not hold."""


class UnknownSearchError(ModisteError):
    """A search_id that names no search the store has."""


class KeyReusedError(ModisteError):
    """An idempotency key that came before with another body."""


class KeyInUseError(ModisteError):
    """An idempotency key whose first request is still being answered."""


class MissingDependencyError(ModisteError):
    """A part of modiste needs an extra that is not installed."""
