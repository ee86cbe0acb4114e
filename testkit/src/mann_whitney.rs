//! Whether two sets of measurements can be told apart.

/// The Mann–Whitney U test of two samples, which assumes nothing about their distribution.
///
/// H. B. Mann and D. R. Whitney, "On a Test of Whether one of Two Random Variables is
/// Stochastically Larger than the Other", Annals of Mathematical Statistics 18 (1947), 50–60; with
/// the variance corrected for ties and without a correction for continuity, as E. L. Lehmann,
/// "Nonparametrics" (1975), chapter 1, has it. The effect is the common-language effect size of
/// K. O. McGraw and S. P. Wong, Psychological Bulletin 111 (1992), 361–365.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MannWhitney {
    /// Of how many pairs of an `x` and a `y` the `y` is the larger; equal ones count half.
    pub u: f64,
    /// How many standard deviations that is away from what it would be if nothing told them apart.
    pub z: f64,
    /// The probability that an `x` is less than a `y`; equal ones count half.
    pub x_less: f64,
}

impl MannWhitney {
    /// Beyond this `z`, on either side, chance explains less than one case in a thousand.
    pub const Z_OF_ONE_IN_A_THOUSAND: f64 = 3.29;

    /// Compares two samples. The normal distribution approximates well from twenty values of each.
    pub fn of(x: &[f64], y: &[f64]) -> Self {
        let (many_x, many_y) = (x.len() as f64, y.len() as f64);
        let many = many_x + many_y;
        let pairs = many_x * many_y;
        let Ranked { of_y, ties } = Ranked::of(x, y);
        let u = of_y - many_y * (many_y + 1.0) / 2.0;
        let variance = pairs / 12.0 * ((many + 1.0) - ties / (many * (many - 1.0)));
        let z = match variance > 0.0 {
            true => (u - pairs / 2.0) / variance.sqrt(),
            // All are equal, or there are none.
            false => 0.0,
        };
        let x_less = match pairs > 0.0 {
            true => u / pairs,
            false => 0.5,
        };
        Self { u, z, x_less }
    }

    /// Whether the samples can be told apart at p < 0.001.
    pub fn tells_apart(&self) -> bool {
        self.z.abs() > Self::Z_OF_ONE_IN_A_THOUSAND
    }
}

struct Ranked {
    /// The sum of the ranks of the second sample among all values.
    of_y: f64,
    /// The sum of t³ - t over all runs of t equal values.
    ties: f64,
}

impl Ranked {
    fn of(x: &[f64], y: &[f64]) -> Self {
        let x = x.iter().map(|value| (*value, false));
        let y = y.iter().map(|value| (*value, true));
        let mut all = x.chain(y).collect::<Vec<_>>();
        all.sort_unstable_by(|(one, _), (other, _)| one.total_cmp(other));
        let mut ranked = Self {
            of_y: 0.0,
            ties: 0.0,
        };
        let mut before = 0.0;
        for equal in all.chunk_by(|(one, _), (other, _)| one == other) {
            let length = equal.len() as f64;
            // Equal values share the mean of the ranks that they take up.
            let rank = before + (length + 1.0) / 2.0;
            ranked.of_y += rank * equal.iter().filter(|(_, is_y)| *is_y).count() as f64;
            ranked.ties += length.powi(3) - length;
            before += length;
        }
        ranked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-4, "{found} and {expected}");
    }

    #[test]
    fn a_small_sample_is_as_computed_by_hand() {
        // Ranks of y: 1, 2, 4, 6 make 13, less 10; the mean is 10, the variance 20 / 12 * 10.
        let test = MannWhitney::of(&[19.0, 22.0, 16.0, 29.0, 24.0], &[20.0, 11.0, 17.0, 12.0]);
        assert_close(test.u, 3.0);
        assert_close(test.z, -1.714_64);
        assert_close(test.x_less, 0.15);
    }

    #[test]
    fn ties_share_their_ranks_and_narrow_the_variance() {
        // Ranks: 1; three times 3; twice 5.5. Those of y make 14, less 6. The variance is
        // 9 / 12 * (7 - (24 + 6) / 30) = 4.5.
        let test = MannWhitney::of(&[1.0, 2.0, 2.0], &[2.0, 3.0, 3.0]);
        assert_close(test.u, 8.0);
        assert_close(test.z, 3.5 / 4.5_f64.sqrt());
        assert_close(test.x_less, 8.0 / 9.0);
    }

    #[test]
    fn what_is_the_same_cannot_be_told_apart() {
        let same = [1.0, 2.0, 3.0, 4.0];
        let test = MannWhitney::of(&same, &same);
        assert_close(test.z, 0.0);
        assert_close(test.x_less, 0.5);
        let equal = MannWhitney::of(&[7.0; 5], &[7.0; 5]);
        assert_close(equal.z, 0.0);
        assert_close(MannWhitney::of(&[], &[]).x_less, 0.5);
        assert!(!test.tells_apart() && !equal.tells_apart());
    }

    #[test]
    fn turning_the_samples_round_turns_the_sign() {
        let (x, y) = ([3.0, 1.0, 4.0, 1.0, 5.0], [9.0, 2.0, 6.0, 5.0]);
        let (one, other) = (MannWhitney::of(&x, &y), MannWhitney::of(&y, &x));
        assert_close(one.z, -other.z);
        assert_close(one.u + other.u, 20.0);
    }

    #[test]
    fn what_is_far_apart_is_told_apart() {
        let low = (0..20).map(f64::from).collect::<Vec<_>>();
        let high = (20..40).map(f64::from).collect::<Vec<_>>();
        let test = MannWhitney::of(&low, &high);
        // 400 pairs, all for y: 200 / sqrt(400 * 41 / 12).
        assert_close(test.z, 5.410_02);
        assert_close(test.x_less, 1.0);
        assert!(test.tells_apart());
        assert!(MannWhitney::of(&high, &low).tells_apart());
    }
}
