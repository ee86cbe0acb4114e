//! The cheapest ways to all subgraphs that know an object, found together: the way to one
//! leads by keys that others bring, so looking for each alone would try every order of them.

use std::collections::HashMap;
use std::rc::Rc;

use apollo_compiler::Name;

use crate::plan::cost::{Cost, Route};
use crate::plan::planning::{Planned, Planning};
use crate::plan::position::PositionId;
use crate::plan::supergraph::Target;

/// The ways from one position, as far as they are known.
#[derive(Default)]
pub(crate) struct Ways {
    targets: HashMap<Target, (Cost, Route)>,
    /// To fields that require others.
    requiring: HashMap<(Target, Name), Cost>,
}

/// What must not be a part of any way.
type Barred = (Vec<(PositionId, Target)>, Vec<(PositionId, Target, Name)>);

/// Ways found since the requests at hand last changed.
pub(crate) type KnownWays = HashMap<(PositionId, Barred), Rc<Ways>>;

impl Ways {
    pub(crate) fn to(&self, target: &Target) -> Option<&(Cost, Route)> {
        self.targets.get(target)
    }

    pub(crate) fn to_requiring(&self, target: &Target, field: &Name) -> Option<Cost> {
        let key = (target.clone(), field.clone());
        self.requiring.get(&key).copied()
    }

    /// Takes a way if it is better than what is known.
    fn learn(&mut self, target: &Target, found: Option<(Cost, Route)>) -> bool {
        let Some(found) = found else {
            return false;
        };
        let known = self.targets.get(target);
        let is_better = known.is_none_or(|(cost, _)| found.0 < *cost);
        if is_better {
            self.targets.insert(target.clone(), found);
        }
        is_better
    }
}

impl Planning<'_> {
    /// The ways from a position.
    pub(crate) fn ways(&mut self, at: PositionId) -> Planned<Rc<Ways>> {
        let key = (at, self.barred(at));
        if let Some(known) = self.known_ways.get(&key) {
            return Ok(Rc::clone(known));
        }
        let ways = Rc::new(self.find_ways(at)?);
        self.known_ways.insert(key, Rc::clone(&ways));
        Ok(ways)
    }

    /// What bars ways from a position: they lead through it and those above, and no others.
    fn barred(&self, at: PositionId) -> Barred {
        let path = &self.positions[at].path;
        let matters = |other: PositionId| path.starts_with(&self.positions[other].path);
        let busy = self.busy.iter().filter(|(other, _)| matters(*other));
        let examined = self.examined.iter();
        let examined = examined.filter(|(other, ..)| matters(*other));
        (busy.cloned().collect(), examined.cloned().collect())
    }

    /// Looks again and again, each time with the ways found so far, until there are no better.
    fn find_ways(&mut self, at: PositionId) -> Planned<Ways> {
        let index = self.index;
        let mut targets = index.targets(&self.positions[at].ty);
        let mut ways = Ways::default();
        for target in &targets {
            if self.positions[at].access(target).is_some() {
                ways.learn(target, Some((0, Route::Here)));
            }
        }
        let requiring: Vec<_> = targets
            .iter()
            .flat_map(|target| {
                let fields = index.requiring(target);
                fields.map(|field| (at, target.clone(), field.clone()))
            })
            .filter(|requiring| !self.examined.contains(requiring))
            .collect();
        let is_free = |target: &Target| !self.busy.contains(&(at, target.clone()));
        targets.retain(is_free);
        for target in &targets {
            let found = self.parent_route(at, target)?;
            ways.learn(target, found);
        }
        let mut is_better = true;
        while is_better {
            is_better = false;
            for target in &targets {
                let found = self.key_route(at, target, &ways)?;
                is_better |= ways.learn(target, found);
            }
            for (_, target, field) in &requiring {
                is_better |= self.find_requiring(at, target, field, &mut ways)?;
            }
        }
        Ok(ways)
    }

    fn find_requiring(
        &mut self,
        at: PositionId,
        target: &Target,
        field: &Name,
        ways: &mut Ways,
    ) -> Planned<bool> {
        let requires = self.index.requires(target, field).unwrap_or_default();
        let Some(required) = self.set_cost(at, requires, ways)? else {
            return Ok(false);
        };
        let Some((entered, _)) = self.key_route(at, target, ways)? else {
            return Ok(false);
        };
        let (key, cost) = ((target.clone(), field.clone()), required + entered);
        let is_better = ways.requiring.get(&key).is_none_or(|known| cost < *known);
        if is_better {
            ways.requiring.insert(key, cost);
        }
        Ok(is_better)
    }
}
