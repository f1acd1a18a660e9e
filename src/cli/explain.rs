//! `tradepath schedule --explain`: the chain from the most-favoured-nation rate to what is paid.

use jiff::civil::Date;

use super::arguments::{country, wrong};
use super::barriers;
use crate::data::{Axes, Pair, SectorKind};
use crate::error::{Faults, InputErrors};
use crate::policy::{PolicyBook, PolicyParameters, Regimes, Situation};
use crate::schedules::Part;

/// The chain from the most-favoured-nation rate to what is paid, for `importer:exporter:group:date`.
pub fn text(book: &PolicyBook, regimes: &Regimes, query: &str) -> anyhow::Result<String> {
    let parts: Vec<&str> = query.split(':').collect();
    let [importer, exporter, group, day] = parts[..] else {
        anyhow::bail!(wrong("--explain", query, "importer:exporter:product group:date"));
    };
    let mut faults = Faults::new();
    let importer_at = faults.keep(country(&book.axes, "--explain", importer));
    let exporter_at = faults.keep(country(&book.axes, "--explain", exporter));
    let pair = importer_at.zip(exporter_at).map(|(importer, exporter)| Pair { importer, exporter });
    let pair = pair.filter(|pair| faults.keep(require_two(&book.axes, *pair, "--explain")).is_some());
    let date = day.parse().map_err(|_| wrong("--explain", day, "a date such as 2027-03-01"));
    let day = faults.keep(date.and_then(|day| known_day(day, "--explain")));
    let subject = faults.keep(subject(book, group));
    let asked = faults.into_result(pair.zip(day).zip(subject))?;
    let ((pair, day), subject) = asked.expect("an argument without a fault");
    let g = match subject {
        Subject::Group(g) => g,
        Subject::Services(sector) => return Ok(barriers::text(book, regimes, pair, sector, day)),
    };
    let situation = book.situation(regimes, pair, day);
    let mut text = format!("{group} from {exporter} into {importer} on {day}\n");
    text += &format!("  most-favoured-nation rate {:>33.2} %\n", book.mfn.pct(pair, g));
    text += &format!("    {}\n", book.mfn.origin(pair, g));
    let exempt = 100.0 * (1.0 - book.preferences.taxed_share[[pair.importer, g]]);
    if exempt > 0.0 {
        text += &format!("  free of duty for processing or with drawback: {exempt:.0} % of imports\n");
    }
    for at in 0..situation.bindings.len() {
        text += &agreement(book, &situation, at, g);
    }
    if situation.bindings.is_empty() {
        text += "  no agreement binds the pair\n";
    }
    for (list, pct) in
        book.duties.on_group((regimes.members(), regimes.measures()), pair, (g, book.mfn.pct(pair, g)), day)
    {
        text += &format!("  additional duty {list}: {pct:.2} % of the group's value\n");
    }
    let rate = book.group_rate(&situation, g, PolicyParameters::default());
    let claimed = rate.agreement.map_or("none", |at| book.agreements[at].id.as_str());
    text +=
        &format!("  preference claimed: {claimed}, by {:.0} % of trade\n", 100.0 * rate.utilisation_share);
    text += &format!("  statutory {:.2} %, paid on average {:.2} %", rate.statutory_pct, rate.effective_pct);
    text += &format!(", cost of proving origin {:.2} % (mean over all trade)\n", rate.compliance_pct);
    text += &barriers::text(book, regimes, pair, book.groups[g].sector, day);
    Ok(text)
}

/// What a rate or a barrier is asked of.
enum Subject {
    Group(usize),
    Services(usize),
}

fn subject(book: &PolicyBook, name: &str) -> Result<Subject, InputErrors> {
    if let Some(g) = book.groups.iter().position(|group| group.id == name) {
        return Ok(Subject::Group(g));
    }
    let sector = book.axes.sector_idx.get(name).copied();
    let sector = sector.filter(|&j| book.axes.sectors[j].kind == SectorKind::Services);
    let groups: Vec<&str> = book.groups.iter().map(|group| group.id.as_str()).collect();
    let expected = || format!("one of {}, or a services sector", groups.join(", "));
    sector.map(Subject::Services).ok_or_else(|| wrong("--explain", name, &expected()))
}

/// The day, if it lies in the years that schedules are made for.
pub fn known_day(day: Date, flag: &str) -> Result<Date, InputErrors> {
    let is_known = (1990..=2100).contains(&day.year());
    is_known.then_some(day).ok_or_else(|| wrong(flag, &day.to_string(), "a day in 1990 to 2100"))
}

/// A country has no barrier towards itself.
pub fn require_two(axes: &Axes, pair: Pair, flag: &str) -> Result<(), InputErrors> {
    let code = &axes.countries[pair.exporter].iso3;
    let is_two = pair.importer != pair.exporter;
    is_two.then_some(()).ok_or_else(|| wrong(flag, code, "another exporter than the importer"))
}

/// What one agreement offers: its rate, who claims it, the rule of origin, its quotas.
fn agreement(book: &PolicyBook, situation: &Situation<'_>, at: usize, g: usize) -> String {
    let binding = &situation.bindings[at];
    let agreement = &book.agreements[binding.agreement];
    let alone = book.group_rate(&situation.alone(at), g, PolicyParameters::default());
    let what = match alone.agreement {
        Some(_) => format!(
            "rate {:.2} %, claimed by {:.0} % of trade",
            alone.preference_pct,
            100.0 * alone.utilisation_share
        ),
        None => "no rate below the most-favoured-nation rate".to_owned(),
    };
    let year = binding.schedule_year;
    let mut text = format!("  {} ({}), year {year}: {what}\n", agreement.id, agreement.title);
    text += &staging(book, situation, at, g);
    if let Some(eligible) = binding.eligible_share.filter(|shares| shares[g] < 1.0) {
        let share = 100.0 * eligible[g];
        text +=
            &format!("    rule of origin: {share:.0} % of trade qualifies, content of all members counted\n");
    }
    let code = |n: usize| book.axes.countries[n].iso3.as_str();
    let quotas =
        agreement.schedule.iter().flat_map(|id| book.concessions.schedules.quotas_of(id)).filter(|quota| {
            let is_for = quota.exporter.as_deref().is_none_or(|only| only == code(situation.pair.exporter));
            quota.importer == code(situation.pair.importer) && is_for && quota.group == book.groups[g].id
        });
    for quota in quotas {
        text += &format!("    {}\n", quota.terms(year));
    }
    text
}

/// What an agreement leaves of the duties, and where that stands: the lines, or the parts of the schedule with category,
/// base rate and the share that is left.
fn staging(book: &PolicyBook, situation: &Situation<'_>, at: usize, g: usize) -> String {
    let binding = &situation.bindings[at];
    if let Some(origin) = book.concessions.from_lines(binding.agreement, situation.pair, g) {
        let left = binding.left_share.map_or(100.0, |left| 100.0 * left[g]);
        return format!("    {left:.1} % of the duties are left, by tariff lines: {origin}\n");
    }
    let code = |n: usize| book.axes.countries[n].iso3.as_str();
    let (importer, exporter) = (code(situation.pair.importer), code(situation.pair.exporter));
    let schedule = book.agreements[binding.agreement].schedule.as_deref();
    let schedule = schedule.and_then(|id| book.concessions.schedules.with_letters(id, importer, exporter));
    let parts = schedule.as_ref().and_then(|schedule| schedule.parts(&book.groups[g].id));
    let line = |part: &Part| {
        let base = part.base_rate_pct.map_or("the group's".to_owned(), |pct| format!("{pct:.2} %"));
        format!(
            "    part {}, {:.1} % of trade: category {}, base rate {base}, {:.1} % of it left; {}, {}\n",
            part.name,
            100.0 * part.trade_share,
            part.origin.code,
            100.0 * part.category.remaining_share(binding.schedule_year),
            part.origin.place,
            part.origin.source
        )
    };
    parts.into_iter().flatten().map(line).collect()
}
