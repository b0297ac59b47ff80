//! Imports keys of another program into the keychain, and roles into the user's file.

use std::collections::{HashMap, HashSet};

use super::Owner;
use crate::ports::OwnFile;
use rolecall_core::api::import::{
    DryRun, ImportData, ImportItem, ImportItemKind, ImportKey, ImportOutcome, ImportSource,
};
use rolecall_core::catalogue;
use rolecall_core::role::RoleDraft;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};

impl Owner {
    /// Imports the keys and roles of another program. Each key is verified as in [`Owner::add_key`], and each role is
    /// checked. With `dry_run`, nothing is changed and no key is verified, and the report says what would be imported.
    ///
    /// Existing keys and roles stay unchanged. A name already in use gets the program's name as a suffix. The report
    /// has one entry for each key and role. Nothing of the other program is changed.
    ///
    /// # Errors
    /// If the file of roles cannot be read or written. Keys that were already imported stay.
    pub(super) async fn import(
        &self,
        from: ImportSource,
        import_data: &ImportData,
        dry_run: DryRun,
    ) -> Result<Vec<ImportItem>, Problem> {
        let mut report = Vec::new();
        // The names in Rolecall, by the names in the other program.
        let mut names = HashMap::new();
        for key in &import_data.keys {
            let (item, name) = self.import_one_key(from, key, dry_run).await;
            if let Some(name) = name {
                names.insert(key.name.clone(), name);
            }
            report.push(item);
        }
        report.extend(
            self.import_drafts(from.title(), &import_data.roles, &mut names, dry_run)
                .await?,
        );
        report.extend(
            import_data
                .skipped
                .iter()
                .map(|(name, reason)| skipped(ImportItemKind::Other, name, reason.clone())),
        );
        Ok(report)
    }

    /// Imports the roles of a catalogue file, such as from `rolecall roles export`. A source that is neither a role of
    /// the file nor known becomes `source`. With `dry_run`, nothing is changed.
    ///
    /// # Errors
    /// If the file is not TOML, or the file of roles cannot be read or written.
    pub(super) async fn import_roles(
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
            .import_drafts("imported", drafts, &mut names, dry_run)
            .await?;
        let faults = reading.faults.iter();
        report.extend(
            faults.map(|(name, problem)| skipped(ImportItemKind::Role, name, problem.to_string())),
        );
        Ok(report)
    }

    async fn import_drafts(
        &self,
        origin: &str,
        roles: &[RoleDraft],
        names: &mut HashMap<String, Name>,
        dry_run: DryRun,
    ) -> Result<Vec<ImportItem>, Problem> {
        let (mut report, mut drafts) = (Vec::new(), Vec::new());
        for role in in_order(roles) {
            let (item, draft) = self.plan_import(origin, role, names, &drafts);
            report.push(item);
            drafts.extend(draft);
        }
        if dry_run == DryRun::No && !drafts.is_empty() {
            self.edit_file(OwnFile::Roles, |text, path| {
                drafts.iter().try_fold(text.to_owned(), |text, draft| {
                    catalogue::with_role(&text, path, None, draft)
                })
            })
            .await?;
        }
        Ok(report)
    }

    async fn import_one_key(
        &self,
        from: ImportSource,
        key: &ImportKey,
        dry_run: DryRun,
    ) -> (ImportItem, Option<Name>) {
        let known = self
            .lock()
            .keys
            .list
            .iter()
            .find(|it| it.id == key.pair.id)
            .cloned();
        if let Some(known) = known {
            return (exists(ImportItemKind::Key, &known.name), Some(known.name));
        }
        let kept = match self.free_name(from.title(), &key.name, &[]) {
            Ok(name) if dry_run == DryRun::No => self.add_key(&name, &key.pair).await.map(|_| name),
            named => named,
        };
        match kept {
            Ok(name) => (imported(ImportItemKind::Key, &name, &key.name), Some(name)),
            Err(problem) => (
                skipped(ImportItemKind::Key, &key.name, problem.to_string()),
                None,
            ),
        }
    }

    /// Returns the entry of a role in the report, and the draft to write if it is imported.
    fn plan_import(
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
                return (skipped(ImportItemKind::Role, &role.name, reason), None);
            }
        };
        if let Some(known) = self.same_role(role, &source) {
            names.insert(role.name.clone(), known.clone());
            return (exists(ImportItemKind::Role, &known), None);
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
                (
                    imported(ImportItemKind::Role, &name, &role.name),
                    Some(draft),
                )
            }
            Err(problem) => (
                skipped(ImportItemKind::Role, &role.name, problem.to_string()),
                None,
            ),
        }
    }

    fn same_role(&self, role: &RoleDraft, source: &str) -> Option<Name> {
        let state = self.lock();
        let roles = state.roles.catalogue.roles().iter();
        roles
            .filter(|known| known.arn.as_str() == role.arn && known.source.as_str() == source)
            .map(|known| known.name.clone())
            .next()
    }

    /// Returns the name, with the suffix `origin` if it is already in use.
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
            format!("The name \"{marked}\" is already in use."),
            "Rename it, then try again.",
        ))
    }
}

/// Returns the roles in an order in which each comes after its source. Roles in a loop come last.
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

fn imported(kind: ImportItemKind, name: &Name, other_name: &str) -> ImportItem {
    let renamed = name.as_str() != other_name.trim();
    ImportItem {
        kind,
        name: name.to_string(),
        outcome: ImportOutcome::Imported,
        message: match renamed {
            true => format!("The name \"{other_name}\" is already in use."),
            false => String::new(),
        },
    }
}

fn exists(kind: ImportItemKind, name: &Name) -> ImportItem {
    ImportItem {
        kind,
        name: name.to_string(),
        outcome: ImportOutcome::Exists,
        message: "Already in Rolecall.".into(),
    }
}

fn skipped(kind: ImportItemKind, name: &str, reason: String) -> ImportItem {
    ImportItem {
        kind,
        name: name.to_owned(),
        outcome: ImportOutcome::Skipped,
        message: reason,
    }
}
