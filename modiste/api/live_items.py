"""Items written over HTTP: one or many, and shown from the next poll on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, request
from pydantic import TypeAdapter, ValidationError
from werkzeug.exceptions import PreconditionFailed

from modiste.api.contract.answers import FieldProblem, answer
from modiste.api.contract.item_bodies import ITEM_PART, MERGE_PATCH, read_item, read_lines
from modiste.api.contract.item_requests import (
    BATCH_LINE,
    DeleteLine,
    ItemPatchRequest,
    ItemRequest,
    PatchLine,
    UpsertLine,
)
from modiste.api.contract.operations import Answer, Body, Operation, documented
from modiste.api.contract.preconditions import conditioned
from modiste.api.contract.problems import InvalidRequestError, field_problems
from modiste.api.contract.schemas import Id
from modiste.api.contract.store_answers import BatchAnswer, ItemWrittenAnswer, LineProblem
from modiste.api.item_table import shown_item
from modiste.api.items import written_tag
from modiste.api.live.live import Live, LiveRelease
from modiste.api.live.live_catalogue import LiveCatalogue
from modiste.data.store.item_log import ItemLog
from modiste.data.store.live_item import (
    CHANGED,
    PENDING,
    Delete,
    LiveItem,
    Patch,
    Refused,
    Upsert,
    Write,
)
from modiste.errors import UnknownItemError

if TYPE_CHECKING:
    from modiste.data.store.database import Database

_ITEM_ID: TypeAdapter[str] = TypeAdapter(Id)
#: Name of the `LiveCatalogue` among an application's extensions.
EXTENSION = "modiste_catalogue"


UPSERT = Operation(
    "upsert_item",
    "Write a whole item, and a photo of it: found within two seconds, without a new release.",
    scope="catalogue",
    answers=(Answer(ItemWrittenAnswer), Answer(ItemWrittenAnswer, status=201)),
    errors=(404, 503),
    body=Body(json=(ItemRequest,), multipart=ItemRequest, part=ITEM_PART),
    if_match=True,
    if_none_match=True,
)
PATCH = Operation(
    "patch_item",
    "Change some columns of an item, as a JSON merge patch; price and stock count at once.",
    scope="catalogue",
    answers=(Answer(ItemWrittenAnswer),),
    errors=(404, 503),
    body=Body(
        json=(ItemPatchRequest,),
        further_json=(MERGE_PATCH,),
        multipart=ItemPatchRequest,
        part=ITEM_PART,
    ),
    if_match=True,
)
DELETE = Operation(
    "delete_item",
    "Take an item out; it is never shown again.",
    scope="catalogue",
    answers=(Answer(status=204, media_types=()),),
    errors=(404, 422, 503),
    if_match=True,
)
BATCH = Operation(
    "write_items",
    "Write, change and take out many items; all good lines at once, the others told.",
    scope="catalogue",
    answers=(Answer(BatchAnswer),),
    errors=(503,),
    body=Body(ndjson=(UpsertLine, PatchLine, DeleteLine)),
)


def register_live_items(app: Flask, live: Live, database: Database) -> LiveCatalogue:
    """Offer the endpoints that write items, and let `live` show what they write.

    Call it before anything is loaded.
    """
    catalogue = LiveCatalogue(ItemLog(database), live)
    app.extensions[EXTENSION] = catalogue
    app.register_blueprint(live_items_blueprint(live, catalogue))
    return catalogue


def live_items_blueprint(live: Live, catalogue: LiveCatalogue) -> Blueprint:
    """Return the endpoints that write items; all are of the scope ``catalogue``."""
    blueprint = Blueprint("live_items", __name__, url_prefix="/v1/items")

    @blueprint.put("/<path:item_id>")
    @documented(UPSERT)
    def upsert(item_id: str) -> Response:
        body, photo = read_item(request)
        row = ItemRequest.model_validate_json(body).row()
        return _write_one(live, catalogue, Upsert(_checked(item_id), row, photo))

    @blueprint.patch("/<path:item_id>")
    @documented(PATCH)
    def patch(item_id: str) -> Response:
        body, photo = read_item(request, MERGE_PATCH)
        changed = ItemPatchRequest.model_validate_json(body or b"{}").changed()
        return _write_one(live, catalogue, Patch(_checked(item_id), changed, photo))

    @blueprint.delete("/<path:item_id>")
    @documented(DELETE)
    def delete(item_id: str) -> Response:
        return _write_one(live, catalogue, Delete(_checked(item_id)))

    @blueprint.post("/batch")
    @documented(BATCH)
    def batch() -> Response:
        return answer(_write_lines(live.release(), catalogue, read_lines(request)))

    return blueprint


def _write_one(live: Live, catalogue: LiveCatalogue, write: Write) -> Response:
    release = live.release()
    problems = _unknown_names(write, release)
    if problems:
        raise InvalidRequestError(
            problems[0].message, field=problems[0].field, code=problems[0].code
        )
    (result,) = _stored(catalogue, release, [conditioned(write, request, release)])
    if isinstance(result, Refused):
        if result.code == CHANGED:
            raise PreconditionFailed(result.message)
        raise UnknownItemError(result.message)
    _show(catalogue, [result])
    if result.row is None:
        return Response(status=204)
    release = live.release()
    images = release.images if result.photo_sha256 is None else {result.item_id}
    body = ItemWrittenAnswer(
        item=shown_item(result.item_id, result.row.values(), images),
        version=result.version,
        state=result.state,
        error=result.error,
    )
    response = answer(body)
    response.status_code = 201 if result.is_created else 200
    response.set_etag(written_tag(result.version, result.position, release))
    return response


def _write_lines(release: LiveRelease, catalogue: LiveCatalogue, lines: list[bytes]) -> BatchAnswer:
    writes: dict[int, Write] = {}
    problems: list[LineProblem] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            write = BATCH_LINE.validate_json(line).write()
        except ValidationError as error:
            told = field_problems(error)
            detail = f"Not valid: {', '.join(one.field or 'the line' for one in told)}."
            code = "malformed_json" if told[0].code == "json_invalid" else "invalid"
            problems.append(LineProblem(line=number, code=code, detail=detail, errors=told))
            continue
        unknown = _unknown_names(write, release)
        if unknown:
            problems.append(
                LineProblem(
                    line=number,
                    item_id=write.item_id,
                    code="invalid",
                    detail=unknown[0].message,
                    errors=unknown,
                )
            )
            continue
        writes[number] = write
    results = _stored(catalogue, release, list(writes.values())) if writes else []
    written = [result for result in results if isinstance(result, LiveItem)]
    for number, result in zip(writes, results, strict=True):
        if isinstance(result, Refused):
            problems.append(
                LineProblem(
                    line=number, item_id=result.item_id, code=result.code, detail=result.message
                )
            )
    _show(catalogue, written)
    problems.sort(key=lambda problem: problem.line)
    return BatchAnswer(written=len(written), problems=problems)


def _stored(
    catalogue: LiveCatalogue, release: LiveRelease, writes: list[Write]
) -> list[LiveItem | Refused]:
    return catalogue.log.write(
        writes,
        lambda item_id: catalogue.known(release, item_id),
        contained=catalogue.contained,
    )


def _show(catalogue: LiveCatalogue, written: list[LiveItem]) -> None:
    """Let what was written be shown: what has still to be described, without waiting for it."""
    waited_for = [item.position for item in written if item.state != PENDING]
    if waited_for or not catalogue.is_following:
        catalogue.follow_to(max(waited_for, default=0))
    else:
        catalogue.wake()


def _unknown_names(write: Write, release: LiveRelease) -> list[FieldProblem]:
    """Return the names that are not in the release's vocabulary, which retraining refuses."""
    if isinstance(write, Delete):
        return []
    cells = write.row.values() if isinstance(write, Upsert) else write.changed
    vocabulary = release.recommender.catalogue.vocabulary
    category = cells.get("category")
    names = cells.get("attributes")
    given = [] if category is None else [("category", category)]
    given += [("attributes", name) for name in (names if isinstance(names, tuple) else ())]
    known = {"category": vocabulary.category_index, "attributes": vocabulary.attribute_index}
    found = [(field, name) for field, name in given if name not in known[field]]
    return [
        FieldProblem(
            field=field,
            code="unknown_name",
            message=f"{field} must be in the release's vocabulary; leave it out and the texts and "
            f"the photo are read for it. Received: {name!r}",
        )
        for field, name in found
    ]


def _checked(item_id: str) -> str:
    try:
        return _ITEM_ID.validate_python(item_id)
    except ValidationError as error:
        raise InvalidRequestError(
            f"An item_id has 1 to 256 characters, none of them NUL. Received: {len(item_id)}",
            field="item_id",
            code="item_id",
        ) from error
