//! Random federated graphs: entities with several keys, values, interfaces, unions and
//! interface objects, whose fields are dealt out to subgraphs in every way that federation
//! allows. Not all of them compose; whoever asks tries again.

mod deal;
mod directives;
mod sheet;

use router::compose::SubgraphSdl;

use self::sheet::Sheet;
use crate::tape::Tape;

/// The key fields that an entity may have; a subgraph holds it by some of them.
const KEYS: [&str; 6] = ["id", "code", "n m", "part { p }", "up { id }", "id code"];

/// An entity, and where it lives.
struct Entity {
    name: String,
    /// Subgraphs with fields of it.
    homes: Vec<usize>,
    /// The field sets that homes are entered by.
    keys: Vec<&'static str>,
}

struct Interface {
    name: String,
    /// Numbers of entities.
    implementers: Vec<usize>,
    /// The subgraph that knows it as an object, and the one that tells what is behind.
    hidden_in: Option<(usize, usize)>,
}

/// A federated graph while it is written.
struct Split {
    tape: Tape,
    sheets: Vec<Sheet>,
    entities: Vec<Entity>,
    interfaces: Vec<Interface>,
    /// Members of each union: entities by number.
    unions: Vec<Vec<usize>>,
    values: usize,
}

/// The subgraphs of a seed; `size` from 1 is how much there is in them.
pub(crate) fn split(seed: u64, size: usize) -> Vec<SubgraphSdl> {
    let mut tape = Tape::new(seed);
    let graphs = 2 + tape.pick((1 + size).min(5));
    let mut split = Split {
        sheets: (0..graphs).map(|_| Sheet::default()).collect(),
        entities: Vec::new(),
        interfaces: Vec::new(),
        unions: Vec::new(),
        values: tape.pick(1 + size.min(3)),
        tape,
    };
    split.introduce(size);
    split.deal(size);
    split.direct(size);
    split.finish()
}

impl Split {
    /// Decides what there is, and where it lives.
    fn introduce(&mut self, size: usize) {
        let entities = 1 + self.tape.pick(1 + size.min(5));
        for number in 0..self.tape.pick(1 + size.min(3)) {
            let mut implementers: Vec<_> = (0..entities).filter(|_| self.tape.chance(60)).collect();
            if implementers.is_empty() {
                implementers.push(0);
            }
            let hidden = self.tape.chance(40).then(|| {
                let hidden = self.tape.pick(self.sheets.len());
                let told = (hidden + 1 + self.tape.pick(self.sheets.len() - 1)) % self.sheets.len();
                (hidden, told)
            });
            self.interfaces.push(Interface {
                name: format!("I{number}"),
                implementers,
                hidden_in: hidden,
            });
        }
        for number in 0..entities {
            self.introduce_entity(number);
        }
        for _ in 0..self.tape.pick(1 + size.min(3)) {
            let mut members: Vec<_> = (0..entities).filter(|_| self.tape.chance(60)).collect();
            if members.is_empty() {
                members.push(entities - 1);
            }
            self.unions.push(members);
        }
    }

    fn introduce_entity(&mut self, number: usize) {
        let allowed: Vec<_> = (0..self.sheets.len())
            .filter(|graph| !self.is_banned(*graph, number))
            .collect();
        let mut homes: Vec<_> = allowed
            .iter()
            .copied()
            .filter(|_| self.tape.chance(60))
            .collect();
        if homes.is_empty() {
            homes.extend(allowed.first());
        }
        let needs_id = self
            .interfaces
            .iter()
            .any(|i| i.implementers.contains(&number));
        self.entities.push(Entity {
            name: format!("T{number}"),
            homes: homes.clone(),
            keys: Vec::new(),
        });
        for graph in homes {
            let known = self.entities[number].keys.clone();
            let first = match self.tape.one(&known) {
                Some(key) => key,
                None => KEYS[self.tape.pick(KEYS.len())],
            };
            let mut keys = vec![first];
            if needs_id {
                keys.push("id");
            }
            if self.tape.chance(40) {
                keys.push(KEYS[self.tape.pick(KEYS.len())]);
            }
            for key in keys {
                self.enter_by(graph, number, key, true);
            }
        }
    }

    /// A subgraph that knows an interface as an object must not know what is behind.
    fn is_banned(&self, graph: usize, entity: usize) -> bool {
        let mut interfaces = self.interfaces.iter();
        interfaces.any(|interface| {
            let hidden = interface.hidden_in.map(|(hidden, _)| hidden);
            hidden == Some(graph) && interface.implementers.contains(&entity)
        })
    }

    /// Gives an entity a key in a subgraph, with the fields in it.
    fn enter_by(&mut self, graph: usize, entity: usize, key: &'static str, is_resolvable: bool) {
        let name = self.entities[entity].name.clone();
        let sheet = &mut self.sheets[graph];
        *sheet.ty(&name).keys.entry(key.to_owned()).or_default() |= is_resolvable;
        let fields: &[(&str, &str)] = match key {
            "id" => &[("id", "ID!")],
            "code" => &[("code", "String")],
            "n m" => &[("n", "Int!"), ("m", "ID!")],
            "id code" => &[("id", "ID!"), ("code", "String")],
            "part { p }" => &[("part", "Part!")],
            _ => &[("up", "Up")],
        };
        for (field, ty) in fields {
            let directives = &mut sheet.ty(&name).add(field, ty).directives;
            directives.insert("@shareable".to_owned());
        }
        for (composite, field, ty) in [("Part", "p", "ID!"), ("Up", "id", "ID!")] {
            if fields.iter().any(|(_, of)| of.starts_with(composite)) {
                let directives = &mut sheet.ty(composite).add(field, ty).directives;
                directives.insert("@shareable".to_owned());
            }
        }
        if is_resolvable && !self.entities[entity].keys.contains(&key) {
            self.entities[entity].keys.push(key);
        }
    }

    /// Lets a subgraph refer to an entity; `false` if it must not know it.
    fn refer(&mut self, graph: usize, entity: usize) -> bool {
        if self.is_banned(graph, entity) {
            return false;
        }
        let name = self.entities[entity].name.clone();
        if !self.sheets[graph].ty(&name).keys.is_empty() {
            return true;
        }
        let keys = self.entities[entity].keys.clone();
        let Some(key) = self.tape.one(&keys).copied() else {
            return false;
        };
        let is_resolvable = self.tape.chance(60);
        self.enter_by(graph, entity, key, is_resolvable);
        true
    }

    fn finish(mut self) -> Vec<SubgraphSdl> {
        self.complete_interfaces();
        let sheets = self.sheets.iter().enumerate();
        sheets
            .map(|(number, sheet)| SubgraphSdl {
                name: format!("g{number}"),
                url: None,
                sdl: sheet.write(),
            })
            .collect()
    }
}
