"""Searches handed to the log, which never keeps one waiting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from modiste.api.contract.schemas import RecommendationRequest
from modiste.api.cursors import Cursor
from modiste.data.store.background import BackgroundWriter
from modiste.data.store.search_log import Search, filters_text


class SearchRecorder:
    """Writes down what was asked and shown.

    Parameters
    ----------
    writer : BackgroundWriter
    """

    def __init__(self, writer: BackgroundWriter[Search]) -> None:
        self._writer = writer

    def record(
        self,
        cursor: Cursor,
        asked: RecommendationRequest,
        shown: Sequence[str],
        *,
        release_id: str,
        has_photo: bool,
        not_understood: Sequence[str] | None = None,
    ) -> None:
        """Hand one page of a search to the log; returns at once and never raises."""
        self._writer.put(
            Search(
                search_id=cursor.search_id,
                page=cursor.page,
                made_at=datetime.now(UTC),
                release_id=release_id,
                shown=tuple(shown),
                user_id=asked.user_id,
                phrase=asked.text,
                item_id=asked.item_id,
                has_photo=has_photo,
                has_embedding=asked.embedding is not None,
                filters=filters_text(asked.filter_values()),
                not_understood=None if not_understood is None else tuple(not_understood),
            )
        )
