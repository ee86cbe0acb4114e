//! Random choices that a seed repeats, whatever the version of any library.

/// `SplitMix64`.
#[derive(Clone)]
pub(crate) struct Tape(u64);

impl Tape {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        scramble(self.0)
    }

    /// One of `0..options`.
    pub(crate) fn pick(&mut self, options: usize) -> usize {
        let options = u64::try_from(options.max(1)).expect("a count fits");
        usize::try_from(self.next() % options).expect("it is below a count")
    }

    /// True so many times of a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.pick(100) < percent
    }

    pub(crate) fn one<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        let index = self.pick(list.len());
        list.get(index)
    }
}

/// Mixes the bits of a number.
pub(crate) fn scramble(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number of texts, the same on every machine.
pub(crate) fn digest(seed: u64, parts: &[&str]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325 ^ scramble(seed);
    for part in parts {
        for byte in part.bytes().chain([0xff]) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    scramble(state)
}
