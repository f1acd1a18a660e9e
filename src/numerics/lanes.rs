//! One number, or the same number of several members of a batch side by side.
//!
//! What is computed is written once over [`Lane`]. With `f64` vectors run over array positions, with
//! [`Pack`] over the members of a batch; the order of operations of each member is the same in both, and
//! what is fused is fused in both, so that a member's bytes depend neither on its neighbours nor on the
//! width of the vector unit.

use std::ops::{Add, Div, Mul, Sub};

use super::kernels::Kernels;

/// Members of a [`Pack`]: one vector of the widest unit.
pub const PACK_WIDTH: usize = 8;

/// What the kernels sum: one number or several side by side, in double or in single precision.
pub trait Term:
    Copy + Send + Sync + 'static + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Kernels
{
    /// Numbers side by side.
    const WIDTH: usize;
    /// 0 in every lane.
    const ZERO: Self;
    /// `self + a b`, rounded once.
    fn add_product(self, a: Self, b: Self) -> Self;
    /// Stands in loops over elements: keeps the compiler from vectorising such a loop a second time, across
    /// packs, which makes gathers of what are whole vectors already. Nothing for single numbers.
    #[inline(always)]
    fn fence() {
        if Self::WIDTH > 1 {
            std::hint::black_box(());
        }
    }
}

/// Arithmetic on one number or on several side by side.
pub trait Lane: Term<Number = f64> + Div<Output = Self> {
    /// The same in single precision, for what only shapes a step.
    type Single: Term<Number = f32>;
    /// The same number in every lane.
    fn splat(value: f64) -> Self;
    /// `f` of every lane.
    fn map(self, f: impl Fn(f64) -> f64) -> Self;
    /// `f` of every lane of two.
    fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self;
    /// The number in one lane.
    fn lane(&self, lane: usize) -> f64;
    /// Sets the number in one lane.
    fn set_lane(&mut self, lane: usize, value: f64);
    /// Rounded to single precision.
    fn narrow(self) -> Self::Single;
    /// A number of single precision, exactly.
    fn widen(single: Self::Single) -> Self;
}

impl Lane for f64 {
    type Single = f32;
    #[inline(always)]
    fn splat(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        f(self)
    }
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        f(self, other)
    }
    #[inline(always)]
    fn lane(&self, _: usize) -> f64 {
        *self
    }
    #[inline(always)]
    fn set_lane(&mut self, _: usize, value: f64) {
        *self = value;
    }
    #[inline(always)]
    fn narrow(self) -> f32 {
        self as f32
    }
    #[inline(always)]
    fn widen(single: f32) -> Self {
        f64::from(single)
    }
}

/// [`PACK_WIDTH`] members of a batch.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(align(64))]
pub struct Pack(pub(super) [f64; PACK_WIDTH]);

/// [`PACK_WIDTH`] members of a batch in single precision.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(align(32))]
pub struct SinglePack(pub(super) [f32; PACK_WIDTH]);

impl Lane for Pack {
    type Single = SinglePack;
    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self([value; PACK_WIDTH])
    }
    #[inline(always)]
    fn map(mut self, f: impl Fn(f64) -> f64) -> Self {
        for lane in 0..PACK_WIDTH {
            self.0[lane] = f(self.0[lane]);
        }
        self
    }
    #[inline(always)]
    fn zip(mut self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        for lane in 0..PACK_WIDTH {
            self.0[lane] = f(self.0[lane], other.0[lane]);
        }
        self
    }
    #[inline(always)]
    fn lane(&self, lane: usize) -> f64 {
        self.0[lane]
    }
    #[inline(always)]
    fn set_lane(&mut self, lane: usize, value: f64) {
        self.0[lane] = value;
    }
    #[inline(always)]
    fn narrow(self) -> SinglePack {
        let mut single = [0.0; PACK_WIDTH];
        for (single, wide) in single.iter_mut().zip(self.0) {
            *single = wide as f32;
        }
        SinglePack(single)
    }
    #[inline(always)]
    fn widen(single: SinglePack) -> Self {
        let mut wide = [0.0; PACK_WIDTH];
        for (wide, single) in wide.iter_mut().zip(single.0) {
            *wide = f64::from(single);
        }
        Self(wide)
    }
}

macro_rules! lanewise {
    ($pack:ident: $($operator:ident $method:ident $symbol:tt),*) => {$(
        impl $operator for $pack {
            type Output = Self;
            // The operator is a parameter.
            #[allow(clippy::assign_op_pattern)]
            #[inline(always)]
            fn $method(mut self, other: Self) -> Self {
                for lane in 0..PACK_WIDTH {
                    self.0[lane] = self.0[lane] $symbol other.0[lane];
                }
                self
            }
        }
    )*};
}
lanewise!(Pack: Add add +, Sub sub -, Mul mul *, Div div /);
lanewise!(SinglePack: Add add +, Sub sub -, Mul mul *);

macro_rules! terms {
    ($($term:ty, $width:expr, $zero:expr, $add_product:expr;)*) => {$(
        impl Term for $term {
            const WIDTH: usize = $width;
            const ZERO: Self = $zero;
            #[inline(always)]
            fn add_product(self, a: Self, b: Self) -> Self {
                $add_product(self, a, b)
            }
        }
    )*};
}
terms! {
    f64, 1, 0.0, |sum: Self, a: Self, b| a.mul_add(b, sum);
    f32, 1, 0.0, |sum: Self, a: Self, b| a.mul_add(b, sum);
    Pack, PACK_WIDTH, Pack([0.0; PACK_WIDTH]), |mut sum: Self, a: Self, b: Self| {
        for lane in 0..PACK_WIDTH {
            sum.0[lane] = a.0[lane].mul_add(b.0[lane], sum.0[lane]);
        }
        sum
    };
    SinglePack, PACK_WIDTH, SinglePack([0.0; PACK_WIDTH]), |mut sum: Self, a: Self, b: Self| {
        for lane in 0..PACK_WIDTH {
            sum.0[lane] = a.0[lane].mul_add(b.0[lane], sum.0[lane]);
        }
        sum
    };
}
