//! A short random run of the fuzz targets, the same every time. `FUZZ_SECONDS` asks for a
//! long one: `FUZZ_SECONDS=600 cargo test -p router --test adversarial -- fuzz_long --nocapture`.

use std::time::{Duration, Instant};

use crate::subject::Subject;
use crate::targets;

/// Inputs of a short run, for each target.
const SHORT: usize = 1_500;

/// What documents are made of.
const PIECES: [&str; 48] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "!",
    "$",
    "...",
    " on ",
    "@skip(if: true)",
    "@include(if: $v)",
    "query ",
    "mutation ",
    "subscription ",
    "fragment F on User ",
    "...F ",
    "... on Robot ",
    "me ",
    "users ",
    "friends ",
    "id ",
    "name ",
    "score ",
    "node(id: 1) ",
    "next ",
    "any ",
    "sum(a: 1) ",
    "rename(to: \"x\") ",
    "x: ",
    "__typename ",
    "__schema { types { name } } ",
    "query ($v: Boolean!) ",
    "(in: { nested: { list: [] } }) ",
    "\"",
    "\"\"\"",
    "\\u",
    "#",
    "\n",
    "\u{feff}",
    "\u{0}",
    "é",
    "9999999999999999999",
    "1e999",
    "null ",
    "boss { id } ",
    "true ",
];

/// `SplitMix64`.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) >> 32).expect("32 bits fit")
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = self.next() % 300;
        (0..length).map(|_| self.next().to_le_bytes()[0]).collect()
    }

    /// A document that may be one: pieces of documents, with a tail that closes what is open.
    fn document(&mut self) -> String {
        let mut text = String::new();
        if !self.next().is_multiple_of(3) {
            text.push_str("{ me { ");
        }
        for _ in 0..self.next() % 40 {
            text.push_str(PIECES[self.next() % PIECES.len()]);
        }
        for (open, close) in [('(', ')'), ('{', '}')] {
            let missing = text
                .matches(open)
                .count()
                .saturating_sub(text.matches(close).count());
            text.extend(std::iter::repeat_n(close, missing));
        }
        text
    }
}

async fn round(subject: &Subject, numbers: &mut Numbers) {
    let document = numbers.document();
    targets::parse_to_plan(subject, document.as_bytes()).await;
    let bytes = numbers.bytes();
    targets::parse_to_plan(subject, &bytes).await;
    let bytes = numbers.bytes();
    targets::merge(subject, &bytes).await;
}

#[tokio::test]
async fn fuzz_targets_survive_a_short_run() {
    let (subject, mut numbers) = (Subject::new(), Numbers(1));
    for _ in 0..SHORT {
        round(&subject, &mut numbers).await;
    }
}

#[tokio::test]
async fn fuzz_long() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the length of a test run is no setting of a program"
    )]
    let seconds = std::env::var("FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok());
    let until = Instant::now() + Duration::from_secs(seconds.unwrap_or(1));
    let (subject, mut numbers, mut rounds) = (Subject::new(), Numbers(2), 0_u64);
    while Instant::now() < until {
        round(&subject, &mut numbers).await;
        rounds += 1;
    }
    println!("{rounds} rounds of three inputs");
}
