"""Bad input raises, with file, line, what was found, what was expected and the remedy."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
import tradepath
from conftest import EXAMPLE, TINY
from tradepath import _native


def test_every_fault_of_a_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv"
    path.write_text("exporter,importer,sector,tariff_pct\nBBB,AAA,goods,much\nBBB,XXX,goods,0\n")
    with pytest.raises(tradepath.InputError) as caught:
        tradepath.solve(TINY, tariffs=path)
    error = caught.value
    assert isinstance(error, (tradepath.TradepathError, ValueError))
    assert [(Path(fault.file).name, fault.line, fault.field) for fault in error.faults] == [
        ("cut.csv", 2, "tariff_pct"),
        ("cut.csv", 3, "importer"),
    ]
    assert (error.line, error.field, error.found) == (2, "tariff_pct", "much")
    assert error.expected and error.remedy and str(path) in str(error)


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    with pytest.raises(tradepath.InputError) as caught:
        tradepath.timeline("hybird", draws=1)
    assert caught.value.found == "hybird" and "hybrid" in caught.value.expected


def test_arguments_out_of_range() -> None:
    with pytest.raises(tradepath.InputError) as caught:
        tradepath.run(EXAMPLE, draws=0)
    assert (caught.value.file, caught.value.field, caught.value.found) == ("command line", "--draws", "0")
    with pytest.raises(TypeError, match="plan and data"):
        tradepath.run(EXAMPLE, data=EXAMPLE)
    with pytest.raises(TypeError, match="expected a file or a table, found int"):
        tradepath.solve(TINY, tariffs=3)


def test_a_formula_says_which_part_is_wrong() -> None:
    with pytest.raises(tradepath.InputError) as caught:
        tradepath.estimate(EXAMPLE / "panel.csv", "trade ~ nothing | exporter")
    assert (caught.value.field, caught.value.found) == ("formula", "nothing")


def test_a_failed_run_is_no_input_error() -> None:
    # One step is too few to converge.
    with pytest.raises(tradepath.RunError) as caught:
        tradepath.estimate(EXAMPLE / "panel.csv", "trade ~ rta | exporter", max_iterations=1)
    assert isinstance(caught.value, RuntimeError) and caught.value.faults == [] and caught.value.line is None


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    with pytest.raises(tradepath.InputError):
        tradepath.solve(TINY, tariffs=tmp_path / "missing.csv", out=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


LEFT_OUT = {
    # What only a terminal or a scheduler needs.
    "*": {"help", "quiet", "log", "out", "threads", "digits", "overwrite", "version", "format"},
    "run": {"shards", "shard-index", "timings"},
}
"""Options of commands that are no argument of the function, and those that every function has."""


@pytest.mark.parametrize("name", ["run", "solve", "estimate", "timeline", "schedule", "validate"])
def test_arguments_are_the_options_of_the_command(name: str) -> None:
    outcome = _native.Call([name, "--help"]).wait(60)
    options = set(re.findall(r"^ +(?:-\w, )?--([a-z][a-z-]*)", outcome.answer, re.M))
    arguments = {argument.replace("_", "-") for argument in inspect.signature(getattr(tradepath, name)).parameters}
    known = options - LEFT_OUT["*"] - LEFT_OUT.get(name, set())
    assert known <= arguments, f"missing: {known - arguments}"
    # Arguments by place have no option; progress is of Python.
    by_place = {"run": {"plan", "data"}, "timeline": {"option"}, "schedule": {"option"}}.get(name, set())
    assert arguments - options <= by_place | {"progress"}, f"unknown: {arguments - options - by_place}"


def test_the_package_is_typed() -> None:
    assert (Path(tradepath.__file__).parent / "py.typed").exists()
    for name in ["run", "solve", "estimate", "timeline", "schedule", "validate"]:
        signature = inspect.signature(getattr(tradepath, name))
        assert signature.return_annotation == "Result"
        assert all(one.annotation is not inspect.Parameter.empty for one in signature.parameters.values())
