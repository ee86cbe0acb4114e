//! Adds what makes planning hard: `@requires`, `@provides`, `@override`, hidden keys.

use crate::split::Split;
use crate::split::sheet::Field;

impl Split {
    pub(super) fn direct(&mut self, size: usize) {
        for entity in 0..self.entities.len() {
            for graph in self.entities[entity].homes.clone() {
                for number in 0..size.min(2) {
                    if self.tape.chance(40) {
                        self.require(entity, graph, number);
                    }
                }
                if self.tape.chance(15) {
                    self.take_over(entity, graph);
                }
            }
        }
        for graph in 0..self.sheets.len() {
            for _ in 0..2 {
                if self.tape.chance(50) {
                    self.provide(graph);
                }
            }
        }
    }

    /// Fields of an entity that another subgraph answers and this one does not know.
    fn foreign(&self, entity: usize, graph: usize) -> Vec<(usize, String, Field)> {
        let Entity { name, homes } = self.place_of(entity);
        let others = homes.iter().filter(|home| **home != graph);
        others
            .flat_map(|home| {
                let fields = self.sheets[*home]
                    .types
                    .get(&name)
                    .into_iter()
                    .flat_map(|ty| &ty.fields);
                fields.map(|(name, field)| (*home, name.clone(), field.clone()))
            })
            .filter(|(_, field, found)| {
                let is_here = self.sheets[graph].field(&name, field).is_some();
                let is_plain = found.arguments.is_empty() && field != "root";
                !is_here && is_plain && !found.directives.contains("@external")
            })
            .collect()
    }

    fn place_of(&self, entity: usize) -> Entity {
        let entity = &self.entities[entity];
        Entity {
            name: entity.name.clone(),
            homes: entity.homes.clone(),
        }
    }

    fn require(&mut self, entity: usize, graph: usize, number: usize) {
        let mut wanted = Vec::new();
        for _ in 0..1 + self.tape.pick(2) {
            let foreign = self.foreign(entity, graph);
            let Some((_, field, found)) = self.tape.one(&foreign).cloned() else {
                continue;
            };
            if let Some(text) = self.external(entity, graph, &field, &found) {
                wanted.push(text);
            }
        }
        if wanted.is_empty() {
            return;
        }
        let name = self.entities[entity].name.clone();
        self.deal_requiring(
            graph,
            &name,
            &format!("r{graph}{number}"),
            &wanted.join(" "),
        );
    }

    fn deal_requiring(&mut self, graph: usize, ty: &str, field: &str, set: &str) {
        let of = ["Int", "String!", "[Int]", ty][self.tape.pick(4)].to_owned();
        let directive = format!("@requires(fields: \"{set}\")");
        self.sheets[graph]
            .ty(ty)
            .add(field, &of)
            .directives
            .insert(directive);
    }

    /// Declares a field as another's; tells how it is written in a field set.
    fn external(
        &mut self,
        entity: usize,
        graph: usize,
        field: &str,
        found: &Field,
    ) -> Option<String> {
        let named = found.ty.trim_matches(['[', ']', '!']).to_owned();
        let below = match &named[..1] {
            "T" if named[1..].parse::<usize>().is_ok() => {
                let number: usize = named[1..].parse().ok()?;
                let key = *self.entities[number].keys.first()?;
                self.refer(graph, number).then_some(())?;
                self.enter_by(graph, number, key, false);
                format!(" {{ {key} }}")
            }
            "V" => {
                self.know_for(graph, &named)?;
                " { v0 }".to_owned()
            }
            "P" => " { p }".to_owned(),
            "U" if named == "Up" => " { id }".to_owned(),
            "U" => {
                self.know_for(graph, &named)?;
                " { __typename }".to_owned()
            }
            "I" if named[1..].parse::<usize>().is_ok() => {
                self.know_for(graph, &named)?;
                " { id }".to_owned()
            }
            _ => String::new(),
        };
        if named == "Part" || named == "Up" {
            let (inner, ty) = if named == "Part" {
                ("p", "ID!")
            } else {
                ("id", "ID!")
            };
            let directives = &mut self.sheets[graph].ty(&named).add(inner, ty).directives;
            directives.insert("@shareable".to_owned());
        }
        let name = self.entities[entity].name.clone();
        let known = self.sheets[graph].ty(&name).add(field, &found.ty);
        known.directives.insert("@external".to_owned());
        Some(format!("{field}{below}"))
    }

    fn know_for(&mut self, graph: usize, named: &str) -> Option<()> {
        self.know(graph, named).then_some(())
    }

    /// Lets a subgraph take a field over from another.
    fn take_over(&mut self, entity: usize, graph: usize) {
        let name = self.entities[entity].name.clone();
        let foreign = self.foreign(entity, graph);
        let movable = foreign
            .iter()
            .filter(|(_, field, found)| field.starts_with('f') && found.directives.is_empty());
        let movable: Vec<_> = movable.cloned().collect();
        let Some((from, field, mut found)) = self.tape.one(&movable).cloned() else {
            return;
        };
        if self.know(graph, found.ty.trim_matches(['[', ']', '!'])) {
            found
                .directives
                .insert(format!("@override(from: \"g{from}\")"));
            self.sheets[graph].ty(&name).fields.insert(field, found);
        }
    }

    /// Lets a field that leads to an entity bring another's fields of it along.
    fn provide(&mut self, graph: usize) {
        let leads = |field: &Field| {
            let named = field.ty.trim_matches(['[', ']', '!']);
            let number = named
                .strip_prefix('T')
                .and_then(|number| number.parse::<usize>().ok());
            let mut directives = field.directives.iter();
            let is_taken =
                directives.any(|d| d.starts_with("@external") || d.starts_with("@provides"));
            number.filter(|_| !is_taken)
        };
        let leading: Vec<_> = self.sheets[graph]
            .types
            .iter()
            .filter(|(_, ty)| !ty.is_interface)
            .flat_map(|(ty, known)| {
                known
                    .fields
                    .iter()
                    .map(move |(name, field)| (ty, name, field))
            })
            .filter_map(|(ty, name, field)| Some((ty.clone(), name.clone(), leads(field)?)))
            .collect();
        let Some((ty, name, entity)) = self.tape.one(&leading).cloned() else {
            return;
        };
        let foreign = self.foreign(entity, graph);
        let Some((_, field, found)) = self.tape.one(&foreign).cloned() else {
            return;
        };
        let Some(text) = self.external(entity, graph, &field, &found) else {
            return;
        };
        let entity = self.entities[entity].name.clone();
        for sheet in &mut self.sheets {
            let known = sheet
                .types
                .get_mut(&entity)
                .and_then(|ty| ty.fields.get_mut(&field));
            if let Some(known) = known.filter(|known| !known.directives.contains("@external")) {
                known.directives.insert("@shareable".to_owned());
            }
        }
        let directives = &mut self.sheets[graph].ty(&ty).add(&name, "").directives;
        directives.insert(format!("@provides(fields: \"{text}\")"));
    }

    /// Interfaces have what all their objects in a subgraph have.
    pub(super) fn complete_interfaces(&mut self) {
        for interface in &self.interfaces {
            for sheet in &mut self.sheets {
                if !sheet
                    .types
                    .get(&interface.name)
                    .is_some_and(|ty| ty.is_interface)
                {
                    continue;
                }
                let objects: Vec<_> = sheet
                    .types
                    .values()
                    .filter(|ty| ty.implements.contains(&interface.name))
                    .collect();
                let answers = |field: &Field| !field.directives.contains("@external");
                if objects
                    .iter()
                    .all(|ty| ty.fields.get("common").is_some_and(answers))
                {
                    sheet.ty(&interface.name).add("common", "Int");
                }
            }
        }
    }
}

/// The name of an entity, and where it lives.
struct Entity {
    name: String,
    homes: Vec<usize>,
}
