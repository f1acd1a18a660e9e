//! The rate that a good pays: traders claim the agreement that saves most; additional duties come on top.
//!
//! ```text
//! paid = taxed (u t_pref + (1 - u) t_mfn) + additional duties      u = share of trade that claims the preference
//!                                       taxed = share that does not come in under processing or drawback
//! ```

use jiff::civil::Date;

use super::PolicyParameters;
use super::binding::Binding;
use super::book::PolicyBook;
use super::duties_in_force::DutiesInForce;
use super::mfn::collected_pct;
use super::preferences::Offer;
use super::regimes::Regimes;
use crate::data::Pair;

/// Everything that determines the rates of a pair on a date.
#[derive(Debug, Clone, PartialEq)]
pub struct Situation<'a> {
    /// Importer and exporter.
    pub pair: Pair,
    /// Agreements that bind the pair.
    pub bindings: Vec<Binding<'a>>,
    /// Additional duties.
    pub duties: DutiesInForce<'a>,
}

impl Situation<'_> {
    /// The same situation with one agreement alone.
    #[must_use]
    pub fn alone(&self, binding: usize) -> Self {
        Self { bindings: vec![self.bindings[binding]], ..self.clone() }
    }
}

/// Rates of one product group of one pair on one date, percent of the value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupRate {
    /// Most-favoured-nation rate.
    pub mfn_pct: f64,
    /// Rate of the agreement that traders claim, without additional duties; where they claim none the
    /// most-favoured-nation rate.
    pub preference_pct: f64,
    /// Agreement that traders claim: the one that saves most, given its use and age.
    pub agreement: Option<usize>,
    /// Lowest rate that the goods qualify for, with additional duties.
    pub statutory_pct: f64,
    /// Share of trade that claims it.
    pub utilisation_share: f64,
    /// Rate paid on average, with additional duties.
    pub effective_pct: f64,
    /// Duties collected, percent of the value; below the rate paid if lines with high rates trade less.
    pub collected_pct: f64,
    /// Cost of proving origin, averaged over all trade.
    pub compliance_pct: f64,
}

impl PolicyBook {
    /// The situation of a pair on a date.
    #[must_use]
    pub fn situation<'a>(&'a self, regimes: &'a Regimes, pair: Pair, date: Date) -> Situation<'a> {
        let bindings = regimes.bindings(self, pair, date).collect();
        let duties = self.duties.in_force((regimes.members(), regimes.measures()), pair, date);
        Situation { pair, bindings, duties }
    }

    /// The rate of `group` in a situation.
    ///
    /// `effective = taxed (u t_pref + (1 - u) t_mfn) + additional duties` (`docs/model.md` section 4). The rate paid is the price
    /// aggregate of the lines; the duties collected follow from their revenue aggregate.
    #[must_use]
    pub fn group_rate(
        &self,
        situation: &Situation<'_>,
        group: usize,
        parameters: PolicyParameters,
    ) -> GroupRate {
        let head = self.group_head(situation, group);
        head.rate(self.offers(situation, group, head), parameters.utilisation_ratio)
    }

    /// What goods of a group pay that claim nothing.
    fn group_head(&self, situation: &Situation<'_>, group: usize) -> GroupHead {
        let mfn_pct = self.mfn.pct(situation.pair, group);
        GroupHead {
            mfn_pct,
            duty_pct: situation.duties.on(group, mfn_pct, None),
            taxed_share: self.preferences.taxed_share[[situation.pair.importer, group]],
            collected_gap_pp: self.mfn.collected_gap_pp(situation.pair, group),
        }
    }

    /// What the agreements of a situation offer a group.
    fn offers<'s>(
        &'s self,
        situation: &'s Situation<'_>,
        group: usize,
        GroupHead { mfn_pct, duty_pct, .. }: GroupHead,
    ) -> impl Iterator<Item = Offer> + 's {
        situation.bindings.iter().filter_map(move |binding| {
            let offer = self.mature_offer(binding, &situation.duties, group, (mfn_pct, duty_pct))?;
            Some(offer.of_age(self.preferences.utilisation.ratio_of_age(binding.age_years)))
        })
    }

    /// What the agreement of a binding offers a group, were it mature; goods that claim nothing pay `mfn_pct` and `duty_pct`.
    pub(super) fn mature_offer(
        &self,
        binding: &Binding<'_>,
        duties: &DutiesInForce<'_>,
        group: usize,
        (mfn_pct, duty_pct): (f64, f64),
    ) -> Option<Offer> {
        let agreement = binding.agreement;
        let is_automatic = self.agreements[agreement].is_automatic;
        // Who claims is also spared the duties that exempt the agreement.
        let spared_pp = duty_pct - duties.on(group, mfn_pct, Some(agreement));
        let margin = (mfn_pct, spared_pp);
        let (preference_pct, claim) = self.preferences.mature_offer(binding, is_automatic, group, margin)?;
        let duty_pct = duties.on(group, preference_pct, Some(agreement));
        Some(Offer { agreement, preference_pct, duty_pct, claim })
    }
}

/// What goods of a group pay that claim nothing, percent.
#[derive(Debug, Clone, Copy, PartialEq)]
struct GroupHead {
    mfn_pct: f64,
    /// Additional duties.
    duty_pct: f64,
    /// Share of trade that does not come in under processing or drawback.
    taxed_share: f64,
    /// Of [`super::mfn::MfnRates`].
    collected_gap_pp: f64,
}

impl GroupHead {
    /// The rate where these offers stand: traders claim the one that saves most.
    pub fn rate(&self, offers: impl IntoIterator<Item = Offer>, utilisation_ratio: f64) -> GroupRate {
        let Self { mfn_pct, taxed_share, .. } = *self;
        let mut duty_pct = self.duty_pct;
        let mut rate = GroupRate {
            mfn_pct,
            preference_pct: mfn_pct,
            agreement: None,
            statutory_pct: mfn_pct + duty_pct,
            utilisation_share: 0.0,
            effective_pct: taxed_share * mfn_pct + duty_pct,
            collected_pct: 0.0,
            compliance_pct: 0.0,
        };
        for offer in offers {
            let used_share = offer.used_share(utilisation_ratio);
            let duties = used_share * offer.duty_pct + (1.0 - used_share) * self.duty_pct;
            let paid_pct = mfn_pct - used_share * (mfn_pct - offer.preference_pct);
            let effective_pct = taxed_share * paid_pct + duties;
            rate.statutory_pct = rate.statutory_pct.min(offer.preference_pct + offer.duty_pct);
            if effective_pct < rate.effective_pct {
                rate.agreement = Some(offer.agreement);
                rate.preference_pct = offer.preference_pct;
                rate.utilisation_share = used_share;
                rate.effective_pct = effective_pct;
                rate.compliance_pct = taxed_share * offer.compliance_pct(used_share);
                duty_pct = duties;
            }
        }
        rate.collected_pct =
            collected_pct((mfn_pct, self.collected_gap_pp), rate.effective_pct - duty_pct) + duty_pct;
        rate
    }
}
