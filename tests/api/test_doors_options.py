"""How `modiste serve` is told of its doors."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from modiste.api.doors.rates import Rate, Rates
from modiste.api.doors.settings import DEFAULT_RATES, DoorSettings
from modiste.cli.answering import serve
from modiste.cli.door_options import door_options


def settings(*arguments: str) -> DoorSettings:
    found: list[DoorSettings] = []

    @click.command()
    @click.option("--other", default=1)
    @door_options
    def command(other: int, doors: DoorSettings) -> None:
        assert other == 1
        found.append(doors)

    command.main(list(arguments), standalone_mode=False)
    return found[0]


def test_by_default_all_is_open() -> None:
    assert settings() == DoorSettings()


def test_keys_bring_rates_that_may_be_taken_away() -> None:
    assert settings("--require-keys") == DoorSettings(require_keys=True, rates=DEFAULT_RATES)
    chosen = settings("--require-keys", "--address-rate", "none", "--key-photos-rate", "0.5/2")
    assert chosen.rates == Rates(
        DEFAULT_RATES.key, Rate(0.5, 2), None, DEFAULT_RATES.address_photos
    )
    assert settings("--address-rate", "5/9").rates == Rates(address=Rate(5, 9))


def test_every_option_arrives() -> None:
    chosen = settings(
        *("--allow-origin", "https://a.example", "--allow-origin", "https://b.example"),
        *("--trusted-proxy", "::1", "--waiting", "7"),
    )
    assert chosen.allowed_origins == ("https://a.example", "https://b.example")
    assert (chosen.trusted_proxy, chosen.waiting) == ("::1", 7)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--address-rate", "fast"],
        ["--allow-origin", "*"],
        ["--trusted-proxy", "*"],
    ],
)
def test_what_is_not_understood_is_refused(arguments: list[str]) -> None:
    with pytest.raises(ValueError, match="Received"):
        settings(*arguments)


def test_keys_need_a_store(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="give --store or --database"):
        serve.main([str(tmp_path), "--require-keys"], standalone_mode=False)
