//! The equilibrium conditions linearised at a point: tangents (`linear`), adjoints (`adjoint`) and the approximate
//! inverse that shapes the steps of a search (`preconditioner`).

pub mod adjoint;
mod kernels;
pub mod linear;
pub mod preconditioner;
