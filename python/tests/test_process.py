"""Progress is seen, Ctrl-C ends a call, other threads go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import tradepath
from conftest import EXAMPLE, TINY

LONG = {"draws": 50_000, "event_draws": 100, "threads": 1}


def test_progress_is_called() -> None:
    seen: list[dict[str, object]] = []
    tradepath.run(EXAMPLE, draws=100, event_draws=50, progress=seen.append)
    fields = {"event", "stage", "draws_done", "draws", "solves", "solves_per_second", "seconds", "seconds_left"}
    assert seen and all(set(state) == fields for state in seen)
    done = [state["draws_done"] for state in seen]
    assert done == sorted(done) and done[-1] == seen[-1]["draws"] == 500


def test_a_bar_is_drawn(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    tradepath.run(EXAMPLE, draws=100, event_draws=50, progress=True)
    assert "tradepath:" in capfd.readouterr().err
    tradepath.run(EXAMPLE, draws=2, event_draws=5)
    assert capfd.readouterr().err == "", "nobody looks"


def test_an_error_in_progress_ends_the_run() -> None:
    def fails(state: dict[str, object]) -> None:
        if state["draws_done"]:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tradepath.run(EXAMPLE, progress=fails, **LONG)
    assert len(tradepath.solve(TINY)["countries"]) == 3, "the next call finds everything in order"


def interrupt(seconds: float) -> None:
    threading.Timer(seconds, lambda: os.kill(os.getpid(), signal.SIGINT)).start()


@pytest.mark.skipif(os.name != "posix", reason="signals of Unix")
@pytest.mark.parametrize("what", ["run", "timeline"])
def test_an_interrupt_ends_a_call(what: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    interrupt(0.7)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        if what == "run":
            tradepath.run(EXAMPLE, out=out, **LONG)
        else:
            tradepath.timeline("join", data=EXAMPLE, draws=1_000_000_000, summary=True, out=out)
    assert time.monotonic() - began < 5
    assert not out.exists()
    assert not (tmp_path / ".out.partial").exists() and not (tmp_path / ".out.lock").exists()


@pytest.mark.skipif(os.name != "posix", reason="signals of Unix")
def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A look each millisecond: the run is short.
    monkeypatch.setattr("tradepath._call.TICK_SECONDS", 0.001)
    plan = {"draws": 150, "event_draws": 50}
    out = tmp_path / "out"

    def after_a_year(state: dict[str, object]) -> None:
        if 300 <= state["draws_done"] < 750:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt, match="resume"):
        tradepath.run(EXAMPLE, progress=after_a_year, out=out, threads=1, **plan)
    assert not out.exists() and list(tmp_path.glob(".out.parts*")), "finished years are kept"
    resumed = tradepath.run(EXAMPLE, resume=True, out=out, **plan)
    whole = tradepath.run(EXAMPLE, **plan)
    for name in whole:
        assert (resumed.folder / f"{name}.csv").read_bytes() == (whole.folder / f"{name}.csv").read_bytes(), name


def test_other_threads_go_on() -> None:
    count = 0
    is_done = threading.Event()

    def work() -> None:
        nonlocal count
        while not is_done.is_set():
            count += 1
            time.sleep(0.001)

    other = threading.Thread(target=work)
    other.start()
    tradepath.run(EXAMPLE, draws=100, event_draws=50)
    is_done.set()
    other.join()
    assert count > 5


def test_calls_of_several_threads_take_turns() -> None:
    found: list[list[float]] = []
    calls = [threading.Thread(target=lambda: found.append(tradepath.solve(TINY)["countries"].column("welfare_pct"))) for _ in range(4)]
    for call in calls:
        call.start()
    for call in calls:
        call.join()
    assert len(found) == 4 and all(values == found[0] for values in found)


def test_nothing_is_printed() -> None:
    code = "import tradepath; tradepath.timeline('hybrid', draws=2)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
