"""The same PPML models in pyfixest and in tradepath, with times and their ratio.

    pip install pyfixest
    cargo build --release
    python benches/peers/pyfixest_ppml.py [--shared ../shared] [--rows 100000 1000000] [--repeat 3]

Both are timed without reading the file: pyfixest from a data frame in memory (separation by effects only, its
default), tradepath as `seconds_estimating` of fit.json (all rules of separation, fit, clustered covariance, effects).
The least of the repeats counts. Coefficients are compared before times are printed.
"""

import argparse
import csv
import json
import logging
import pathlib
import subprocess
import tempfile
import time
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
ROOT = pathlib.Path(__file__).resolve().parents[2]
TWO = ("exporter^year + importer^year", ["ey", "iy"])
THREE = ("exporter^year + importer^year + exporter^importer", ["ey", "iy", "ij"])


def simulate(rows):
    """A gravity panel: n countries over t years, gamma noise, a tenth of the flows zero."""
    n, t = {100_000: (71, 20), 1_000_000: (200, 25)}.get(rows, (int((rows / 20) ** 0.5) + 1, 20))
    rng = np.random.default_rng(rows)
    i, j, year = (a.ravel() for a in np.meshgrid(np.arange(n), np.arange(n), np.arange(t), indexing="ij"))
    keep = i != j
    i, j, year = i[keep], j[keep], year[keep]
    place = rng.uniform(0, 1, (n, 2))
    ln_dist = np.log(np.hypot(*(place[i] - place[j]).T) * 10_000 + 100)
    start = rng.integers(0, 2 * t, (n, n))
    rta = (year >= start[np.minimum(i, j), np.maximum(i, j)]).astype(int)
    index = 3 - 0.8 * (ln_dist - 8) + 0.3 * rta + rng.normal(0, 1, (n, t))[i, year] + rng.normal(0, 1, (n, t))[j, year]
    trade = np.exp(index + rng.normal(0, 0.5, (n, n))[i, j]) * rng.gamma(1.0, 1.0, len(i))
    trade[rng.uniform(size=len(i)) < 0.1] = 0
    return pd.DataFrame(dict(exporter=i, importer=j, year=year, trade=trade.round(6), ln_dist=ln_dist.round(6), rta=rta))


def cases(args):
    for rows in args.rows:
        panel = simulate(rows)
        yield f"simulated, {len(panel)} rows, two effects", panel, "trade ~ ln_dist + rta", TWO
        yield f"simulated, {len(panel)} rows, three effects", panel, "trade ~ rta", THREE
    guide = args.shared / "oracles/agtpa/panel.csv.gz"
    if guide.exists():
        panel = pd.read_csv(guide)
        panel = panel[panel.year.isin([1986, 1990, 1994, 1998, 2002, 2006])]
        panel["ln_dist"] = np.log(panel.dist)
        abroad = panel[panel.exporter != panel.importer]
        yield "guide panel, two effects", abroad, "trade ~ ln_dist + cntg + lang + clny + rta", TWO
        yield "guide panel, three effects", panel, "trade ~ rta", THREE
    trade = args.shared / "data/gravity/trade_panel_1964_2016.csv.gz"
    if trade.exists():
        panel = pd.read_csv(trade).rename(columns={"trade_musd": "trade"})
        panel["rta"] = (panel.agreement_id != 0).astype(int)
        panel["depth"] = panel.filter(like="_prov_").mean(axis=1)
        panel = panel["exporter importer year trade rta depth".split()]
        yield "trade panel 1964-2016, two effects", panel, "trade ~ rta + depth", TWO
        yield "trade panel 1964-2016, three effects", panel, "trade ~ rta + depth", THREE


def peer(panel, formula, effects, repeat):
    import pyfixest as pf

    panel = panel.copy()
    panel["ey"] = pd.factorize(panel.exporter.astype(str) + "-" + panel.year.astype(str))[0]
    panel["iy"] = pd.factorize(panel.importer.astype(str) + "-" + panel.year.astype(str))[0]
    panel["ij"] = pd.factorize(panel.exporter.astype(str) + "-" + panel.importer.astype(str))[0]
    panel["cl"] = panel.ij
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        model = pf.fepois(f"{formula} | {' + '.join(effects)}", panel, vcov={"CRV1": "cl"})
        seconds.append(time.perf_counter() - start)
    return min(seconds), model.coef().to_dict()


def ours(panel, formula, effects, repeat, binary):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "panel.csv"
        panel.to_csv(path, index=False)
        seconds = []
        for _ in range(repeat):
            command = [binary, "--quiet", "estimate", "--panel", path, "--formula", f"{formula} | {effects}"]
            command += ["--cluster", "exporter^importer", "--out", f"{folder}/out", "--overwrite"]
            subprocess.run(command, check=True)
            seconds.append(json.loads((pathlib.Path(folder) / "out/fit.json").read_text())["seconds_estimating"])
        with open(f"{folder}/out/coefficients.csv") as file:
            return min(seconds), {row["term"]: float(row["estimate"]) for row in csv.DictReader(file)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=pathlib.Path, default=ROOT.parent / "shared")
    parser.add_argument("--rows", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "target/release/tradepath")
    args = parser.parse_args()
    print("model,rows,pyfixest_s,tradepath_s,ratio,largest_coefficient_difference")
    for name, panel, formula, (effects, columns) in cases(args):
        fast, found = ours(panel, formula, effects, args.repeat, args.binary)
        slow, expected = peer(panel, formula, columns, args.repeat)
        gap = max(abs(found[term] - expected[term]) for term in expected)
        assert gap < 1e-4, (name, found, expected)
        print(f'"{name}",{len(panel)},{slow:.3f},{fast:.3f},{slow / fast:.1f},{gap:.1e}', flush=True)


if __name__ == "__main__":
    main()
