//! Studies that ask for many equilibria, or for their derivatives.

pub mod attribution;
pub mod decompose;
mod directions;
pub mod frontier;
pub mod optimal;
pub mod sensitivity;
mod source;
mod tariff_choice;
mod trial;
