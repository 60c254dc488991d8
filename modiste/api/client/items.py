"""Items: read, written, changed and taken out."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Final

from pydantic_core import to_json

from modiste.api.client.batches import MAX_ROWS, Rows, in_batches
from modiste.api.client.errors import ProblemError
from modiste.api.client.photos import JSON_HEADERS, Photo, form
from modiste.api.client.transport import Reply, Request, Transport, segment
from modiste.api.contract.answers import ItemAnswer
from modiste.api.contract.store_answers import BatchAnswer, ItemWrittenAnswer, LineProblem

_NOT_FOUND: Final = 404
#: Of a whole batch; the service takes 10 MB.
_MAX_BATCH_BYTES: Final = 8 * 1024 * 1024


class TaggedItem(ItemAnswer):
    """An item and the entity tag it came with, for ``if_match``."""

    etag: str = ""


class Items:
    """Items of the catalogue; writing them needs the scope ``catalogue``."""

    _transport: Transport

    def get_item(self, item_id: str) -> TaggedItem:
        """Return one item; it is kept, and fetched again only when it has changed."""
        kept = self._transport.kept_bytes(_path(item_id))
        found = Reply(200, kept.body).read(TaggedItem)
        # A compressed answer has a weak tag, of which the rest is that of the item.
        return found.model_copy(update={"etag": kept.tag.removeprefix("W/").strip('"')})

    def get_item_image(self, item_id: str) -> bytes:
        """Return the photo of an item, as a file; it is kept likewise."""
        return self._transport.kept_bytes(f"{_path(item_id)}/image").body

    def upsert_item(
        self,
        item_id: str,
        item: Mapping[str, object],
        *,
        photo: Photo | None = None,
        if_match: str | int | None = None,
    ) -> ItemWrittenAnswer:
        """Write a whole item; what is left out is unknown.

        Parameters
        ----------
        item_id : str
        item : mapping
            ``title`` and any of ``item_group_id``, ``description``, ``brand``, ``category``,
            ``attributes``, ``color``, ``price``, ``availability``, ``available_from``.
        photo : bytes or path, optional
            Without one, the item keeps the photo it has.
        if_match : str or int, optional
            Write only if the item is still so: the ``etag`` of `get_item`, or the ``version``
            of what was written. Such a write is not sent again if its answer is lost, since it
            could then refuse itself.

        Raises
        ------
        ProblemError
            Of status 412 if the item has changed.
        """
        return self._write("PUT", item_id, item, photo, if_match).read(ItemWrittenAnswer)

    def patch_item(
        self,
        item_id: str,
        changed: Mapping[str, object],
        *,
        photo: Photo | None = None,
        if_match: str | int | None = None,
    ) -> ItemWrittenAnswer:
        """Change some columns of an item; None takes one away.

        Parameters
        ----------
        item_id : str
        changed : mapping
        photo, if_match
            As for `upsert_item`.
        """
        return self._write("PATCH", item_id, changed, photo, if_match).read(ItemWrittenAnswer)

    def delete_item(self, item_id: str, *, if_match: str | int | None = None) -> None:
        """Take an item out; it is never shown again.

        Parameters
        ----------
        item_id : str
        if_match
            As for `upsert_item`.
        """
        request = Request(
            "DELETE", _path(item_id), headers=_matching(if_match), may_repeat=if_match is None
        )
        try:
            self._transport.send(request)
        except ProblemError as error:
            # It is gone because an earlier try took it out.
            if error.status != _NOT_FOUND or not error.maybe_done_before:
                raise

    def write_items(
        self, lines: Iterable[Mapping[str, object]], *, batch_size: int = MAX_ROWS
    ) -> BatchAnswer:
        """Write, change and take out many items, a batch at a time.

        A batch whose answer was lost is sent again, unless one of its lines says
        ``if_version``. If one fails, those before it are written.

        Parameters
        ----------
        lines : iterable of mapping
            Such as ``{"op": "upsert", "item_id": "A1", "item": {"title": "A dress"}}``; ``op`` may
            be ``patch`` and ``delete``, a ``photo`` bytes.
        batch_size : int
            Lines sent at a time, 1 to 1,000.

        Returns
        -------
        BatchAnswer
            How many were written, and the lines that were not, counted from 1 over all of them.
        """
        written, problems, n_before = 0, list[LineProblem](), 0
        sent = ((line, to_json(_with_text(line))) for line in lines)
        for batch in in_batches(sent, batch_size, _MAX_BATCH_BYTES):
            answer = self._write_batch(batch)
            written += answer.written
            problems += [
                problem.model_copy(update={"line": problem.line + n_before})
                for problem in answer.problems
            ]
            n_before += len(batch)
        return BatchAnswer(written=written, problems=problems)

    def _write_batch(self, batch: Rows[Mapping[str, object]]) -> BatchAnswer:
        rows = [row for row, _ in batch]
        request = Request(
            "POST",
            "/v1/items/batch",
            headers={"Content-Type": "application/x-ndjson"},
            content=b"\n".join(text for _, text in batch),
            may_repeat=all(row.get("if_version") is None for row in rows),
        )
        reply = self._transport.send(request)
        answer = reply.read(BatchAnswer)
        if not reply.maybe_done_before:
            return answer
        # What is unknown now was taken out by an earlier try.
        others = [
            problem
            for problem in answer.problems
            if problem.code != "unknown_item" or rows[problem.line - 1].get("op") != "delete"
        ]
        n_done = len(answer.problems) - len(others)
        return BatchAnswer(written=answer.written + n_done, problems=others)

    def _write(
        self,
        method: str,
        item_id: str,
        values: Mapping[str, object],
        photo: Photo | None,
        if_match: str | int | None,
    ) -> Reply:
        headers = _matching(if_match)
        can_repeat = if_match is None
        if photo is None:
            request = Request(
                method,
                _path(item_id),
                headers={**headers, **JSON_HEADERS},
                content=to_json(values),
                may_repeat=can_repeat,
            )
        else:
            request = Request(
                method,
                _path(item_id),
                headers=headers,
                files=form(photo, "item", values),
                may_repeat=can_repeat,
            )
        return self._transport.send(request)


def _path(item_id: str) -> str:
    return f"/v1/items/{segment(item_id)}"


def _matching(if_match: str | int | None) -> dict[str, str]:
    return {} if if_match is None else {"If-Match": f'"{if_match}"'}


def _with_text(line: Mapping[str, object]) -> Mapping[str, object]:
    photo = line.get("photo")
    return {**line, "photo": b64encode(photo).decode()} if isinstance(photo, bytes) else line
