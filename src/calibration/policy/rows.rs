//! Rows of `data/policy/tables`.

use crate::output::rows::{Text, Verbatim, table};

/// A number with fixed decimals, empty where there is none.
pub(super) fn decimals(value: Option<f64>, decimals: usize) -> Verbatim<'static> {
    Verbatim(value.map_or_else(String::new, |value| format!("{value:.decimals$}")).into())
}

table! {
    /// Product groups and their weight in their sector.
    pub struct ProductGroup<'a> in "product_groups.csv" by (product_group) {
        /// Product group
        product_group: Text<'a>,
        /// Sector
        sector: Text<'a>,
        /// Share of the sector
        weight_share: Verbatim<'a> ["share"],
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

table! {
    /// Most-favoured-nation rates.
    pub struct MfnRate<'a> in "mfn.csv" by (importer, exporter, product_group) {
        /// Country
        importer: Text<'a>,
        /// Country whose trade weighs the lines; * = all others
        exporter: Text<'a>,
        /// Product group
        product_group: Text<'a>,
        /// Rate, the price aggregate where lines are at hand
        mfn_pct: Verbatim<'a> ["pct"],
        /// What is collected of it; empty = all
        collected_pct: Verbatim<'a> ["pct"],
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

table! {
    /// Aggregates of the rates of tariff lines side by side.
    pub struct AggregateRow<'a> in "aggregation.csv" by (importer, product_group) {
        /// Country
        importer: Text<'a>,
        /// Product group
        product_group: Text<'a>,
        /// Tariff lines
        lines: u64 ["count"],
        /// Lines without a rate or an equivalent
        missing_lines: u64 ["count"],
        /// Lines whose rate is the equivalent of a specific or compound duty
        estimated_lines: u64 ["count"],
        /// Elasticity of substitution between lines
        sigma: Verbatim<'a>,
        /// Simple mean within and over products
        simple_pct: Verbatim<'a> ["pct"],
        /// Mean weighted by imports
        trade_weighted_pct: Verbatim<'a> ["pct"],
        /// Price aggregate
        price_pct: Verbatim<'a> ["pct"],
        /// Revenue aggregate
        revenue_pct: Verbatim<'a> ["pct"],
        /// Largest less smallest of the four
        largest_difference_pp: Verbatim<'a> ["pp"],
        /// The one in use, or kept
        used: Text<'a>,
        /// What weighs the lines
        weights: Text<'a>,
        /// Where the lines come from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

table! {
    /// What the programmes of an agreement leave of the duties on a group.
    pub struct Preference<'a> in "preferences.csv" by (agreement, importer, exporter, product_group) {
        /// Agreement
        agreement: Text<'a>,
        /// Country
        importer: Text<'a>,
        /// Country
        exporter: Text<'a>,
        /// Product group
        product_group: Text<'a>,
        /// Share of the duties that is left
        left_share: Verbatim<'a> ["share"],
        /// Tariff lines
        lines: u64 ["count"],
        /// Lines that are free
        free_lines: u64 ["count"],
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

table! {
    /// Duties charged by weight, volume or piece, and their equivalents by unit values.
    pub struct SpecificDuty<'a> in "specific_duties.csv" by (importer, line) {
        /// Country
        importer: Text<'a>,
        /// Tariff line
        line: Text<'a>,
        /// Product group
        product_group: Text<'a>,
        /// The duty as the tariff words it
        duty: Text<'a>,
        /// Equivalent in percent of the value; empty = none
        equivalent_pct: Verbatim<'a> ["pct"],
        /// used, or why the line has no weight: prohibitive, outside_quota, not_traded, no_unit_value, not_understood, no_equivalent
        status: Text<'a>,
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

table! {
    /// What lists of additional duties cover of a product group, by the lines that they name.
    pub struct LineCoverage<'a> in "line_coverage.csv" by (duty_list, exporter, product_group) {
        /// List of additional duties
        duty_list: Text<'a>,
        /// Country
        exporter: Text<'a>,
        /// Product group
        product_group: Text<'a>,
        /// Share of the imports of the group from the country
        coverage_share: Verbatim<'a> ["share"],
        /// Tariff lines that the list names
        lines: u64 ["count"],
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

table! {
    /// Share of the trade that may claim a preference and does.
    pub struct Claim<'a> in "claims.csv" by (agreement, importer, exporter, product_group) {
        /// Agreement
        agreement: Text<'a>,
        /// Country
        importer: Text<'a>,
        /// Country
        exporter: Text<'a>,
        /// Product group
        product_group: Text<'a>,
        /// Share of the duties spared that could be
        claimed_share: Verbatim<'a> ["share"],
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

table! {
    /// Parts of a product group by staging category, as tariff lines show them.
    pub struct StagedPart<'a> in "staging.csv" by (schedule, importer, exporter, product_group, part) {
        /// Schedule
        schedule: Text<'a>,
        /// Country
        importer: Text<'a>,
        /// Country; * = all members
        exporter: Text<'a>,
        /// Product group
        product_group: Text<'a>,
        /// Part
        part: Text<'a>,
        /// Share of the group
        part_share: Verbatim<'a> ["share"],
        /// Mean base rate of the lines
        base_rate_pct: Verbatim<'a> ["pct"],
        /// Category
        category: Text<'a>,
        /// Kind and path of a category that is not built in
        path: Text<'a>,
        /// Tariff lines
        lines: u64 ["count"],
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

table! {
    /// Published rates beside those that the categories give.
    pub struct StagingCheck<'a> in "staging_check.csv" by (importer, product_group, cut) {
        /// Country
        importer: Text<'a>,
        /// Product group
        product_group: Text<'a>,
        /// Cut after which the rates hold
        cut: u64 ["count"],
        /// Tariff lines
        lines: u64 ["count"],
        /// Lines whose published rate is the computed one, cut off after the first decimal
        met_lines: u64 ["count"],
        /// Mean of the published rates
        published_pct: Verbatim<'a> ["pct"],
        /// Mean of the computed rates
        computed_pct: Verbatim<'a> ["pct"],
    }
}

table! {
    /// Lines whose published rates no rule gives: their path is read off.
    pub struct StagingRest<'a> in "staging_rest.csv" by (importer, line) {
        /// Country
        importer: Text<'a>,
        /// Tariff line
        line: Text<'a>,
        /// Product group
        product_group: Text<'a>,
        /// Base rate
        base_pct: Verbatim<'a> ["pct"],
        /// Cut and published rate
        published: Text<'a>,
        /// Path of shares left that is used
        path: Text<'a>,
    }
}

table! {
    /// Ad-valorem equivalents of barriers.
    pub struct Barrier<'a> in "barriers.csv" by (importer, sector) {
        /// Country
        importer: Text<'a>,
        /// Sector
        sector: Text<'a>,
        /// Ad-valorem equivalent
        ave_pct: Verbatim<'a> ["pct"],
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

table! {
    /// Who belongs to which agreement.
    pub struct MembershipRow<'a> in "memberships.csv" by (agreement, party, valid_from) {
        /// Agreement
        agreement: Text<'a>,
        /// Party
        party: Text<'a>,
        /// First day
        valid_from: Text<'a>,
        /// First day no longer; empty = no end in sight
        valid_until: Text<'a>,
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

table! {
    /// Share of each country in the exports of all.
    pub struct Supply<'a> in "supply.csv" by (country, sector) {
        /// Country
        country: Text<'a>,
        /// Goods sector
        sector: Text<'a>,
        /// Share
        supply_share: Verbatim<'a> ["share"],
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

table! {
    /// HS6 products of each group.
    pub struct GroupLines<'a> in "group_lines.csv" by (product_group) {
        /// Product group
        product_group: Text<'a>,
        /// Products
        lines: u64 ["count"],
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

table! {
    /// Embodied emissions.
    pub struct Emissions<'a> in "emissions.csv" by (exporter, product_group) {
        /// Country
        exporter: Text<'a>,
        /// Product group
        product_group: Text<'a>,
        /// Tons of CO2 per 1000 USD of exports
        t_co2_per_1000_usd: Verbatim<'a> ["t per 1000 usd"],
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}
