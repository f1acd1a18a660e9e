//! Preconditioned conjugate gradients on the outer levels, several columns side by side.

use super::kernel::Sweep;
use super::precondition::Preconditioner;
use super::{System, Tolerance};
use tradepath_base::stop;

/// Steps after which a projection stops for this round. The outer iteration continues with the result and decides
/// whether it converges.
pub const MAX_STEPS: usize = 2_000;
/// Columns that one sweep handles together; more do not fit into registers.
const MAX_WIDTH: usize = 6;

/// Calls a function of `W` columns with the width of a batch.
macro_rules! with_width {
    ($width:expr, $function:ident $arguments:tt) => {
        match $width {
            1 => $function::<1> $arguments,
            2 => $function::<2> $arguments,
            3 => $function::<3> $arguments,
            4 => $function::<4> $arguments,
            5 => $function::<5> $arguments,
            _ => $function::<MAX_WIDTH> $arguments,
        }
    };
}

/// Solves all systems in batches; returns the residuals and the number of steps.
pub fn solve_all(
    sweep: &Sweep<'_>,
    preconditioner: &Preconditioner,
    systems: &mut [System<'_>],
) -> (Vec<Vec<f64>>, usize) {
    let mut residuals = Vec::new();
    let mut steps = 0;
    for batch in systems.chunks_mut(MAX_WIDTH) {
        let (found, taken) = with_width!(batch.len(), solve_batch(sweep, preconditioner, batch));
        residuals.extend(found);
        steps += taken;
    }
    (residuals, steps)
}

/// Coefficients of the outer levels in the projection of each column, and the steps of its batch.
pub fn project_all(
    sweep: &Sweep<'_>,
    preconditioner: &Preconditioner,
    columns: &[&mut [f64]],
    tolerances: &[Tolerance],
) -> Vec<(Vec<f64>, usize)> {
    let batches = columns.chunks(MAX_WIDTH).zip(tolerances.chunks(MAX_WIDTH));
    batches
        .flat_map(|(batch, tolerances)| {
            with_width!(batch.len(), project_batch(sweep, preconditioner, batch, tolerances))
        })
        .collect()
}

fn project_batch<const W: usize>(
    sweep: &Sweep<'_>,
    preconditioner: &Preconditioner,
    columns: &[&mut [f64]],
    tolerances: &[Tolerance],
) -> Vec<(Vec<f64>, usize)> {
    let (mut r, squares) = sweep.project::<W>(&std::array::from_fn(|c| &*columns[c]));
    let mut v = vec![[0.0; W]; r.len()];
    let norms = squares.map(f64::sqrt);
    let goals: [Goal; W] = std::array::from_fn(|c| Goal { norm: norms[c], tolerance: tolerances[c] });
    let steps = conjugate(sweep, preconditioner, &goals, &mut v, &mut r);
    unpack(&v).into_iter().map(|v| (v, steps)).collect()
}

fn solve_batch<const W: usize>(
    sweep: &Sweep<'_>,
    preconditioner: &Preconditioner,
    systems: &mut [System<'_>],
) -> (Vec<Vec<f64>>, usize) {
    let m = sweep.layout.n_outer();
    let mut r: Vec<[f64; W]> = (0..m).map(|at| std::array::from_fn(|c| systems[c].b[at])).collect();
    if preconditioner.is_exact() {
        let mut v = vec![[0.0; W]; m];
        preconditioner.apply(&r, &mut v);
        systems.iter_mut().zip(unpack(&v)).for_each(|(system, v)| *system.v = v);
        return (vec![vec![0.0; m]; W], 0);
    }
    let mut v: Vec<[f64; W]> = (0..m).map(|at| std::array::from_fn(|c| systems[c].v[at])).collect();
    if v.iter().flatten().any(|&value| value != 0.0) {
        let taken = sweep.apply(&v);
        r.iter_mut().zip(&taken).for_each(|(r, taken)| (0..W).for_each(|c| r[c] -= taken[c]));
    }
    let goals: [Goal; W] =
        std::array::from_fn(|c| Goal { norm: systems[c].norm, tolerance: systems[c].tolerance });
    let steps = conjugate(sweep, preconditioner, &goals, &mut v, &mut r);
    systems.iter_mut().zip(unpack(&v)).for_each(|(system, v)| *system.v = v);
    (unpack(&r), steps)
}

/// When one column is accurate enough.
struct Goal {
    norm: f64,
    tolerance: Tolerance,
}

/// Conjugate gradients from `v`, whose residual is `r`; returns the number of steps.
fn conjugate<const W: usize>(
    sweep: &Sweep<'_>,
    preconditioner: &Preconditioner,
    goals: &[Goal; W],
    v: &mut [[f64; W]],
    r: &mut [[f64; W]],
) -> usize {
    if r.is_empty() {
        return 0;
    }
    let mut z = vec![[0.0; W]; r.len()];
    preconditioner.apply(r, &mut z);
    let mut rz = dot(r, &z);
    let scale = sweep.group_w.iter().sum::<f64>().sqrt();
    let target: [f64; W] = std::array::from_fn(|c| {
        let Goal { norm, tolerance } = &goals[c];
        let relative = (tolerance.of_column * norm).max(tolerance.of_start * rz[c].max(0.0).sqrt());
        relative.max(tolerance.absolute * scale)
    });
    let mut p = z.clone();
    for step in 0..MAX_STEPS {
        stop::check();
        if (0..W).all(|c| rz[c] <= target[c] * target[c]) {
            return step;
        }
        if rz.iter().any(|rz| !rz.is_finite()) {
            break;
        }
        let q = sweep.apply(&p);
        let pq = dot(&p, &q);
        let alpha: [f64; W] = std::array::from_fn(|c| if pq[c] > 0.0 { rz[c] / pq[c] } else { 0.0 });
        for (((v, p), r), q) in v.iter_mut().zip(&p).zip(&mut *r).zip(&q) {
            for c in 0..W {
                v[c] += alpha[c] * p[c];
                r[c] -= alpha[c] * q[c];
            }
        }
        preconditioner.apply(r, &mut z);
        let next = dot(r, &z);
        let beta: [f64; W] = std::array::from_fn(|c| if rz[c] > 0.0 { next[c] / rz[c] } else { 0.0 });
        for (p, z) in p.iter_mut().zip(&z) {
            for c in 0..W {
                p[c] = z[c] + beta[c] * p[c];
            }
        }
        rz = next;
    }
    MAX_STEPS
}

fn unpack<const W: usize>(values: &[[f64; W]]) -> Vec<Vec<f64>> {
    (0..W).map(|c| values.iter().map(|value| value[c]).collect()).collect()
}

fn dot<const W: usize>(a: &[[f64; W]], b: &[[f64; W]]) -> [f64; W] {
    let mut sum = [0.0; W];
    for (a, b) in a.iter().zip(b) {
        for c in 0..W {
            sum[c] += a[c] * b[c];
        }
    }
    sum
}
