//! Many policies on one baseline at once, the members of a batch innermost.

use std::sync::PoisonError;

use super::dispatch::{Acceleration, Evaluation};
use super::frame::{Frame, Shape};
use super::norms::{Norms, broke_country, is_distorted};
use super::precondition::Preconditioner;
use super::response::Response;
use super::result::Equilibrium;
use super::search::{FARTHEST_LN_WAGE, MAX_ANDERSON};
use super::solution::Solution;
use super::solve::{Method, NoEquilibrium, PreparedBaseline, Shock, SolveStats};
use super::sweep::Buffers;
use crate::economy::Economy;
use crate::numerics::Anderson;
use crate::numerics::aligned::Aligned;
use crate::numerics::lanes::{Lane, PACK_WIDTH, Pack, SinglePack, Term};

/// Bytes of trade weights of a pack up to which packs are made: 40 sectors of 40 countries and a little more. Members
/// share what the baseline fixes, so that packs pay far beyond the second cache; at 77 x 45 they no longer do.
const MAX_PACK_BYTES: usize = 1 << 24;
/// A pack costs as much as this many single solves, whoever is in it.
const LEAST_MEMBERS: usize = 5;

/// Result of one member.
type Outcome = Result<Equilibrium, Box<NoEquilibrium>>;

impl PreparedBaseline {
    /// The counterfactuals of many shocks, in their order; each has the bytes of [`Self::solve`].
    ///
    /// [`PACK_WIDTH`] members run side by side where the set is not too large, and share what the baseline fixes
    /// (trade shares outside the changed cells, input shares, the linearised system); the few that would leave
    /// a pack half empty are solved alone. A member that has converged is taken out and its lane given to the next; one that does not
    /// converge by Anderson is handed to the other methods alone. Members never mix, so that the bytes
    /// depend neither on the size of the batch nor on the order. Runs on the calling thread.
    #[must_use]
    pub fn solve_batch(&self, shocks: &[Shock]) -> Vec<Outcome> {
        let mut outcomes: Vec<Option<Outcome>> = shocks.iter().map(|_| None).collect();
        self.solve_each(shocks, |at, outcome| outcomes[at] = Some(outcome));
        outcomes.into_iter().flatten().collect()
    }

    /// Frame and preconditioner of packs, made when first needed.
    pub(super) fn packed(&self) -> &(Frame, Option<Preconditioner>) {
        self.core.packed.get_or_init(|| {
            let frame = Frame::new(&self.core.economy, Shape::tight(&self.core.economy));
            let preconditioner = self.core.preconditioner.as_ref();
            let cut = preconditioner.map(|preconditioner| preconditioner.with_stride(frame.shape.stride));
            (frame, cut)
        })
    }

    /// As [`Self::solve_batch`], but hands every outcome over with its position when it is there, so that
    /// the caller can keep what it wants of it; the order of the calls is fixed by the shocks alone.
    pub fn solve_each(&self, shocks: &[Shock], mut finish: impl FnMut(usize, Outcome)) {
        let (frame, preconditioner) = self.packed();
        let pack_bytes = 3 * frame.shape.cube() * size_of::<Pack>();
        let fits = |shock: &Shock| {
            let is_plain = shock.real_gdp_hat.is_none() && shock.quotas.is_empty();
            preconditioner.is_some() && is_plain && pack_bytes <= MAX_PACK_BYTES
        };
        let n_fit = shocks.iter().filter(|shock| fits(shock)).count();
        let over = n_fit % PACK_WIDTH;
        let n_packed = if over < LEAST_MEMBERS { n_fit - over } else { n_fit };
        if let Some(preconditioner) = preconditioner.as_ref().filter(|_| n_packed > 0) {
            let free = self.core.packs.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let packs = free.unwrap_or_else(|| Packs::new(frame, &self.core.economy));
            let pending = shocks.iter().enumerate().filter(|(_, shock)| fits(shock)).take(n_packed);
            let members = [None; PACK_WIDTH];
            let mut lanes = Lanes { prepared: self, frame, preconditioner, members, packs };
            lanes.run(pending, &mut finish);
            self.core.packs.lock().unwrap_or_else(PoisonError::into_inner).push(lanes.packs);
        }
        let mut n_seen = 0;
        for (at, shock) in shocks.iter().enumerate() {
            n_seen += usize::from(fits(shock));
            if !fits(shock) || n_seen > n_packed {
                finish(at, self.solve(shock));
            }
        }
    }
}

/// The member in one lane.
#[derive(Clone, Copy)]
struct Member<'s> {
    at: usize,
    shock: &'s Shock,
    evaluations: usize,
}

/// Everything that the lanes write to, kept between batches.
pub(super) struct Packs {
    response: Response<Pack>,
    buffers: Buffers<Pack>,
    z: Vec<Pack>,
    step: Aligned<SinglePack>,
    anderson: Anderson<Pack>,
    /// Lanes whose history may hold what is no number.
    is_spoilt: [bool; PACK_WIDTH],
}

impl Packs {
    fn new(frame: &Frame, economy: &Economy) -> Self {
        let (shape, zero) = (frame.shape, Pack::ZERO);
        let anderson = Anderson::new(shape.unknowns(), shape.stride);
        let z = vec![zero; shape.unknowns()];
        let step = Aligned::filled(SinglePack::ZERO, shape.unknowns());
        let (mut response, none) = (Response::new(frame), Shock::default());
        response.load(frame, economy, &std::array::from_fn::<_, PACK_WIDTH, _>(|lane| (lane, &none)));
        let is_spoilt = [false; PACK_WIDTH];
        Self { response, buffers: Buffers::new(shape), z, step, anderson, is_spoilt }
    }
}

struct Lanes<'p, 's> {
    prepared: &'p PreparedBaseline,
    frame: &'p Frame,
    preconditioner: &'p Preconditioner,
    members: [Option<Member<'s>>; PACK_WIDTH],
    packs: Packs,
}

impl<'s> Lanes<'_, 's> {
    /// Begins at the baseline.
    fn begin(&mut self, lane: usize) {
        self.packs.anderson.restart(lane);
        if std::mem::take(&mut self.packs.is_spoilt[lane]) {
            self.packs.anderson.clear(lane);
        }
        let first = self.frame.shape.stride + self.frame.shape.block();
        for z in &mut self.packs.z[..first] {
            z.set_lane(lane, 0.0);
        }
        for (z, x) in self.packs.z[first..].iter_mut().zip(&self.frame.x) {
            z.set_lane(lane, *x);
        }
    }

    /// Gives free lanes their next members; false where no member is left.
    fn fill(&mut self, pending: &mut impl Iterator<Item = (usize, &'s Shock)>) -> bool {
        let mut loaded = Vec::with_capacity(PACK_WIDTH);
        for lane in 0..PACK_WIDTH {
            if self.members[lane].is_none()
                && let Some((at, shock)) = pending.next()
            {
                self.begin(lane);
                self.members[lane] = Some(Member { at, shock, evaluations: 0 });
                loaded.push((lane, shock));
            }
        }
        self.packs.response.load(self.frame, &self.prepared.core.economy, &loaded);
        self.members.iter().any(Option::is_some)
    }

    fn run(
        &mut self,
        mut pending: impl Iterator<Item = (usize, &'s Shock)>,
        finish: &mut impl FnMut(usize, Outcome),
    ) {
        while self.fill(&mut pending) {
            let Packs { response, buffers, z, .. } = &mut self.packs;
            let transfers = Some(&*self.prepared.transfers);
            let norms = Evaluation { frame: self.frame, response, transfers, z, buffers }.run();
            for lane in 0..PACK_WIDTH {
                if let Some((at, outcome)) = self.retire(lane, &norms.of(lane)) {
                    self.members[lane] = None;
                    finish(at, outcome);
                }
            }
            let Packs { buffers, z, step, anderson, .. } = &mut self.packs;
            let (shape, preconditioner) = (self.frame.shape, self.preconditioner);
            Acceleration { shape, preconditioner, residual: &buffers.residual, step, anderson, z }.run();
        }
    }

    /// The outcome of a member that has converged or will not.
    fn retire(&mut self, lane: usize, norms: &Norms<f64>) -> Option<(usize, Outcome)> {
        let member = self.members[lane].as_mut()?;
        member.evaluations += 1;
        let (member, score) = (*member, norms.score());
        let is_broke = broke_country(self.frame.shape.n, lane, &self.packs.buffers).is_some();
        let is_answer = score <= 1.0 && !is_distorted(self.frame.shape, lane, &self.packs.buffers);
        if is_answer && !is_broke {
            let stats = SolveStats {
                method: Method::Anderson.name(),
                evaluations: member.evaluations,
                sweeps: member.evaluations,
                residual: norms.excess,
                price_residual: norms.price,
                walras_residual: norms.walras,
            };
            let Packs { response, buffers, z, .. } = &self.packs;
            let solution = Solution { frame: self.frame, response, buffers, z, lane };
            return Some((
                member.at,
                Ok(solution.equilibrium(&self.prepared.core.economy, member.shock, stats)),
            ));
        }
        let wages = &self.packs.z[..self.frame.shape.n];
        let is_far = !wages.iter().all(|wage| wage.lane(lane).abs() <= FARTHEST_LN_WAGE);
        // The methods after Anderson and refusals are not worth a lane: they run alone, from the beginning.
        let is_hopeless =
            score <= 1.0 || score == f64::INFINITY || is_far || member.evaluations >= MAX_ANDERSON;
        is_hopeless.then(|| {
            self.packs.is_spoilt[lane] = true;
            (member.at, self.prepared.solve(member.shock))
        })
    }
}
