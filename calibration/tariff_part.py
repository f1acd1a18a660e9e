"""What preferential tariffs contribute to the trade effect of deep agreements: theta times the log margin.

    python calibration/tariff_part.py ../shared

Margins are between what partners without an agreement pay in the same importer and sector and what members pay, in logs
of 1 + tariff, times the elasticities of `data/apac/sectors.csv`, averaged over trade. Two samples of pairs whose agreement
has 0.3 or more of the 16 provisions (panel 1964-2016): 1993, rates and trade of Caliendo & Parro (2015), the three
members of NAFTA at their rates of 2005; and 2019, most-favoured-nation rates and rates paid (both as they are
collected, use of preferences included) of the default set. The panel lies between the two years: the mean is taken, half the distance is its error.
"""

import csv
import gzip
import math
import sys
from collections import defaultdict

SHARED = sys.argv[1]
DEEP = 0.3
NAFTA = {"USA", "CAN", "MEX"}
EU = set(
    "AUT BEL BLX BGR HRV CYP CZE DNK EST FIN FRA DEU GRC HUN IRL ITA LVA LTU LUX MLT NLD POL PRT ROM ROU SVK SVN ESP SWE".split()
)
# The sector of the default set that gives each goods sector of Caliendo & Parro, s01 to s20, its elasticity.
SECTORS = (
    "agriculture mining_energy food textiles_apparel_leather wood_paper wood_paper mining_energy chemicals_plastics "
    "chemicals_plastics metals_minerals metals_minerals metals_minerals machinery electronics electronics electronics "
    "electronics transport_equipment transport_equipment other_manufactures"
).split()


def rows(path):
    with gzip.open(path, "rt") if path.endswith("gz") else open(path) as file:
        return list(csv.DictReader(file))


def cells(path, value):
    return {(row["exporter"], row["importer"], row["sector"]): float(row[value]) for row in rows(path)}


def depths(year, group):
    found = {}
    for row in rows(f"{SHARED}/data/gravity/trade_panel_1964_2016.csv.gz"):
        if row["year"] == year and row["agreement_id"] != "0":
            pair = group(row["exporter"]), group(row["importer"])
            share = sum(float(row[name]) for name in row if "_prov_" in name) / 16
            found[pair] = max(share, found.get(pair, 0.0))
    return found


def mean(deep, trade, thetas, margin):
    """Mean over the trade of deep pairs of theta times the margin, and of the margin."""
    total = effect = plain = 0.0
    for (exporter, importer, sector), value in trade.items():
        if exporter != importer and (exporter, importer) in deep and sector in thetas and value > 0:
            log = margin(exporter, importer, sector)
            if log is not None:
                total += value
                effect += value * thetas[sector] * log
                plain += value * log
    return effect / total, plain / total


def sample_1993(theta):
    folder = f"{SHARED}/oracles/cp2015/"
    trade = cells(folder + "trade.csv", "value_musd")
    paid = cells(folder + "tariffs.csv", "tariff_pct")
    after = paid | cells(folder + "tariffs_counterfactual.csv", "tariff_pct")
    depth = depths("1992", lambda code: code)
    inside = {(a, b) for a in NAFTA for b in NAFTA if a != b}
    outside = defaultdict(lambda: [0.0, 0.0])
    for (exporter, importer, sector), value in trade.items():
        if exporter not in (importer, "ROW") and (exporter, importer) not in depth.keys() | inside:
            sums = outside[importer, sector]
            sums[0] += value
            sums[1] += value * math.log1p(paid[exporter, importer, sector] / 100)

    def margin(exporter, importer, sector):
        weight, log = outside[importer, sector]
        return log / weight - math.log1p(after[exporter, importer, sector] / 100) if weight > 0 else None

    deep = {pair for pair, share in depth.items() if share >= DEEP} | inside
    thetas = {f"s{at + 1:02}": theta[sector] for at, sector in enumerate(SECTORS)}
    return mean(deep, trade, thetas, margin)


def sample_2019(theta):
    trade = cells("data/apac/trade.csv", "value_musd")
    paid = cells("data/apac/tariffs.csv", "tariff_pct")
    rate = {
        (row["importer"], row["product_group"]): float(row["collected_pct"] or row["mfn_pct"])
        for row in rows("data/policy/tables/mfn.csv")
    }
    groups = rows("data/policy/tables/product_groups.csv")
    mfn = defaultdict(float)
    for (importer, group), pct in rate.items():
        for row in groups:
            if row["product_group"] == group:
                mfn[importer, row["sector"]] += float(row["weight_share"]) * pct

    def margin(exporter, importer, sector):
        return math.log((100 + mfn[importer, sector]) / (100 + paid.get((exporter, importer, sector), 0.0)))

    depth = depths("2016", lambda code: "EU" if code in EU else code)
    deep = {pair for pair, share in depth.items() if share >= DEEP}
    return mean(deep, trade, theta, margin)


theta = {row["sector"]: float(row["theta"]) for row in rows("data/apac/sectors.csv") if row["kind"] == "goods"}
samples = [sample_1993(theta), sample_2019(theta)]
for year, (effect, log) in zip((1993, 2019), samples):
    print(f"tariff_ln_trade_{year},{effect:.6f}, mean log margin {log:.4f}")
effects = [effect for effect, _ in samples]
print(f"tariff_ln_trade,{sum(effects) / 2:.6f},{abs(effects[0] - effects[1]) / 2:.6f}")
