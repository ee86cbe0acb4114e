//! Who may hand on what: nobody makes anybody more than they are themselves.

use super::{Grants, includes, overlap};

/// Why a change of somebody's grants is more than whoever makes it has to give.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Excess {
    /// They do not have it, or not all of it.
    #[error("you cannot grant `{0}`: you do not have all of it yourself")]
    Lacks(String),
    /// They are denied a part of it.
    #[error("you cannot grant `{grant}` without `!{denial}`, which you are denied yourself")]
    Denied {
        /// What was to be granted.
        grant: String,
        /// What is denied to them, without its `!`.
        denial: String,
    },
    /// They would take away a denial of what they could not grant.
    #[error("you cannot lift `!{0}`: you do not have all of it yourself")]
    Lifts(String),
}

impl Grants {
    /// Whether a holder of these grants may change somebody's grants like this: nobody gets what
    /// the holder does not have, neither by a new grant nor by the end of a denial.
    pub fn check_change(&self, before: &Self, after: &Self) -> Result<(), Excess> {
        let new = after.allow.iter().filter(|it| !before.allow.contains(it));
        for pattern in new {
            self.check_grant(pattern, after)?;
        }
        let matters = |denial: &str| after.allow.iter().any(|it| overlap(it, denial));
        for denial in before.lifted_by(after).filter(|denial| matters(denial)) {
            self.check_lift(denial, after)?;
        }
        Ok(())
    }

    /// The same for a role: whoever holds it may have other grants, which its denials keep in
    /// check.
    pub fn check_change_of_role(&self, before: &Self, after: &Self) -> Result<(), Excess> {
        self.check_change(before, after)?;
        let mut lifted = before.lifted_by(after);
        lifted.try_for_each(|denial| self.check_lift(denial, after))
    }

    fn check_grant(&self, pattern: &str, after: &Self) -> Result<(), Excess> {
        if !self.allow_all(pattern) {
            return Err(Excess::Lacks(pattern.to_owned()));
        }
        let of_tenant = self.deny.iter().filter(|denial| !is_of_platform(denial));
        let mut hidden = of_tenant.filter(|denial| overlap(denial, pattern));
        let is_kept = |denial: &String| after.deny.iter().any(|kept| includes(kept, denial));
        match hidden.find(|denial| !is_kept(denial)) {
            None => Ok(()),
            Some(denial) => Err(Excess::Denied {
                grant: pattern.to_owned(),
                denial: denial.clone(),
            }),
        }
    }

    fn check_lift(&self, denial: &str, after: &Self) -> Result<(), Excess> {
        let granted = self.check_grant(denial, after);
        granted.map_err(|_| Excess::Lifts(denial.to_owned()))
    }

    fn lifted_by<'a>(&'a self, after: &'a Self) -> impl Iterator<Item = &'a String> {
        self.deny.iter().filter(|it| !after.deny.contains(it))
    }
}

/// What the platform denies to all but its administrators is denied whatever a role grants.
pub fn is_of_platform(pattern: &str) -> bool {
    pattern.split(['.', ':']).next() == Some("platform")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn change(holder: &[&str], before: &[&str], after: &[&str]) -> Result<(), Excess> {
        Grants::new(holder).check_change(&Grants::new(before), &Grants::new(after))
    }

    #[test]
    fn nobody_grants_what_they_do_not_have() {
        let lacks = |pattern: &str| Err(Excess::Lacks(pattern.to_owned()));
        let owner = ["*:*", "!platform:*", "!platform.*:*"];
        assert_eq!(change(&owner, &[], &["*:*"]), Ok(()));
        let admin = ["*:*", "!tenant:delete"];
        assert_eq!(change(&admin, &[], &["service.*:read"]), Ok(()));
        assert_eq!(change(&admin, &[], &["*:*", "!tenant:delete"]), Ok(()));
        assert_eq!(change(&admin, &[], &["*:*", "!tenant:*"]), Ok(()));
        let denied = Err(Excess::Denied {
            grant: "tenant:*".to_owned(),
            denial: "tenant:delete".to_owned(),
        });
        assert_eq!(change(&admin, &[], &["tenant:*"]), denied);
        assert_eq!(change(&["a:b"], &[], &["a:*"]), lacks("a:*"));
        assert_eq!(change(&["a:b"], &["a:*"], &["a:*"]), Ok(()), "no news");
        assert_eq!(change(&["a:*"], &["b:c"], &["a:b"]), Ok(()));
    }

    #[test]
    fn nobody_lifts_a_denial_of_what_they_do_not_have() {
        let lifts = Err(Excess::Lifts("pay:read".to_owned()));
        let clerk = ["role:manage", "desk:*"];
        let before = ["*:read", "!pay:read"];
        assert_eq!(change(&clerk, &before, &["*:read"]), lifts);
        assert_eq!(change(&clerk, &before, &["desk:read"]), Ok(()));
        assert_eq!(change(&["*:*"], &before, &["*:read"]), Ok(()));
        assert_eq!(change(&["*:*", "!pay:*"], &before, &["*:read"]), lifts);

        let of_role = Grants::new(clerk)
            .check_change_of_role(&Grants::new(before), &Grants::new(["desk:read"]));
        assert_eq!(of_role, lifts, "other roles may grant it");
    }

    fn segment() -> impl Strategy<Value = &'static str> {
        prop_oneof![Just("a"), Just("b"), Just("*")]
    }

    fn pattern() -> impl Strategy<Value = String> {
        let resource = prop::collection::vec(segment(), 1..4);
        (resource, segment())
            .prop_map(|(resource, action)| format!("{}:{action}", resource.join(".")))
    }

    fn grants() -> impl Strategy<Value = Grants> {
        let one = (pattern(), prop::bool::weighted(0.3));
        let one = one.prop_map(|(pattern, denied)| match denied {
            true => format!("!{pattern}"),
            false => pattern,
        });
        prop::collection::vec(one, 0..4).prop_map(Grants::new)
    }

    fn permissions() -> Vec<String> {
        let resources = [
            "a", "b", "c", "a.a", "a.b", "b.a", "b.c", "a.b.c", "c.a.b", "a.a.a.a",
        ];
        let actions = ["a", "b", "c"];
        let all = resources.iter().flat_map(|resource| {
            actions
                .iter()
                .map(move |action| format!("{resource}:{action}"))
        });
        all.collect()
    }

    proptest! {
        #[test]
        fn a_change_gives_nothing_that_its_author_lacks(
            holder in grants(), before in grants(), after in grants()
        ) {
            if holder.check_change(&before, &after).is_ok() {
                for it in permissions() {
                    let fair = !after.allow(&it) || before.allow(&it) || holder.allow(&it);
                    prop_assert!(fair, "{it}");
                }
            }
        }

        #[test]
        fn a_change_of_a_role_gives_nothing_that_its_author_lacks(
            holder in grants(), other in grants(), before in grants(), after in grants()
        ) {
            if holder.check_change_of_role(&before, &after).is_ok() {
                let with = |role: &Grants| Grants::new(role.patterns().chain(other.patterns()));
                for it in permissions() {
                    let fair = !with(&after).allow(&it) || with(&before).allow(&it) || holder.allow(&it);
                    prop_assert!(fair, "{it}");
                }
            }
        }

        #[test]
        fn patterns_that_share_a_permission_overlap(one in pattern(), other in pattern()) {
            let (first, second) = (Grants::new([&one]), Grants::new([&other]));
            let shared = permissions().iter().any(|it| first.allow(it) && second.allow(it));
            prop_assert!(!shared || overlap(&one, &other));
            prop_assert_eq!(overlap(&one, &other), overlap(&other, &one));
        }

        #[test]
        fn what_is_included_is_covered(one in pattern(), other in pattern()) {
            let (wide, narrow) = (Grants::new([&one]), Grants::new([&other]));
            if wide.allow_all(&other) {
                for it in permissions() {
                    prop_assert!(wide.allow(&it) || !narrow.allow(&it), "{it}");
                }
            }
        }
    }
}
