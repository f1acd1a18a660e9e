"""Every function gives the bytes that the command line writes, and tables with the values of its CSV files."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
import tradepath
from conftest import EXAMPLE, FEW, ROOT, TINY

Program = Callable[..., Path]

PANEL = EXAMPLE / "panel.csv"
FORMULA = "trade ~ ln(dist) + rta | exporter^year + importer^year"


def check(result: tradepath.Result, folder: Path) -> None:
    """All CSV files have the same bytes, and every table the values of its file."""
    assert result.folder is not None
    files = sorted(path.relative_to(folder) for path in folder.rglob("*.csv"))
    assert files == sorted(path.relative_to(result.folder) for path in result.folder.rglob("*.csv"))
    for file in files:
        assert (folder / file).read_bytes() == (result.folder / file).read_bytes(), file
    tables = {path.stem for path in folder.glob("*.csv")}
    assert tables <= set(result) and tables
    for name, table in result.items():
        with (folder / f"{name}.csv").open(newline="") as text:
            header, *rows = csv.reader(text)
        assert table.column_names == header
        assert len(table) == len(rows)
        for at, column in enumerate(header):
            for value, row in zip(table.column(column), rows, strict=True):
                same(value, row[at], f"{name}.{column}")


def same(value: object, cell: str, where: str) -> None:
    if isinstance(value, float):
        assert value == float(cell), where
    elif isinstance(value, int) and "-" in cell[1:]:
        assert datetime.date(1970, 1, 1) + datetime.timedelta(value) == datetime.date.fromisoformat(cell), where
    else:
        assert ("" if value is None else str(value)) == cell, where


def test_run(small_run: tradepath.Result, command_line: Program) -> None:
    folder = command_line("run", EXAMPLE, "--draws", FEW["draws"], "--event-draws", FEW["event_draws"])
    check(small_run, folder)
    assert (folder / "report.html").read_bytes() == small_run.report.read_bytes()
    assert small_run.charts and all(path.read_text().startswith("<svg") for path in small_run.charts.values())
    assert small_run.manifest["command"] == "run"


def test_run_options(command_line: Program) -> None:
    result = tradepath.run(
        data=EXAMPLE, options=["join"], years=(2021, 2022), draws=3, event_draws=20, seed=5, events="none", digits=17, threads=1
    )
    line = "--options join --years 2021..2022 --draws 3 --event-draws 20 --seed 5 --events none --digits 17 --threads 1"
    check(result, command_line("run", EXAMPLE, *line.split()))
    assert set(result["projections"].column("year")) == {2021, 2022}


def test_solve(cut: Path, command_line: Program) -> None:
    result = tradepath.solve(TINY, tariffs=cut, sensitivities=True, deficits="zero")
    line = ["--tariffs", cut, "--sensitivities", "--deficits", "zero"]
    check(result, command_line("solve", "--baseline", TINY, *line))


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_solve_takes_tables(library: str, cut: Path) -> None:
    columns = {"exporter": ["BBB"], "importer": ["AAA"], "sector": ["goods"], "tariff_pct": [0.0]}
    module = pytest.importorskip(library)
    table = module.table(columns) if library == "pyarrow" else module.DataFrame(columns)
    by_table = tradepath.solve(TINY, tariffs=table)["countries"]
    by_file = tradepath.solve(TINY, tariffs=cut)["countries"]
    assert by_table.column("welfare_pct") == by_file.column("welfare_pct")
    assert max(by_table.column("welfare_pct")) > 2


def test_estimate(command_line: Program) -> None:
    with pytest.warns(tradepath.TradepathWarning, match="8 rows are separated"):
        result = tradepath.estimate(PANEL, FORMULA, cluster="exporter^importer", where=["year >= 1995"])
    line = ["--formula", FORMULA, "--cluster", "exporter^importer", "--where", "year >= 1995"]
    check(result, command_line("estimate", "--panel", PANEL, *line))
    assert result.fit["observations"] == 280
    assert "Dependent variable" in result.answer and "exporter^year" in repr(result)


@pytest.mark.filterwarnings("ignore::tradepath.TradepathWarning")
def test_estimate_side_by_side() -> None:
    coarse = "trade ~ ln(dist) + rta | exporter + importer"
    both = tradepath.estimate(PANEL, [coarse, FORMULA])
    assert set(both["coefficients"].column("model")) == {1, 2}
    alone = tradepath.estimate(PANEL, FORMULA)["coefficients"].column("estimate")
    assert both["coefficients"].column("estimate")[2:] == alone
    latex = tradepath.estimate(PANEL, [coarse, FORMULA], format="latex").answer
    assert "Dependent variable & trade & trade" in latex


def test_timeline(command_line: Program) -> None:
    result = tradepath.timeline("hybrid", draws=20, seed=3)
    check(result, command_line("timeline", "hybrid", "--draws", 20, "--seed", 3))
    assert "in_force" in result.answer
    assert tradepath.timeline("hybrid", explain="launch").answer
    asked = tradepath.timeline("hybrid", sensitivity="in_force", draws=20)
    assert asked.folder is None and len(asked) == 0 and asked.answer


def test_schedule(command_line: Program) -> None:
    result = tradepath.schedule("cptpp_accession", importer="JPN", exporter="USA", years=(2021, 2024))
    line = ["--importer", "JPN", "--exporter", "USA", "--years", "2021..2024"]
    check(result, command_line("schedule", "cptpp_accession", *line))
    why = tradepath.schedule("cptpp_accession", explain="USA:VNM:textiles:2030-03-01")
    assert why.folder is None and "textiles" in why.answer


def test_validate(command_line: Program) -> None:
    # The parts that run the model take minutes.
    check(tradepath.validate(only=["checks", "autarky"]), command_line("validate", "--only", "checks,autarky"))


def test_a_named_folder_stays(tmp_path: Path, cut: Path) -> None:
    folder = tmp_path / "result"
    result = tradepath.solve(TINY, tariffs=cut, out=folder)
    del result
    assert (folder / "countries.csv").exists()
    with pytest.raises(tradepath.InputError, match="not empty"):
        tradepath.solve(TINY, tariffs=cut, out=folder)
    tradepath.solve(TINY, tariffs=cut, out=folder, overwrite=True)


def test_a_temporary_folder_goes_with_its_result(cut: Path) -> None:
    result = tradepath.solve(TINY, tariffs=cut)
    folder, table = result.folder, result["countries"]
    assert folder is not None and folder.exists()
    del result
    assert not folder.exists()
    assert len(table) == 3, "what was read stays"


def test_inputs_of_an_earlier_call_are_free_again(tmp_path: Path, cut: Path) -> None:
    copy = tmp_path / "baseline"
    copy.mkdir()
    for file in TINY.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    with pytest.raises(tradepath.InputError, match="input of this command"):
        tradepath.solve(copy, tariffs=cut, out=copy, overwrite=True)
    for file in copy.iterdir():
        file.unlink()
    tradepath.solve(TINY, tariffs=cut, out=copy)


def test_version() -> None:
    import importlib.metadata

    manifest = (ROOT / "Cargo.toml").read_text()
    assert f'version = "{tradepath.__version__}"' in manifest
    assert importlib.metadata.version("tradepath") == tradepath.__version__
