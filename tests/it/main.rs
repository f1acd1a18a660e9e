//! Integration tests, one binary.

mod apac;
mod equilibrium;
mod estimation;
mod events;
mod events_engine;
mod events_faults;
mod events_history;
mod events_luck;
mod input_errors;
mod invariants;
mod optimal;
mod oracles;
mod policy;
mod policy_cells;
mod policy_depth;
mod policy_input;
mod policy_quotas;
mod policy_rules;
mod quotas;
mod readers;
mod release;
mod report;
mod run;
mod solve;
mod validation;
mod years;
