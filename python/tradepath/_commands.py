"""The six functions. Their arguments are the options of the commands of the same names; `tradepath COMMAND --help` says
what each does. Common to all:

* `out`: folder for the files; without it they stand in a temporary folder that goes with the result. A folder that is
  not empty is refused unless `overwrite` says that it may be replaced.
* `threads`: 0 or None = all cores. Results do not depend on it.
* `digits`: significant digits of the numbers, 9 as in the files of the program; 17 = exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as Date

from ._arguments import Arguments, Data, PathLike, Years, joined, repeated, years_text
from ._call import command
from ._progress import Progress
from ._result import Result


def run(
    plan: PathLike | None = None,
    *,
    data: PathLike | None = None,
    draws: int | None = None,
    until_se: float | None = None,
    event_draws: int | None = None,
    sampling: str | None = None,
    points: str | None = None,
    seed: int | None = None,
    years: Years | None = None,
    options: str | Sequence[str] | None = None,
    events: str | None = None,
    max_memory: str | int | None = None,
    shard: str | None = None,
    resume: bool = False,
    journal: PathLike | None = None,
    out: PathLike | None = None,
    overwrite: bool = False,
    threads: int | None = None,
    digits: int | None = None,
    progress: Progress = None,
) -> Result:
    """Every option of a plan over the years, with its event draws; without a plan the default one.

    `plan` is a plan file or a folder with plan.toml; `data` is another name for such a folder. An interrupted run with
    `out` keeps its finished years, and `resume=True` goes on from there.
    """
    if plan is not None and data is not None:
        raise TypeError("plan and data name the same: give one of them")

    def fill(arguments: Arguments) -> None:
        arguments.add(draws=draws, until_se=until_se, event_draws=event_draws, seed=seed, years=years_text(years))
        arguments.add(sampling=sampling, points=points, options=joined(options), events=events)
        arguments.add(max_memory=max_memory, shard=shard)
        arguments.add(resume=resume, journal=journal, overwrite=overwrite)
        arguments.add_place(data if plan is None else plan)

    return command("run", fill, out=out, threads=threads, digits=digits, progress=progress)


def solve(
    baseline: PathLike,
    *,
    tariffs: Data | None = None,
    barriers: Data | None = None,
    technology: Data | None = None,
    productivity: Data | None = None,
    quotas: Data | None = None,
    scale: Data | None = None,
    capital: Data | None = None,
    horizon: int | None = None,
    deficits: str | None = None,
    sensitivities: bool = False,
    cure_negative_demand: bool = False,
    out: PathLike | None = None,
    overwrite: bool = False,
    threads: int | None = None,
    digits: int | None = None,
) -> Result:
    """One comparative-static counterfactual on a baseline directory.

    What changes is a CSV file or a table of pandas, polars or any Arrow library: `tariffs` has exporter, importer,
    sector, tariff_pct, and only the cells that change.
    """

    def fill(arguments: Arguments) -> None:
        arguments.add(baseline=baseline)
        arguments.add_data(tariffs=tariffs, barriers=barriers, technology=technology, productivity=productivity)
        arguments.add_data(quotas=quotas, scale=scale, capital=capital)
        arguments.add(horizon=horizon, deficits=deficits, sensitivities=sensitivities)
        arguments.add(cure_negative_demand=cure_negative_demand, overwrite=overwrite)

    return command("solve", fill, out=out, threads=threads, digits=digits)


def estimate(
    panel: Data,
    formula: str | Sequence[str],
    *,
    cluster: str | Sequence[str] | None = None,
    where: str | Sequence[str] | None = None,
    weights: str | None = None,
    offset: str | None = None,
    bias_correct: bool = False,
    model: str | None = None,
    small_sample: str | None = None,
    separation: str | Sequence[str] | None = None,
    keep_singletons: bool = False,
    drop_missing: bool = False,
    delimiter: str | None = None,
    missing: str | Sequence[str] | None = None,
    tolerance: float | None = None,
    max_iterations: int | None = None,
    max_memory: str | int | None = None,
    format: str | None = None,
    out: PathLike | None = None,
    overwrite: bool = False,
    threads: int | None = None,
) -> Result:
    """Gravity by PPML with absorbed effects: `"trade ~ ln(dist) + rta | exporter^year + importer^year"`.

    `panel` is a CSV file or a table. Several formulas are estimated one after another and stand side by side in the
    answer; their tables then have a column `model`. `format="latex"` gives the answer as a LaTeX table.
    """

    def fill(arguments: Arguments) -> None:
        arguments.add_data(panel=panel)
        arguments.add(formula=repeated(formula), cluster=repeated(cluster), where=repeated(where))
        arguments.add(weights=weights, offset=offset, bias_correct=bias_correct, model=model)
        arguments.add(small_sample=small_sample, separation=joined(separation))
        arguments.add(keep_singletons=keep_singletons, drop_missing=drop_missing)
        arguments.add(delimiter=delimiter, missing=repeated(missing), tolerance=tolerance)
        arguments.add(max_iterations=max_iterations, max_memory=max_memory, format=format, overwrite=overwrite)

    return command("estimate", fill, out=out, threads=threads)


def timeline(
    option: str | None = None,
    *,
    draws: int | None = None,
    seed: int | None = None,
    data: PathLike | None = None,
    options: PathLike | None = None,
    set: Mapping[str, float] | None = None,
    summary: bool = False,
    graph: bool = False,
    explain: str | None = None,
    draw: int | None = None,
    fit: Data | None = None,
    conclusions: bool = False,
    sets: int | None = None,
    set_draws: int | None = None,
    gains: PathLike | None = None,
    sensitivity: str | None = None,
    out: PathLike | None = None,
    overwrite: bool = False,
    threads: int | None = None,
    digits: int | None = None,
) -> Result:
    """The events of an option alone: dates of its milestones, event log, memberships.

    `set` gives parameters and switches of the option other values. `conclusions`, `gains` and `sensitivity` are questions
    that are only answered: their results have no tables.
    """

    def fill(arguments: Arguments) -> None:
        arguments.add(draws=draws, seed=seed, data=data, options=options, set=set, summary=summary, graph=graph)
        arguments.add(explain=explain, draw=draw, conclusions=conclusions, sensitivity=sensitivity)
        arguments.add(sets=sets, set_draws=set_draws, gains=gains)
        arguments.add_data(fit=fit)
        arguments.add(overwrite=overwrite)
        arguments.add_place(option)

    writes = not conclusions and gains is None and sensitivity is None
    return command("timeline", fill, out=out, writes=writes, threads=threads, digits=digits)


def schedule(
    option: str,
    *,
    importer: str | None = None,
    exporter: str | None = None,
    years: Years | None = None,
    data: PathLike | None = None,
    explain: str | None = None,
    barriers: bool = False,
    sector: str | None = None,
    date: str | Date | None = None,
    lines: PathLike | None = None,
    out: PathLike | None = None,
    overwrite: bool = False,
    threads: int | None = None,
    digits: int | None = None,
) -> Result:
    """The tariffs of an option alone: rates by year and product group, statutory and effective.

    `explain` (`"USA:VNM:textiles:2030-03-01"`) and `barriers` are questions that are only answered.
    """

    def fill(arguments: Arguments) -> None:
        arguments.add(importer=importer, exporter=exporter, years=years_text(years), data=data, explain=explain)
        arguments.add(barriers=barriers, sector=sector, date=date, lines=lines, overwrite=overwrite)
        arguments.add_place(option)

    writes = explain is None and not barriers
    return command("schedule", fill, out=out, writes=writes, threads=threads, digits=digits)


def validate(
    *,
    only: str | Sequence[str] | None = None,
    baseline: PathLike | None = None,
    data: PathLike | None = None,
    out: PathLike | None = None,
    overwrite: bool = False,
    threads: int | None = None,
    digits: int | None = None,
) -> Result:
    """What is known beside what the model says: published figures and results with ours."""

    def fill(arguments: Arguments) -> None:
        arguments.add(only=joined(only), baseline=baseline, data=data, overwrite=overwrite)

    return command("validate", fill, out=out, threads=threads, digits=digits)
