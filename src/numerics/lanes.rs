//! One number, or the same number of several members of a batch side by side.
//!
//! Kernels are written once over [`Lane`]. With `f64` the compiler vectorises over array positions, with
//! [`Pack`] over the members of a batch; the order of operations of each member is the same in both, and
//! multiply and add are never fused, so that a member's bytes depend neither on its neighbours nor on the
//! width of the vector unit.

use std::ops::{Add, Div, Mul, Sub};

/// Members of a [`Pack`]: one vector of the widest unit.
pub const PACK_WIDTH: usize = 8;

/// Arithmetic on one number or on several side by side.
pub trait Lane:
    Copy
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Cell<Self>
{
    /// The same in single precision, for what only shapes a step.
    type Single: Copy
        + Send
        + Sync
        + 'static
        + Add<Output = Self::Single>
        + Sub<Output = Self::Single>
        + Mul<Output = Self::Single>;
    /// Numbers side by side.
    const WIDTH: usize;
    /// Stands in loops over elements: keeps the compiler from vectorising such a loop a second time, across
    /// packs, which makes gathers of what are whole vectors already. Nothing for single numbers.
    fn fence();
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
    const WIDTH: usize = 1;
    #[inline(always)]
    fn fence() {}
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
pub struct Pack([f64; PACK_WIDTH]);

/// [`PACK_WIDTH`] members of a batch in single precision.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(align(32))]
pub struct SinglePack([f32; PACK_WIDTH]);

impl Lane for Pack {
    type Single = SinglePack;
    const WIDTH: usize = PACK_WIDTH;
    #[inline(always)]
    fn fence() {
        std::hint::black_box(());
    }
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

/// An entry of a matrix: its own number for every lane, or one number that all lanes share.
pub trait Cell<T>: Copy {
    /// What products are summed in: single precision where the entries are.
    type Sum: Copy;
    /// A number as products take it.
    fn term(x: T) -> Self::Sum;
    /// A sum as the result takes it, exactly.
    fn total(sum: Self::Sum) -> T;
    /// `sum + self x`.
    fn add_product(self, x: Self::Sum, sum: Self::Sum) -> Self::Sum;
}

macro_rules! cells {
    ($($cell:ty, $lane:ty, $sum:ty, $narrow:expr, $widen:expr, $spread:expr;)*) => {$(
        impl Cell<$lane> for $cell {
            type Sum = $sum;
            #[inline(always)]
            fn term(x: $lane) -> $sum {
                $narrow(x)
            }
            #[inline(always)]
            fn total(sum: $sum) -> $lane {
                $widen(sum)
            }
            #[inline(always)]
            fn add_product(self, x: $sum, sum: $sum) -> $sum {
                sum + $spread(self) * x
            }
        }
    )*};
}
cells! {
    f64, f64, f64, |x| x, |sum| sum, |cell| cell;
    f32, f64, f32, Lane::narrow, Lane::widen, |cell| cell;
    Pack, Pack, Pack, |x| x, |sum| sum, |cell| cell;
    f64, Pack, Pack, |x| x, |sum| sum, |cell| Pack([cell; PACK_WIDTH]);
    f32, Pack, SinglePack, Lane::narrow, Lane::widen, |cell| SinglePack([cell; PACK_WIDTH]);
}
