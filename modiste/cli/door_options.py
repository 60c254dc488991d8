"""Options of `modiste serve` for its doors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from modiste.api.doors.rates import Rate
    from modiste.api.doors.settings import DoorSettings

_NONE = "none"
_RATES = {
    "key": "Searches and other requests of one key",
    "key_photos": "Requests of one key with a photo",
    "address": "Requests of one client address",
    "address_photos": "Requests of one client address with a photo",
}
_OPTIONS = (
    click.option("--require-keys", is_flag=True, help="Ask for a key (`modiste keys`)."),
    click.option(
        "--allow-origin",
        "allowed_origins",
        multiple=True,
        metavar="ORIGIN",
        help="Let web pages of this origin call from browsers: https://shop.example.",
    ),
    click.option(
        "--trusted-proxy",
        metavar="ADDRESS",
        help="Believe X-Forwarded-For and -Proto of the proxy with this address.",
    ),
    click.option(
        "--waiting",
        type=click.IntRange(0, 1_000),
        default=32,
        show_default=True,
        help="Searches that may wait for a thread; the others get 503.",
    ),
    *(
        click.option(
            f"--{name.replace('_', '-')}-rate",
            f"{name}_rate",
            metavar="PER_SECOND/BURST",
            help=f"{text}, such as 20/40, or none. A default holds with --require-keys.",
        )
        for name, text in _RATES.items()
    ),
)


def door_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of the doors, as one argument `doors`."""

    @functools.wraps(command)
    def with_doors(**arguments: Any) -> None:
        names = ("require_keys", "allowed_origins", "trusted_proxy", "waiting")
        settings = {name: arguments.pop(name) for name in names}
        rates = {name: arguments.pop(f"{name}_rate") for name in _RATES}
        command(doors=_settings(settings, rates), **arguments)

    for option in reversed(_OPTIONS):
        with_doors = option(with_doors)
    return with_doors


def _settings(settings: dict[str, Any], rates: dict[str, str | None]) -> DoorSettings:
    from modiste.api.doors.rates import Rates
    from modiste.api.doors.settings import DEFAULT_RATES, DoorSettings

    defaults = DEFAULT_RATES if settings["require_keys"] else Rates()
    chosen = {name: _rate(text, getattr(defaults, name)) for name, text in rates.items()}
    return DoorSettings(rates=Rates(**chosen), **settings)


def _rate(text: str | None, default: Rate | None) -> Rate | None:
    from modiste.api.doors.rates import Rate

    if text is None:
        return default
    return None if text == _NONE else Rate.read(text)
