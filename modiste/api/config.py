"""What an operator can set on the service."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from modiste.api.doors.settings import DoorSettings
from modiste.recommender.rules import Rules

if TYPE_CHECKING:
    from modiste.attribute_model.runtime import Precision

#: Whole request, photo included.
MAX_BODY_BYTES = 10 * 1024 * 1024
#: A request without a photo, and each field of one with a photo.
MAX_JSON_BYTES = 1024 * 1024


@dataclass(frozen=True)
class ApiConfig:
    """Settings of one service.

    Parameters
    ----------
    images_dir : path, optional
        The dataset directory whose photos show the items; paths in its tables are
        relative to it. Without it, items have no image.
    demo : bool
        Offer ``GET /v1/users``, so that the page can let a visitor choose a shopper. It
        names real user ids: leave it off where there are real users.
    currency : str, optional
        ISO 4217 code the page writes prices in; a plain number without it.
    rules : Rules, optional
        The shop's own, for every answer.
    doors : DoorSettings
        Keys, rates, places and origins; by default everything is open.
    language : str
        Of the titles and descriptions of items that wait to be described.
    works : bool
        Describe them in this process; else `modiste worker` does.
    precision : str
        Of the network: ``int8`` answers sooner where a release has it, ``float32`` is the one
        evaluated.
    """

    images_dir: Path | None = None
    demo: bool = False
    currency: str | None = None
    rules: Rules | None = None
    doors: DoorSettings = field(default_factory=DoorSettings)
    language: str = "en"
    works: bool = True
    precision: Precision = "float32"

    def __post_init__(self) -> None:
        if self.images_dir is not None:
            object.__setattr__(self, "images_dir", Path(self.images_dir))
        code = self.currency
        if code is not None and not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise ValueError(f"currency must be an ISO 4217 code such as EUR. Received: {code!r}")
