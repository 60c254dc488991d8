"""How the contract says a form: a photo, and a model's fields one by one or in one part."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel

from modiste.api.contract.bodies import TEXT_FIELDS

_PHOTO_TYPES: Final = "image/jpeg, image/png, image/webp"


def multipart_content(
    model: type[BaseModel], reference: dict[str, Any], *, part: str, needs_photo: bool
) -> dict[str, Any]:
    """Return the media type object of a form.

    Parameters
    ----------
    model : model
        Its fields may come as parts of the form.
    reference : dict
        To the schema of the model.
    part : str
        That is the whole model; of ``query`` the fields may come one by one instead.
    needs_photo : bool
    """
    own = model.model_json_schema(ref_template="#/components/schemas/{model}")["properties"]
    fields = own if part == "query" else {}
    properties: dict[str, Any] = {
        "photo": {
            "type": "string",
            "format": "binary",
            "description": "A file: JPEG, PNG or WebP, whatever its name says.",
        },
        part: {**reference, "description": "Every value in one part, as JSON."},
        **fields,
    }
    schema: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "minProperties": 1,
        # Either one part for all values, or a part for each.
        "dependentSchemas": {part: {"propertyNames": {"enum": ["photo", part]}}},
    }
    if needs_photo:
        schema["required"] = ["photo"]
    encoding = {
        "photo": {"contentType": _PHOTO_TYPES},
        part: {"contentType": "application/json"},
    }
    for name in fields:
        kind = "text/plain" if name in TEXT_FIELDS else "application/json"
        encoding[name] = {"contentType": kind}
    return {"schema": schema, "encoding": encoding}
