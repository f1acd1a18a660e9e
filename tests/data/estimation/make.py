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


def corrected(kind, columns):
    """Corrections of Weidner & Zylkin (2021), from dense dummies; an independent way to the numbers of `bias`."""
    data = panel[panel.groupby("ij").trade.transform("sum") > 0] if kind == "three_way" else panel
    y, n_t, k = data.trade.to_numpy(), data.year.nunique(), len(columns)
    x = data[columns].to_numpy(float)
    effects = ["ey", "iy", "ij"] if kind == "three_way" else ["ey", "iy"]
    dummies = np.hstack([pd.get_dummies(data[effect]).to_numpy(float) for effect in effects])
    u, s, _ = np.linalg.svd(dummies, full_matrices=False)
    z = np.hstack([x, u[:, s > 1e-9]])
    theta = np.linalg.lstsq(z, np.log(y + y.mean()), rcond=None)[0]
    for _ in range(200):
        mu = np.exp(z @ theta)
        step = np.linalg.solve(z.T @ (z * mu[:, None]), z.T @ (y - mu))
        theta += step / max(1, np.abs(z @ step).max() / 2)
    mu = np.exp(z @ theta)
    root = np.sqrt(mu)[:, None]
    x = x - dummies @ np.linalg.lstsq(dummies * root, x * root, rcond=1e-11)[0]
    hessian, residual, period = x.T @ (x * mu[:, None]), y - mu, pd.factorize(data.year, sort=True)[0]
    pairs = [np.flatnonzero(data.ij == pair) for pair in data.ij.unique()]
    inner = lambda rows: np.diag(mu[rows]) - (np.outer(mu[rows], mu[rows]) / mu[rows].sum() if kind == "three_way" else 0)
    bias = np.zeros(k)
    for side in ["exporter", "importer"] if kind == "three_way" else []:
        for name in data[side].unique():
            h, ss = np.zeros((n_t, n_t)), np.zeros((n_t, n_t))
            hxs, gx = np.zeros((k, n_t, n_t)), np.zeros((k, n_t, n_t))
            for rows in (rows for rows in pairs if data[side].iloc[rows[0]] == name):
                at, m, score = np.ix_(period[rows], period[rows]), mu[rows], residual[rows]
                h[at] += inner(rows)
                ss[at] += np.outer(score, score)
                for a in range(k):
                    mx = m * x[rows, a]
                    hxs[a][at] += np.outer(mx, score)
                    gx[a][at] += -np.diag(mx) + (np.outer(mx, m) + np.outer(m, mx)) / m.sum()
            inverse = np.linalg.pinv(h, rcond=1e-10)
            for a in range(k):
                bias[a] += 0.5 * np.trace(gx[a] @ inverse @ ss @ inverse) - np.trace(inverse @ hxs[a])
    d = np.hstack([pd.get_dummies(data[effect]).to_numpy(float) for effect in ["ey", "iy"]])
    variance = np.linalg.pinv(sum(d[r].T @ inner(r) @ d[r] for r in pairs), rcond=1e-11)
    meat = np.zeros((k, k))
    for rows in pairs:
        score = residual[rows]
        leverage = inner(rows) @ (x[rows] @ np.linalg.inv(hessian) @ x[rows].T + d[rows] @ variance @ d[rows].T)
        half = x[rows].T @ (score + leverage @ score / 2)
        part = np.outer(x[rows].T @ np.linalg.solve(np.eye(len(rows)) - leverage, score), score @ x[rows])
        meat += np.outer(half, half) if np.trace(leverage) > 0.5 else (part + part.T) / 2
    beta = theta[:k] - np.linalg.solve(hessian, bias)
    return beta, np.sqrt(np.diag(np.linalg.inv(hessian) @ meat @ np.linalg.inv(hessian)))


result.clear()
for kind, columns in [("two_way", ["ln_dist", "border", "rta"]), ("three_way", ["rta"])]:
    for term, coef, se in zip(columns, *corrected(kind, columns)):
        n = 348 if kind == "three_way" else 360
        result.append((kind, {"ln_dist": "ln(dist)"}.get(term, term), f"{coef:.12g}", f"{se:.12g}", n))
pd.DataFrame(result, columns="spec term coef se n".split()).to_csv("expected_bias.csv", index=False)
