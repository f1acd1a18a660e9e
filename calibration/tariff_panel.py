"""Spending and tariffs of goods 1993 by exporter, importer and sector, with distance, border, language and colony.

    python calibration/tariff_panel.py ../shared/oracles/cp2015 ../shared/data/gravity/cepii_dist.csv panel.csv

Flows and tariffs of Caliendo & Parro (2015), 30 economies and 20 goods sectors; the rest of the world (which has no
distance) and domestic flows are left out. `spending` is trade at border prices times `1 + tariff`, as the model's shares
are, so that its elasticity with respect to `1 + tariff` is minus theta. Year 2005 is in the source for tariffs among
Canada, Mexico and the United States only, and for no flow: there is one cross-section.
"""

import csv
import pathlib
import sys

source = pathlib.Path(sys.argv[1])


def rows(path):
    with open(path) as file:
        yield from csv.DictReader(file)


goods = {row["sector"]: row["name"] for row in rows(source / "sectors.csv") if row["kind"] == "goods"}
tariffs = {(r["exporter"], r["importer"], r["sector"]): float(r["tariff_pct"]) for r in rows(source / "tariffs.csv")}
distances = {(row["exporter"], row["importer"]): row for row in rows(sys.argv[2])}

with open(sys.argv[3], "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow("exporter importer sector spending one_plus_tariff dist border language colony".split())
    for row in rows(source / "trade.csv"):
        pair = row["exporter"], row["importer"]
        if pair not in distances or pair[0] == pair[1] or row["sector"] not in goods:
            continue
        factor = 1 + tariffs[(*pair, row["sector"])] / 100
        far = distances[pair]
        cells = [far["dist"], far["contig"], far["comlang_off"], far["colony"]]
        writer.writerow([*pair, row["sector"], round(float(row["value_musd"]) * factor, 6), round(factor, 9), *cells])
