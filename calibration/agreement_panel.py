"""Agreement panel with depth, leads and lags, from the trade panel 1964-2016 of penppml.

    python calibration/agreement_panel.py ../shared/data/gravity/trade_panel_1964_2016.csv.gz panel.csv

Depth is the share of the 16 provisions that an agreement has. A lag or lead is that of the pair four years before or
after; it is missing in the first and last year, so that a formula with it drops that year. A pair that is not in the file
in that year had neither trade nor agreement (rows without both are left out of the source): 0.
"""

import csv
import gzip
import sys

with gzip.open(sys.argv[1], "rt") as file:
    rows = list(csv.DictReader(file))
provisions = [name for name in rows[0] if "_prov_" in name]
years = sorted({int(row["year"]) for row in rows})
state = {}
for row in rows:
    depth = sum(float(row[name]) for name in provisions) / len(provisions)
    state[row["exporter"], row["importer"], int(row["year"])] = (int(row["agreement_id"] != "0"), depth)

with open(sys.argv[2], "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow("exporter importer year trade rta depth rta_lag4 depth_lag4 rta_lead4 depth_lead4".split())
    for row in rows:
        exporter, importer, year = row["exporter"], row["importer"], int(row["year"])
        near = []
        for other in (year - 4, year + 4):
            near += state.get((exporter, importer, other), (0, 0.0)) if other in years else ("", "")
        writer.writerow([exporter, importer, year, row["trade_musd"], *state[exporter, importer, year], *near])
