"""The notebooks run from their first cell to their last."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT

NOTEBOOKS = sorted((ROOT / "python/examples").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient")
    notebook = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "saved without outputs"
    client.NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": path.parent}}).execute()
    texts = [str(cell.get("outputs")) for cell in notebook.cells]
    for shown in ["cptpp_renegotiation", "Share of the", "welfare_pct", "Dependent variable", "cptpp_acession"]:
        assert any(shown in text for text in texts), shown


def test_there_is_one() -> None:
    assert NOTEBOOKS
