"""What is told of the network that analyses photos elsewhere."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class RuntimeAnswer(BaseModel):
    """Where ONNX Runtime for browsers is: its module and its WebAssembly, gzipped."""

    version: str
    module: str
    wasm: str
    bytes: int


class SecondLookAnswer(BaseModel):
    """How the predicted box is widened before the network looks at it again, and what for.

    With `attributes` the second look gives attributes and embedding, with `box` the box.
    """

    margin: float
    min_side: float
    attributes: bool
    box: bool


class CalibrationAnswer(BaseModel):
    """``sigmoid(slope * logit(score) + intercept)``, and one temperature for the categories.

    Slopes and intercepts are null where attributes' scores are probabilities already.
    """

    temperature: float
    slope: list[float] | None
    intercept: list[float] | None


class AttributeAnswer(BaseModel):
    """One name of the vocabulary."""

    name: str
    type: str


class NetworkAnswer(BaseModel):
    """The network and what the service does before and after it.

    A photo is decoded to at most `max_side` pixels a side and squashed to a square of
    `image_size`; ``image`` of the network is that, ``(1, image_size, image_size, 3)`` float32 in
    [0, 255]. `shown_as` is the attribute under whose name each is shown, `excluding` the groups
    of alternatives each is in and its way in them.
    """

    release_id: str
    sha256: str
    address: str
    bytes: int
    precision: Literal["float32", "int8"]
    image_size: int
    max_side: int
    min_side: int
    second_look: SecondLookAnswer | None
    calibration: CalibrationAnswer | None
    thresholds: list[float]
    categories: list[str]
    attributes: list[AttributeAnswer]
    shown_as: list[int]
    excluding: list[list[tuple[int, int]]]
    runtime: RuntimeAnswer | None
