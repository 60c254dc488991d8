"""What an operator can set on the doors."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Final

from modiste.api.doors.rates import Rate, Rates

DEFAULT_COMPUTING: Final = 4
DEFAULT_WAITING: Final = 32
#: For a service that asks for keys: a shop's back end shares one address and one key among
#: its shoppers, a phone has its own address.
DEFAULT_RATES: Final = Rates(
    key=Rate(200, 400),
    key_photos=Rate(20, 40),
    address=Rate(50, 100),
    address_photos=Rate(5, 10),
)
_ORIGIN: Final = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[1-9][0-9]{0,4})?")
_DEFAULT_PORTS: Final = (("http://", ":80"), ("https://", ":443"))


@dataclass(frozen=True)
class DoorSettings:
    """Settings of the doors; by default all are open, for a service on one's own machine.

    Parameters
    ----------
    require_keys : bool
        Ask for a key of the right scope on every route but the probes, the page and the contract.
    rates : Rates
        `DEFAULT_RATES` suit a service that asks for keys.
    allowed_origins : tuple of str
        Web pages of these origins may call from a browser: ``https://shop.example``.
    trusted_proxy : str, optional
        Address of the reverse proxy whose ``X-Forwarded-For`` and ``-Proto`` are believed.
    computing : int
        Searches worked on at a time.
    waiting : int
        Searches that may wait for that; the others get 503.
    """

    require_keys: bool = False
    rates: Rates = field(default_factory=Rates)
    allowed_origins: tuple[str, ...] = ()
    trusted_proxy: str | None = None
    computing: int = DEFAULT_COMPUTING
    waiting: int = DEFAULT_WAITING

    def __post_init__(self) -> None:
        for origin in self.allowed_origins:
            default_port = any(
                origin.startswith(s) and origin.endswith(p) for s, p in _DEFAULT_PORTS
            )
            if default_port or not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    "An origin is a scheme, a host and a port that is not the scheme's own, as "
                    f"browsers send it: https://shop.example. Received: {origin!r}"
                )
        if self.trusted_proxy is not None:
            try:
                ipaddress.ip_address(self.trusted_proxy)
            except ValueError:
                raise ValueError(
                    "A trusted proxy is one IP address, such as 127.0.0.1. "
                    f"Received: {self.trusted_proxy!r}"
                ) from None
        if self.computing < 1 or self.waiting < 0:
            raise ValueError(
                "At least one search must be worked on, and none or more wait. "
                f"Received: {self.computing} and {self.waiting}"
            )
