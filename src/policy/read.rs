//! Reads the policy tables of a folder; every fault of every table is reported.

use std::collections::HashMap;

use jiff::civil::Date;
use ndarray::{Array2, Array3};

use super::book::{Agreement, Depth, Duty, Group, LateJoiner, PolicyBook, ResolvedSchedules, SCHEDULE_YEARS};
use super::state::{Membership, PolicyTimeline};
use super::utilisation::Utilisation;
use crate::data::{Axes, Files, Row, SectorKind, Table};
use crate::error::{Fault, Faults, InputErrors};
use crate::schedules::{CutDates, ScheduleBook};

/// Columns that say where a figure comes from.
const PROVENANCE: [&str; 2] = ["source", "mark"];
/// Largest distance of shares from the sum that they must have.
const SHARE_TOLERANCE: f64 = 1e-6;

impl PolicyBook {
    /// Reads `policy/` and `schedules/` below `files` for the countries and sectors of a data set.
    ///
    /// # Errors
    /// [`InputErrors`] with every fault of every table.
    pub fn read(files: &Files, axes: &Axes) -> Result<Self, InputErrors> {
        let mut reader = Reader { files: files.folder("policy"), axes, faults: Faults::new() };
        let groups = reader.groups();
        let group_ids: Vec<String> = groups.iter().map(|group| group.id.clone()).collect();
        // A group may lie in two sectors (fish is landed and processed): all its places share their rates.
        let mut places = Places::new();
        for (at, id) in group_ids.iter().enumerate() {
            places.entry(id.clone()).or_default().push(at);
        }
        let (depths, depth_idx) = reader.depths();
        let agreements = reader.agreements(&depth_idx);
        let agreement_idx: HashMap<String, usize> =
            agreements.iter().enumerate().map(|(at, agreement)| (agreement.id.clone(), at)).collect();
        let mfn_pct = reader.mfn(&places);
        let coverage = reader.coverage(&places);
        let duties = reader.duties(&coverage);
        let barrier_ave_pct = reader.barriers();
        let utilisation = reader.utilisation();
        let origin_cost_pct = reader.origin_cost(&group_ids);
        let initial = reader.memberships(&agreement_idx);
        let mut faults = reader.faults;
        let cut = CutDates::read(&files.folder("policy")).map_err(|errors| faults.extend(errors.into())).ok();
        let mut ids: Vec<String> =
            agreements.iter().filter_map(|agreement| agreement.schedule.clone()).collect();
        ids.sort();
        ids.dedup();
        let schedules = ScheduleBook::read(&files.folder("schedules"), &ids, &group_ids)
            .map_err(|errors| faults.extend(errors.into()))
            .ok();
        let (Some(cut), Some(schedules), true) = (cut, schedules, faults.is_empty()) else {
            return Err(InputErrors(faults.as_slice().to_vec()));
        };
        let codes: Vec<&str> = axes.countries.iter().map(|country| country.iso3.as_str()).collect();
        let schedules = resolve(&schedules, &agreements, &codes, &group_ids)?;
        let cut_dates = codes.iter().map(|code| cut.of(code)).collect();
        Ok(Self {
            axes: axes.clone(),
            groups,
            mfn_pct,
            agreements,
            agreement_idx,
            cut_dates,
            utilisation,
            origin_cost_pct,
            duties,
            barrier_ave_pct,
            depths,
            initial,
            schedules,
        })
    }
}

/// Looks up the schedule of each agreement and pair, and tabulates the shares that it leaves.
fn resolve(
    book: &ScheduleBook,
    agreements: &[Agreement],
    codes: &[&str],
    groups: &[String],
) -> Result<ResolvedSchedules, InputErrors> {
    let mut faults = Faults::new();
    let mut tables = Vec::new();
    let mut known: HashMap<*const crate::schedules::Schedule, usize> = HashMap::new();
    let n = codes.len();
    let mut of_pair = Array3::from_elem((agreements.len(), n, n), usize::MAX);
    for ((a, importer, exporter), at) in of_pair.indexed_iter_mut() {
        let Some(id) = &agreements[a].schedule else { continue };
        let Some(schedule) = book.find(id, codes[importer], codes[exporter]) else { continue };
        *at = *known.entry(std::ptr::from_ref(schedule)).or_insert_with(|| {
            let table = Array2::from_shape_fn((SCHEDULE_YEARS as usize, groups.len()), |(year, g)| {
                schedule.remaining_share(&groups[g], year as u32 + 1).unwrap_or(f64::NAN)
            });
            for (g, group) in groups.iter().enumerate().filter(|(g, _)| table[[0, *g]].is_nan()) {
                _ = g;
                faults.push(Fault {
                    file: format!("schedules/{id}"),
                    line: None,
                    field: format!("{group} of {}", codes[importer]),
                    found: "no row".into(),
                    expected: "a row for the group, or one for `other`".into(),
                    remedy: "Add `other,all,1,,MFN,...` to exclude what is not named.".into(),
                });
            }
            tables.push(table);
            tables.len() - 1
        });
    }
    faults.into_result(ResolvedSchedules { tables, of_pair })
}

/// Positions of each product group.
type Places = HashMap<String, Vec<usize>>;
/// Shares of the groups that each duty list covers.
type Coverage = HashMap<String, Vec<f64>>;

struct Reader<'a> {
    files: Files,
    axes: &'a Axes,
    faults: Faults,
}

impl Reader<'_> {
    fn table(&mut self, name: &str, columns: &[&str]) -> Option<Table> {
        let columns = [columns, &PROVENANCE].concat();
        match self.files.read(name) {
            Ok(text) => Table::parse(&self.files.display(name), &text, &columns, &[], &mut self.faults),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    fn fault(&mut self, file: &str, field: String, found: &str, expected: &str, remedy: &str) {
        self.faults.push(Fault {
            file: self.files.display(file),
            line: None,
            field,
            found: found.into(),
            expected: expected.into(),
            remedy: remedy.into(),
        });
    }

    fn pct(&mut self, row: &Row<'_>, column: &str) -> Option<f64> {
        row.number(column, "percent, 0 or more (5 means 5 %)", |v| v >= 0.0, &mut self.faults)
    }

    fn share(&mut self, row: &Row<'_>, column: &str) -> Option<f64> {
        row.number(column, "a share, 0 to 1", |v| (0.0..=1.0).contains(&v), &mut self.faults)
    }

    fn country(&mut self, row: &Row<'_>, column: &str) -> Option<usize> {
        row.index(column, &self.axes.country_idx, "country of the baseline", &mut self.faults)
    }

    fn date(&mut self, row: &Row<'_>, column: &str) -> Option<Date> {
        let date = row.text(column).parse().ok();
        if date.is_none() {
            self.faults.push(row.fault(column, "a date such as 2021-07-01", "Correct the date."));
        }
        date
    }

    /// `None` = faulty, `Some(None)` = empty: no end in sight.
    fn end(&mut self, row: &Row<'_>, from: Option<Date>) -> Option<Option<Date>> {
        if row.text("valid_until").is_empty() {
            return Some(None);
        }
        let until = self.date(row, "valid_until")?;
        if from.is_some_and(|from| until <= from) {
            self.faults.push(row.fault("valid_until", "a day after valid_from", "Correct the dates."));
        }
        Some(Some(until))
    }

    fn groups(&mut self) -> Vec<Group> {
        let table = self.table("tables/product_groups.csv", &["product_group", "sector", "weight_share"]);
        let mut groups = Vec::new();
        for row in table.iter().flat_map(Table::rows) {
            let sector = row.index("sector", &self.axes.sector_idx, "sector", &mut self.faults);
            if let (Some(sector), Some(weight)) = (sector, self.share(&row, "weight_share")) {
                groups.push(Group { id: row.text("product_group").to_owned(), sector, weight });
            }
        }
        for (j, sector) in self.axes.sectors.iter().enumerate() {
            let sum: f64 = groups.iter().filter(|g| g.sector == j).map(|g| g.weight).sum();
            let wanted = f64::from(u8::from(sector.kind == SectorKind::Goods));
            if (sum - wanted).abs() > SHARE_TOLERANCE {
                let (field, found) = (format!("weights of {}", sector.id), format!("sum {sum}"));
                let expected = "1 over the groups of a goods sector, no group in services";
                self.fault("tables/product_groups.csv", field, &found, expected, "Correct the weights.");
            }
        }
        groups
    }

    fn places<'p>(&mut self, row: &Row<'_>, places: &'p Places) -> &'p [usize] {
        let found = places.get(row.text("product_group"));
        if found.is_none() {
            let expected = "a product group of product_groups.csv";
            self.faults.push(row.fault("product_group", expected, "Correct the name, or add the group."));
        }
        found.map_or(&[], Vec::as_slice)
    }

    fn mfn(&mut self, places: &Places) -> Array2<f64> {
        let n_groups = places.values().map(Vec::len).sum();
        let mut mfn = Array2::from_elem((self.axes.n_countries(), n_groups), f64::NAN);
        let table = self.table("tables/mfn.csv", &["importer", "product_group", "mfn_pct"]);
        for row in table.iter().flat_map(Table::rows) {
            let n = self.country(&row, "importer");
            if let (Some(n), Some(pct)) = (n, self.pct(&row, "mfn_pct")) {
                self.places(&row, places).iter().for_each(|&g| mfn[[n, g]] = pct);
            }
        }
        if table.is_some() {
            for (id, at) in places {
                for n in 0..mfn.nrows() {
                    if mfn[[n, at[0]]].is_nan() {
                        let field = format!("{},{id}", self.axes.countries[n].iso3);
                        let remedy = "Add the row; missing is not zero.";
                        self.fault(
                            "tables/mfn.csv",
                            field,
                            "no row",
                            "a rate for every importer and group",
                            remedy,
                        );
                    }
                }
            }
        }
        mfn
    }

    fn depths(&mut self) -> (Vec<Depth>, HashMap<String, usize>) {
        let columns = ["depth_class", "scope", "cut_share", "spillover_share", "phase_years"];
        let table = self.table("depth.csv", &columns);
        let s = self.axes.n_sectors();
        let (mut depths, mut idx) = (Vec::<Depth>::new(), HashMap::new());
        // Rows for goods or services come before those of single sectors, which replace them.
        let is_special = |row: &Row<'_>| !matches!(row.text("scope"), "goods" | "services");
        let rows = table.iter().flat_map(Table::rows);
        let mut sorted: Vec<Row<'_>> = rows.collect();
        sorted.sort_by_key(is_special);
        for row in sorted {
            let sectors = self.scope(&row);
            let (cut, spill) = (self.share(&row, "cut_share"), self.share(&row, "spillover_share"));
            let is_years = |v: f64| v >= 1.0 && v.fract() == 0.0 && v <= 30.0;
            let years = row.number("phase_years", "whole years, 1 to 30", is_years, &mut self.faults);
            let (Some(cut), Some(spill), Some(years)) = (cut, spill, years) else { continue };
            let at = *idx.entry(row.text("depth_class").to_owned()).or_insert_with(|| {
                let empty = || vec![f64::NAN; s];
                depths.push(Depth { cut_share: empty(), spillover_share: empty(), phase_years: vec![1; s] });
                depths.len() - 1
            });
            for j in sectors {
                depths[at].cut_share[j] = cut;
                depths[at].spillover_share[j] = spill;
                depths[at].phase_years[j] = years as u32;
            }
        }
        for (class, &at) in &idx {
            if depths[at].cut_share.iter().any(|cut| cut.is_nan()) {
                let expected = "a row for goods and one for services";
                self.fault("depth.csv", class.clone(), "a sector without a row", expected, "Add the row.");
            }
        }
        (depths, idx)
    }

    fn scope(&mut self, row: &Row<'_>) -> Vec<usize> {
        let of_kind = |kind| {
            let sectors = self.axes.sectors.iter().enumerate();
            sectors.filter(|(_, sector)| sector.kind == kind).map(|(j, _)| j).collect()
        };
        match row.text("scope") {
            "goods" => of_kind(SectorKind::Goods),
            "services" => of_kind(SectorKind::Services),
            _ => {
                let what = "sector, or `goods`, or `services`";
                row.index("scope", &self.axes.sector_idx, what, &mut self.faults).into_iter().collect()
            }
        }
    }

    fn agreements(&mut self, depths: &HashMap<String, usize>) -> Vec<Agreement> {
        let columns = ["agreement", "title", "hub", "schedule", "late_joiner", "claim", "depth_class"];
        let table = self.table("agreements.csv", &columns);
        let mut agreements = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for row in table.iter().flat_map(Table::rows) {
            let id = row.text("agreement");
            if !seen.insert(id) {
                self.faults.push(row.fault("agreement", "each agreement once", "Delete one row."));
            }
            let hub = (!row.text("hub").is_empty()).then(|| self.country(&row, "hub")).flatten();
            let late_joiner = match row.text("late_joiner") {
                "catch_up" => LateJoiner::CatchUp,
                "step_one" => LateJoiner::StepOne,
                _ => {
                    self.faults.push(row.fault("late_joiner", "step_one or catch_up", "Correct the word."));
                    LateJoiner::StepOne
                }
            };
            if !matches!(row.text("claim"), "claimed" | "automatic") {
                self.faults.push(row.fault("claim", "claimed or automatic", "Correct the word."));
            }
            let depth = row.index("depth_class", depths, "class of depth.csv", &mut self.faults);
            let schedule = Some(row.text("schedule").to_owned()).filter(|id| !id.is_empty());
            agreements.push(Agreement {
                id: id.to_owned(),
                title: row.text("title").to_owned(),
                hub,
                schedule,
                late_joiner,
                is_automatic: row.text("claim") == "automatic",
                depth: depth.unwrap_or(0),
            });
        }
        agreements
    }

    fn memberships(&mut self, agreements: &HashMap<String, usize>) -> PolicyTimeline {
        let table =
            self.table("tables/memberships.csv", &["agreement", "party", "valid_from", "valid_until"]);
        let mut timeline = PolicyTimeline::default();
        for row in table.iter().flat_map(Table::rows) {
            row.index("agreement", agreements, "row of agreements.csv", &mut self.faults);
            self.country(&row, "party");
            let from = self.date(&row, "valid_from");
            if let (Some(from), Some(until)) = (from, self.end(&row, from)) {
                let (agreement, party) = (row.text("agreement").to_owned(), row.text("party").to_owned());
                timeline.memberships.push(Membership { agreement, party, from, until });
            }
        }
        timeline
    }

    fn coverage(&mut self, places: &Places) -> Coverage {
        let n_groups = places.values().map(Vec::len).sum();
        let table = self.table("duty_coverage.csv", &["duty_list", "product_group", "coverage_share"]);
        let mut coverage = Coverage::new();
        for row in table.iter().flat_map(Table::rows) {
            if let Some(share) = self.share(&row, "coverage_share") {
                let list = coverage.entry(row.text("duty_list").to_owned());
                let list = list.or_insert_with(|| vec![0.0; n_groups]);
                self.places(&row, places).iter().for_each(|&g| list[g] = share);
            }
        }
        coverage
    }

    fn duties(&mut self, coverage: &Coverage) -> Vec<Duty> {
        let columns =
            ["duty_list", "importer", "exporter", "exempt", "duty_pct", "valid_from", "valid_until"];
        let table = self.table("duties.csv", &columns);
        let mut duties = Vec::new();
        for row in table.iter().flat_map(Table::rows) {
            let importer = self.country(&row, "importer");
            let exporter = match row.text("exporter") {
                "*" => Some(None),
                _ => self.country(&row, "exporter").map(Some),
            };
            let exempt = row.text("exempt").split(';').filter(|code| !code.is_empty());
            let exempt = exempt.filter_map(|code| self.axes.country_idx.get(code).copied()).collect();
            let from = self.date(&row, "valid_from");
            let (until, duty_pct) = (self.end(&row, from), self.pct(&row, "duty_pct"));
            let list = row.text("duty_list");
            let Some(coverage_share) = coverage.get(list) else {
                self.faults.push(row.fault("duty_list", "a list of duty_coverage.csv", "Add its coverage."));
                continue;
            };
            if let (Some(importer), Some(exporter), Some(from), Some(until), Some(duty_pct)) =
                (importer, exporter, from, until, duty_pct)
            {
                let (list, coverage_share) = (list.to_owned(), coverage_share.clone());
                duties.push(Duty { list, importer, exporter, exempt, duty_pct, from, until, coverage_share });
            }
        }
        duties
    }

    fn barriers(&mut self) -> Array2<f64> {
        let shape = (self.axes.n_countries(), self.axes.n_sectors());
        let mut barriers = Array2::from_elem(shape, f64::NAN);
        let table = self.table("tables/barriers.csv", &["importer", "sector", "ave_pct"]);
        for row in table.iter().flat_map(Table::rows) {
            let n = self.country(&row, "importer");
            let j = row.index("sector", &self.axes.sector_idx, "sector", &mut self.faults);
            if let (Some(n), Some(j), Some(pct)) = (n, j, self.pct(&row, "ave_pct")) {
                barriers[[n, j]] = pct;
            }
        }
        if let (true, Some(((n, j), _))) =
            (table.is_some(), barriers.indexed_iter().find(|(_, pct)| pct.is_nan()))
        {
            let field = format!("{},{}", self.axes.countries[n].iso3, self.axes.sectors[j].id);
            let remedy = "Add the row; missing is not zero.";
            self.fault("tables/barriers.csv", field, "no row", "every importer and sector", remedy);
        }
        barriers
    }

    fn utilisation(&mut self) -> Utilisation {
        let table = self.table("utilisation.csv", &["margin_below_pp", "utilisation_share"]);
        let mut by_margin = Vec::new();
        for row in table.iter().flat_map(Table::rows) {
            let pair = (self.pct(&row, "margin_below_pp"), self.share(&row, "utilisation_share"));
            if let (Some(margin), Some(share)) = pair {
                by_margin.push((margin, share));
            }
        }
        let table = self.table("utilisation_age.csv", &["agreement_year", "ratio"]);
        let mut by_age = Vec::new();
        for row in table.iter().flat_map(Table::rows) {
            if let (Some(year), Some(ratio)) = (self.pct(&row, "agreement_year"), self.pct(&row, "ratio")) {
                by_age.push((year as u32, ratio));
            }
        }
        Utilisation { by_margin, by_age }
    }

    fn origin_cost(&mut self, groups: &[String]) -> Vec<f64> {
        let table = self.table("origin_cost.csv", &["product_group", "cost_pct"]);
        let mut costs: HashMap<String, f64> = HashMap::new();
        for row in table.iter().flat_map(Table::rows) {
            if let Some(pct) = self.pct(&row, "cost_pct") {
                costs.insert(row.text("product_group").to_owned(), pct);
            }
        }
        if !costs.contains_key("*") {
            self.fault("origin_cost.csv", "product_group".into(), "no row `*`", "a row `*`", "Add the row.");
        }
        groups.iter().map(|id| costs.get(id).or(costs.get("*")).copied().unwrap_or(f64::NAN)).collect()
    }
}
