//! One number, or the same number of several members of a batch side by side.
//!
//! Kernels are written once over [`Lane`]. With `f64` the compiler vectorises over array positions, with
//! [`Pack`] over the members of a batch; the order of operations of each member is the same in both, and
//! multiply and add are never fused, so that a member's bytes depend neither on its neighbours nor on the
//! width of the vector unit.

use std::ops::{Add, Div, Mul, Sub};

/// Members of a [`Pack`].
pub const PACK_WIDTH: usize = 4;

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
    /// Numbers side by side.
    const WIDTH: usize;
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
}

impl Lane for f64 {
    const WIDTH: usize = 1;
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
}

/// [`PACK_WIDTH`] members of a batch.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(align(32))]
pub struct Pack([f64; PACK_WIDTH]);

impl Lane for Pack {
    const WIDTH: usize = PACK_WIDTH;
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
}

macro_rules! lanewise {
    ($($operator:ident $method:ident $symbol:tt),*) => {$(
        impl $operator for Pack {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                self.zip(other, |a, b| a $symbol b)
            }
        }
    )*};
}
lanewise!(Add add +, Sub sub -, Mul mul *, Div div /);

/// An entry of a matrix: its own number for every lane, or one number that all lanes share.
pub trait Cell<T>: Copy {
    /// `self * x`.
    fn times(self, x: T) -> T;
}

impl Cell<f64> for f64 {
    #[inline(always)]
    fn times(self, x: f64) -> f64 {
        self * x
    }
}

impl Cell<f64> for f32 {
    #[inline(always)]
    fn times(self, x: f64) -> f64 {
        f64::from(self) * x
    }
}

impl Cell<Pack> for Pack {
    #[inline(always)]
    fn times(self, x: Pack) -> Pack {
        self * x
    }
}

impl Cell<Pack> for f64 {
    #[inline(always)]
    fn times(self, x: Pack) -> Pack {
        Pack::splat(self) * x
    }
}

impl Cell<Pack> for f32 {
    #[inline(always)]
    fn times(self, x: Pack) -> Pack {
        Pack::splat(f64::from(self)) * x
    }
}
