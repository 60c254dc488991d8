"""What the service answers to the shop's board: the models that are written as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from modiste.api.contract.answers import GarmentAnswer
from modiste.attribute_model.occlusion import PATCH, Occlusion

if TYPE_CHECKING:
    from modiste.data.store.event_flow import EventFlow

Cells = list[list[float | None]]


class _OfValues(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class EventKindAnswer(BaseModel):
    """Events of one kind, in each step."""

    event_name: str
    counts: list[int]


class EarlyEventAnswer(_OfValues):
    """An event that was set aside, because its time had not come."""

    event_name: str
    item_id: str | None
    event_time: datetime
    received_at: datetime


class EventFlowAnswer(BaseModel):
    """Events by when they were received; the last step is not over yet.

    `n_quarantined` are all that are set aside, whenever they came.
    """

    start: datetime
    step_minutes: int
    n_steps: int
    kinds: list[EventKindAnswer]
    quarantined: list[int]
    n_quarantined: int
    latest_quarantined: list[EarlyEventAnswer]

    @classmethod
    def of(cls, flow: EventFlow) -> EventFlowAnswer:
        """Copy a flow."""
        return cls(
            start=flow.start,
            step_minutes=int(flow.step.total_seconds()) // 60,
            n_steps=len(flow.quarantined),
            kinds=[
                EventKindAnswer(event_name=name, counts=list(counts))
                for name, counts in flow.counts.items()
            ],
            quarantined=list(flow.quarantined),
            n_quarantined=flow.n_quarantined,
            latest_quarantined=[
                EarlyEventAnswer.model_validate(one) for one in flow.latest_quarantined
            ],
        )


class MissedWordAnswer(_OfValues):
    """A word that was not understood, and one of the phrases it came in."""

    word: str
    phrase: str | None
    n_searches: int
    first_at: datetime
    last_at: datetime


class MissedPhraseAnswer(_OfValues):
    """A phrase, and its words that were not understood."""

    phrase: str
    not_understood: list[str]
    n_searches: int
    first_at: datetime
    last_at: datetime


class EmptySearchAnswer(_OfValues):
    """A search that found nothing; `filters` is JSON."""

    phrase: str | None
    item_id: str | None
    filters: str | None
    has_photo: bool
    n_searches: int
    first_at: datetime
    last_at: datetime


class MissedSearchesAnswer(_OfValues):
    """What was searched for in vain, most frequent first; of each search its first page counts.

    Words and phrases are in small letters. Whoever searched is not told.
    """

    n_searches: int
    n_phrases: int
    n_not_understood: int
    n_empty: int
    words: list[MissedWordAnswer]
    phrases: list[MissedPhraseAnswer]
    empty: list[EmptySearchAnswer]


class HeatAnswer(BaseModel):
    """How much one thing the network says hangs on each part of the photo.

    `values` has a row and a column a cell, top left first: by how much the score falls when a
    patch around the cell is covered, below 0 where it rises; of the box, one minus the overlap
    with the box then found. Null where the time was over.
    """

    kind: Literal["category", "box", "attribute"]
    name: str | None = None
    type: str | None = None
    score: float | None = None
    values: Cells


class OcclusionAnswer(BaseModel):
    """What the network saw, and the heat of the category, the box and the surest attributes.

    `cells` is a side of the grid; `patch` the side of what was covered, as a share of the photo's.
    """

    release_id: str
    garment: GarmentAnswer
    cells: int
    patch: float = PATCH
    heat: list[HeatAnswer]

    @classmethod
    def of(
        cls, found: Occlusion, release_id: str, attribute_types: dict[str, str]
    ) -> OcclusionAnswer:
        """Write it down, rounded to four digits."""
        seen = GarmentAnswer.of(found.garment, attribute_types)
        scores = {one.name: one.score for one in seen.attributes}
        return cls(
            release_id=release_id,
            garment=seen,
            cells=len(found.category),
            heat=[
                HeatAnswer(
                    kind="category",
                    name=seen.category,
                    score=seen.category_scores[0].score,
                    values=_cells(found.category),
                ),
                HeatAnswer(kind="box", values=_cells(found.box)),
                *(
                    HeatAnswer(
                        kind="attribute",
                        name=name,
                        type=attribute_types.get(name),
                        score=scores.get(name),
                        values=_cells(cells),
                    )
                    for name, cells in found.attributes.items()
                ),
            ],
        )


def _cells(values: NDArray[np.float32]) -> Cells:
    return [
        [None if np.isnan(value) else round(float(value), 4) for value in row] for row in values
    ]
