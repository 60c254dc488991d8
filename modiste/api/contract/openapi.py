"""``GET /openapi.json``: the service's contract, written from the models that validate.

References
----------
OpenAPI Specification 3.1.1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final, Literal

from flask import Blueprint, Flask, Response, current_app, request
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

import modiste
from modiste.api.contract.answers import Problem
from modiste.api.contract.multipart_schema import multipart_content
from modiste.api.contract.operations import (
    UNDOCUMENTED,
    Answer,
    Operation,
    documented,
    operation_of,
)
from modiste.api.contract.problems import MEDIA_TYPE, TITLES
from modiste.data.store.scopes import SCOPES

Schema = dict[str, Any]
Mode = Literal["validation", "serialization"]
#: To the schema of each model and mode.
References = Mapping[Any, Schema]

_JSON: Final = "application/json"
_RETRIED: Final = (429, 503)
#: An argument of a route, such as ``<path:item_id>``: its converter and its name.
_ARGUMENT: Final = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
_TEMPLATE: Final = "#/components/schemas/{model}"
_DESCRIPTION: Final = """\
A photo or a phrase to a garment to products of the catalogue, ordered for this shopper.

Every error is `application/problem+json` (RFC 9457) whose `errors` name the fields at fault. A \
method that an address does not have is answered 405 with `Allow`. Unknown fields are refused. An \
id in an address may hold slashes and the like: percent-encode it. JSON of more than 1 KB is \
compressed for whoever accepts gzip."""


def openapi_blueprint() -> Blueprint:
    """Return the endpoint of the contract."""
    blueprint = Blueprint("openapi", __name__)

    @blueprint.get("/openapi.json")
    @documented(
        Operation("openapi", "This document.", scope=None, answers=(Answer(cacheable=True),))
    )
    def contract() -> Response:
        known = current_app.extensions
        if "modiste.openapi" not in known:
            known["modiste.openapi"] = json.dumps(openapi_document(current_app))
        response = Response(known["modiste.openapi"], content_type=_JSON)
        response.headers["Cache-Control"] = "no-cache"
        response.add_etag()
        response.make_conditional(request)
        return response

    return blueprint


def openapi_document(app: Flask) -> Schema:
    """Return the OpenAPI document of an application, as JSON values.

    Parameters
    ----------
    app : Flask
        Its routes are described by the operations that `documented` put on their views.
    """
    found = list(_operations(app))
    models: dict[tuple[type[BaseModel], Mode], None] = {(Problem, "serialization"): None}
    for _, _, operation in found:
        models.update(dict.fromkeys(_models(operation)))
    references, definitions = models_json_schema(list(models), ref_template=_TEMPLATE)
    paths: Schema = {}
    for rule, method, operation in found:
        written = _operation(rule, operation, references)
        paths.setdefault(_path(rule), {})[method.lower()] = written
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "modiste",
            "version": modiste.__version__,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"An API key, allowed one or more of {', '.join(SCOPES)}.",
                }
            },
        },
    }


def _operations(app: Flask) -> Iterator[tuple[Rule, str, Operation]]:
    for rule in app.url_map.iter_rules():
        operation = operation_of(app, rule.endpoint)
        if rule.endpoint in UNDOCUMENTED or operation is None:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, operation


def _models(operation: Operation) -> Iterator[tuple[type[BaseModel], Mode]]:
    body = operation.body
    if operation.arguments is not None:
        yield operation.arguments, "validation"
    if body is not None:
        for model in (*body.json, body.multipart, *body.ndjson):
            if model is not None:
                yield model, "validation"
    for answer in operation.answers:
        if answer.model is not None:
            yield answer.model, "serialization"


def _path(rule: Rule) -> str:
    return _ARGUMENT.sub(r"{\2}", rule.rule)


def _operation(rule: Rule, operation: Operation, references: References) -> Schema:
    written: Schema = {
        "operationId": operation.operation_id,
        "summary": operation.summary,
        "security": [] if operation.scope is None else [{"key": [operation.scope]}],
        "parameters": [
            *_path_parameters(rule),
            *_query_parameters(operation),
            *_headers(operation),
        ],
    }
    body = operation.body
    if body is not None:
        content: Schema = {}
        if body.json:
            schemas = [references[model, "validation"] for model in body.json]
            schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
            for kind in (_JSON, *body.further_json):
                content[kind] = {"schema": schema}
        if body.multipart is not None:
            reference = references[body.multipart, "validation"]
            content["multipart/form-data"] = multipart_content(
                body.multipart, reference, part=body.part, needs_photo=body.needs_photo
            )
        if body.ndjson:
            lines = [references[model, "validation"] for model in body.ndjson]
            content["application/x-ndjson"] = {
                "schema": {
                    "type": "string",
                    "description": "One JSON object a line.",
                    "contentMediaType": _JSON,
                    "contentSchema": {"anyOf": lines},
                }
            }
        written["requestBody"] = {"required": True, "content": content}
    answers = {str(one.status): _answer(one, references) for one in operation.answers}
    if any(answer.cacheable for answer in operation.answers):
        answers["304"] = {"description": "Not modified.", "headers": {"ETag": _ETAG}}
    problem = references[Problem, "serialization"]
    errors = {str(status): _error(status, problem) for status in operation.all_errors}
    written["responses"] = answers | errors
    return written


def _path_parameters(rule: Rule) -> Iterator[Schema]:
    for converter, name in _ARGUMENT.findall(rule.rule):
        kind = {"type": "integer"} if converter == "int" else {"type": "string", "minLength": 1}
        yield {"name": name, "in": "path", "required": True, "schema": kind}


def _query_parameters(operation: Operation) -> Iterator[Schema]:
    if operation.arguments is None:
        return
    own = operation.arguments.model_json_schema(ref_template=_TEMPLATE)
    for name, schema in own.get("properties", {}).items():
        yield {
            "name": name,
            "in": "query",
            "required": name in own.get("required", ()),
            "schema": _never_null(schema),
        }


def _never_null(schema: Schema) -> Schema:
    # An address leaves an argument out; it has no null.
    others = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(others) != 1:
        return schema
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return {**rest, **others[0]}


def _headers(operation: Operation) -> Iterator[Schema]:
    if operation.body is not None and operation.body.idempotency_key:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": (
                "Of the client's choosing. Within 24 hours the same key and body get the same "
                "answer, another body under it is refused with 422, and one that comes while the "
                "first is being answered with 409. Clients have keys of their own: they are told "
                "apart by Authorization, and without it by their address."
            ),
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        }
    if operation.if_match:
        yield {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "description": (
                "Entity tag of the item as the client knows it, or * for any; 412 if it has "
                "changed or is gone."
            ),
            "schema": {"type": "string"},
        }
    if operation.if_none_match:
        yield {
            "name": "If-None-Match",
            "in": "header",
            "required": False,
            "description": "*, to write an item that is not there yet; 412 if it is.",
            "schema": {"type": "string", "enum": ["*"]},
        }
    if any(answer.cacheable for answer in operation.answers):
        yield {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}


_ETAG: Final[Schema] = {"description": "Of this answer.", "schema": {"type": "string"}}


def _answer(answer: Answer, references: References) -> Schema:
    written: Schema = {"description": HTTPStatus(answer.status).phrase}
    if answer.model is not None:
        written["content"] = {_JSON: {"schema": references[answer.model, "serialization"]}}
    elif answer.media_types:
        written["content"] = {
            kind: {"schema": {"type": "object"}} if kind.endswith("json") else {}
            for kind in answer.media_types
        }
    if answer.cacheable:
        written["headers"] = {"ETag": _ETAG}
    return written


def _error(status: int, problem: Schema) -> Schema:
    written: Schema = {
        "description": TITLES.get(status) or HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": problem}},
    }
    if status in _RETRIED:
        written["headers"] = {
            "Retry-After": {
                "description": "Seconds after which to try again.",
                "schema": {"type": "integer", "minimum": 0},
            }
        }
    if status == HTTPStatus.UNAUTHORIZED:
        written["headers"] = {
            "WWW-Authenticate": {"description": "Bearer.", "schema": {"type": "string"}}
        }
    return written
