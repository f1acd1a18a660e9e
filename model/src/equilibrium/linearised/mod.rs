//! The equilibrium conditions linearised: at a point (`linear`), tangents (`tangent`), adjoints
//! (`adjoint`), both by rounds (`elimination`) or, with economies of
//! scale, together (`scale`), and the approximate inverse that shapes the steps of a search (`preconditioner`).

pub mod adjoint;
mod elimination;
mod kernels;
mod krylov;
pub mod linear;
pub mod linear_scale;
pub mod preconditioner;
mod rounds;
pub mod scale;
pub mod tangent;
