//! Exponential and logarithm without branches, so that loops over arrays of them vectorise.
//!
//! Same bytes on every machine and at every vector width: multiply and add are fused by name, which rounds once
//! whether there is an instruction for it or not.

/// Adding and subtracting it rounds to the nearest integer, which is left in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
const LN2_HI: f64 = 0.693_147_180_369_123_8;
const LN2_LO: f64 = 1.908_214_929_270_587_7e-10;

/// `e^x` within 2 units in the last place for |x| <= 708; beyond it the value at the bound.
///
/// Source: `e^x = 2^k e^r`, |r| <= ln 2 / 2, with the polynomial of degree 11 through the Chebyshev
/// points of `(e^r - 1 - r) / r^2`, whose relative error is below 2e-17.
#[inline(always)]
#[must_use]
pub fn exp(x: f64) -> f64 {
    let x = if x < -708.0 { -708.0 } else { x };
    let x = if x > 708.0 { 708.0 } else { x };
    let shifted = x.mul_add(std::f64::consts::LOG2_E, ROUND);
    let k = shifted - ROUND;
    let r = (-k).mul_add(LN2_LO, (-k).mul_add(LN2_HI, x));
    let r2 = r * r;
    let r4 = r2 * r2;
    // Estrin's scheme.
    let pair = |a: f64, b: f64| r.mul_add(b, a);
    let p0 = r2.mul_add(
        pair(0.041_666_666_666_624_13, 0.008_333_333_333_330_062),
        pair(0.500_000_000_000_000_1, 0.166_666_666_666_666_69),
    );
    let p1 = r2.mul_add(
        pair(2.480_152_129_595_437_6e-5, 2.755_726_845_999_706_4e-6),
        pair(0.001_388_888_891_721_371_7, 0.000_198_412_698_630_536_18),
    );
    let p2 = pair(2.762_008_844_540_974_6e-7, 2.510_038_549_551_032e-8);
    let tail = r4.mul_add(r4.mul_add(p2, p1), p0);
    let scale = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1.0_f64.to_bits()));
    (1.0 + r2.mul_add(tail, r)) * scale
}

/// Natural logarithm within 1 unit in the last place for normal x > 0; meaningless elsewhere.
///
/// Source: the reduction and polynomial of FreeBSD's `e_log.c` (Sun Microsystems 1993), without branches.
#[inline(always)]
#[must_use]
pub fn ln(x: f64) -> f64 {
    const SQRT_HALF_BITS: u64 = 0x3fe6_a09e_0000_0000;
    const TWO_52_BITS: u64 = 0x4330_0000_0000_0000;
    let shifted = x.to_bits().wrapping_add(0x3ff0_0000_0000_0000 - SQRT_HALF_BITS);
    let k = f64::from_bits((shifted >> 52) | TWO_52_BITS) - (4_503_599_627_370_496.0 + 1023.0);
    let f = f64::from_bits((shifted & 0x000f_ffff_ffff_ffff).wrapping_add(SQRT_HALF_BITS)) - 1.0;
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even =
        w.mul_add(w.mul_add(0.153_138_376_992_093_73, 0.222_221_984_321_497_84), 0.399_999_999_994_094_2);
    let odd = w.mul_add(
        w.mul_add(w.mul_add(0.147_981_986_051_165_86, 0.181_835_721_616_180_5), 0.285_714_287_436_623_9),
        0.666_666_666_666_673_5,
    );
    let tail = w.mul_add(even, z.mul_add(odd, half_square));
    k.mul_add(LN2_HI, f + (s.mul_add(tail, k * LN2_LO) - half_square))
}

#[cfg(test)]
mod tests {
    #[test]
    fn exp_and_ln_stay_within_their_stated_errors() {
        let (mut worst_exp, mut worst_ln) = (0.0_f64, 0.0_f64);
        for at in 0..400_000 {
            let x = -700.0 + 1400.0 * f64::from(at) / 399_999.0;
            for x in [x, x * 1e-3, x * 1e-9] {
                let e = x.exp();
                worst_exp = worst_exp.max((super::exp(x) - e).abs() / (e * f64::EPSILON));
            }
            let y = (0.05 * x).exp();
            let (l, unit) = (y.ln(), f64::EPSILON * y.ln().abs().max(f64::MIN_POSITIVE));
            if l != 0.0 {
                worst_ln = worst_ln.max((super::ln(y) - l).abs() / unit);
            }
        }
        assert!(worst_exp <= 2.0, "exp is {worst_exp} units off");
        assert!(worst_ln <= 1.0, "ln is {worst_ln} units off");
        assert_eq!(super::exp(0.0), 1.0);
        assert_eq!(super::ln(1.0), 0.0);
    }
}
