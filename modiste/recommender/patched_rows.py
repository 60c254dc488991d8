"""Rows of a large array, some of them replaced and others added, without copying it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class PatchedRows:
    """An array of embeddings that reads like one: what changed lies beside what did not.

    The embeddings of a release may exceed memory and are shared by every answer, so that a
    changed item neither writes to them nor copies them.

    Parameters
    ----------
    base : ndarray
        Shape ``(n_base, size)``, maybe memory-mapped.
    place : ndarray
        Row of `values` that holds each row, -1 where `base` does, shape ``(n_rows,)`` int32.
    values : ndarray
        Shape ``(n_changed, size)``, of the type of `base`.
    """

    def __init__(self, base: NDArray[Any], place: NDArray[np.int32], values: NDArray[Any]) -> None:
        self._base, self._place, self._values = base, place, values
        self.shape = (len(place), base.shape[1])
        self.dtype = base.dtype
        self.ndim = 2

    @classmethod
    def of(
        cls,
        rows: NDArray[Any] | PatchedRows,
        changed: NDArray[np.int64],
        values: NDArray[Any],
        n_rows: int,
    ) -> PatchedRows:
        """Return rows with some of them changed; those that others read stay as they are.

        Parameters
        ----------
        rows : ndarray or PatchedRows
            Shape ``(n_before, size)``.
        changed : ndarray
            Which rows, each once, shape ``(n_changed,)``; every row from `n_before` on.
        values : ndarray
            Shape ``(n_changed, size)``.
        n_rows : int
            At least `n_before`.
        """
        if not isinstance(rows, PatchedRows):
            place = np.full(len(rows), -1, dtype=np.int32)
            rows = cls(rows, place, np.empty((0, rows.shape[1]), dtype=rows.dtype))
        place = np.full(n_rows, -1, dtype=np.int32)
        place[: len(rows)] = rows._place
        known = place[changed] >= 0
        held = rows._values.copy()
        held[place[changed[known]]] = values[known]
        place[changed[~known]] = len(held) + np.arange(int((~known).sum()), dtype=np.int32)
        return cls(rows._base, place, np.concatenate([held, values[~known].astype(rows.dtype)]))

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def nbytes(self) -> int:
        """Bytes of the base and of what changed."""
        return int(self._base.nbytes + self._values.nbytes)

    @property
    def changed(self) -> NDArray[np.int64]:
        """The rows that are not the base's, ascending, shape ``(n_changed,)`` int64."""
        return np.flatnonzero(self._place >= 0)

    def __getitem__(self, rows: Any) -> NDArray[Any]:
        """Return one row, those of a slice, or those that an array of integers names."""
        wanted = np.arange(len(self))[rows] if isinstance(rows, slice) else np.asarray(rows)
        place = self._place[wanted]
        if wanted.ndim == 0:
            held: NDArray[Any] = self._values[place] if place >= 0 else self._base[wanted]
            return held
        found = np.empty((len(wanted), self.shape[1]), dtype=self.dtype)
        is_held = place >= 0
        found[is_held] = self._values[place[is_held]]
        found[~is_held] = self._base[wanted[~is_held]]
        return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return all rows as one array, which copies them."""
        if copy is False:
            raise ValueError("Rows in two places make one array by copying. Received: copy=False")
        return self[:].astype(dtype or self.dtype, copy=False)
