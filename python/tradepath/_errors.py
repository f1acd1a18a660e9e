"""Why a call failed."""

from __future__ import annotations

from collections.abc import Sequence

from ._native import Fault


class TradepathWarning(UserWarning):
    """What a command says about input that it did not use, or used otherwise than it stands there."""


class TradepathError(Exception):
    """A call failed. The text is that of the command; `faults` has every fault of the input, the first one also as
    attributes. `file` to `remedy` are None where the cause is no fault of the input.
    """

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = list(faults)
        first = self.faults[0] if self.faults else None
        self.file: str | None = first.file if first else None
        self.line: int | None = first.line if first else None
        self.field: str | None = first.field if first else None
        self.found: str | None = first.found if first else None
        self.expected: str | None = first.expected if first else None
        self.remedy: str | None = first.remedy if first else None


class InputError(TradepathError, ValueError):
    """Wrong usage or bad input: trying again cannot help (exit code 2 of the program)."""


class RunError(TradepathError, RuntimeError):
    """The run failed, and trying again can help: disk full, folder in use, no convergence (exit code 1)."""
