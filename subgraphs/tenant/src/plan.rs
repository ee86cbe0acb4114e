//! Plans and features: what a tenant may use, and how much of it.
//!
//! There is one plan so far. A feature has a default, a plan may give it another value, and a limit
//! is held where the thing is created.

/// Something that a plan turns on or counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Feature {
    /// Members that a tenant may have.
    Members,
    /// Services that a tenant may subscribe to.
    Services,
    /// Whether services that other tenants made public can be subscribed to.
    PublicServices,
}

/// What a plan gives of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    /// On or off.
    Flag(bool),
    /// At most so many.
    Limit(i32),
}

/// A set of values.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) key: &'static str,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    values: &'static [(Feature, Value)],
}

/// What every tenant begins with.
pub(crate) static FREE: Plan = Plan {
    key: "FREE",
    name: "Free",
    description: "Everything that a small team needs, at no charge.",
    values: &[
        (Feature::Members, Value::Limit(100)),
        (Feature::Services, Value::Limit(100)),
        (Feature::PublicServices, Value::Flag(true)),
    ],
};

impl Feature {
    /// All of them, in the order in which they are shown.
    pub(crate) const ALL: [Self; 3] = [Self::Members, Self::Services, Self::PublicServices];

    /// The name that clients know it by.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Members => "tenant.members",
            Self::Services => "tenant.services",
            Self::PublicServices => "tenant.services.public",
        }
    }

    /// What it is, in a sentence.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Members => "How many members the tenant may have.",
            Self::Services => "How many services the tenant may subscribe to.",
            Self::PublicServices => "Subscribing to services that other tenants made public.",
        }
    }

    /// The value where a plan says nothing.
    fn default(self) -> Value {
        match self {
            Self::Members | Self::Services => Value::Limit(1),
            Self::PublicServices => Value::Flag(false),
        }
    }
}

impl Plan {
    /// What this plan gives of a feature.
    pub(crate) fn value(&self, feature: Feature) -> Value {
        let given = self.values.iter().find(|(given, _)| *given == feature);
        given.map_or_else(|| feature.default(), |(_, value)| *value)
    }

    /// Whether there is room for one more beside `used`.
    pub(crate) fn allows_another(&self, feature: Feature, used: i64) -> bool {
        match self.value(feature) {
            Value::Flag(on) => on,
            Value::Limit(most) => used < i64::from(most),
        }
    }
}

impl Value {
    /// Whether the feature can be used at all.
    pub(crate) fn is_enabled(self) -> bool {
        match self {
            Self::Flag(on) => on,
            Self::Limit(most) => most > 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_overrides_a_default() {
        let bare = Plan {
            key: "BARE",
            name: "Bare",
            description: "Nothing of its own.",
            values: &[(Feature::Services, Value::Limit(0))],
        };
        assert_eq!(bare.value(Feature::Members), Value::Limit(1));
        assert!(!bare.value(Feature::Services).is_enabled());
        assert!(!bare.allows_another(Feature::PublicServices, 0));
        assert!(FREE.allows_another(Feature::Members, 99));
        assert!(!FREE.allows_another(Feature::Members, 100));
    }
}
