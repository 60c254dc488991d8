"""What a client raises: the service's problems, and no answer at all."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from modiste.api.contract.answers import FieldProblem, Problem
from modiste.errors import ModisteError


class ProblemError(ModisteError):
    """What the service refused, as it said it (RFC 9457).

    Attributes
    ----------
    status : int
        HTTP status.
    type : str
        What kind of problem: a URN, or ``about:blank`` where the status says it all.
    title : str
        The kind in words.
    detail : str
        What happened, in words.
    errors : tuple of FieldProblem
        The fields at fault; none where no field is.
    maybe_done_before : bool
        Whether an earlier try of the same request may have been done, its answer lost.
    """

    maybe_done_before = False

    def __init__(
        self,
        status: int,
        type: str = "about:blank",  # noqa: A002 - the field's name in RFC 9457
        title: str = "",
        detail: str = "",
        errors: Sequence[FieldProblem] = (),
    ) -> None:
        super().__init__(status, type, title, detail, errors)
        self.status = status
        self.type = type
        self.title = title or f"HTTP {status}"
        self.detail = detail
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return f"{self.status} {self.title}" + (f": {self.detail}" if self.detail else "")

    @classmethod
    def read(cls, status: int, body: bytes) -> ProblemError:
        """Read a refusal; a proxy in between may have answered in its own words."""
        try:
            told = Problem.model_validate_json(body)
        except ValidationError:
            return cls(status)
        return cls(status, told.type, told.title, told.detail, told.errors)


class UnreachableError(ModisteError):
    """The service could not be reached, or gave no whole answer in time."""
