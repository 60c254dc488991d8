"""A client that holds every answer against the service's own OpenAPI document."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from modiste.api import create_app
from modiste.api.contract.openapi import openapi_document
from modiste.api.contract.operations import UNDOCUMENTED

#: What no document promises: a bug.
BUG = 500


class CheckedClient(FlaskClient):
    """Fails a test whose answer the contract does not allow."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        check(self.application, response)
        return response


def checked_client(*parts: object) -> FlaskClient:
    """Return a client of `create_app` whose every answer is held against the contract."""
    app = create_app(*parts)  # type: ignore[arg-type]
    app.test_client_class = CheckedClient
    return app.test_client()


def check(app: Flask, response: TestResponse) -> None:
    """Check that an answer's status, media type, headers and body are documented."""
    request = response.request
    adapter = app.url_map.bind("localhost")
    try:
        rule, _ = adapter.match(request.path, request.method, return_rule=True)
    except HTTPException:
        assert response.status_code in {404, 405}
        return
    undocumented = rule.endpoint in UNDOCUMENTED or request.method in {"HEAD", "OPTIONS"}
    if undocumented or response.status_code == BUG:
        return
    document = document_of(app)
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
    operation = document["paths"][path][request.method.lower()]
    where = f"{request.method} {path} {response.status_code}"
    assert str(response.status_code) in operation["responses"], where
    documented = operation["responses"][str(response.status_code)]
    for name in documented.get("headers", ()):
        assert name in response.headers, (where, name)
    content = documented.get("content")
    if content is None:
        assert response.data == b"", where
        return
    assert response.mimetype in content, (where, response.mimetype)
    if "json" in response.mimetype and "gzip" not in response.headers.get("Content-Encoding", ""):
        schema = {**content[response.mimetype]["schema"], "components": document["components"]}
        Draft202012Validator(schema).validate(json.loads(response.data))


def document_of(app: Flask) -> dict[str, Any]:
    """Return an app's document, written once for all apps of the same routes."""
    return _document(tuple(sorted(str(rule) for rule in app.url_map.iter_rules())), _App(app))


class _App:
    """An app that the cache does not tell from another."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _App)


@functools.cache
def _document(routes: tuple[str, ...], app: _App) -> dict[str, Any]:
    return openapi_document(app.app)
