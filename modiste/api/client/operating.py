"""Operating the service: its releases, probes, figures and contract."""

from __future__ import annotations

import json
from typing import Any

from modiste.api.client.photos import Photo, form
from modiste.api.client.transport import Request, Transport, segment
from modiste.api.contract.answers import HealthAnswer
from modiste.api.contract.board_answers import (
    EventFlowAnswer,
    MissedSearchesAnswer,
    OcclusionAnswer,
)
from modiste.api.contract.release_answers import (
    LiveReleaseAnswer,
    ReadyAnswer,
    ReleaseDetailAnswer,
    ReleasesAnswer,
)


class Operating:
    """Releases, figures, the board (the scope ``admin``), and probes, which need no key."""

    _transport: Transport

    def list_releases(self) -> ReleasesAnswer:
        """Return every release of the service's directory and its figures."""
        return self._transport.send(Request("GET", "/v1/releases")).read(ReleasesAnswer)

    def get_release(self, release_id: str) -> ReleaseDetailAnswer:
        """Return one release: its files, its guard's table, its network's figures."""
        request = Request("GET", f"/v1/releases/{segment(release_id)}")
        return self._transport.send(request).read(ReleaseDetailAnswer)

    def publish_release(self, release_id: str) -> LiveReleaseAnswer:
        """Let a release serve; it is loaded and checked first, so give it time (`deadline`)."""
        request = Request("POST", f"/v1/releases/{segment(release_id)}/publish")
        return self._transport.send(request).read(LiveReleaseAnswer)

    def roll_back(self) -> LiveReleaseAnswer:
        """Let the release serve that did before.

        It is not sent again if its answer is lost: twice goes back by two.
        """
        request = Request("POST", "/v1/releases/rollback", may_repeat=False)
        return self._transport.send(request).read(LiveReleaseAnswer)

    def event_flow(self, hours: int = 24, step_minutes: int = 60) -> EventFlowAnswer:
        """Return how many events came in of late, step by step, and those set aside."""
        asked = {"hours": hours, "step_minutes": step_minutes}
        request = Request("GET", "/v1/events/flow", asked)
        return self._transport.send(request).read(EventFlowAnswer)

    def missed_searches(self, days: int = 7, limit: int = 50) -> MissedSearchesAnswer:
        """Return what was searched for in vain, most frequent first, `limit` of each kind."""
        request = Request("GET", "/v1/searches/missed", {"days": days, "limit": limit})
        return self._transport.send(request).read(MissedSearchesAnswer)

    def occlude(self, photo: Photo, cells: int = 12) -> OcclusionAnswer:
        """Return what the network looks at in a photo, on a grid of so many cells a side."""
        files = form(photo, "query", {"cells": cells})
        request = Request("POST", "/v1/detect/occlusion", files=files)
        return self._transport.send(request).read(OcclusionAnswer)

    def ready(self) -> ReadyAnswer:
        """Return which release answers; waits for one as long as it may be asked again."""
        return self._transport.send(Request("GET", "/readyz")).read(ReadyAnswer)

    def alive(self) -> HealthAnswer:
        """Return that the process runs."""
        return self._transport.send(Request("GET", "/healthz")).read(HealthAnswer)

    def metrics(self) -> str:
        """Return the figures of one process, as Prometheus reads them."""
        return self._transport.send(Request("GET", "/metrics")).body.decode()

    def openapi(self) -> dict[str, Any]:
        """Return the service's contract; it is kept, and fetched again only when it has changed."""
        found: dict[str, Any] = json.loads(self._transport.kept_bytes("/openapi.json").body)
        return found
