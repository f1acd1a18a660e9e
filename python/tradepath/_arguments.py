"""Keywords of Python as options of the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

PathLike = str | os.PathLike[str]


class ArrowData(Protocol):
    """A table of any library: polars, pandas (from 2.2), pyarrow, DuckDB, our own."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


Data = PathLike | ArrowData
"""A CSV file, or a table, which is written to one."""

Years = int | tuple[int, int] | str
"""A year, first and last year, or `2021..2030`."""


class Arguments:
    """The command line of one call."""

    def __init__(self, command: str, folder: Path) -> None:
        self.words: list[str] = [command]
        self._folder = folder

    def add(self, **options: Any) -> None:
        """Adds options by name; None and False are left out, True is a flag, a list repeats the option."""
        for name, value in options.items():
            flag = "--" + name.rstrip("_").replace("_", "-")
            if value is None or value is False:
                continue
            if value is True:
                self.words.append(flag)
            elif isinstance(value, Mapping):
                self.words += [f"{flag}={key}={_text(one)}" for key, one in value.items()]
            elif isinstance(value, Sequence) and not isinstance(value, str):
                self.words += [f"{flag}={_text(one)}" for one in value]
            else:
                self.words.append(f"{flag}={_text(value)}")

    def add_place(self, value: object) -> None:
        """Adds an argument that is known by its place."""
        if value is not None:
            # A name that begins with a dash is no option.
            self.words += ["--", _text(value)] if _text(value).startswith("-") else [_text(value)]

    def add_data(self, **options: Data | None) -> None:
        """Adds files; a table is written to one first."""
        for name, value in options.items():
            if value is None or isinstance(value, (str, os.PathLike)):
                self.add(**{name: value})
            else:
                self.add(**{name: write_csv(value, self._folder / f"{name}.csv")})


def years_text(years: Years | None) -> str | None:
    """Years as the command line has them."""
    if years is None or isinstance(years, str):
        return years
    first, last = (years, years) if isinstance(years, int) else years
    return f"{first}..{last}"


def joined(values: str | Sequence[str] | None) -> str | None:
    """A list that the command line has as one text with commas."""
    return values if values is None or isinstance(values, str) else ",".join(values)


def repeated(values: str | Sequence[str] | None) -> Sequence[str] | None:
    """One text, or several."""
    return [values] if isinstance(values, str) else values


def _text(value: object) -> str:
    if isinstance(value, os.PathLike):
        return str(os.fspath(value))
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def write_csv(table: Any, path: Path) -> Path:
    """Writes a table of polars, pandas or any library of Arrow data as CSV."""
    if hasattr(table, "write_csv"):
        table.write_csv(path)
    elif hasattr(table, "to_csv"):
        table.to_csv(path, index=False)
    elif hasattr(table, "__arrow_c_stream__"):
        import pyarrow
        import pyarrow.csv

        pyarrow.csv.write_csv(pyarrow.table(table), path)
    else:
        raise TypeError(f"expected a file or a table, found {type(table).__name__}")
    return path
