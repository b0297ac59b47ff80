//! Thirty days of sessions in virtual time: people who renew, end, put off and forget, suspend, crashes, and networks that
//! come and go. Every warning comes, none is false, and none comes twice but for a crash.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use jiff::{SignedDuration, Timestamp};

use super::checks::name;
use super::story::{Flag, Running, pick};
use super::world::{Numbers, lock};
use crate::fakes::Fakes;
use crate::ports::{Audience, Clock, Notifier, Ports, Task, Tasks};
use crate::prospect::PATIENCE;
use crate::restore::JUST_ENDED;
use crate::{Owner, Woken};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::sts::StsError;
use rolecall_core::role::renew::Renew;
use rolecall_core::session::Session;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::notice::{Notice, Topic};
use rolecall_core::view::snapshot::{Mode, Snapshot};

const ROLES: u64 = 100;
/// How late a warning may come while the machine is awake: it may be held back for a minute twice.
const LATEST: SignedDuration = SignedDuration::from_secs(150);
/// The most wake-ups within a minute in which nothing happens but time.
const WAKE_UPS_MAX: usize = 4;
const POLLS_MAX: usize = 20_000;

/// The month, or as much of it as a run in a moment allows.
pub(super) struct Month {
    numbers: Numbers,
    fakes: Fakes,
    queue: Arc<Queue>,
    recorder: Arc<Recorder>,
    owner: Arc<Owner>,
    runners: Vec<(Running, Arc<Flag>)>,
    truth: Truth,
    log: VecDeque<String>,
    begun_at: Timestamp,
    /// When the program that runs woke up because its time was over, within the last minute.
    beats: Arc<Mutex<VecDeque<Timestamp>>>,
    figures: Figures,
}

/// What a month consisted of.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Figures {
    days: i64,
    pub(super) sessions: usize,
    suspends: usize,
    crashes: usize,
    warnings: usize,
    notifications: usize,
    wake_ups: usize,
    wake_ups_in_a_minute: usize,
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { days, sessions, .. } = self;
        let (suspends, crashes) = (self.suspends, self.crashes);
        let (warnings, notifications) = (self.warnings, self.notifications);
        let (wake_ups, most) = (self.wake_ups, self.wake_ups_in_a_minute);
        write!(
            formatter,
            "{days} days, {sessions} sessions, {suspends} suspends, {crashes} crashes as a warning was shown: \
             {warnings} warnings in {notifications} notifications, 0 missed, 0 false, 0 doubled; \
             {wake_ups} wake-ups, at most {most} within a minute"
        )
    }
}

/// What really happened.
#[derive(Default)]
struct Truth {
    /// The shortest lead time that was shown about each session, in seconds.
    reported: BTreeMap<String, i64>,
    /// The sessions whose warning the user put off, or whose warning a crash may repeat.
    may_repeat: BTreeMap<String, usize>,
    left_to_end: BTreeSet<String>,
    /// The sessions that nobody ended: the role, and the end.
    sessions: BTreeMap<String, (Name, Timestamp)>,
    /// When the machine woke up, the program started, or the network came back.
    awake_since: Option<Timestamp>,
    started_at: Option<Timestamp>,
    fault: Option<String>,
}

#[derive(Default)]
struct Queue(Mutex<Vec<Task>>);

impl Tasks for Queue {
    fn start(&self, task: Task) -> Result<(), Problem> {
        lock(&self.0).push(task);
        Ok(())
    }
}

/// Records notifications. The program can be made to crash at the next one, before it is noted as shown.
#[derive(Default)]
struct Recorder {
    shown: Mutex<Vec<Notice>>,
    crashes: AtomicBool,
    crashed: AtomicUsize,
}

impl Notifier for Recorder {
    fn show(&self, notice: &Notice) {
        lock(&self.shown).push(notice.clone());
        let is_warning = matches!(notice.topic, Topic::Session(_) | Topic::Digest)
            && notice.title.contains("expire");
        if is_warning && self.crashes.swap(false, Ordering::Relaxed) {
            self.crashed.fetch_add(1, Ordering::Relaxed);
            panic!("a crash between showing and recording, on purpose");
        }
    }
    fn withdraw(&self, _topic: &Topic) {}
}

impl Audience for Recorder {
    fn publish(&self, _snapshot: &Snapshot) {}
    fn tick(&self, _snapshot: &Snapshot, _now: Timestamp) {}
    fn shows_times(&self) -> bool {
        true
    }
}

impl Month {
    pub(super) fn of(seed: u64) -> Self {
        let now: Timestamp = "2026-11-01T00:00:00Z".parse().expect("an instant");
        let fakes = Fakes::at(now);
        let numbers = Numbers::of(seed);
        *lock(&fakes.files.roles) = roles();
        "[notifications]\nquiet_hours = \"22:00-07:00\"\n"
            .clone_into(&mut lock(&fakes.files.settings));
        let (queue, recorder) = (Arc::<Queue>::default(), Arc::<Recorder>::default());
        let owner = Owner::new(ports(&fakes, &queue, &recorder), Mode::Own);
        let mut month = Self {
            numbers,
            fakes,
            queue,
            recorder,
            owner,
            runners: Vec::new(),
            truth: Truth::default(),
            log: VecDeque::new(),
            begun_at: now,
            beats: Arc::default(),
            figures: Figures::default(),
        };
        month.start();
        let owner = month.owner.clone();
        month.ask(async move {
            let secret = Secret::new("wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYxx".into());
            let pair = KeyPair::parse("AKIAIOSFODNN7EXAMPLE", &secret).expect("a pair");
            owner.add_key(&name("user"), &pair).await.expect("added");
        });
        month.run();
        month
    }

    /// Plays until `days` have passed. Returns what happened, or the log if something was wrong.
    pub(super) fn play(&mut self, days: i64) -> Result<Figures, String> {
        let end = self.begun_at + SignedDuration::from_hours(24 * days);
        while self.now() < end {
            self.act();
            // Every two to three minutes of the month something happens.
            let pause = SignedDuration::from_secs(self.numbers.below(290).cast_signed());
            let until = self.now() + pause;
            self.advance_to(until);
            if let Some(fault) = &self.truth.fault {
                let log: Vec<&str> = self.log.iter().map(String::as_str).collect();
                return Err(format!("{fault}\n{}", log.join("\n")));
            }
        }
        Ok(Figures {
            days,
            ..self.figures
        })
    }

    fn now(&self) -> Timestamp {
        self.fakes.clock.now()
    }

    fn note(&mut self, what: &str) {
        let mut line = String::new();
        let at = self.now().duration_since(self.begun_at).as_secs();
        let _ = write!(
            line,
            "  day {:>2} {:>6} s  {what}",
            at / 86_400,
            at % 86_400
        );
        self.log.push_back(line);
        if self.log.len() > 60 {
            self.log.pop_front();
        }
    }

    fn act(&mut self) {
        let role = format!("r{}", self.numbers.below(ROLES));
        match self.numbers.below(1_000) {
            0..850 => self.assume(role),
            850..880 => self.end(role),
            880..900 => self.let_end(role),
            900..930 => self.snooze(&role),
            930..975 => self.hand_out(role),
            975..977 => self.suspend(),
            977..982 => self.restart("restart"),
            982..987 => self.recorder.crashes.store(true, Ordering::Relaxed),
            _ => self.toggle_network(),
        }
        self.run();
    }

    fn assume(&mut self, role: String) {
        self.note(&format!("assume {role}"));
        let owner = self.owner.clone();
        self.ask(async move { drop(owner.assume(&name(&role), None).await) });
    }

    fn end(&mut self, role: String) {
        self.note(&format!("end {role}"));
        let of_others = |_: &String, (of, _): &mut (Name, Timestamp)| *of != name(&role);
        self.truth.sessions.retain(of_others);
        let owner = self.owner.clone();
        self.ask(async move { drop(owner.end(&name(&role)).await) });
    }

    fn let_end(&mut self, role: String) {
        if let Some(session) = self.session(&role) {
            self.note(&format!("let {role} end"));
            self.truth.left_to_end.insert(session.id().to_owned());
        }
        let owner = self.owner.clone();
        self.ask(async move { owner.let_end(&name(&role)).await });
    }

    fn snooze(&mut self, role: &str) {
        if let Some(session) = self.session(role) {
            self.note(&format!("snooze {role}"));
            *self
                .truth
                .may_repeat
                .entry(session.id().to_owned())
                .or_default() += 1;
        }
        self.owner.snooze(&name(role));
    }

    fn hand_out(&mut self, role: String) {
        let owner = self.owner.clone();
        self.ask(async move { drop(owner.credentials(&name(&role)).await) });
    }

    /// The machine sleeps for a while, or somebody sets its clock; the keeper's clock goes on.
    fn suspend(&mut self) {
        let minutes = self.numbers.below(10 * 60).cast_signed();
        self.note(&format!("suspend for {minutes} min"));
        self.fakes.clock.jump(SignedDuration::from_mins(minutes));
        self.truth.awake_since = Some(self.now());
        self.figures.suspends += 1;
    }

    fn restart(&mut self, why: &str) {
        self.note(why);
        self.runners.clear();
        lock(&self.queue.0).clear();
        // The wake-ups of the program that ended say nothing about the one that starts.
        lock(&self.beats).clear();
        self.owner = Owner::new(ports(&self.fakes, &self.queue, &self.recorder), Mode::Own);
        self.truth.awake_since = Some(self.now());
        self.truth.started_at = Some(self.now());
        self.start();
    }

    fn toggle_network(&mut self) {
        let is_off = self.numbers.percent(40);
        self.note(if is_off { "offline" } else { "online" });
        let offline = StsError::TimedOut { host: "sts".into() };
        self.fakes.sts.refuse_all(is_off.then_some(offline));
    }

    fn session(&self, role: &str) -> Option<Session> {
        let state = self.owner.lock();
        state.sessions.by_role.get(&name(role)).cloned()
    }

    fn start(&mut self) {
        let owner = self.owner.clone();
        self.ask(async move {
            owner.read_files().await;
            // Nobody looks, so no snapshot is made.
            owner.lock().shown.is_held = true;
            owner.restore_sessions().await;
        });
        self.run();
        let (owner, beats) = (self.owner.clone(), self.beats.clone());
        self.ask(async move {
            loop {
                let pulse = owner.tick().await;
                if owner.wait_after(pulse).await == Woken::Due {
                    lock(&beats).push_back(owner.ports.clock.now());
                }
            }
        });
    }

    fn ask(&mut self, future: impl Future<Output = ()> + 'static) {
        let running = Running::Asked(Box::pin(future));
        self.runners.push((running, Flag::ready()));
    }

    fn advance_to(&mut self, until: Timestamp) {
        loop {
            let next = self.fakes.clock.next_alarm().filter(|at| *at < until);
            let now = self.now();
            let step = next.unwrap_or(until).max(now).duration_since(now);
            self.fakes.clock.advance(step);
            self.run();
            self.check();
            if next.is_none() || self.truth.fault.is_some() {
                return;
            }
        }
    }

    fn run(&mut self) {
        for _ in 0..POLLS_MAX {
            let tasks = std::mem::take(&mut *lock(&self.queue.0));
            for task in tasks {
                self.runners.push((Running::Task(task), Flag::ready()));
            }
            let ready = self.runners.iter().position(|(_, flag)| flag.take());
            let Some(at) = ready else {
                return;
            };
            let (owner, (running, flag)) = (self.owner.clone(), &mut self.runners[at]);
            let waker = Waker::from(flag.clone());
            let context = &mut Context::from_waker(&waker);
            let polled = catch_unwind(AssertUnwindSafe(|| match running {
                Running::Asked(future) => owner.poll(future.as_mut(), context).is_ready(),
                Running::Task(task) => task.poll(&waker),
            }));
            match polled {
                Ok(true) => drop(self.runners.swap_remove(at)),
                Ok(false) => {}
                Err(_) => self.crash(),
            }
            // What is shown is judged at once: the next step may renew the session.
            self.take_shown();
        }
        self.truth.fault = Some("it never comes to rest".into());
    }

    /// The program ends after it showed a notification, and starts again. It may show it once more.
    fn crash(&mut self) {
        let shown = std::mem::take(&mut *lock(&self.recorder.shown));
        for notice in shown {
            self.note(&format!("shown as it crashes: {}", notice.title));
        }
        self.figures.crashes += 1;
        self.restart("crash");
    }

    /// Compares what is true with what was shown.
    fn check(&mut self) {
        self.check_missed();
        self.check_gone();
        let now = self.now();
        let mut beats = lock(&self.beats);
        self.figures.wake_ups += beats.iter().filter(|at| **at == now).count();
        beats.retain(|at| now.duration_since(*at) < SignedDuration::from_mins(1));
        let most = &mut self.figures.wake_ups_in_a_minute;
        *most = beats.len().max(*most);
        if beats.len() > WAKE_UPS_MAX {
            let fault = format!("{} wake-ups in a minute", beats.len());
            self.truth.fault = Some(fault);
        }
    }

    /// Compares what was shown with what is true, and with what was recorded as shown.
    fn take_shown(&mut self) {
        let shown = std::mem::take(&mut *lock(&self.recorder.shown));
        let noted = self.fakes.store.take_warned();
        let mut has_digest = false;
        let mut roles = BTreeSet::new();
        for notice in shown {
            match &notice.topic {
                Topic::Digest => has_digest = true,
                Topic::Session(role) if notice.title.contains("expire") => {
                    roles.insert(role.clone());
                }
                _ => continue,
            }
            self.note(&format!("shown: {}", notice.title));
            self.figures.notifications += 1;
        }
        let mut shortest: BTreeMap<String, i64> = BTreeMap::new();
        for (id, lead) in noted {
            if !self.truth.left_to_end.contains(&id) {
                let known = shortest.entry(id).or_insert(lead);
                *known = lead.min(*known);
            }
        }
        for (id, lead) in shortest {
            let role = self.check_shown(&id, lead);
            let is_shown = role.is_some_and(|role| roles.remove(&role));
            if !is_shown && !has_digest {
                self.truth.fault = Some(format!("{id} at {lead} s was recorded, and not shown"));
            }
            self.figures.warnings += 1;
        }
        if !roles.is_empty() {
            self.truth.fault = Some(format!("{roles:?} were shown, and not recorded"));
        }
    }

    /// Checks that a warning is true and new. Returns the role.
    fn check_shown(&mut self, id: &str, lead: i64) -> Option<Name> {
        let now = self.now();
        let session = {
            let state = self.owner.lock();
            let mut sessions = state.sessions.by_role.values();
            sessions.find(|it| it.id() == id).cloned()
        };
        let left = session.as_ref().map(|it| it.remaining_at(now).as_secs());
        if left.is_none_or(|left| left > lead) {
            self.truth.fault = Some(format!("false: {id} at {lead} s, and {left:?} s are left"));
        }
        let before = self.truth.reported.insert(id.to_owned(), lead);
        if before.is_some_and(|before| before <= lead) {
            let repeats = self.truth.may_repeat.entry(id.to_owned()).or_default();
            match repeats.checked_sub(1) {
                Some(left) => *repeats = left,
                None => self.truth.fault = Some(format!("doubled: {id} at {lead} s")),
            }
        }
        session.map(|it| it.role)
    }

    /// Checks that no session is gone whose end was not shown. A program that starts says nothing about sessions that ended
    /// long before, such as in quiet hours.
    fn check_gone(&mut self) {
        let now = self.now();
        let state = self.owner.lock();
        for session in state.sessions.by_role.values() {
            if !self.truth.sessions.contains_key(session.id()) {
                let known = (session.role.clone(), session.expires_at());
                let id = session.id().to_owned();
                self.truth.sessions.insert(id, known);
                self.figures.sessions += 1;
            }
        }
        let truth = &mut self.truth;
        truth.sessions.retain(|id, (role, expires_at)| {
            let present = state.sessions.by_role.get(role);
            let is_shown = truth.reported.get(id).is_some_and(|lead| *lead <= 0)
                || truth.left_to_end.contains(id);
            let is_old = truth
                .started_at
                .is_some_and(|at| at.duration_since(*expires_at) > JUST_ENDED);
            if present.is_none() && !is_shown && !is_old && *expires_at <= now {
                truth.fault = Some(format!("missed: {role} is gone"));
            }
            present.is_some_and(|it| it.id() == id)
        });
    }

    fn check_missed(&mut self) {
        let now = self.now();
        let is_quiet = self.owner.quiet_left(now).is_some();
        if is_quiet {
            self.truth.awake_since = Some(now);
            return;
        }
        let sessions: Vec<Session> = {
            let state = self.owner.lock();
            let sessions = state.sessions.by_role.values();
            sessions
                .filter(|it| !self.truth.left_to_end.contains(it.id()))
                .filter(|it| {
                    state.renews(&it.role) != Renew::Automatic
                        || it.remaining_at(now) < -(PATIENCE + SignedDuration::from_mins(1))
                })
                .cloned()
                .collect()
        };
        for session in sessions {
            let leads = self.owner.lock().lead_times(&session.role);
            let fitting = leads.into_iter().filter(|lead| *lead < session.lifetime());
            let reached = fitting
                .chain([SignedDuration::ZERO])
                .filter(|lead| session.remaining_at(now) <= *lead);
            let Some(lead) = reached.min() else { continue };
            let since = session.expires_at() - lead;
            let since = self.truth.awake_since.map_or(since, |at| at.max(since));
            let reported = self.truth.reported.get(session.id());
            let is_shown = reported.is_some_and(|reported| *reported <= lead.as_secs());
            if !is_shown && now.duration_since(since) > LATEST {
                let (role, lead) = (&session.role, lead.as_secs());
                self.truth.fault = Some(format!("missed: {role} at {lead} s"));
            }
        }
    }
}

fn ports(fakes: &Fakes, queue: &Arc<Queue>, recorder: &Arc<Recorder>) -> Ports {
    Ports {
        tasks: queue.clone(),
        notifier: recorder.clone(),
        audience: recorder.clone(),
        ..fakes.ports()
    }
}

/// Roles of many durations, of which some renew themselves and some have lead times of their own.
fn roles() -> String {
    let mut text = String::new();
    for number in 0..ROLES {
        let duration = ["15m", "30m", "1h", "1h", "2h", "4h", "8h"][pick(number % 7)];
        let renew = match number % 10 {
            0 => "renew = \"automatic\"\n",
            1 => "renew = \"never\"\n",
            2 => "lead_times = [\"20m\", \"5m\", \"1m\"]\n",
            _ => "",
        };
        let _ = write!(
            text,
            "[roles.r{number}]\narn = \"arn:aws:iam::808768216571:role/r{number}\"\nsource = \"user\"\n\
             duration = \"{duration}\"\n{renew}"
        );
    }
    text
}
