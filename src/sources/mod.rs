//! Outside data to baseline directories: what `tradepath calibrate` does.

pub mod apac;
