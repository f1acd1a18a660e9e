"""Tables in pandas, polars and pyarrow: types, missing cells, units."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import tradepath
from conftest import EXAMPLE


def test_pandas(small_run: tradepath.Result) -> None:
    pandas = pytest.importorskip("pandas")
    frame = small_run["projections"].to_pandas()
    assert len(frame) == len(small_run["projections"])
    assert frame["mean"].dtype == "float64" and frame["year"].dtype == "int64"
    by_file = pandas.read_csv(small_run.folder / "projections.csv")
    assert list(frame.columns) == list(by_file.columns)
    assert (frame["mean"] == by_file["mean"]).all()


def test_polars(small_run: tradepath.Result) -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(small_run["projections"])
    assert frame.schema["mean"] == polars.Float64 and frame.schema["year"] == polars.Int64
    assert frame.equals(small_run["projections"].to_polars())
    last = frame.filter(polars.col("year") == 2025, polars.col("measure") == "real_income")
    assert len(last) > 0


def test_pyarrow(small_run: tradepath.Result) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table(small_run["summary"])
    field = table.schema.field("chance")
    assert field.metadata[b"unit"] == b"share" and b"event draws" in field.metadata[b"description"]
    # The reference option has no deal: its cells are missing, not zero and no text.
    assert table["date_in_force_p50"].type == pyarrow.date32()
    assert {type(day) for day in table["date_in_force_p50"].to_pylist()} <= {datetime.date, type(None)}


def test_missing_cells_are_none() -> None:
    timeline = tradepath.timeline("hybrid", draws=5)
    never = [p for p, day in zip(timeline["dates"].column("probability"), timeline["dates"].column("p50_date")) if day is None]
    assert never and all(probability < 0.5 for probability in never)


def test_names_units_meanings(small_run: tradepath.Result) -> None:
    table = small_run["summary"]
    assert table.units["chance"] == "share"
    assert all(table.meanings[name] for name in table.column_names)
    assert "chance: Float64 [share]" in repr(table)
    with pytest.raises(KeyError, match="there are: .*summary"):
        small_run["no_such_table"]
    with pytest.raises(KeyError, match="no_such_column"):
        table.column("no_such_column")


def test_a_damaged_table_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run = tradepath.run(EXAMPLE, draws=2, event_draws=5, out=folder)
    text = (folder / "summary.csv").read_text().splitlines()
    cells = text[1].split(",")
    cells[4] = "much"
    (folder / "summary.csv").write_text("\n".join([text[0], ",".join(cells), *text[2:]]))
    with pytest.raises(ValueError, match=r"summary.csv:2 `chance` = much: expected number"):
        run["summary"]
    (folder / "dates.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="not those of datapackage.json"):
        run["dates"]


def test_many_batches_are_one_table() -> None:
    events = tradepath.timeline("hybrid", draws=1500)["events"]
    assert len(events) > 2 * 65_536
    assert len(events.to_polars()) == len(events) == len(events.column("event"))
