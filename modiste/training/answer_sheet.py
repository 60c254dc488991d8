"""Answers for people to judge: as a table in a terminal and as a row of a contact sheet."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.data.images import decode
from modiste.recommender.phrase_limits import said_of
from modiste.recommender.query import Query
from modiste.recommender.recommendation import Recommendations
from modiste.recommender.recommender import Recommender
from modiste.training.contact_sheet import Card, SheetRow
from modiste.training.report import Table


def answer_table(title: str, answer: Recommendations, recommender: Recommender) -> Table:
    """Return an answer as a table: product, scores and why."""
    titles = recommender.catalogue.titles
    index = recommender.catalogue.item_ids.index
    rows = tuple(
        (
            f"{found.rank:2}  {titles[index(found.item_id) or 0]}",
            f"{found.match_score:.2f}",
            f"{found.personal_score:.2f}",
            "; ".join(reason.text for reason in found.reasons),
        )
        for found in answer
    )
    return Table(title, ("product", "match", "personal", "why"), rows)


def understood(answer: Recommendations) -> list[str]:
    """Return in words what the network saw and how the phrase was read."""
    lines = []
    if answer.garment is not None:
        share = answer.garment.category_scores[answer.garment.category]
        lines.append(f"Seen: {answer.garment.category} ({share:.0%})")
        lines.append(", ".join(list(answer.garment.attributes)[:10]))
    if answer.phrase is not None:
        named: dict[str, list[str]] = {}
        for match in answer.phrase.matched:
            name = f"not {match.name}" if match.weight < 0 else match.name
            named.setdefault(match.words, []).append(name)
        lines += [f"{words} = {', '.join(names)}" for words, names in named.items()]
        lines += [f"{name} {said_of(limit)}" for name, limit in answer.phrase.filters.items()]
        if answer.phrase.not_understood:
            lines.append(f"Not understood: {', '.join(answer.phrase.not_understood)}")
    if answer.refinement is not None:
        for what in ("added", "removed"):
            names = getattr(answer.refinement, what)
            if names:
                lines.append(f"{what.capitalize()}: {', '.join(names)}")
    return lines + [f"Note: {note}" for note in answer.notes]


def sheet_row(
    heading: str,
    query: Query,
    answer: Recommendations,
    dataset: Dataset,
    recommender: Recommender,
) -> SheetRow:
    """Return a query and its answer as a row of a contact sheet."""
    cards = [
        _card(found.item_id, [r.text for r in found.reasons], dataset, recommender)
        for found in answer
    ]
    return SheetRow(
        heading=heading,
        subheading=_bought_lately(query.user_id, recommender),
        pixels=None if query.image is None else decode(query.image),
        box=None if answer.garment is None else answer.garment.box,
        seen=understood(answer),
        cards=cards,
    )


def _bought_lately(user_id: str | None, recommender: Recommender) -> str:
    user = None if user_id is None else recommender.history.user_ids.index(user_id)
    if user is None:
        return ""
    row = recommender.history.row(user)
    bought = recommender.history.item_index[row][recommender.history.n_purchases[row] > 0]
    titles = [recommender.catalogue.titles[item] for item in bought[::-1][:5].tolist()]
    return f"{user_id} bought {len(bought)} items, lately: {'; '.join(titles)}"


def _card(item_id: str, reasons: Sequence[str], dataset: Dataset, recommender: Recommender) -> Card:
    item = recommender.catalogue.items.iloc[recommender.catalogue.item_ids.index(item_id) or 0]
    image = item.get("image")
    return Card(
        pixels=None if not isinstance(image, str) else decode(dataset.image_path(image)),
        title=item[columns.TITLE],
        price="" if pd.isna(item[columns.PRICE]) else f"{item[columns.PRICE]:.2f}",
        reasons=tuple(reasons),
    )
