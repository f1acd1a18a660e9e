"""Simulates panel.csv and computes expected.csv with pyfixest 0.60 (PPML at iwls_tol 1e-12).

Run in this folder: python make.py. The panel is drawn from a gravity model of ten made-up countries; nothing in
it is data. Three pairs never trade, so that their rows are separated once pair effects are absorbed.
"""

import numpy as np
import pandas as pd
import pyfixest as pf

rng = np.random.default_rng(20210)
names = [f"C{k}" for k in range(10)]
place = rng.uniform(0, 3000, (10, 2))
rows = []
for year in [2001, 2005, 2009, 2013]:
    out, inn = rng.normal(0, 1, 10), rng.normal(0, 1, 10)
    for i in range(10):
        for j in range(10):
            if i == j:
                continue
            dist = np.hypot(*(place[i] - place[j])) + 100
            rta = float((i + j) % 3 == 0 and year >= 2005 + 4 * ((i * j) % 2))
            border = float(abs(i - j) == 1)
            mean = np.exp(6 - 0.8 * np.log(dist / 1000) + 0.4 * rta + 0.3 * border + out[i] + inn[j])
            trade = mean * rng.gamma(1.5, 1 / 1.5)
            if rng.uniform() < 0.06 or (i, j) in [(1, 2), (4, 7), (8, 3)]:
                trade = 0.0
            size = rng.uniform(0.5, 2.0)
            shift = rng.normal(0, 0.2)
            rows.append((names[i], names[j], year, round(trade, 3), round(dist, 2), border, rta, round(size, 3), round(shift, 4)))
panel = pd.DataFrame(rows, columns="exporter importer year trade dist border rta size shift".split())
for column in ["border", "rta"]:
    panel[column] = panel[column].astype(int)
panel.to_csv("panel.csv", index=False)

panel["ln_dist"] = np.log(panel.dist)
panel["ey"] = panel.exporter + panel.year.astype(str)
panel["iy"] = panel.importer + panel.year.astype(str)
panel["ij"] = panel.exporter + panel.importer
result = []


def add(spec, model):
    for term, coef, se in zip(model._coefnames, model._beta_hat, np.sqrt(np.diag(model._vcov))):
        result.append((spec, {"ln_dist": "ln(dist)", "Intercept": "(constant)"}.get(term, term), f"{coef:.12g}", f"{se:.12g}", model._N))


# With several effects pyfixest 0.60 names the wrong ones as nested where a cluster is itself an effect, because
# it stores effects in another order than the formula's; a cluster that is not named in the formula avoids that.
panel["cl"] = panel.ij
common = dict(data=panel, iwls_tol=1e-12, fixef_rm="singleton")
full = "trade ~ ln_dist + border + rta"
add("two_way", pf.fepois(full + " | ey + iy", vcov={"CRV1": "cl"}, **common))
add("two_way_robust", pf.fepois(full + " | ey + iy", vcov="hetero", **common))
add("two_way_multiway", pf.fepois(full + " | ey + iy", vcov={"CRV1": "exporter+importer"}, **common))
add("three_way", pf.fepois("trade ~ rta | ey + iy + ij", vcov={"CRV1": "cl"}, **common))
add("one_way", pf.fepois(full + " | exporter", vcov={"CRV1": "cl"}, **common))
add("constant", pf.fepois(full, vcov="hetero", **common))
add("offset", pf.fepois(full + " | ey + iy", vcov={"CRV1": "cl"}, offset="shift", **common))
add("weights", pf.fepois(full + " | ey + iy", vcov={"CRV1": "cl"}, weights="size", **common))
some = panel[panel.trade > 0].copy()
some["ln_trade"] = np.log(some.trade)
add("ols", pf.feols("ln_trade ~ ln_dist + border + rta | ey + iy", data=some, vcov={"CRV1": "cl"}, fixef_rm="singleton"))
pd.DataFrame(result, columns="spec term coef se n".split()).to_csv("expected.csv", index=False)
