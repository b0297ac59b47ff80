//! The questions of `setup` at a terminal. An empty answer takes the proposal in brackets.

use rolecall_core::setup::{Caller, CallerKind, KitDraft, KitFormat};
use rolecall_core::value::problem::Problem;
use rolecall_core::value::sanitise::visible;

use super::machine::Machine;
use super::random_id::random_id;
use crate::arguments::{ExternalIdSource, SetupOptions};
use crate::commands::policy;
use crate::terminal::{self, Echo};

/// The answer of an empty line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proposal {
    Yes,
    No,
}

/// What is known about the kit so far.
pub(super) struct Answers {
    pub(super) draft: KitDraft,
    pub(super) format: Option<KitFormat>,
    pub(super) save: Option<String>,
    /// Whether it is applied.
    pub(super) applies: bool,
}

/// Asks for everything that the command line leaves out. Each answer is checked before the next question.
///
/// # Errors
/// If the terminal is gone, the user cancels, or something on the command line is not valid.
pub(super) fn ask(
    mut answers: Answers,
    options: &SetupOptions,
    machine: &Machine,
) -> Result<Answers, Problem> {
    let mut interview = Interview::start(answers.draft, machine);
    if options.who.is_none() {
        interview.who()?;
    }
    if options.account.is_none() {
        interview.account()?;
    }
    if options.role.is_none() {
        interview.field("role", "The role's name", "guest", &|draft, text| {
            draft.role = text.to_owned();
        })?;
    }
    if options.allow.is_none() && options.policy.is_none() {
        interview.permissions()?;
    }
    interview.conditions(options)?;
    if options.further.grant.is_none() {
        interview.grant(options)?;
    }
    answers.draft = interview.draft;
    if options.format.is_none() && options.out.is_none() && !answers.applies {
        answers.applies = !machine.keys.is_empty()
            && is_agreed(
                "Make it in AWS now, with keys and roles that Rolecall has?",
                Proposal::No,
            )?;
    }
    if options.format.is_none() && !answers.applies {
        answers.format = format()?;
    }
    if options.save.is_none() && !machine.keys.is_empty() {
        answers.save = save(&answers.draft.role)?;
    }
    Ok(answers)
}

/// The kit while it is asked for. What was not asked yet has a valid value in its place.
struct Interview<'a> {
    draft: KitDraft,
    machine: &'a Machine,
}

/// Sets what was asked.
type Set<'a> = &'a dyn Fn(&mut KitDraft, &str);

impl<'a> Interview<'a> {
    fn start(mut draft: KitDraft, machine: &'a Machine) -> Self {
        let fill = |text: &mut String, value: &str| {
            if text.is_empty() {
                value.clone_into(text);
            }
        };
        fill(&mut draft.who, "*");
        fill(&mut draft.account, "000000000000");
        fill(&mut draft.role, "x");
        if draft.policy.is_none() {
            fill(&mut draft.allow, "s3-read");
        }
        Self { draft, machine }
    }

    /// Asks until the answer is valid. `name` is the field's name in errors.
    fn field(
        &mut self,
        name: &str,
        question: &str,
        proposal: &str,
        set: Set<'_>,
    ) -> Result<(), Problem> {
        loop {
            let text = line(question, proposal)?;
            let mut tried = self.draft.clone();
            set(&mut tried, &text);
            match tried.check() {
                Ok(_) => {
                    self.draft = tried;
                    return Ok(());
                }
                Err(error) if error.field == name => {
                    terminal::tell(&visible(&error.to_string()));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn who(&mut self) -> Result<(), Problem> {
        let known: Vec<(String, String)> = (self.machine.keys.iter())
            .map(|key| (key.user_arn.clone(), format!("the access key {}", key.name)))
            .collect();
        terminal::tell("Who may assume the role?");
        for ((arn, origin), number) in known.iter().zip(1..) {
            terminal::tell(&visible(&format!("  {number}  {arn} ({origin})")));
        }
        let or = if known.is_empty() { "" } else { "or " };
        terminal::tell(&format!(
            "  {or}the ARN of a user or role, or an account ID for everybody there"
        ));
        let machine = self.machine;
        let proposal = if known.is_empty() { "" } else { "1" };
        self.field("who", "Who", proposal, &|draft, text| {
            let number = text.parse::<usize>().ok();
            let chosen = number.and_then(|number| known.get(number.checked_sub(1)?));
            draft.who = match chosen {
                Some((arn, _)) => arn.clone(),
                None => machine.caller(text),
            };
        })
    }

    fn account(&mut self) -> Result<(), Problem> {
        let own = self.caller().and_then(|caller| caller.account().cloned());
        let own = own.map_or(String::new(), |account| account.to_string());
        let other = (self.machine.roles.iter())
            .map(|role| role.account_id.as_str())
            .find(|account| *account != own);
        let proposal = other.unwrap_or(&own).to_owned();
        self.field(
            "account",
            "The role's account",
            &proposal,
            &|draft, text| {
                draft.account = text.to_owned();
            },
        )
    }

    fn permissions(&mut self) -> Result<(), Problem> {
        terminal::tell(
            "What may it do? s3-read, bucket:NAME, an AWS managed policy such as ReadOnlyAccess, the ARN of a policy, or the \
             path of a policy in JSON",
        );
        loop {
            let text = line("It may", "s3-read")?;
            let (mut tried, is_file) = (self.draft.clone(), is_file(&text));
            tried.allow = if is_file { String::new() } else { text.clone() };
            if is_file {
                match policy::read(&text) {
                    Ok(document) => tried.policy = Some(document),
                    Err(problem) => {
                        terminal::tell(&visible(&problem.to_string()));
                        continue;
                    }
                }
            }
            match tried.check() {
                Ok(_) => {
                    self.draft = tried;
                    return Ok(());
                }
                Err(error) => terminal::tell(&visible(&error.to_string())),
            }
        }
    }

    fn conditions(&mut self, options: &SetupOptions) -> Result<(), Problem> {
        let given = &options.further.requirements;
        let caller = self.caller();
        let has_id =
            given.external_id.is_some() || options.external_id == ExternalIdSource::Generated;
        if !has_id
            && is_agreed(
                "Require an external ID? It protects a role that another company assumes",
                self.proposed_id(),
            )?
        {
            self.draft.requirements.external_id = Some(random_id()?);
        }
        let is_role = matches!(caller.map(|it| it.kind), Some(CallerKind::Role { .. }));
        let has_mfa = given.mfa || given.mfa_age.is_some();
        if !is_role && !has_mfa && is_agreed("Require MFA?", Proposal::No)? {
            self.draft.requirements.mfa = true;
            self.field(
                "mfa_age",
                "MFA at most this long ago, such as 1h; empty for any time",
                "",
                &|draft, text| {
                    draft.requirements.mfa_age = Some(text.to_owned());
                },
            )?;
        }
        if given.longest_session.is_none() {
            self.field(
                "longest_session",
                "The longest session, 1h to 12h",
                "1h",
                &|draft, text| {
                    draft.requirements.longest_session = Some(text.to_owned());
                },
            )?;
        }
        let further =
            "Further conditions (address, VPC, session name, source identity, tags, organization)?";
        match has_further(options) || !is_agreed(further, Proposal::No)? {
            true => Ok(()),
            false => self.further_conditions(),
        }
    }

    fn further_conditions(&mut self) -> Result<(), Problem> {
        terminal::tell("Leave empty what is not required.");
        self.field(
            "source_ip",
            "Public addresses or ranges",
            "",
            &|draft, text| {
                draft.requirements.source_ip = Some(text.to_owned());
            },
        )?;
        if self.draft.requirements.source_ip.as_deref() == Some("") {
            self.field("source_vpc", "VPCs or VPC endpoints", "", &|draft, text| {
                draft.requirements.source_vpc = Some(text.to_owned());
            })?;
        }
        self.field(
            "session_name",
            "Session name, with * and ${aws:username}",
            "",
            &|draft, text| {
                draft.requirements.session_name = Some(text.to_owned());
            },
        )?;
        self.field(
            "source_identity",
            "Source identity, with * and ${aws:username}",
            "",
            &|draft, text| {
                draft.requirements.source_identity = Some(text.to_owned());
            },
        )?;
        self.field(
            "tags",
            "Session tags, such as Team=blue",
            "",
            &|draft, text| {
                draft.requirements.tags = Some(text.to_owned());
            },
        )?;
        self.field(
            "organization",
            "Organization, such as o-a1b2c3d4e5",
            "",
            &|draft, text| {
                draft.requirements.organization = Some(text.to_owned());
            },
        )
    }

    fn grant(&mut self, options: &SetupOptions) -> Result<(), Problem> {
        let kind = self.caller().map(|caller| caller.kind);
        let is_account = matches!(kind, Some(CallerKind::Account(_)));
        if is_account && options.further.user.is_none() {
            self.field(
                "user",
                "The user of that account who gets the policy; empty for none",
                "",
                &|draft, text| {
                    draft.user = Some(text.to_owned());
                },
            )?;
        }
        let has_user = self
            .draft
            .user
            .as_deref()
            .is_some_and(|user| !user.is_empty());
        let proposal = match self.draft.check() {
            Ok(kit) if kit.grant == rolecall_core::setup::Grant::Nothing => "none",
            _ if is_account && !has_user => "managed",
            _ => "inline",
        };
        self.field(
            "grant",
            "The caller gets its policy: inline, managed, group:NAME or none",
            proposal,
            &|draft, text| {
                draft.grant = Some(text.to_owned());
            },
        )
    }

    fn caller(&self) -> Option<Caller> {
        Caller::parse(&self.draft.who).ok()
    }

    /// Proposes an external ID if the caller's account is not known to be the user's own.
    fn proposed_id(&self) -> Proposal {
        let account = self.caller().and_then(|caller| caller.account().cloned());
        let own = &self.draft.own_accounts;
        let is_own =
            |account: &str| account == self.draft.account || own.iter().any(|it| it == account);
        match account {
            Some(account) if !is_own(account.as_str()) => Proposal::Yes,
            Some(_) | None => Proposal::No,
        }
    }
}

fn is_file(text: &str) -> bool {
    text.ends_with(".json") || text.starts_with("./") || text.starts_with('/')
}

fn has_further(options: &SetupOptions) -> bool {
    let given = &options.further.requirements;
    let all = [
        &given.source_ip,
        &given.source_vpc,
        &given.session_name,
        &given.source_identity,
        &given.tags,
        &given.organization,
    ];
    all.into_iter().any(Option::is_some)
}

fn format() -> Result<Option<KitFormat>, Problem> {
    let words = KitFormat::ALL.map(KitFormat::word).join(", ");
    loop {
        let word = line(&format!("Print policies, or {words}"), "policies")?;
        match (KitFormat::parse(&word), word.as_str()) {
            (Some(format), _) => return Ok(Some(format)),
            (None, "policies") => return Ok(None),
            (None, _) => terminal::tell(&format!("Known: policies, {words}.")),
        }
    }
}

fn save(role: &str) -> Result<Option<String>, Problem> {
    let name = line("Add the role to Rolecall as; - for no", role)?;
    Ok(Some(name).filter(|name| name != "-"))
}

fn is_agreed(question: &str, proposal: Proposal) -> Result<bool, Problem> {
    let shown = match proposal {
        Proposal::Yes => "Y/n",
        Proposal::No => "y/N",
    };
    loop {
        let answer = terminal::ask(&format!("{question} [{shown}] "), Echo::On)?;
        match answer.expose().to_ascii_lowercase().as_str() {
            "" => return Ok(proposal == Proposal::Yes),
            "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => terminal::tell("Answer y or n."),
        }
    }
}

/// Asks for a line; an empty one is the proposal.
fn line(question: &str, proposal: &str) -> Result<String, Problem> {
    let shown = match proposal {
        "" => format!("{question}: "),
        proposal => format!("{question} [{}]: ", visible(proposal)),
    };
    let answer = terminal::ask(&shown, Echo::On)?;
    Ok(match answer.expose() {
        "" => proposal.to_owned(),
        text => text.to_owned(),
    })
}
