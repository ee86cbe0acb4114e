//! Plans and features, as clients see them.

use async_graphql::{Enum, Object, SimpleObject};

use crate::plan::{self, Value};

/// A plan of the catalogue.
pub(crate) struct Plan(pub(crate) &'static plan::Plan);

/// What a tenant has chosen to have: a value for each feature.
#[Object]
impl Plan {
    /// Its key, for example `FREE`.
    async fn key(&self) -> &str {
        self.0.key
    }

    /// Its name.
    async fn name(&self) -> &str {
        self.0.name
    }

    /// What it is for.
    async fn description(&self) -> &str {
        self.0.description
    }

    /// What it gives of every feature.
    async fn features(&self) -> Vec<Feature> {
        let features = plan::Feature::ALL.into_iter();
        features
            .map(|feature| Feature::of(self.0, feature))
            .collect()
    }
}

/// Something that a plan turns on or counts.
#[derive(SimpleObject)]
pub(crate) struct Feature {
    /// Its key, for example `tenant.members`.
    key: &'static str,
    /// What it is.
    description: &'static str,
    /// Whether it is on or off, or counted.
    kind: FeatureKind,
    /// Whether it can be used at all.
    enabled: bool,
    /// How many there may be; null unless it is counted.
    limit: Option<i32>,
}

/// How a feature is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum FeatureKind {
    /// On or off.
    Flag,
    /// At most so many.
    Limit,
}

impl Feature {
    /// A feature as a plan gives it.
    pub(crate) fn of(plan: &plan::Plan, feature: plan::Feature) -> Self {
        let value = plan.value(feature);
        let (kind, limit) = match value {
            Value::Flag(_) => (FeatureKind::Flag, None),
            Value::Limit(most) => (FeatureKind::Limit, Some(most)),
        };
        Self {
            key: feature.key(),
            description: feature.description(),
            kind,
            enabled: value.is_enabled(),
            limit,
        }
    }
}
