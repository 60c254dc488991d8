"""What the commands print, and the exit codes."""

from __future__ import annotations

import json
import sys

import click
import pytest

from modiste.cli import cli, terminal
from modiste.cli.answering import parse_filters
from modiste.errors import ReleaseError
from modiste.training.report import Table


def run(monkeypatch: pytest.MonkeyPatch, command: click.Command, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["modiste", *arguments])
    with pytest.raises(SystemExit) as stop:
        terminal.run(command)
    code = stop.value.code
    assert isinstance(code, int)
    return code


@click.command()
@click.option("--fail", type=click.Choice(["value", "release", "file", "abort"]))
def command(fail: str | None) -> None:
    if fail == "value":
        raise ValueError("k must be at least 1. Received: 0")
    if fail == "release":
        raise ReleaseError("The release lacks a file")
    if fail == "file":
        raise FileNotFoundError(2, "No such file", "gone")
    if fail == "abort":
        raise click.Abort
    terminal.say("done")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 0, "done"),
        (("--fail", "value"), 2, "Received: 0"),
        (("--fail", "release"), 1, "lacks a file"),
        (("--fail", "file"), 1, "gone"),
        (("--fail", "abort"), 1, "Stopped"),
        (("--unknown",), 2, "No such option"),
    ],
)
def test_exit_codes_without_tracebacks(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    assert run(monkeypatch, command, *arguments) == code
    out, err = capsys.readouterr()
    assert said in out + err
    assert "Traceback" not in err


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["modiste", "--fail", "release", "--debug"])
    with pytest.raises(ReleaseError):
        terminal.run(command)


def test_help_and_version(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, cli, "--help") == 0
    said = capsys.readouterr().out
    for name in ("demo", "prepare", "train", "evaluate", "tune", "recommend", "serve", "releases"):
        assert f"  {name} " in said
    assert run(monkeypatch, cli, "--version") == 0
    assert "0.1.0" in capsys.readouterr().out


def test_nothing_is_drawn_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.progress_bars() as progress:
        progress(1, 2, "work")
        progress(2, 2, "work")
    out, err = capsys.readouterr()
    assert out.strip() == err.strip() == ""


def test_tables_keep_long_cells_and_json_is_strict(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.print_tables([Table("Figures", ("name", "value"), (("recall", "0.5"),))])
    said = capsys.readouterr().out
    assert "Figures" in said
    assert "recall" in said
    terminal.print_json({"größe": 1})
    assert json.loads(capsys.readouterr().out) == {"größe": 1}
    with pytest.raises(ValueError, match="JSON"):
        terminal.print_json({"value": float("nan")})


def test_filters_are_read() -> None:
    assert parse_filters(["color=red,navy", "price=10..60", "price2=..5", "brand=A b"]) == {
        "color": ["red", "navy"],
        "price": {"min": 10.0, "max": 60.0},
        "price2": {"max": 5.0},
        "brand": ["A b"],
    }


def test_a_filter_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="once"):
        parse_filters(["color=red", "color=navy"])


@pytest.mark.parametrize(
    ("module", "said"), [("keras.src", "modiste[train]"), ("flask", "modiste[serve]")]
)
def test_a_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], module: str, said: str
) -> None:
    @click.command()
    def needing() -> None:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    assert run(monkeypatch, needing) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("text", ["color", "=red", "color=", "price=cheap..dear"])
def test_bad_filters_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"NAME=VALUE|could not convert"):
        parse_filters([text])
