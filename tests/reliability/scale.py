"""How much of each threat: a little for each change, more by hand, the soak for a release."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Numbers of one form.

    Parameters
    ----------
    publish_kills, swaps : int
    slow_uploads : int
        Connections that send a photo a byte at a time.
    slow_seconds : float
    event_seconds : float
        Writers send, while app and database are killed.
    event_kills : int
    shuffled_events : int
    stopped_seconds : float
        The database is stopped, or frozen.
    bit_flips, truncations, full_disks : int
    overload_seconds : float
        Five times as much is asked as can be answered.
    mutated_photos, filters : int
    contract_seconds : float
        Requests are made up from the contract.
    erased_shoppers : int
    """

    publish_kills: int = 100
    swaps: int = 20
    slow_uploads: int = 1_000
    slow_seconds: float = 60
    event_seconds: float = 60
    event_kills: int = 15
    shuffled_events: int = 100_000
    stopped_seconds: float = 30
    bit_flips: int = 1_000
    truncations: int = 200
    full_disks: int = 10
    overload_seconds: float = 15
    mutated_photos: int = 2_000
    contract_seconds: float = 20
    filters: int = 1_000
    erased_shoppers: int = 100


#: Every threat in a few minutes, with what it must hold.
CI = Scale(
    publish_kills=20,
    swaps=4,
    slow_uploads=500,
    slow_seconds=8,
    event_seconds=12,
    event_kills=3,
    shuffled_events=10_000,
    stopped_seconds=4,
    bit_flips=100,
    truncations=40,
    full_disks=4,
    overload_seconds=6,
    mutated_photos=300,
    contract_seconds=8,
    filters=200,
    erased_shoppers=10,
)
SHORT = Scale()
SOAK = Scale(
    publish_kills=500,
    swaps=200,
    event_seconds=3_600,
    event_kills=300,
    overload_seconds=60,
    mutated_photos=20_000,
    contract_seconds=60,
    filters=10_000,
)
