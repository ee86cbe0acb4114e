//! Plans for people: what is asked of whom, after what, and for which objects.

use std::fmt::{Display, Formatter, Result};

use crate::plan::{EntityFetch, Fetch, QueryPlan, Require, Step, Target};

impl Display for QueryPlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if let Some(fetch) = &self.subscription {
            write!(f, "each event of {fetch}")?;
        }
        for (position, planned) in self.fetches.iter().enumerate() {
            write!(f, "{}. {}", position + 1, planned.fetch)?;
            let before = self.fetches.iter().enumerate();
            let before: Vec<_> = before
                .filter(|(_, planned)| planned.then.contains(&position))
                .map(|(before, _)| (before + 1).to_string())
                .collect();
            if !before.is_empty() {
                writeln!(f, "   after {}", before.join(", "))?;
            }
        }
        Ok(())
    }
}

impl Display for Fetch {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "{}: {}", self.subgraph, self.operation.text)?;
        match &self.target {
            Target::Objects { path, .. } => match path {
                Some(path) => writeln!(f, "   at {}", Path(path)),
                None => Ok(()),
            },
            Target::Entities(entities) => entities.iter().try_for_each(|entity| entity.fmt(f)),
        }
    }
}

impl Display for EntityFetch {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for input in &self.inputs {
            let (ty, fields) = (&input.typename, Requires(&input.fields));
            write!(f, "   ${} {ty} {fields}", self.variable)?;
            match &input.object {
                Some(object) => writeln!(f, " of {object}")?,
                None => writeln!(f)?,
            }
        }
        for path in &self.paths {
            writeln!(f, "   at {}", Path(path))?;
        }
        Ok(())
    }
}

struct Path<'a>(&'a [Step]);

impl Display for Path<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Field { name, .. } if position == 0 => write!(f, "{name}")?,
                Step::Field { name, .. } => write!(f, ".{name}")?,
                Step::List => write!(f, ".@")?,
                Step::Objects(objects) => write!(f, "|{}", objects.join("|"))?,
            }
        }
        Ok(())
    }
}

struct Requires<'a>(&'a [Require]);

impl Display for Requires<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{{")?;
        for (position, require) in self.0.iter().enumerate() {
            let space = if position > 0 { " " } else { "" };
            match require {
                Require::Field {
                    name,
                    sent_as,
                    below,
                    ..
                } => {
                    write!(f, "{space}{sent_as}")?;
                    if **name != **sent_as {
                        write!(f, "={name}")?;
                    }
                    if !below.is_empty() {
                        Requires(below).fmt(f)?;
                    }
                }
                Require::On { types, below } => {
                    write!(f, "{space}|{}{}", types.join("|"), Requires(below))?;
                }
            }
        }
        write!(f, "}}")
    }
}
