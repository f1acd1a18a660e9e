//! An agreement that binds a pair.

use jiff::civil::Date;

use super::origin::OriginRule;

/// An agreement that binds a pair on a date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Binding<'a> {
    /// Position of the agreement.
    pub agreement: usize,
    /// Position of the agreement whose rules of origin count: its own, or that of a later one between both parties.
    pub rule_of: usize,
    /// First day on which it binds both.
    pub since: Date,
    /// Year of its tariff schedule, 1 = first.
    pub schedule_year: u32,
    /// Year since both were members, 1 = first.
    pub age_years: u32,
    /// False if the exporter is not a member and gets the cuts because they reach everybody.
    pub is_mutual: bool,
    /// Shares of the most-favoured-nation rates left, `[g]`; `None` = no preference.
    pub left_share: Option<&'a [f64]>,
    /// The rules of origin that count, `[g]`.
    pub rules: &'a [OriginRule],
    /// Shares of trade that meet the rules of origin, `[g]`; `None` = all.
    pub eligible_share: Option<&'a [f64]>,
    /// Shares of trade that claim, as customs report them, `[g]`, NaN = not observed; `None` = none is.
    pub claimed_share: Option<&'a [f64]>,
}
