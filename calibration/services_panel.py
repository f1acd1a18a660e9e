"""Panel of services trade with agreements and their depth.

    python calibration/services_panel.py ../shared/data services_panel.csv

Trade in services 2005 to 2019 of the OECD, total: what the exporter reports, else what the importer does. Agreements and their
provisions of the trade panel 1964-2016, which has every fourth year: the last of its years counts, that of 2016 to 2019. A pair that
is not in the panel in that year had no agreement: 0. Countries that the panel never has are left out.
"""

import csv
import gzip
import sys

with gzip.open(f"{sys.argv[1]}/gravity/trade_panel_1964_2016.csv.gz", "rt") as file:
    rows = list(csv.DictReader(file))
provisions = [name for name in rows[0] if "_prov_" in name]
years = sorted({int(row["year"]) for row in rows})
state = {}
for row in rows:
    depth = sum(float(row[name]) for name in provisions) / len(provisions)
    state[row["exporter"], row["importer"], int(row["year"])] = (int(row["agreement_id"] != "0"), depth)
countries = {pair[0] for pair in state}

flows = {}
with gzip.open(f"{sys.argv[1]}/oecd_services_bilateral/services_total_2005_2019.csv.gz", "rt") as file:
    for row in csv.DictReader(file):
        is_export = row["flow"] == "export"
        exporter, importer = (row["reporter"], row["partner"]) if is_export else (row["partner"], row["reporter"])
        if {exporter, importer} <= countries and exporter != importer:
            key = exporter, importer, int(row["year"])
            # The report of the exporter replaces that of the importer.
            if is_export or key not in flows:
                flows[key] = max(float(row["value_musd"]), 0.0)

with open(sys.argv[2], "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow("exporter importer year trade rta depth rta_lag4 depth_lag4".split())
    for (exporter, importer, year), value in sorted(flows.items()):
        known = [max(y for y in years if y <= at) for at in (year, year - 4)]
        writer.writerow([exporter, importer, year, value]
                        + [x for y in known for x in state.get((exporter, importer, y), (0, 0.0))])
