//! Fit of votes by party: what share of each party votes yes.
//!
//! ```text
//! logit(yes share) = party + same_party president's + authority authority bill + leverage leverage + u + e
//! u ~ N(0, sd^2), one a party in a measure; e has the variance 1 / (n p (1 - p)) of a share of n votes
//! ```
//!
//! Weighted least squares given `sd`, which maximises the likelihood. A covariate that never varies has the estimate 0
//! and no error.

use super::fit_record::{Quantity, logit};
use crate::numerics::cholesky::generalised_inverse;

/// Votes of one party on one measure in one chamber.
#[derive(Debug, Clone, PartialEq)]
pub struct PartyVote {
    /// Measure.
    pub measure: String,
    /// True in the House, false in the Senate.
    pub is_house: bool,
    /// True for Democrats, false for Republicans; `None` = the count of all, which says nothing of parties.
    pub is_democrat: Option<bool>,
    /// Votes for it.
    pub yes: f64,
    /// Votes against it.
    pub no: f64,
    /// True where the president is of the same party.
    pub is_own_president: bool,
    /// True for a bill on trade promotion authority.
    pub is_authority: bool,
    /// True where the party led the House and changed the text before it voted.
    pub has_leverage: bool,
}

const COVARIATES: [&str; 5] =
    ["vote_democrat", "vote_republican", "vote_own_president", "vote_authority_bill", "vote_leverage"];
const N: usize = COVARIATES.len();
/// Largest standard deviation that is tried, and halvings of the interval.
const MOST_SD: f64 = 5.0;
const HALVINGS: usize = 60;

impl PartyVote {
    fn row(&self) -> [f64; N] {
        let (is_democrat, is_republican) = (self.is_democrat == Some(true), self.is_democrat == Some(false));
        [is_democrat, is_republican, self.is_own_president, self.is_authority, self.has_leverage]
            .map(f64::from)
    }

    /// Logit of the share and its variance; half a vote on either side keeps a unanimous party finite.
    fn observed(&self) -> (f64, f64) {
        let n = self.yes + self.no + 1.0;
        let p = (self.yes + 0.5) / n;
        (logit(p), 1.0 / (n * p * (1.0 - p)))
    }
}

/// Estimates given the standard deviation of a party in a measure.
struct Given {
    estimates: [f64; N],
    std_errors: [f64; N],
    log_likelihood: f64,
}

fn given(votes: &[&PartyVote], sd: f64) -> Given {
    let (mut cross, mut moment) = (vec![0.0; N * N], [0.0; N]);
    for vote in votes {
        let (x, (y, variance)) = (vote.row(), vote.observed());
        let weight = 1.0 / (variance + sd * sd);
        for (a, xa) in x.iter().enumerate() {
            moment[a] += weight * xa * y;
            for (b, xb) in x.iter().enumerate() {
                cross[a * N + b] += weight * xa * xb;
            }
        }
    }
    let inverse = generalised_inverse(cross, N);
    let estimates: [f64; N] = std::array::from_fn(|a| (0..N).map(|b| inverse[a * N + b] * moment[b]).sum());
    let std_errors = std::array::from_fn(|a| inverse[a * N + a].max(0.0).sqrt());
    let mut log_likelihood = 0.0;
    for vote in votes {
        let (x, (y, variance)) = (vote.row(), vote.observed());
        let fitted: f64 = x.iter().zip(&estimates).map(|(x, b)| x * b).sum();
        let spread = variance + sd * sd;
        log_likelihood -= 0.5 * (spread.ln() + (y - fitted).powi(2) / spread);
    }
    Given { estimates, std_errors, log_likelihood }
}

/// The standard deviation at which the likelihood is largest, by golden section.
fn likeliest(votes: &[&PartyVote]) -> f64 {
    let golden = (5f64.sqrt() - 1.0) / 2.0;
    let at = |sd: f64| given(votes, sd).log_likelihood;
    let (mut low, mut high) = (0.0, MOST_SD);
    for _ in 0..HALVINGS {
        let (left, right) = (high - golden * (high - low), low + golden * (high - low));
        if at(left) < at(right) { low = left } else { high = right }
    }
    0.5 * (low + high)
}

/// Fits the votes in the House, and how much more the Senate votes yes. Nothing of fewer than eight rows.
#[must_use]
pub fn fit_votes(votes: &[PartyVote]) -> Vec<Quantity> {
    const FEWEST: usize = 8;
    let house: Vec<&PartyVote> =
        votes.iter().filter(|vote| vote.is_house && vote.is_democrat.is_some()).collect();
    if house.len() < FEWEST {
        return Vec::new();
    }
    let sd = likeliest(&house);
    let best = given(&house, sd);
    let (n, method) = (house.len() as u64, "mixed model of the logit of the yes share by party, House");
    let mut found: Vec<Quantity> = COVARIATES
        .iter()
        .zip(best.estimates.iter().zip(best.std_errors))
        .map(|(name, (&value, se))| {
            Quantity::new((*name).to_owned(), value, (se > 0.0).then_some(se), n, method)
        })
        .collect();
    // Curvature of the likelihood by differences; none at the bound.
    let step = 0.05_f64.min(sd / 2.0);
    let [left, middle, right] = [sd - step, sd, sd + step].map(|sd| given(&house, sd).log_likelihood);
    let curvature = (2.0 * middle - left - right) / (step * step);
    let se = (step > 0.0 && curvature > 0.0).then(|| curvature.powf(-0.5));
    found.push(Quantity::new("vote_party_sd".into(), sd, se, n, method));
    found.extend(senate_lead(votes));
    found
}

/// Mean difference of the logits of all yes votes, Senate less House, over the measures that were voted on in both.
fn senate_lead(votes: &[PartyVote]) -> Vec<Quantity> {
    let mut measures: Vec<&str> = votes.iter().map(|vote| vote.measure.as_str()).collect();
    measures.sort_unstable();
    measures.dedup();
    let total = |measure: &str, is_house: bool| {
        let of = votes.iter().filter(|vote| vote.measure == measure && vote.is_house == is_house);
        let (yes, no) = of.fold((0.0, 0.0), |(yes, no), vote| (yes + vote.yes, no + vote.no));
        (yes + no > 0.0).then(|| logit((yes + 0.5) / (yes + no + 1.0)))
    };
    let both = |measure: &&str| Some(total(measure, false)? - total(measure, true)?);
    let leads: Vec<f64> = measures.iter().filter_map(both).collect();
    let n = leads.len() as f64;
    if leads.len() < 2 {
        return Vec::new();
    }
    let mean = leads.iter().sum::<f64>() / n;
    let sd = (leads.iter().map(|lead| (lead - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let method = "mean difference of the logits of all votes, Senate less House";
    vec![Quantity::new("senate_lead".into(), mean, Some(sd / n.sqrt()), leads.len() as u64, method)]
}

#[cfg(test)]
mod tests {
    use super::{PartyVote, fit_votes};
    use crate::numerics::distributions::normal_quantile;
    use crate::rng::Stream;

    const N_VOTES: f64 = 2000.0;

    /// Votes drawn from the model are found again.
    #[test]
    fn the_fit_finds_the_model_that_made_the_votes() {
        let mut votes = Vec::new();
        for k in 0..400 {
            for is_democrat in [true, false] {
                let (own, authority) = (k % 2 == u32::from(is_democrat), k % 5 == 0);
                let mut luck = Stream::new(1, u64::from(k), if is_democrat { "d" } else { "r" });
                let mut noise = || normal_quantile(luck.uniform());
                let base = if is_democrat { -0.7 } else { 2.4 };
                let eta = base - 0.2 * f64::from(own) - 0.9 * f64::from(authority) + 0.6 * noise();
                let p = 1.0 / (1.0 + (-eta).exp());
                // The sampling of the votes as well.
                let drawn = N_VOTES * p + (N_VOTES * p * (1.0 - p)).sqrt() * noise();
                let yes = drawn.round().clamp(0.0, N_VOTES);
                votes.push(PartyVote {
                    measure: k.to_string(),
                    is_house: true,
                    is_democrat: Some(is_democrat),
                    yes,
                    no: N_VOTES - yes,
                    is_own_president: own,
                    is_authority: authority,
                    has_leverage: false,
                });
            }
        }
        let found = fit_votes(&votes);
        for (name, expected) in [
            ("vote_democrat", -0.7),
            ("vote_republican", 2.4),
            ("vote_own_president", -0.2),
            ("vote_authority_bill", -0.9),
            ("vote_party_sd", 0.6),
        ] {
            let one = found.iter().find(|one| one.name == name).unwrap();
            let se = one.std_error.unwrap();
            assert!((one.value - expected).abs() < 4.0 * se && se < 0.1, "{one:?}");
        }
        // Nothing says anything of leverage.
        assert!(found.iter().any(|one| one.name == "vote_leverage" && one.std_error.is_none()));
        assert!(fit_votes(&votes[..6]).is_empty());
    }
}
