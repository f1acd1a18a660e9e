"""Where the repository and the program are, and runs that several tests look at."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import tradepath

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "tests/goldens/example"
TINY = ROOT / "data/tiny"
FEW = {"draws": 5, "event_draws": 50}


def _program() -> Path:
    named = os.environ.get("TRADEPATH")
    built = [ROOT / "target" / profile / "tradepath" for profile in ("release", "debug")]
    found = [Path(named)] if named else [path for path in built if path.exists()]
    assert found, "build the program first (cargo build), or name it in TRADEPATH"
    return found[0]


@pytest.fixture
def command_line(tmp_path: Path) -> Callable[..., Path]:
    """Runs the program with `--out`, and returns the folder."""

    def run(*arguments: object) -> Path:
        folder = tmp_path / "by_command_line"
        line = [str(_program()), *map(str, arguments), "--out", str(folder)]
        subprocess.run(line, check=True, capture_output=True)
        return folder

    return run


@pytest.fixture(scope="session")
def small_run() -> tradepath.Result:
    return tradepath.run(EXAMPLE, **FEW)


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """One tariff that goes."""
    path = tmp_path / "cut.csv"
    path.write_text("exporter,importer,sector,tariff_pct\nBBB,AAA,goods,0\n")
    return path
