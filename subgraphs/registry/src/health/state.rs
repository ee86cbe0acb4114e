//! The state machine: when the results of single checks become news.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a service is doing.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    AsExpression,
    FromSqlRow,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[diesel(sql_type = Text)]
pub(crate) enum HealthState {
    /// Never checked.
    Unknown,
    /// Its checks pass.
    Up,
    /// It answers, but too slowly or not always.
    Degraded,
    /// Its checks fail.
    Down,
}

impl HealthState {
    pub(crate) const ALL: [Self; 4] = [Self::Unknown, Self::Up, Self::Degraded, Self::Down];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::Up => "UP",
            Self::Degraded => "DEGRADED",
            Self::Down => "DOWN",
        }
    }
}

crate::store::text_column!(HealthState);

/// What one check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A good answer in good time.
    Pass,
    /// A good answer that took long.
    Slow,
    /// No answer, or a bad one.
    Fail,
}

/// How many checks in a row decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rules {
    /// Passes before a service that is down is up again.
    pub(super) rise: u32,
    /// Failures before it is down.
    pub(super) fall: u32,
}

/// Checks that trouble is counted over.
const WINDOW: u32 = 10;
/// Troubles among them from which on a service is degraded.
const TROUBLES: u32 = 3;

/// What is remembered from check to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) state: HealthState,
    /// Checks in a row that got a good answer.
    pub(super) passes: u32,
    /// Checks in a row that failed.
    pub(super) failures: u32,
    /// The last checks as bits, the newest lowest; one is trouble.
    pub(super) recent: u32,
}

impl Tally {
    /// The tally after one more check.
    ///
    /// The first check of all decides at once. A service that comes back begins with a clean slate,
    /// or its past would keep it degraded.
    pub(super) fn after(self, outcome: Outcome, rules: Rules) -> Self {
        let failed = outcome == Outcome::Fail;
        let (passes, failures) = match failed {
            true => (0, self.failures.saturating_add(1)),
            false => (self.passes.saturating_add(1), 0),
        };
        let trouble = u32::from(outcome != Outcome::Pass);
        let recent = (self.recent << 1 | trouble) & ((1 << WINDOW) - 1);
        let counted = Self {
            passes,
            failures,
            recent,
            ..self
        };
        match self.state {
            HealthState::Unknown if failed => Self {
                state: HealthState::Down,
                ..counted
            },
            HealthState::Unknown => Self {
                state: HealthState::Up,
                ..counted
            },
            HealthState::Down if passes >= rules.rise.max(1) => Self {
                state: HealthState::Up,
                recent: 0,
                ..counted
            },
            HealthState::Down => counted,
            HealthState::Up | HealthState::Degraded if failures >= rules.fall.max(1) => Self {
                state: HealthState::Down,
                ..counted
            },
            HealthState::Up | HealthState::Degraded if recent.count_ones() >= TROUBLES => Self {
                state: HealthState::Degraded,
                ..counted
            },
            HealthState::Up | HealthState::Degraded => Self {
                state: HealthState::Up,
                ..counted
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULES: Rules = Rules { rise: 2, fall: 3 };
    const FRESH: Tally = Tally {
        state: HealthState::Unknown,
        passes: 0,
        failures: 0,
        recent: 0,
    };

    /// The states after each check: `+` passes, `~` is slow, `-` fails.
    fn states(checks: &str) -> String {
        let mut tally = FRESH;
        let mut states = String::new();
        for check in checks.chars() {
            let outcome = match check {
                '+' => Outcome::Pass,
                '~' => Outcome::Slow,
                _ => Outcome::Fail,
            };
            tally = tally.after(outcome, RULES);
            states.push(match tally.state {
                HealthState::Unknown => '?',
                HealthState::Up => 'U',
                HealthState::Degraded => 'g',
                HealthState::Down => 'D',
            });
        }
        states
    }

    #[test]
    fn checks_in_a_row_decide() {
        for (checks, expected) in [
            ("+", "U"),
            ("-", "D"),
            ("~", "U"),
            ("+--+", "UUUU"),
            ("+---", "UUUD"),
            ("---", "DDD"),
            ("+---+-++", "UUUDDDDU"),
            ("+---++", "UUUDDU"),
            // Now and then is no outage but no health either.
            ("+-+-+-+", "UUUUUgg"),
            ("+~~~+", "UUUgg"),
            ("+~~~++++++++", "UUUggggggggU"),
            // After an outage the slate is clean.
            ("+---++-", "UUUDDUU"),
            ("+-+-+---", "UUUUUggD"),
        ] {
            assert_eq!(states(checks), expected, "{checks}");
        }
    }

    proptest! {
        #[test]
        fn only_the_rules_move_a_service(outcomes in proptest::collection::vec(0..3_u8, 1..200), rise in 1..5_u32, fall in 1..5_u32) {
            let rules = Rules { rise, fall };
            let mut tally = FRESH;
            for outcome in outcomes {
                let outcome = [Outcome::Pass, Outcome::Slow, Outcome::Fail][outcome as usize];
                let next = tally.after(outcome, rules);
                prop_assert!(next.passes == 0 || next.failures == 0);
                prop_assert_ne!(next.state, HealthState::Unknown);
                if tally.state != HealthState::Unknown && next.state != tally.state {
                    if next.state == HealthState::Down {
                        prop_assert!(next.failures >= fall);
                    }
                    if tally.state == HealthState::Down {
                        prop_assert!(next.passes >= rise && next.state == HealthState::Up);
                    }
                }
                tally = next;
            }
        }
    }
}
