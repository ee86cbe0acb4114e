//! Deals fields out to subgraphs.

use crate::split::Split;

const LEAVES: [&str; 7] = ["Int", "String", "ID", "Float", "Boolean", "E0", "Json"];

const ARGUMENTS: [&str; 5] = [
    "(n: Int = 2)",
    "(in: In0)",
    "(e: E0, l: [Int!], s: String!)",
    "(in: In1! = { c: \"x\" }, id: ID)",
    "(y: In2, b: [[Boolean]])",
];

impl Split {
    pub(super) fn deal(&mut self, size: usize) {
        for entity in 0..self.entities.len() {
            for graph in self.entities[entity].homes.clone() {
                self.deal_entity(entity, graph, size);
            }
        }
        for number in 0..self.interfaces.len() {
            if let Some((hidden, told)) = self.interfaces[number].hidden_in {
                self.hide(number, hidden, told);
            }
        }
        for graph in 0..self.sheets.len() {
            self.deal_roots(graph, size);
        }
    }

    fn deal_entity(&mut self, entity: usize, graph: usize, size: usize) {
        let name = self.entities[entity].name.clone();
        for number in 0..1 + self.tape.pick(1 + size.min(3)) {
            let field = format!("f{graph}{number}");
            self.deal_field(graph, &name, &field);
            let others = self.entities[entity].homes.clone();
            let other = *self.tape.one(&others).expect("it lives somewhere");
            if other != graph && self.tape.chance(20) {
                self.share(graph, other, &name, &field);
            }
        }
        let is_common = self
            .interfaces
            .iter()
            .any(|i| i.implementers.contains(&entity));
        if is_common && self.tape.chance(60) || self.entities[entity].homes[0] == graph {
            let field = self.sheets[graph].ty(&name).add("common", "Int");
            field.directives.insert("@shareable".to_owned());
        }
        if self.tape.chance(8) {
            let field = self.sheets[graph].ty(&name).add("root", "Query!");
            field.directives.insert("@shareable".to_owned());
        }
    }

    fn deal_field(&mut self, graph: usize, ty: &str, name: &str) {
        let of = self.field_type(graph);
        let arguments = match self.tape.chance(25) {
            true => ARGUMENTS[self.tape.pick(ARGUMENTS.len())],
            false => "",
        };
        let field = self.sheets[graph].ty(ty).add(name, &of);
        arguments.clone_into(&mut field.arguments);
    }

    /// Lets another subgraph answer a field too, if it knows what it leads to.
    fn share(&mut self, from: usize, to: usize, ty: &str, name: &str) {
        let Some(mut field) = self.sheets[from].field(ty, name).cloned() else {
            return;
        };
        if !self.know(to, field.ty.trim_matches(['[', ']', '!'])) {
            return;
        }
        field.directives.insert("@shareable".to_owned());
        if self.tape.chance(20) && field.ty.ends_with('!') {
            field.ty.pop();
        }
        let directives = &mut self.sheets[from].ty(ty).add(name, "").directives;
        directives.insert("@shareable".to_owned());
        self.sheets[to].ty(ty).fields.insert(name.to_owned(), field);
    }

    /// A random type, known to the subgraph.
    fn field_type(&mut self, graph: usize) -> String {
        let named = self.named_type(graph);
        let (inner, outer) = (self.mark(), self.mark());
        match self.tape.pick(10) {
            0..=5 => format!("{named}{outer}"),
            6..=8 => format!("[{named}{inner}]{outer}"),
            _ => format!("[[{named}{inner}]]{outer}"),
        }
    }

    fn mark(&mut self) -> &'static str {
        if self.tape.chance(35) { "!" } else { "" }
    }

    fn named_type(&mut self, graph: usize) -> String {
        let mut options: Vec<String> = Vec::new();
        options.extend(self.entities.iter().map(|entity| entity.name.clone()));
        options.extend((0..self.values).map(|number| format!("V{number}")));
        options.extend(
            self.interfaces
                .iter()
                .map(|interface| interface.name.clone()),
        );
        options.extend((0..self.unions.len()).map(|number| format!("U{number}")));
        if self.tape.chance(60) {
            let option = options[self.tape.pick(options.len())].clone();
            if self.know(graph, &option) {
                return option;
            }
        }
        LEAVES[self.tape.pick(LEAVES.len())].to_owned()
    }

    /// Makes a type known to a subgraph; `false` if that must not be.
    pub(super) fn know(&mut self, graph: usize, name: &str) -> bool {
        let number = name[1..].parse::<usize>();
        match (&name[..1], number) {
            ("T", Ok(number)) => self.refer(graph, number),
            ("V", Ok(number)) => self.know_value(graph, number),
            ("I", Ok(number)) => self.know_interface(graph, number),
            ("U", Ok(number)) => self.know_union(graph, number),
            _ => true,
        }
    }

    /// Values are the same in all subgraphs: numbers, and perhaps an entity or a value.
    fn know_value(&mut self, graph: usize, number: usize) -> bool {
        let entity = number % self.entities.len();
        if number % 2 == 1 && !self.refer(graph, entity) {
            return false;
        }
        let name = format!("V{number}");
        let next = format!("V{}", number + 1);
        let has_next = number + 1 < self.values && self.know_value(graph, number + 1);
        if number + 1 < self.values && !has_next {
            return false;
        }
        let entity = self.entities[entity].name.clone();
        let mut fields = vec![("v0", "Int"), ("v1", "[String!]")];
        fields.extend((number % 2 == 1).then_some(("of", entity.as_str())));
        fields.extend(has_next.then_some(("next", next.as_str())));
        for (field, ty) in fields {
            let field = self.sheets[graph].ty(&name).add(field, ty);
            field.directives.insert("@shareable".to_owned());
        }
        true
    }

    fn know_interface(&mut self, graph: usize, number: usize) -> bool {
        let name = self.interfaces[number].name.clone();
        if self.sheets[graph].types.contains_key(&name) {
            return true;
        }
        if self.interfaces[number]
            .hidden_in
            .is_some_and(|(hidden, _)| hidden == graph)
        {
            return false;
        }
        let mut is_known = false;
        for entity in self.interfaces[number].implementers.clone() {
            let lives_here = self.entities[entity].homes.contains(&graph);
            if (lives_here || self.tape.chance(60)) && self.refer(graph, entity) {
                self.implement(graph, number, entity);
                is_known = true;
            }
        }
        if is_known {
            self.sheets[graph].ty(&name).is_interface = true;
            self.sheets[graph].ty(&name).add("id", "ID!");
        }
        is_known
    }

    fn implement(&mut self, graph: usize, interface: usize, entity: usize) {
        self.enter_by(graph, entity, "id", true);
        let name = self.interfaces[interface].name.clone();
        let entity = self.entities[entity].name.clone();
        self.sheets[graph].ty(&entity).implements.insert(name);
    }

    fn know_union(&mut self, graph: usize, number: usize) -> bool {
        let name = format!("U{number}");
        if self.sheets[graph].unions.contains_key(&name) {
            return true;
        }
        for entity in self.unions[number].clone() {
            if self.tape.chance(70) && self.refer(graph, entity) {
                let entity = self.entities[entity].name.clone();
                self.sheets[graph]
                    .unions
                    .entry(name.clone())
                    .or_default()
                    .insert(entity);
            }
        }
        if self.tape.chance(15) && self.values > 0 && self.know_value(graph, 0) {
            self.sheets[graph]
                .unions
                .entry(name.clone())
                .or_default()
                .insert("V0".to_owned());
        }
        self.sheets[graph].unions.contains_key(&name)
    }

    /// One subgraph has an interface as an object with fields of its own, another tells what is behind.
    fn hide(&mut self, number: usize, hidden: usize, told: usize) {
        let implementers = self.interfaces[number].implementers.clone();
        if implementers
            .iter()
            .any(|entity| self.is_banned(told, *entity))
        {
            return;
        }
        for entity in implementers {
            if self.refer(told, entity) {
                self.implement(told, number, entity);
            }
        }
        let name = self.interfaces[number].name.clone();
        let ty = self.sheets[told].ty(&name);
        ty.is_interface = true;
        ty.keys.insert("id".to_owned(), true);
        ty.add("id", "ID!");
        let ty = self.sheets[hidden].ty(&name);
        ty.is_interface_object = true;
        ty.keys.insert("id".to_owned(), true);
        ty.add("id", "ID!");
        ty.add(&format!("h{number}"), "Int");
        self.deal_field(hidden, &name, &format!("h{number}x"));
        if self.tape.chance(50) {
            self.sheets[hidden]
                .ty("Query")
                .add(&format!("hidden{number}"), &format!("[{name}]"));
        }
    }

    fn deal_roots(&mut self, graph: usize, size: usize) {
        let fields = 1 + self.tape.pick(1 + size.min(3));
        for number in 0..fields {
            let name = format!("q{graph}{number}");
            self.deal_field(graph, "Query", &name);
            let other = self.tape.pick(self.sheets.len());
            if other != graph && self.tape.chance(15) {
                self.share(graph, other, "Query", &name);
            }
        }
        if self.tape.chance(40) {
            for number in 0..1 + self.tape.pick(2) {
                self.deal_field(graph, "Mutation", &format!("m{graph}{number}"));
            }
        }
    }
}
