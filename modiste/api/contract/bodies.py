"""The bodies a request may have: JSON, or multipart with a photo."""

from __future__ import annotations

import io
import json
from typing import IO, TypeVar

from flask import Request
from werkzeug.datastructures import FileStorage, MultiDict

from modiste.api.config import MAX_JSON_BYTES
from modiste.api.contract.problems import InvalidRequestError
from modiste.api.contract.schemas import RecommendationRequest, StrictModel

_JSON = "application/json"
_MULTIPART = "multipart/form-data"
_PHOTO = "photo"
_QUERY = "query"
#: Fields of a form that are text as they stand; the others are JSON.
TEXT_FIELDS = frozenset({"text", "item_id", "user_id", "cursor"})
_MAX_FIELDS = 50

Form = TypeVar("Form", bound=StrictModel)


class SearchRequest(Request):
    """A request that keeps an uploaded photo in memory: the body is bounded anyway."""

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        return io.BytesIO()


def read_search(request: Request) -> tuple[RecommendationRequest, bytes | None]:
    """Return the search a request asks for, and the photo sent with it.

    The body is ``application/json``, or ``multipart/form-data`` with the file ``photo``
    and either one JSON part ``query`` or a field for each value, where ``text``,
    ``item_id``, ``user_id`` and ``cursor`` are text and the others JSON.

    Raises
    ------
    InvalidRequestError
        If the body has another type or its parts do not fit together.
    ValidationError
        If a field breaks its rule.
    """
    if request.mimetype == _JSON:
        return RecommendationRequest.model_validate_json(json_body(request)), None
    if request.mimetype == _MULTIPART:
        return _read_multipart(request, RecommendationRequest)
    raise wrong_content_type(request, f"{_JSON}, or {_MULTIPART} with a photo")


def read_photo(request: Request, model: type[Form]) -> tuple[Form, bytes]:
    """Return the photo sent to be looked at, and what was said beside it, as a model has it.

    Raises
    ------
    InvalidRequestError
        If the body has another type, its parts do not fit together, or there is no photo.
    ValidationError
        If a field breaks its rule.
    """
    if request.mimetype != _MULTIPART:
        raise wrong_content_type(request, f"{_MULTIPART} with a photo")
    asked, photo = _read_multipart(request, model)
    if photo is None:
        raise InvalidRequestError(
            f"Send a photo, as a file part named {_PHOTO!r}. Received: none",
            field=_PHOTO,
            code="missing",
        )
    return asked, photo


def json_body(request: Request) -> bytes:
    """Return the bytes of a JSON body, for a model to validate.

    Raises
    ------
    InvalidRequestError
        If the body has another type.
    """
    if request.mimetype != _JSON:
        raise wrong_content_type(request, _JSON)
    request.max_content_length = MAX_JSON_BYTES
    return request.get_data(cache=False)


def wrong_content_type(request: Request, wanted: str) -> InvalidRequestError:
    """Return what refuses a body of another kind, 415."""
    return InvalidRequestError(
        f"Send {wanted}. Received: {request.mimetype or 'no Content-Type'}",
        field="Content-Type",
        code="unsupported_media_type",
        status=415,
    )


def _read_multipart(request: Request, model: type[Form]) -> tuple[Form, bytes | None]:
    request.max_form_memory_size = MAX_JSON_BYTES
    request.max_form_parts = _MAX_FIELDS
    form, files = request.form, request.files
    if not form and not files:
        raise InvalidRequestError(
            "A multipart body needs a boundary and at least one whole part. Received: none",
            field="body",
            code="no_parts",
        )
    photo = _photo(form, files)
    query = files.get(_QUERY)
    if query is not None:
        return _from_json(query.read(MAX_JSON_BYTES + 1), form, model), photo
    if _QUERY in form:
        others = MultiDict(_without(form, _QUERY))
        return _from_json(form[_QUERY].encode(), others, model), photo
    return model.model_validate_json(_as_json(form, model)), photo


def _photo(form: MultiDict[str, str], files: MultiDict[str, FileStorage]) -> bytes | None:
    unknown = [name for name in files if name not in {_PHOTO, _QUERY}]
    if unknown or _PHOTO in form or len(files.getlist(_PHOTO)) > 1:
        raise InvalidRequestError(
            f"Send one file, named {_PHOTO!r}, as a file part. Received: "
            f"{unknown or 'not exactly one file'}",
            field=unknown[0] if unknown else _PHOTO,
            code="photo_part",
        )
    file = files.get(_PHOTO)
    if file is None:
        return None
    photo = file.read()
    # A browser sends a nameless empty part where no file was chosen.
    return photo if photo or file.filename else None


def _from_json(query: bytes, others: MultiDict[str, str], model: type[Form]) -> Form:
    if others:
        raise InvalidRequestError(
            f"Send either the part {_QUERY!r} or a field for each value. Received both: "
            f"{sorted(others)}",
            field=_QUERY,
            code="query_part",
        )
    return model.model_validate_json(query)


def _as_json(form: MultiDict[str, str], model: type[StrictModel]) -> str:
    """Return a form's fields as one JSON object, so that one set of rules checks both."""
    known = model.model_fields
    values: dict[str, object] = {}
    for name, texts in form.lists():
        if len(texts) > 1:
            raise InvalidRequestError(
                f"Send each field once. Received {name!r} {len(texts)} times",
                field=name,
                code="repeated_field",
            )
        # An empty field of a form is one that was not filled in.
        if texts[0] == "" and name in known:
            continue
        values[name] = _value(name, texts[0]) if name in known else texts[0]
    return json.dumps(values)


def _value(name: str, text: str) -> object:
    if name in TEXT_FIELDS:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidRequestError(
            f"The field {name!r} of a form must be JSON. Received: {text[:80]!r}",
            field=name,
            code="json_invalid",
        ) from None


def _without(form: MultiDict[str, str], name: str) -> list[tuple[str, str]]:
    return [(key, value) for key, value in form.items(multi=True) if key != name]
