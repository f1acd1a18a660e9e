"""What a call gives: an answer, and tables as Arrow data."""

from __future__ import annotations

import csv
import html
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _native

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

PACKAGE = "datapackage.json"
"""File that declares the columns of every table of a folder."""

Column = tuple[str, str, str, str]


class Table:
    """A table of a result; any library that takes Arrow data takes it as it is (PyCapsule interface)."""

    def __init__(self, native: _native.Table, name: str) -> None:
        self._native = native
        self.name = name

    @property
    def column_names(self) -> list[str]:
        """Names of the columns in order."""
        return [name for name, *_ in self._native.columns]

    @property
    def units(self) -> dict[str, str]:
        """Units of the columns that have one."""
        return {name: unit for name, _, unit, _ in self._native.columns if unit}

    @property
    def meanings(self) -> dict[str, str]:
        """What a cell of each column says."""
        return {name: meaning for name, _, _, meaning in self._native.columns}

    def __len__(self) -> int:
        return self._native.num_rows

    def column(self, name: str) -> list[Any]:
        """The values of a column, without any other library; days since 1970-01-01 for dates."""
        return self._native.column(name)

    def to_pandas(self) -> pandas.DataFrame:
        """As a data frame of pandas."""
        frame: pandas.DataFrame = self.to_pyarrow().to_pandas()
        return frame

    def to_polars(self) -> polars.DataFrame:
        """As a data frame of polars."""
        import polars

        return polars.DataFrame(self)

    def to_pyarrow(self) -> pyarrow.Table:
        """As a table of pyarrow; units and meanings are metadata of its fields."""
        import pyarrow

        return pyarrow.table(self)

    def __arrow_c_schema__(self) -> object:
        return self._native.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._native.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        columns = (f"  {name}: {kind}{f' [{unit}]' if unit else ''}" for name, kind, unit, _ in self._native.columns)
        return "\n".join([f"{self.name}: {len(self)} rows", *columns])


class Result(Mapping[str, Table]):
    """The answer of a command, with its tables by name.

    Tables are read when they are first asked for. Without `out` the folder is a temporary one, which goes with the
    result.
    """

    def __init__(self, answer: str, folder: Path | None, keeper: tempfile.TemporaryDirectory[str] | None) -> None:
        self.answer = answer
        """What the command prints."""
        self.folder = folder
        """Folder with all files; None where the command only answers."""
        self._keeper = keeper
        self._read: dict[str, Table] = {}
        self._declared = _declared(folder) if folder else {}

    def __getitem__(self, name: str) -> Table:
        if name not in self._declared or self.folder is None:
            raise KeyError(f"no table {name!r}; there are: {', '.join(self._declared) or 'none'}")
        if name not in self._read:
            path, columns = self._declared[name]
            self._read[name] = Table(_native.Table.read(self.folder / path, columns), name)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)

    @property
    def manifest(self) -> dict[str, Any]:
        """How the result was made: version, inputs with their hashes, options."""
        return self._json("manifest.json")

    @property
    def fit(self) -> dict[str, Any]:
        """`fit.json` of an estimation: observations, deviance, pseudo R2, effects, corrections."""
        return self._json("fit.json")

    @property
    def report(self) -> Path | None:
        """The page of a run, which any browser opens."""
        return self._path("report.html")

    @property
    def charts(self) -> dict[str, Path]:
        """The charts of a run (SVG) by name."""
        files = sorted(self.folder.glob("charts/*.svg")) if self.folder else []
        return {file.stem: file for file in files}

    def _path(self, name: str) -> Path | None:
        path = self.folder / name if self.folder else None
        return path if path is not None and path.exists() else None

    def _json(self, name: str) -> dict[str, Any]:
        path = self._path(name)
        if path is None:
            raise FileNotFoundError(f"this result has no {name}")
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def __repr__(self) -> str:
        return self.answer.rstrip() or f"tables: {', '.join(self)}"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"


def _declared(folder: Path) -> dict[str, tuple[str, list[Column]]]:
    """Path and columns of every table of a folder."""
    declared: dict[str, tuple[str, list[Column]]] = {}
    package = folder / PACKAGE
    resources = json.loads(package.read_text(encoding="utf-8"))["resources"] if package.exists() else []
    for table in resources:
        fields = table.get("schema", {}).get("fields")
        if fields and str(table["path"]).endswith(".csv") and (folder / table["path"]).exists():
            columns = [(one["name"], one["type"], one.get("unit", ""), one.get("description", "")) for one in fields]
            declared[_name(table["path"])] = (table["path"], columns)
    for file in sorted(folder.glob("*.csv")):
        if file.stem not in declared:
            declared[file.stem] = (file.name, _seen(file))
    return declared


def _name(path: str) -> str:
    return path.removesuffix(".csv")


def _seen(file: Path) -> list[Column]:
    """Columns of a table that no data package declares: the narrowest type that all cells have."""
    with file.open(encoding="utf-8", newline="") as text:
        header, *rows = csv.reader(text)
    kinds = (("integer", r"-?\d+"), ("number", r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"), ("date", r"\d{4}-\d\d-\d\d"))
    columns = []
    for at, name in enumerate(header):
        cells = [row[at] for row in rows if row[at]]
        fits = (kind for kind, form in kinds if cells and all(re.fullmatch(form, cell) for cell in cells))
        columns.append((name, next(fits, "string"), "", ""))
    return columns
