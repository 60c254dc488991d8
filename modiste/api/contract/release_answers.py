"""What the service answers of releases: the models that are written as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel

from modiste.api.contract.answers import HealthAnswer

if TYPE_CHECKING:
    from modiste.api.live.live import LiveRelease, Refused
    from modiste.recommender.manifest import Manifest


class RefusedAnswer(BaseModel):
    """The last release that was to serve and could not."""

    release_id: str
    code: str
    when: datetime

    @classmethod
    def of(cls, refused: Refused) -> Self:
        """Copy a refusal."""
        # Anybody may ask, so why in words is for the log and `/v1/releases`.
        return cls(release_id=refused.release_id, code=refused.code, when=refused.when)


class ReadyAnswer(HealthAnswer):
    """Which release answers and since when, and which one could not take over."""

    since: datetime
    refused: RefusedAnswer | None = None


class ReleaseAnswer(BaseModel):
    """One release that can be read, as its manifest has it; `live` is what ``CURRENT`` names.

    `size` counts the bytes of its files.
    """

    release_id: str
    created: datetime
    n_items: int
    size: int
    metrics: dict[str, Any]
    live: bool

    @classmethod
    def of(cls, manifest: Manifest, live: str | None) -> ReleaseAnswer:
        """Copy what is told of a manifest."""
        return cls(
            release_id=manifest.release_id,
            created=datetime.fromisoformat(manifest.created),
            n_items=manifest.n_items,
            size=sum(file.size for file in manifest.files.values()),
            metrics=dict(manifest.metrics),
            live=manifest.release_id == live,
        )


class FileAnswer(BaseModel):
    """A file of a release and its bytes."""

    name: str
    size: int


class GuardAnswer(BaseModel):
    """Which scorer serves each kind of request, and the validation figures that say why.

    `ndcg_at_10` is by segment and scorer; a segment that had no queries to judge by is missing.
    """

    served: dict[str, str]
    ndcg_at_10: dict[str, dict[str, float]]
    n_queries: dict[str, int]
    note: str


class NetworkAnswer(BaseModel):
    """Figures of the network on the validation photos, and how its exported variants agreed."""

    metrics: dict[str, Any]
    variants: dict[str, Any]


class ReleaseDetailAnswer(ReleaseAnswer):
    """One release and what its parts say of themselves; null where it has no such part."""

    data_fingerprint: str
    files: list[FileAnswer]
    guard: GuardAnswer | None
    network: NetworkAnswer | None


class UnreadableReleaseAnswer(BaseModel):
    """One release whose manifest cannot be read, and why."""

    release_id: str
    why: str
    live: bool


class RefusalAnswer(BaseModel):
    """The last release that was to serve here and could not, and why."""

    release_id: str
    code: str
    why: str
    when: datetime


class ReleasesAnswer(BaseModel):
    """Every release of the directory, oldest first; `before` is what rolling back would serve."""

    releases: list[ReleaseAnswer]
    unreadable: list[UnreadableReleaseAnswer]
    refused: RefusalAnswer | None = None
    before: str | None = None


class LiveReleaseAnswer(BaseModel):
    """The release that serves now."""

    status: Literal["live"] = "live"
    release_id: str
    n_items: int
    since: datetime

    @classmethod
    def of(cls, release: LiveRelease) -> LiveReleaseAnswer:
        """Copy what is told of a release."""
        return cls(release_id=release.release_id, n_items=len(release.items), since=release.since)
