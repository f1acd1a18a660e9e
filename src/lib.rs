//! What would each way into a trade agreement do, year by year?
//!
//! `tradepath` joins two models. **Events** with uncertain dates (negotiations, votes, ratifications, accessions,
//! elections, withdrawals) decide who belongs to which agreement and when. **Trade in general equilibrium** says what
//! the tariffs and barriers of each year do to flows, output and real income of every country and sector.
//!
//! The program of the same name runs whole plans (`tradepath run`). This library is what it is made of: solve a
//! counterfactual, draw a timeline, estimate a gravity equation.
//!
//! # The model
//!
//! Many sectors with input-output links, tariffs with revenue, icebergs, deficits (Caliendo & Parro 2015), in changes from
//! a baseline. With `n` the importer, `i` the exporter, `j` and `k` sectors, and `x_hat` counterfactual over baseline:
//!
//! ```text
//! c_hat[n,j]  = w_hat[n]^gamma_va[n,j] prod_k P_hat[n,k]^gamma_io[n,k,j]                           unit cost
//! P_hat[n,j]  = (sum_i pi[n,i,j] (kappa_hat[n,i,j] c_hat[i,j])^-theta[j])^(-1/theta[j])            price
//! pi'[n,i,j]  = pi[n,i,j] (kappa_hat[n,i,j] c_hat[i,j] / P_hat[n,j])^-theta[j]                     trade share
//! Y'[i,j]     = sum_n pi'[n,i,j] X'[n,j] / tau'[n,i,j]                                             output
//! X'[n,j]     = alpha[n,j] I'[n] + sum_k gamma_io[n,j,k] Y'[n,k]                                   expenditure
//! I'[n]       = w_hat[n] VA[n] + R'[n] + D'[n]                                                     income
//! W_hat[n]    = I_hat[n] / prod_j P_hat[n,j]^alpha[n,j]                                            real income
//! ```
//!
//! All equations, each with the file and function that holds it: `docs/model.md`. Commands and files: `docs/contract.md`.
//! Layers, the way of one tariff through the code, where to add things: `docs/architecture.md`.
//!
//! # Quick start
//!
//! One country drops its tariff on the goods of another. Arrays are indexed `[sector, importer, exporter]`.
//!
//! ```
//! use std::path::Path;
//! use tradepath::data::{Dataset, Files};
//! use tradepath::economy::Economy;
//! use tradepath::equilibrium::{Closure, PreparedBaseline, Shock};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let data = Dataset::read(&Files::directory(Path::new("data/tiny")))?;
//! let economy = Economy::from_dataset(&data)?;
//! let (goods, aaa, bbb) = (0, 0, 1);
//!
//! let mut tau = economy.tau.clone();
//! assert_eq!(tau[[goods, aaa, bbb]], 1.1); // AAA charges 10 %
//! tau[[goods, aaa, bbb]] = 1.0;
//!
//! let baseline = PreparedBaseline::new(economy, Closure::Fixed)?;
//! let solved = baseline.solve(&Shock { tau: Some(tau), ..Shock::default() })?;
//! let ln_welfare = solved.ln_welfare(baseline.economy());
//! assert!(ln_welfare[bbb] > 0.02); // the exporter gains more than 2 %
//! # Ok(())
//! # }
//! ```
//!
//! More in `examples/`: `solve_tariff` (with a decomposition of the gains), `run_plan` (typed rows of a
//! whole run), `estimate_gravity`, `add_option`.
//!
//! # Modules
//!
//! Each module calls only those above it.
//!
//! | module | what it does |
//! | --- | --- |
//! | [`error`], [`rng`], [`sorted`], [`stop`], [`numerics`] | faults with file, line and remedy; random streams by name; sorted maps and sets; ending early; numerical methods |
//! | [`data`] | reads and checks files |
//! | [`estimation`] | gravity by PPML with absorbed effects |
//! | [`economy`] | the arrays of one economy |
//! | [`schedules`] | staging of tariff cuts, cut dates, quotas as written |
//! | [`policy`] | memberships and a date to rates and barriers |
//! | [`events`] | dated processes to a timeline of memberships |
//! | [`equilibrium`] | shocks to an equilibrium; derivatives, decomposition, optimal tariffs |
//! | [`projection`] | the baseline path; one counterfactual of one year |
//! | [`ensemble`] | options x draws x years |
//! | [`output`] | tables of results, in folders that appear whole or not at all |
//! | [`report`] | charts and the page |
//! | [`validation`] | what is known beside what the data set says |
//! | [`calibration`] | outside tables to a balanced baseline |
//! | [`cli`] | the program |

/// Version of the library and the program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

pub mod calibration;
pub mod cli;
pub mod output;
pub mod report;
pub mod validation;

#[doc(inline)]
pub use tradepath_base::{csv_text, data, error, numerics, rng, sorted, stop};
#[doc(inline)]
pub use tradepath_estimation as estimation;
#[doc(inline)]
pub use tradepath_model::{economy, ensemble, equilibrium, events, policy, projection, schedules};
