"""Every threat by name; add a module, then its function here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from tests.reliability.contract import contract
from tests.reliability.damaged_releases import damaged_releases
from tests.reliability.database_frozen import database_frozen
from tests.reliability.database_stopped import database_stopped
from tests.reliability.disk_full import disk_full
from tests.reliability.erased import erased
from tests.reliability.events_killed import events_killed
from tests.reliability.events_shuffled import events_shuffled
from tests.reliability.filters import filters
from tests.reliability.hostile_photos import hostile_photos
from tests.reliability.hot_swaps import hot_swaps
from tests.reliability.overload import overload
from tests.reliability.publish_killed import publish_killed
from tests.reliability.run import Outcome, Run
from tests.reliability.scopes import scopes
from tests.reliability.slow_uploads import slow_uploads

THREATS: Final[Mapping[str, Callable[[Run], Outcome]]] = {
    "damaged_releases": damaged_releases,
    "publish_killed": publish_killed,
    "hot_swaps": hot_swaps,
    "slow_uploads": slow_uploads,
    "overload": overload,
    "disk_full": disk_full,
    "events_shuffled": events_shuffled,
    "events_killed": events_killed,
    "database_stopped": database_stopped,
    "database_frozen": database_frozen,
    "contract": contract,
    "filters": filters,
    "scopes": scopes,
    "hostile_photos": hostile_photos,
    "erased": erased,
}
