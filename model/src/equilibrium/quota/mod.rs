//! Tariff-rate quotas as part of the equilibrium: a complementarity between a quota and the wedge it leaves.
//!
//! A quota `Q` leaves a wedge `t` between the price inside and outside the border. Exporter `i` pays `a_i` inside the
//! quota and `b_i` outside it (its most-favoured-nation rate, or the preference of another agreement), so that it pays
//! `t_i = max(min(t, b_i), a_i)` and uses the quota while `b_i > t`. With its imports `M_i`, of which `K_i` keep access
//! of their own:
//!
//! ```text
//! min a <= t <= max b  _|_  Q - sum over i with b_i > t of max(M_i(t_i) - K_i, 0)
//! inside: t = min a     binding: the quota is used up     outside: t = max b
//! ```
//!
//! Duties are `a_i` on what enters under the quota and `t_i` on the rest; the rent is `t_i - a_i` on the former, of
//! which exporters keep a share as income from abroad. A safeguard is a quota whose rate inside is the schedule's.
//!
//! A product is a part of the cells of its exporters. Inside a cell parts substitute with the elasticity of the
//! sector, so that each part is one more origin, with base share `s b / T` (`s` its share of the flow at the
//! border, `b` and `T` the base factors 1 + tariff of the part and of the cell); the rest of the cell is
//! another. Nothing changes where the wedges are those of the base. `wedges` solves for them in every evaluation, at
//! the wages, prices and expenditure of the search, so that all conditions hold together. `check` refuses quotas that
//! contradict themselves, `held` turns solved quotas into tariffs, icebergs and transfers.
//!
//! Source: `docs/model.md` section 4.

mod cells;
pub mod check;
mod demand;
mod held;
pub mod wedges;
