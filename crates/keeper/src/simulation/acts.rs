//! The events of a story.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{SignedDuration, Timestamp};

use super::checks::{live_id, name, t41_is_for};
use super::story::{KEYS, Program, ROLES, Story, WITH_REASON, arn, draft, pick};
use super::world::{World, lock};
use crate::fakes::process;
use crate::ports::Clock;
use crate::{Given, Owner};
use rolecall_core::asker::consent::{Consent, Reply, Subject};
use rolecall_core::asker::history::{Request, RequestKind};
use rolecall_core::asker::requester::{Ancestor, Requester};
use rolecall_core::value::mfa::MfaCode;
use rolecall_core::view::question::ConsentView;
use rolecall_core::view::snapshot::Mode;

impl Story {
    pub(super) fn act(&mut self) {
        let numbers = &self.world.numbers;
        let (role, source, has_device) = ROLES[pick(numbers.below(6))];
        match numbers.below(100) {
            0..16 => self.assume(role),
            16..34 => self.hand_out(role),
            34..44 => self.end_role(role),
            44..59 => self.answer(),
            59..69 => self.pass_time(),
            69..72 => self.renew_at_the_end(),
            72..76 => self.edit(role, source, has_device),
            76..79 => self.set_consent(role),
            79..82 => self.key_session(),
            82..84 => self.end_codes(),
            84..87 => self.renew_in_background(role),
            87..89 => self.leave(),
            89..91 => self.toggle("keychain", |world| &world.keychain_fails),
            91..94 => self.fill_disk(),
            94..96 => self.retry_keychain(),
            96..98 => self.restart(),
            _ => self.edit_by_hand(role),
        }
    }

    fn assume(&mut self, role: &'static str) {
        if WITH_REASON.contains(&role) && self.world.numbers.percent(50) {
            return self.assume_because(role);
        }
        let code = self.world.numbers.percent(30).then(|| self.fresh_code());
        self.assume_with(role, code);
    }

    /// The user renews a session at the moment of its expiry.
    fn renew_at_the_end(&mut self) {
        let now = self.world.clock().now();
        let next = {
            let state = self.owner.lock();
            let live = state
                .sessions
                .by_role
                .values()
                .filter(|it| it.expires_at() > now);
            let next = live.min_by_key(|it| it.expires_at());
            next.map(|it| (it.role.to_string(), it.expires_at()))
        };
        let Some((role, end)) = next else { return };
        self.advance_to(end);
        if let Some((role, ..)) = ROLES.iter().find(|(it, ..)| *it == role) {
            self.assume(role);
        }
    }

    fn assume_with(&mut self, role: &'static str, code: Option<String>) {
        let what = format!("assume {role} {}", code.as_deref().unwrap_or_default());
        self.note(&what);
        let (owner, checks) = (self.owner.clone(), self.checks.clone());
        self.ask(what, async move {
            if let Some(code) = code.as_ref().filter(|_| waits_for_code(&owner, role)) {
                lock(&checks).brought(code);
            }
            let code = code.map(|code| MfaCode::parse(&code).expect("a code"));
            let _ = owner.assume(&name(role), code).await;
        });
    }

    /// A terminal assumes a role with a reason of its own, with which its session must be signed.
    fn assume_because(&mut self, role: &'static str) {
        let reason = format!("OPS-{}", self.world.numbers.below(1_000_000));
        let what = format!("assume {role} because of {reason}");
        self.note(&what);
        let (owner, checks, world) = (self.owner.clone(), self.checks.clone(), self.world.clone());
        self.ask(what, async move {
            let reasons = [reason];
            let assumed = owner.assume_because(&name(role), None, &reasons).await;
            if let Ok(session) = assumed {
                lock(&checks).assumed(&world, &session, &reasons[0]);
            }
        });
    }

    fn hand_out(&mut self, role: &'static str) {
        let tree = u32::try_from(self.world.numbers.below(3)).unwrap_or_default() + 1;
        let what = format!("program {tree} asks for {role}");
        self.note(&what);
        let program = Arc::new(Program(AtomicBool::new(false)));
        self.programs.push(program.clone());
        let (owner, checks, world) = (self.owner.clone(), self.checks.clone(), self.world.clone());
        self.ask(what, async move {
            let request = request(role, tree);
            let before = lock(&checks).policy_of(role);
            let role_name = &request.name;
            let act = async || owner.credentials(role_name).await;
            if let Ok(line) = owner.serve(&request, &*program, act).await {
                lock(&checks).handed_out(&world, role, tree, &before);
                t41_is_for(&world, role, &line);
            }
        });
    }

    fn end_role(&mut self, role: &'static str) {
        lock(&self.checks).excuse_all();
        self.note(&format!("end {role}"));
        let (owner, checks) = (self.owner.clone(), self.checks.clone());
        let world = self.world.clone();
        self.ask(format!("end {role}"), async move {
            owner.await_restored().await;
            let before = live_id(&owner, role);
            if owner.end_now(&name(role)).is_ok() {
                lock(&checks).excuse_all();
                lock(&checks).ended(&world, &owner, role, before);
            }
        });
    }

    /// Answers an open prompt or question, usually correctly.
    fn answer(&mut self) {
        let (prompt, question, has_other) = {
            let state = self.owner.lock();
            let prompt = state.questions.codes().next_back();
            let has_other = prompt.is_some_and(|(_, it)| it.offer(&state).is_some());
            (
                prompt.map(|(id, _)| id),
                state.consent_views().first().cloned(),
                has_other,
            )
        };
        if let Some(question) = question {
            return self.reply(&question);
        }
        if let Some(id) = self.open_reason() {
            return self.answer_reason(id);
        }
        let Some(id) = prompt else { return };
        let owner = self.owner.clone();
        match self.world.numbers.below(10) {
            0 => {
                self.note(&format!("cancel prompt {id}"));
                // A code that was brought for a role that waits for this prompt is worth nothing.
                lock(&self.checks).excuse_brought();
                self.give(id, Given::NoCode);
            }
            3 | 4 => {
                let waiting = ROLES.map(|(role, ..)| role);
                let role = waiting
                    .into_iter()
                    .find(|role| waits_for_code(&owner, role));
                let code = self.fresh_code();
                if let Some(role) = role {
                    self.assume_with(role, Some(code));
                }
            }
            1 if has_other => {
                self.note(&format!("another plan for prompt {id}"));
                self.give(id, Given::OtherPlan);
            }
            chance => {
                let code = match chance {
                    2 => self.world.numbers.below(3).to_string().repeat(6),
                    _ => self.fresh_code(),
                };
                self.note(&format!("answer prompt {id} with {code}"));
                let (checks, world) = (self.checks.clone(), self.world.clone());
                self.ask("answer".into(), async move {
                    if owner.answer(id, Given::Code(&code)).await.is_ok() {
                        lock(&checks).answered(&world, id, code);
                    }
                });
            }
        }
    }

    fn open_reason(&self) -> Option<u64> {
        let state = self.owner.lock();
        let mut reasons = state.questions.reasons();
        reasons.next().map(|(id, _)| id)
    }

    fn answer_reason(&mut self, id: u64) {
        let given = match self.world.numbers.below(5) {
            0 => Given::NoReason,
            1 => Given::Reason(""),
            _ => Given::Reason("OPS-0"),
        };
        self.note(&format!("answer {id} with {given:?}"));
        self.give(id, given);
    }

    fn give(&mut self, id: u64, given: Given<'static>) {
        let owner = self.owner.clone();
        self.ask(format!("{given:?}"), async move {
            let _ = owner.answer(id, given).await;
        });
    }

    fn reply(&mut self, question: &ConsentView) {
        let reply = match self.world.numbers.below(3) {
            0 => Reply::Deny,
            1 => Reply::AllowOnce,
            _ => Reply::AllowTree,
        };
        self.note(&format!("{reply:?} for {}", question.role));
        if self.owner.reply(question.id, reply).is_ok() && reply != Reply::Deny {
            lock(&self.checks).allowed(&question.role);
        }
    }

    fn pass_time(&mut self) {
        let numbers = &self.world.numbers;
        let time = match numbers.below(10) {
            0..5 => SignedDuration::from_secs(numbers.below(40).cast_signed()),
            5..8 => SignedDuration::from_secs(numbers.below(600).cast_signed()),
            _ => SignedDuration::from_mins(numbers.below(90).cast_signed()),
        };
        self.note(&format!("{} s pass", time.as_secs()));
        let until = self.world.clock().now() + time;
        self.advance_to(until);
    }

    /// Advances the clock from alarm to alarm, and continues what each wakes.
    pub(super) fn advance_to(&mut self, until: Timestamp) {
        loop {
            let next = self.world.clock().next_alarm().filter(|at| *at < until);
            let now = self.world.clock().now();
            let step = next.unwrap_or(until).max(now).duration_since(now);
            self.world.clock().advance(step);
            self.run();
            if next.is_none() || self.fault().is_some() {
                return;
            }
        }
    }

    fn edit(&mut self, role: &'static str, source: &'static str, has_device: bool) {
        lock(&self.checks).excuse_all();
        let duration = ["15m", "1h", "2h"][pick(self.world.numbers.below(3))];
        self.note(&format!("edit {role}: {duration}"));
        let (owner, checks) = (self.owner.clone(), self.checks.clone());
        self.ask(format!("edit {role}"), async move {
            let draft = draft(role, source, has_device, duration);
            let _ = owner.save_role(Some(&name(role)), &draft).await;
            lock(&checks).excuse_all();
        });
    }

    /// Another program changes the file of roles: it moves a role to another account, or back.
    fn edit_by_hand(&mut self, role: &'static str) {
        lock(&self.checks).excuse_all();
        self.note(&format!("{role} is another role in the file"));
        {
            let mut text = lock(&self.world.fakes.files.roles);
            let (one, other) = (arn(role, "808768216571"), arn(role, "111122223333"));
            *text = match text.contains(&one) {
                true => text.replace(&one, &other),
                false => text.replace(&other, &one),
            };
        }
        let (owner, checks) = (self.owner.clone(), self.checks.clone());
        self.ask("reload".into(), async move {
            owner.reload_roles().await;
            lock(&checks).excuse_all();
        });
    }

    fn set_consent(&mut self, role: &'static str) {
        let consent = [Consent::Allow, Consent::Ask, Consent::Once, Consent::Never]
            [pick(self.world.numbers.below(4))];
        self.note(&format!("{role}: {consent:?}"));
        let (owner, checks) = (self.owner.clone(), self.checks.clone());
        lock(&checks).policy_changes(role);
        self.ask("consent".into(), async move {
            let subject = Subject::Role(name(role));
            let set = owner.set_consent(&subject, Some(consent)).await;
            lock(&checks).policy_is(role, set.is_ok().then_some(consent));
        });
    }

    fn key_session(&mut self) {
        let (key, _) = KEYS[pick(self.world.numbers.below(2))];
        self.note(&format!("a program asks for key {key}"));
        let (owner, ends) = (self.owner.clone(), self.world.numbers.percent(30));
        self.ask(format!("key {key}"), async move {
            if ends {
                let _ = owner.end_key(&name(key));
            } else {
                let _ = owner.key_credentials(&name(key)).await;
            }
        });
    }

    fn end_codes(&mut self) {
        lock(&self.checks).excuse_all();
        let (key, _) = KEYS[pick(self.world.numbers.below(2))];
        self.note(&format!("forget the code of {key}"));
        if self.owner.end_mfa_now(&name(key)).is_ok() {
            lock(&self.checks).codes_ended(&self.world, &self.owner, &name(key));
        }
    }

    fn renew_in_background(&mut self, role: &'static str) {
        self.note(&format!("renew {role} behind"));
        let owner = self.owner.clone();
        self.ask("renew".into(), async move {
            if owner.claims_renewal(&name(role)) {
                let _ = owner.renew_in_background(&name(role)).await;
            }
        });
    }

    fn leave(&mut self) {
        self.note("the programs that wait go away");
        for program in self.programs.drain(..) {
            program.0.store(true, Ordering::Relaxed);
        }
    }

    fn fill_disk(&mut self) {
        let is_full = self.world.numbers.percent(50);
        self.note(&format!("full disk: {is_full}"));
        self.world.disk_is_full(is_full);
        if self.world.numbers.percent(30) {
            self.world.fakes.store.panic_next();
        }
    }

    fn toggle(&mut self, what: &str, flag: fn(&World) -> &AtomicBool) {
        let before = flag(&self.world).fetch_xor(true, Ordering::Relaxed);
        self.note(&format!("{what}: {}", !before));
    }

    fn retry_keychain(&mut self) {
        self.note("retry the keychain");
        let owner = self.owner.clone();
        self.ask("retry".into(), async move {
            let _ = owner.retry_keychain().await;
        });
    }

    /// The program crashes and starts again.
    fn restart(&mut self) {
        self.note("crash and restart");
        self.runners.clear();
        self.world.take_tasks();
        self.owner = Owner::new(self.world.ports(), Mode::Own);
        lock(&self.checks).restarted(&self.world);
        self.start();
    }
}

/// Returns whether a role waits for a code that has not been given.
fn waits_for_code(owner: &Owner, role: &str) -> bool {
    let state = owner.lock();
    let mut open = state.questions.codes();
    open.any(|(_, prompt)| prompt.roles(&state).contains(&name(role)))
}

fn request(role: &str, tree: u32) -> Request {
    let process = |pid, name| Ancestor {
        session: tree,
        in_foreground: true,
        ..process(pid, name)
    };
    let lineage = [
        process(9000 + tree, "rolecall"),
        process(8000 + tree, "aws"),
        process(tree, "bash"),
    ];
    Request {
        name: name(role),
        kind: RequestKind::Credentials,
        requester: Some(Requester::new(&lineage, &[])),
    }
}
