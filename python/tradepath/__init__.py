"""What each way into a trade agreement would do, year by year.

Six functions do what the commands of the same names do, in this process and with the same numbers:

>>> import tradepath
>>> run = tradepath.run(options=["cptpp_accession"], draws=50)   # doctest: +SKIP
>>> run                                                          # the answer, as the command prints it
>>> run["summary"].to_pandas()                                   # a table, as pandas, polars or any Arrow library

Bad input raises `InputError` with file, line, what was found, what was expected and the remedy.
"""

from ._commands import estimate, run, schedule, solve, timeline, validate
from ._errors import InputError, RunError, TradepathError, TradepathWarning
from ._native import VERSION as __version__
from ._native import Fault
from ._result import Result, Table

__all__ = [
    "Fault",
    "InputError",
    "Result",
    "RunError",
    "Table",
    "TradepathError",
    "TradepathWarning",
    "__version__",
    "estimate",
    "run",
    "schedule",
    "solve",
    "timeline",
    "validate",
]
