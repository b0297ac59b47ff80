//! One story: who does what when, and what runs at the time.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};

use jiff::{SignedDuration, Timestamp};

use super::checks::Checks;
use super::world::{World, lock};
use crate::ports::{Clock, Task};
use crate::{Owner, Waiter};
use rolecall_core::asker::consent::{Consent, Reply, Subject};
use rolecall_core::asker::history::{Request, RequestKind};
use rolecall_core::asker::requester::{Ancestor, ProcessId, Requester};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::role::RoleDraft;
use rolecall_core::value::mfa::MfaCode;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::{Mode, QuestionView};

/// The roles of every story: some of a key, some behind another role, some with a device.
const ROLES: [(&str, &str, bool); 7] = [
    ("plain", "user", false),
    ("deploy", "user", true),
    ("admin", "user", true),
    ("audit", "work", true),
    ("logs", "work", false),
    ("behind", "deploy", false),
    ("far", "plain", false),
];
const KEYS: [(&str, &str); 2] = [
    ("user", "AKIAIOSFODNN7EXAMPLE"),
    ("work", "AKIASQ7EXAMPLEKEYID1"),
];
/// How often something is gone on with at most before the next step.
const POLLS_MAX: usize = 20_000;
/// How long it takes at most until the disk follows, once it works again.
const WRITTEN: SignedDuration = SignedDuration::from_secs(30);
/// How long everything that waits may take at the end, in virtual time.
const END: SignedDuration = SignedDuration::from_hours(2);

/// Something that runs: a use case that somebody asked for, or a task of the keeper's own.
enum Running {
    Asked(Pin<Box<dyn Future<Output = ()>>>),
    Task(Task),
}

struct Runner {
    what: String,
    running: Running,
    flag: Arc<Flag>,
}

/// Whether something can go on.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A program that waits for an answer, for as long as it likes.
struct Program(AtomicBool);

impl Waiter for Program {
    fn wait(&self, _limit: SignedDuration, _question: Option<QuestionView>) -> Result<(), Problem> {
        Ok(())
    }
    fn is_gone(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

pub(super) struct Story {
    seed: u64,
    world: Arc<World>,
    owner: Arc<Owner>,
    runners: Vec<Runner>,
    programs: Vec<Arc<Program>>,
    checks: Arc<Mutex<Checks>>,
    log: String,
    begun_at: Timestamp,
}

pub(super) fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

impl Story {
    pub(super) fn of(seed: u64) -> Self {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().expect("an instant");
        let world = World::of(seed, now);
        let owner = Owner::new(world.ports(), Mode::Own);
        let mut story = Self {
            seed,
            world,
            owner,
            runners: Vec::new(),
            programs: Vec::new(),
            checks: Arc::default(),
            log: String::new(),
            begun_at: now,
        };
        story.set_up();
        story
    }

    /// Adds keys and roles while everything works, then starts as the program does.
    fn set_up(&mut self) {
        self.world.is_calm.store(true, Ordering::Relaxed);
        self.start();
        self.run();
        for (key, id) in KEYS {
            let owner = self.owner.clone();
            self.ask(format!("add {key}"), async move {
                let secret = Secret::new("wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYxx".into());
                let pair = KeyPair::parse(id, &secret).expect("a pair");
                owner.add_key(&name(key), &pair).await.expect("added");
            });
            self.run();
        }
        for (role, source, has_device) in ROLES {
            let owner = self.owner.clone();
            self.ask(format!("save {role}"), async move {
                let draft = draft(role, source, has_device, "1h");
                owner.save_role(None, &draft).await.expect("saved");
            });
            self.run();
        }
        self.world.is_calm.store(false, Ordering::Relaxed);
    }

    /// Begins what the program does at its start.
    fn start(&mut self) {
        let owner = self.owner.clone();
        self.ask("start".into(), async move {
            owner.read_files().await;
            owner.restore_sessions().await;
        });
        let owner = self.owner.clone();
        self.ask("heartbeat".into(), async move {
            loop {
                let pulse = owner.tick().await;
                owner.wait_after(pulse).await;
            }
        });
    }

    fn ask(&mut self, what: String, future: impl Future<Output = ()> + 'static) {
        self.runners.push(Runner {
            what,
            running: Running::Asked(Box::pin(future)),
            flag: Arc::new(Flag(AtomicBool::new(true))),
        });
    }

    pub(super) fn fault(&self) -> Option<String> {
        self.world.first_fault()
    }

    /// Returns the story, for whoever has to find out why it ends badly.
    pub(super) fn told(&self) -> String {
        let fault = self.fault().unwrap_or_default();
        let again = format!("SIMULATION_SEEDS={}..1", self.seed);
        format!("seed {} ({again}): {fault}\n{}", self.seed, self.log)
    }

    fn note(&mut self, what: &str) {
        let at = self.world.clock().now().duration_since(self.begun_at);
        let _ = writeln!(self.log, "  {:>8.3} s  {what}", at.as_secs_f64());
    }

    /// Lets one thing happen, and then everything that follows from it without waiting; sometimes not all.
    pub(super) fn step(&mut self) {
        let at_once = match self.world.numbers.percent(20) {
            true => 2 + self.world.numbers.below(3),
            false => 1,
        };
        for _ in 0..at_once {
            self.act();
        }
        let patience = match self.world.numbers.percent(20) {
            true => usize::try_from(self.world.numbers.below(6)).unwrap_or_default(),
            false => POLLS_MAX,
        };
        self.run_for(patience);
    }

    fn act(&mut self) {
        let numbers = &self.world.numbers;
        let (role, source, has_device) = ROLES[pick(numbers.below(7))];
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
            84..87 => self.renew_behind(role),
            87..89 => self.leave(),
            89..91 => self.toggle("keychain", |world| &world.keychain_fails),
            91..94 => self.toggle("full disk", |world| &world.disk_is_full),
            94..96 => self.retry_keychain(),
            96..98 => self.restart(),
            _ => self.edit_by_hand(role),
        }
    }

    fn assume(&mut self, role: &'static str) {
        let code = self.world.numbers.percent(30).then(|| self.fresh_code());
        self.assume_with(role, code);
    }

    /// Somebody renews a session in the very moment in which it ends.
    fn renew_at_the_end(&mut self) {
        let now = self.world.clock().now();
        let next = {
            let state = self.owner.lock();
            let live = state.sessions.values().filter(|it| it.expires_at() > now);
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
            if owner.serve(&request, &*program, act).await.is_ok() {
                lock(&checks).handed_out(&world, role, tree, &before);
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

    /// Answers whatever is asked, mostly as one would.
    fn answer(&mut self) {
        let (prompt, question, has_other) = {
            let state = self.owner.lock();
            let prompt = state.prompts.iter().next_back();
            let has_other = prompt.is_some_and(|(_, it)| it.offer(&state).is_some());
            (
                prompt.map(|(id, _)| *id),
                state.asking.views().first().cloned(),
                has_other,
            )
        };
        if let Some(question) = question {
            return self.reply(&question);
        }
        let Some(id) = prompt else { return };
        let owner = self.owner.clone();
        match self.world.numbers.below(10) {
            0 => {
                self.note(&format!("cancel prompt {id}"));
                let _ = owner.cancel_prompt(id);
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
                let _ = owner.switch_prompt(id);
            }
            chance => {
                let code = match chance {
                    2 => self.world.numbers.below(3).to_string().repeat(6),
                    _ => self.fresh_code(),
                };
                self.note(&format!("answer prompt {id} with {code}"));
                let (checks, world) = (self.checks.clone(), self.world.clone());
                self.ask("answer".into(), async move {
                    if owner.answer_prompt(id, &code).await.is_ok() {
                        lock(&checks).answered(&world, id, code);
                    }
                });
            }
        }
    }

    fn reply(&mut self, question: &QuestionView) {
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

    /// Moves the clock on from alarm to alarm, and goes on with what each wakes.
    fn advance_to(&mut self, until: Timestamp) {
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

    /// Somebody else changes the file of roles: a role is of another account, until the next time.
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
        if self.owner.end_mfa(&name(key)).is_ok() {
            lock(&self.checks).codes_ended(&self.world, &self.owner, &name(key));
        }
    }

    fn renew_behind(&mut self, role: &'static str) {
        self.note(&format!("renew {role} behind"));
        let owner = self.owner.clone();
        self.ask("renew".into(), async move {
            if owner.begins_renewal(&name(role)) {
                let _ = owner.renew_behind(&name(role)).await;
            }
        });
    }

    fn leave(&mut self) {
        self.note("the programs that wait go away");
        for program in self.programs.drain(..) {
            program.0.store(true, Ordering::Relaxed);
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

    /// Lets everything work again, and the time pass in which everybody gets an answer.
    pub(super) fn end(&mut self) {
        self.note("everything works again");
        self.world.is_calm.store(true, Ordering::Relaxed);
        self.world.keychain_fails.store(false, Ordering::Relaxed);
        self.world.disk_is_full.store(false, Ordering::Relaxed);
        self.run();
        let written = self.world.clock().now() + WRITTEN;
        self.advance_to(written);
        lock(&self.checks).everything_is_written(&self.world, &self.owner);
        let end = self.world.clock().now() + END;
        self.advance_to(end);
        let waits = |runner: &&Runner| runner.what != "heartbeat";
        let waiting: Vec<&str> = self
            .runners
            .iter()
            .filter(waits)
            .map(|runner| runner.what.as_str())
            .collect();
        if !waiting.is_empty() {
            let fault = format!("no answer for: {}", waiting.join(", "));
            self.world.fault(fault);
        }
        lock(&self.checks).everything_is_done(&self.world, &self.owner);
    }

    fn run(&mut self) {
        self.run_for(POLLS_MAX);
    }

    /// Goes on with what can go on, in the order that the seed decides.
    fn run_for(&mut self, polls: usize) {
        for _ in 0..polls {
            for task in self.world.take_tasks() {
                self.runners.push(Runner {
                    what: "task".into(),
                    running: Running::Task(task),
                    flag: Arc::new(Flag(AtomicBool::new(true))),
                });
            }
            let ready: Vec<usize> = self
                .runners
                .iter()
                .enumerate()
                .filter(|(_, runner)| runner.flag.0.load(Ordering::Relaxed))
                .map(|(at, _)| at)
                .collect();
            if ready.is_empty() || self.fault().is_some() {
                return;
            }
            let count = u64::try_from(ready.len()).unwrap_or(1);
            self.go_on_with(ready[pick(self.world.numbers.below(count))]);
        }
        if polls == POLLS_MAX {
            self.world.fault("it never comes to rest".into());
        }
    }

    fn go_on_with(&mut self, at: usize) {
        lock(&self.checks).before(&self.owner);
        let owner = self.owner.clone();
        let runner = &mut self.runners[at];
        runner.flag.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(runner.flag.clone());
        let polled = catch_unwind(AssertUnwindSafe(|| match &mut runner.running {
            Running::Asked(future) => owner
                .poll(future.as_mut(), &mut Context::from_waker(&waker))
                .is_ready(),
            Running::Task(task) => task.poll(&waker),
        }));
        let is_heartbeat = runner.what == "heartbeat";
        if polled.unwrap_or(true) {
            drop(self.runners.swap_remove(at));
            if is_heartbeat {
                self.world.fault("the heartbeat ended".into());
            }
        }
        lock(&self.checks).after(&self.world, &self.owner);
    }

    fn fresh_code(&self) -> String {
        format!("{:06}", self.world.numbers.below(1_000_000))
    }
}

/// Returns whether a role waits for a code that nobody has given yet.
fn waits_for_code(owner: &Owner, role: &str) -> bool {
    let state = owner.lock();
    let mut open = state.prompts.values().filter(|it| it.is_open());
    open.any(|prompt| prompt.roles(&state).contains(&name(role)))
}

/// Returns the id of the session of a role that is in memory.
pub(super) fn live_id(owner: &Owner, role: &str) -> Option<String> {
    let state = owner.lock();
    let session = state.sessions.get(&name(role));
    session.map(|session| session.id().to_owned())
}

fn pick(number: u64) -> usize {
    usize::try_from(number).unwrap_or_default()
}

fn arn(role: &str, account: &str) -> String {
    format!("arn:aws:iam::{account}:role/{role}")
}

fn draft(role: &str, source: &str, has_device: bool, duration: &str) -> RoleDraft {
    let device = format!("arn:aws:iam::177634097045:mfa/{source}");
    RoleDraft {
        name: role.into(),
        arn: arn(role, "808768216571"),
        source: source.into(),
        mfa_serial: has_device.then_some(device),
        duration: Some(duration.into()),
        ..RoleDraft::default()
    }
}

fn request(role: &str, tree: u32) -> Request {
    let process = |pid: u32, name: &str| Ancestor {
        id: ProcessId { pid, started: 1 },
        name: name.into(),
        program: format!("/usr/bin/{name}"),
        session: tree,
        has_terminal: true,
        in_foreground: true,
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
