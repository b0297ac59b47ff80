//! Moving in from another program: its keys into the keychain, its roles into the user's file.

use std::collections::{HashMap, HashSet};

use super::Owner;
use rolecall_core::api::import::{
    DryRun, ImportData, ImportItem, ImportItemKind, ImportKey, ImportOutcome, ImportSource,
};
use rolecall_core::catalogue;
use rolecall_core::role::RoleDraft;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};

impl Owner {
    /// Takes in what a program of others keeps: each key verified as [`Owner::add_key`] does, each role checked.
    /// With `dry_run` nothing is changed and no key verified; the report says what would come.
    ///
    /// What is here already stays as it is; a name that is taken gets the program's name behind it. There is one
    /// entry in the report for each thing, and nothing of the other program is changed.
    ///
    /// # Errors
    /// If the file of roles cannot be read or written. Keys that came over before that stay.
    pub(super) async fn move_in(
        &self,
        from: ImportSource,
        import_data: &ImportData,
        dry_run: DryRun,
    ) -> Result<Vec<ImportItem>, Problem> {
        let mut report = Vec::new();
        // What each thing there is called here.
        let mut names = HashMap::new();
        for key in &import_data.keys {
            let (moved, name) = self.move_key(from, key, dry_run).await;
            if let Some(name) = name {
                names.insert(key.name.clone(), name);
            }
            report.push(moved);
        }
        report.extend(
            self.place_roles(from.title(), &import_data.roles, &mut names, dry_run)
                .await?,
        );
        report.extend(
            import_data
                .skipped
                .iter()
                .map(|(name, reason)| left(ImportItemKind::Other, name, reason.clone())),
        );
        Ok(report)
    }

    /// Takes in the roles of a catalogue file, such as `rolecall roles export` writes. A source that is neither a role of
    /// the file nor anything here becomes `source`. With `dry_run` nothing is changed.
    ///
    /// # Errors
    /// If the file is no TOML, or the file of roles cannot be read or written.
    pub(super) async fn take_roles(
        &self,
        text: &str,
        path: &str,
        source: Option<&Name>,
        dry_run: DryRun,
    ) -> Result<Vec<ImportItem>, Problem> {
        let reading = catalogue::read(text, path)?;
        let drafts = &reading.drafts;
        let own: HashSet<&str> = drafts.iter().map(|draft| draft.name.as_str()).collect();
        let mut names = HashMap::new();
        for draft in drafts
            .iter()
            .filter(|draft| !own.contains(draft.source.as_str()))
        {
            let here = Name::parse(&draft.source).ok();
            let here = here.filter(|name| self.check_free(name).is_err());
            if let Some(name) = here.or(source.cloned()) {
                names.insert(draft.source.clone(), name);
            }
        }
        let mut report = self
            .place_roles("imported", drafts, &mut names, dry_run)
            .await?;
        let faults = reading.faults.iter();
        report.extend(
            faults.map(|(name, problem)| left(ImportItemKind::Role, name, problem.to_string())),
        );
        Ok(report)
    }

    async fn place_roles(
        &self,
        origin: &str,
        roles: &[RoleDraft],
        names: &mut HashMap<String, Name>,
        dry_run: DryRun,
    ) -> Result<Vec<ImportItem>, Problem> {
        let (mut report, mut drafts) = (Vec::new(), Vec::new());
        for role in in_order(roles) {
            let (moved, draft) = self.place_role(origin, role, names, &drafts);
            report.push(moved);
            drafts.extend(draft);
        }
        if dry_run == DryRun::No && !drafts.is_empty() {
            self.edit_roles(|text, path| {
                drafts.iter().try_fold(text.to_owned(), |text, draft| {
                    catalogue::with_role(&text, path, None, draft)
                })
            })
            .await?;
        }
        Ok(report)
    }

    async fn move_key(
        &self,
        from: ImportSource,
        key: &ImportKey,
        dry_run: DryRun,
    ) -> (ImportItem, Option<Name>) {
        let known = self
            .lock()
            .keys
            .iter()
            .find(|it| it.id == key.pair.id)
            .cloned();
        if let Some(known) = known {
            return (here(ImportItemKind::Key, &known.name), Some(known.name));
        }
        let kept = match self.free_name(from.title(), &key.name, &[]) {
            Ok(name) if dry_run == DryRun::No => self.add_key(&name, &key.pair).await.map(|_| name),
            named => named,
        };
        match kept {
            Ok(name) => (moved(ImportItemKind::Key, &name, &key.name), Some(name)),
            Err(problem) => (
                left(ImportItemKind::Key, &key.name, problem.to_string()),
                None,
            ),
        }
    }

    /// Returns what becomes of a role, and the draft to write if it comes.
    fn place_role(
        &self,
        origin: &str,
        role: &RoleDraft,
        names: &mut HashMap<String, Name>,
        others: &[RoleDraft],
    ) -> (ImportItem, Option<RoleDraft>) {
        let source = match names.get(&role.source) {
            Some(name) => name.to_string(),
            None => {
                let reason = format!("Its source \"{}\" is not here.", role.source);
                return (left(ImportItemKind::Role, &role.name, reason), None);
            }
        };
        if let Some(known) = self.same_role(role, &source) {
            names.insert(role.name.clone(), known.clone());
            return (here(ImportItemKind::Role, &known), None);
        }
        let placed = self.free_name(origin, &role.name, others).and_then(|name| {
            let draft = RoleDraft {
                name: name.to_string(),
                source,
                ..role.clone()
            };
            draft.check()?;
            Ok((name, draft))
        });
        match placed {
            Ok((name, draft)) => {
                names.insert(role.name.clone(), name.clone());
                (moved(ImportItemKind::Role, &name, &role.name), Some(draft))
            }
            Err(problem) => (
                left(ImportItemKind::Role, &role.name, problem.to_string()),
                None,
            ),
        }
    }

    fn same_role(&self, role: &RoleDraft, source: &str) -> Option<Name> {
        let state = self.lock();
        let roles = state.catalogue.roles().iter();
        roles
            .filter(|known| known.arn.as_str() == role.arn && known.source.as_str() == source)
            .map(|known| known.name.clone())
            .next()
    }

    /// Returns the name itself, or with `origin` behind it if something else is called that.
    fn free_name(&self, origin: &str, name: &str, others: &[RoleDraft]) -> Result<Name, Problem> {
        let is_free = |name: &Name| {
            self.check_free(name).is_ok() && others.iter().all(|other| other.name != name.as_str())
        };
        let own = Name::parse(name)?;
        if is_free(&own) {
            return Ok(own);
        }
        let marked = Name::parse(&format!("{name} ({origin})"))?;
        if is_free(&marked) {
            return Ok(marked);
        }
        Err(Problem::new(
            ProblemCode::NameTaken,
            format!("Something else is called \"{marked}\" here."),
            "Rename it, then try again.",
        ))
    }
}

/// Returns the roles so that each comes after the role it is assumed from; those in a circle come last.
fn in_order(roles: &[RoleDraft]) -> Vec<&RoleDraft> {
    let mut waiting: Vec<&RoleDraft> = roles.iter().collect();
    let mut ordered = Vec::new();
    loop {
        let (ready, rest): (Vec<&RoleDraft>, Vec<&RoleDraft>) = waiting
            .iter()
            .copied()
            .partition(|role| !waiting.iter().any(|other| other.name == role.source));
        ordered.extend(&ready);
        if ready.is_empty() {
            ordered.extend(rest);
            return ordered;
        }
        waiting = rest;
    }
}

fn moved(kind: ImportItemKind, name: &Name, there: &str) -> ImportItem {
    let renamed = name.as_str() != there.trim();
    ImportItem {
        kind,
        name: name.to_string(),
        outcome: ImportOutcome::Imported,
        message: match renamed {
            true => format!("The name \"{there}\" is taken here."),
            false => String::new(),
        },
    }
}

fn here(kind: ImportItemKind, name: &Name) -> ImportItem {
    ImportItem {
        kind,
        name: name.to_string(),
        outcome: ImportOutcome::Exists,
        message: "It is here already.".into(),
    }
}

fn left(kind: ImportItemKind, name: &str, reason: String) -> ImportItem {
    ImportItem {
        kind,
        name: name.to_owned(),
        outcome: ImportOutcome::Skipped,
        message: reason,
    }
}
