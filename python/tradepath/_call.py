"""Runs a command in this process, so that Ctrl-C ends it and progress is seen."""

from __future__ import annotations

import logging
import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

from ._arguments import Arguments, PathLike
from ._errors import InputError, RunError, TradepathWarning
from ._native import Call, Outcome
from ._progress import Bar, Progress
from ._result import Result

LOG = logging.getLogger("tradepath")

TICK_SECONDS = 0.05
"""Time between two looks at a command; a signal waits no longer than this."""
END_SECONDS = 10.0
"""How long a command may take to end that was interrupted; then it is left alone, and the next call waits for it."""


def command(
    name: str,
    fill: Callable[[Arguments], None],
    *,
    out: PathLike | None = None,
    writes: bool = True,
    threads: int | None = None,
    digits: int | None = None,
    progress: Progress = None,
) -> Result:
    """Runs the command `name` with the arguments that `fill` adds.

    `writes` is False for questions that are only answered.
    """
    keeper = tempfile.TemporaryDirectory(prefix="tradepath-")
    inside = Path(keeper.name)
    folder = Path(os.fspath(out)) if out is not None else inside / "result"
    arguments = Arguments(name, inside)
    arguments.add(out=folder if writes else None, threads=threads, digits=digits)
    fill(arguments)
    outcome = _wait(Call(arguments.words), Bar(progress))
    _say(outcome)
    if outcome.exit_code != 0:
        error = InputError if outcome.exit_code == 2 else RunError
        raise error(outcome.message, outcome.faults)
    if out is None and writes:
        return Result(_without_folder(outcome.answer, inside), folder, keeper)
    return Result(outcome.answer, folder if writes else None, None)


def _wait(call: Call, bar: Bar) -> Outcome:
    try:
        while (outcome := call.wait(TICK_SECONDS)) is None:
            bar.update(call.progress())
        bar.update(call.progress())
        return outcome
    except KeyboardInterrupt:
        stopped = _end(call)
        # What is kept and how to go on.
        raise KeyboardInterrupt(stopped.message if stopped else "") from None
    except BaseException:
        _end(call)
        raise
    finally:
        bar.close()


def _end(call: Call) -> Outcome | None:
    call.stop()
    return call.wait(END_SECONDS)


def _say(outcome: Outcome) -> None:
    for notice in outcome.notices:
        text = notice.removeprefix("warning: ")
        if text == notice:
            LOG.info(notice)
        else:
            # At the line that called the function of the package.
            warnings.warn(text, TradepathWarning, stacklevel=4)


def _without_folder(answer: str, folder: Path) -> str:
    """The answer without the lines that name a temporary folder."""
    return "".join(line for line in answer.splitlines(keepends=True) if str(folder) not in line)
