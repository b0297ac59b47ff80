//! One story: its events, and what runs concurrently.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};

use jiff::{SignedDuration, Timestamp};

use super::checks::{Checks, name};
use super::world::{World, lock};
use crate::ports::{Clock, Task};
use crate::{Owner, Waiter};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::role::RoleDraft;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::question::ConsentView;
use rolecall_core::view::snapshot::Mode;

/// The roles of every story: some are assumed from a key, some from another role, and some have a device.
pub(super) const ROLES: [(&str, &str, bool); 6] = [
    ("plain", "user", false),
    ("deploy", "user", true),
    ("admin", "user", true),
    ("audit", "work", true),
    ("behind", "deploy", false),
    ("incident", "user", false),
];
/// The roles that require a reason.
pub(super) const WITH_REASON: [&str; 2] = ["audit", "incident"];
pub(super) const KEYS: [(&str, &str); 2] = [
    ("user", "AKIAIOSFODNN7EXAMPLE"),
    ("work", "AKIASQ7EXAMPLEKEYID1"),
];
/// The maximum number of polls before the next step.
const POLLS_MAX: usize = 20_000;
/// The maximum time until the disk is up to date after it works again, because writes that already started are still
/// slow.
const WRITTEN: SignedDuration = SignedDuration::from_mins(3);
/// The maximum virtual time at the end until nothing waits.
const END: SignedDuration = SignedDuration::from_hours(2);

/// Something that runs: a use case of a caller, or a task of the keeper itself.
pub(super) enum Running {
    Asked(Pin<Box<dyn Future<Output = ()>>>),
    Task(Task),
}

pub(super) struct Runner {
    what: String,
    running: Running,
    flag: Arc<Flag>,
}

/// Whether something can continue.
pub(super) struct Flag(AtomicBool);

impl Flag {
    /// Returns a flag of something that can continue.
    pub(super) fn ready() -> Arc<Self> {
        Arc::new(Self(AtomicBool::new(true)))
    }

    /// Returns whether it can continue, and notes that it does.
    pub(super) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A program that waits for a response until it leaves.
pub(super) struct Program(pub(super) AtomicBool);

impl Waiter for Program {
    fn wait(&self, _limit: SignedDuration, _question: Option<ConsentView>) -> Result<(), Problem> {
        Ok(())
    }
    fn is_gone(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

pub(super) struct Story {
    pub(super) seed: u64,
    pub(super) world: Arc<World>,
    pub(super) owner: Arc<Owner>,
    pub(super) runners: Vec<Runner>,
    pub(super) programs: Vec<Arc<Program>>,
    pub(super) checks: Arc<Mutex<Checks>>,
    pub(super) log: String,
    pub(super) begun_at: Timestamp,
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

    /// Performs the actions of the program's start.
    pub(super) fn start(&mut self) {
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

    pub(super) fn ask(&mut self, what: String, future: impl Future<Output = ()> + 'static) {
        self.runners.push(Runner {
            what,
            running: Running::Asked(Box::pin(future)),
            flag: Arc::new(Flag(AtomicBool::new(true))),
        });
    }

    pub(super) fn fault(&self) -> Option<String> {
        self.world.first_fault()
    }

    /// Returns the log of the story, for debugging.
    pub(super) fn log(&self) -> String {
        let fault = self.fault().unwrap_or_default();
        let again = format!("SIMULATION_SEEDS={}..1", self.seed);
        format!("seed {} ({again}): {fault}\n{}", self.seed, self.log)
    }

    pub(super) fn note(&mut self, what: &str) {
        let at = self.world.clock().now().duration_since(self.begun_at);
        let _ = writeln!(self.log, "  {:>8.3} s  {what}", at.as_secs_f64());
    }

    /// Performs one event, and then everything that follows from it without waiting, or sometimes only a part.
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

    /// Makes everything work again, and advances the time until every caller has a response.
    pub(super) fn end(&mut self) {
        self.note("everything works again");
        self.world.is_calm.store(true, Ordering::Relaxed);
        self.world.keychain_fails.store(false, Ordering::Relaxed);
        self.world.disk_is_full(false);
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

    pub(super) fn run(&mut self) {
        self.run_for(POLLS_MAX);
    }

    /// Continues what can continue, in an order from the seed.
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

    pub(super) fn fresh_code(&self) -> String {
        format!("{:06}", self.world.numbers.below(1_000_000))
    }
}

pub(super) fn pick(number: u64) -> usize {
    usize::try_from(number).unwrap_or_default()
}

pub(super) fn arn(role: &str, account: &str) -> String {
    format!("arn:aws:iam::{account}:role/{role}")
}

pub(super) fn draft(role: &str, source: &str, has_device: bool, duration: &str) -> RoleDraft {
    let device = format!("arn:aws:iam::177634097045:mfa/{source}");
    RoleDraft {
        name: role.into(),
        arn: arn(role, "808768216571"),
        source: source.into(),
        mfa_serial: has_device.then_some(device),
        duration: Some(duration.into()),
        reason: WITH_REASON.contains(&role).then(|| "tag:Reason".into()),
        ..RoleDraft::default()
    }
}
