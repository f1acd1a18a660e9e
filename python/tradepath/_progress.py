"""Shows how far a run is."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from typing import Any

Progress = bool | Callable[[dict[str, Any]], None] | None
"""None: a bar where tqdm is installed and somebody looks; True: a bar; False: nothing; a function: called with the
fields of `--log json`: stage, draws_done, draws, solves, solves_per_second, seconds, seconds_left."""


def _somebody_looks() -> bool:
    if sys.stderr.isatty():
        return True
    shell = sys.modules.get("IPython")
    ipython = shell.get_ipython() if shell else None
    return ipython is not None and ipython.has_trait("kernel")


class Bar:
    """Takes the states of a run, one after another."""

    def __init__(self, progress: Progress) -> None:
        self._call = progress if callable(progress) else None
        self._make: Callable[..., Any] | None = None
        self._bar: Any = None
        self._last = ""
        if progress is True or (progress is None and _somebody_looks()):
            try:
                with warnings.catch_warnings():
                    # Where a notebook has no widgets tqdm says so and draws text.
                    warnings.simplefilter("ignore")
                    from tqdm.auto import tqdm
            except ImportError:
                if progress is True:
                    raise
            else:
                self._make = tqdm

    def update(self, state: str | None) -> None:
        """Shows a state, where it is a new one."""
        if state is None or state == self._last:
            return
        self._last = state
        fields = json.loads(state)
        if self._call is not None:
            self._call(fields)
        if self._make is not None and fields["draws"]:
            if self._bar is None:
                self._bar = self._make(total=fields["draws"], unit="draw", desc="tradepath")
            self._bar.n = fields["draws_done"]
            self._bar.set_postfix_str(f"{fields['stage']}, {fields['solves_per_second']:.0f} solves/s", refresh=False)
            self._bar.refresh()

    def close(self) -> None:
        """Leaves the bar as it stands."""
        if self._bar is not None:
            self._bar.close()
