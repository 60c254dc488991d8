"""Every `modiste ...` in the docs is a command that there is, with options that it has."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from modiste.cli import cli

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "docs/production.md", "clients/android/README.md")
FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`]+)`")


def fenced(text: str) -> list[list[str]]:
    """The arguments of each command line in a block of shell, or of a unit of systemd."""
    found = []
    for _, language, block in FENCED.findall(text):
        if language not in {"sh", "ini"}:
            continue
        for line in block.replace("\\\n", " ").splitlines():
            said = line.replace("%i", "8001").removeprefix("ExecStart=")
            if not re.search(r"(^\s*|/bin/)modiste\s", said):
                continue
            words = shlex.split(said, comments=True)
            # What comes before is `sudo`, and the like.
            at = next(
                i for i, w in enumerate(words) if w == "modiste" or w.endswith("/bin/modiste")
            )
            found.append(words[at + 1 :])
    return found


def inline(text: str) -> list[list[str]]:
    """The arguments of each command named in a sentence, which may leave some out."""
    prose = FENCED.sub("", text)
    spans = (" ".join(span.split()) for span in INLINE.findall(prose))
    commands = (shlex.split(span) for span in spans if span.startswith("modiste "))
    return [words[1:] for words in commands]


@pytest.fixture(autouse=True)
def _files_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths of the docs are read as they stand."""
    monkeypatch.setattr(click.Path, "convert", lambda self, value, param, context: Path(value))


def parse(arguments: list[str]) -> None:
    """Parse a command line, down to the last command of a group, without running it."""
    command: click.Command = cli
    context = None
    while True:
        context = command.make_context(command.name, list(arguments), parent=context)
        if not isinstance(command, click.Group):
            return
        # What a group has left over is for one of its commands.
        rest = [*context._protected_args, *context.args]
        _, command, arguments = command.resolve_command(context, rest)


@pytest.mark.parametrize("page", PAGES[:2])
def test_every_command_line_can_be_read(page: str) -> None:
    commands = fenced((ROOT / page).read_text())
    assert len(commands) > 10
    for arguments in commands:
        try:
            parse(arguments)
        except click.ClickException as error:
            pytest.fail(f"{page}: modiste {shlex.join(arguments)}: {error.format_message()}")


@pytest.mark.parametrize("page", PAGES)
def test_every_command_named_in_a_sentence_is_there(page: str) -> None:
    for arguments in inline((ROOT / page).read_text()):
        command: click.Command | None = cli
        rest = list(arguments)
        while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
            name = rest.pop(0)
            if name in {"...", "keys"} and command is not cli:
                break
            command = command.commands.get(name)
            assert command is not None, f"{page}: modiste {shlex.join(arguments)}"
        options = {name for parameter in command.params for name in parameter.opts}
        options |= {"--help", "--debug"}
        for word in rest:
            if word.startswith("--"):
                assert word in options, f"{page}: modiste {shlex.join(arguments)}"


@pytest.mark.parametrize(
    "line",
    [
        "keys create --scope search",
        "keys create shop --scope everything",
        "serve releases --no-such-option",
        "serve releases --port many",
        "releases mend releases",
        "nonsense",
    ],
)
def test_a_wrong_command_line_is_found(line: str) -> None:
    with pytest.raises(click.ClickException):
        parse(line.split())


def test_links_lead_to_files() -> None:
    for page in PAGES[:2]:
        path = ROOT / page
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{page}: {target}"
