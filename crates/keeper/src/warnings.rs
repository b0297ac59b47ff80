//! Warnings about the ends of sessions: which are due, one notification for many, and what the user says to them.

use std::cell::OnceCell;

use jiff::{SignedDuration, Timestamp};

use super::prospect::{PATIENCE, Prospect};
use super::{Owner, State};
use crate::state::unwritten::Row;
use crate::state::warnings::WITHIN;
use rolecall_core::plan::Situation;
use rolecall_core::role::renew::Renew;
use rolecall_core::session::Session;
use rolecall_core::value::name::Name;
use rolecall_core::view::notice::{DIGEST_FROM, Notice, Topic, Urgency};
use rolecall_core::view::session_notice::{Offer, Stake};

/// How long a warning stays away that the user puts off.
const SNOOZE: SignedDuration = SignedDuration::from_mins(5);
/// The lead time under which the store notes that the user lets a session end.
pub(super) const LEFT_TO_END_S: i64 = -1;

/// A due warning: the session and the lead time, which is zero if the session has expired.
struct Due {
    session: Session,
    lead: SignedDuration,
    /// Longer lead times, which this warning makes obsolete.
    passed: Vec<SignedDuration>,
    /// Whether the user put it off, and it comes again.
    is_again: bool,
}

impl Owner {
    /// Puts the warning about a role's session off for five minutes.
    pub(super) fn snooze(&self, role: &Name) {
        let now = self.ports.clock.now();
        self.ports.notifier.withdraw(&Topic::Session(role.clone()));
        self.update(|state| {
            let session = state.live(role, now);
            if let Some(id) = session.map(|it| it.id().to_owned()) {
                let snoozed = &mut state.warnings.snoozed;
                snoozed.insert(role.clone(), (id, now + SNOOZE));
            }
        });
    }

    /// Lets the session of a role end: nothing more is said about it, and it is not renewed by itself.
    pub(super) async fn let_end(&self, role: &Name) {
        self.ports.notifier.withdraw(&Topic::Session(role.clone()));
        let left = self.update(|state| {
            let session = state.sessions.by_role.get(role)?.clone();
            let id = session.id().to_owned();
            state.sessions.left_to_end.insert(id);
            state.warnings.snoozed.remove(role);
            Some((session, state.lead_times(role)))
        });
        let Some((session, leads)) = left else {
            return;
        };
        let leads = leads.iter().map(SignedDuration::as_secs);
        let margin = session.renewal_margin().as_secs();
        let all: Vec<i64> = leads.chain([margin, 0, LEFT_TO_END_S]).collect();
        self.io(|ports| {
            all.iter()
                .for_each(|lead| ports.store.note_warned(session.id(), *lead));
        })
        .await;
    }

    /// Returns how long the quiet hours still last; `None` outside of them.
    pub(super) fn quiet_left(&self, now: Timestamp) -> Option<SignedDuration> {
        let hours = self.lock().settings.current.quiet_hours?;
        hours.left_at(self.ports.notifier.time_of_day(now))
    }

    /// Shows the warnings that are due, and withdraws a digest that is no longer true.
    pub(super) async fn warn(&self, now: Timestamp) {
        self.follow_digest(now);
        if self.quiet_left(now).is_some() {
            return;
        }
        let candidates = self.lock().due_warnings(now);
        if candidates.is_empty() {
            return;
        }
        // A store that is still busy would record the warnings long after they are shown.
        self.soon_written().await;
        let fresh = self.unwarned(candidates).await;
        let is_admitted = !fresh.is_empty()
            && self.touch(|state| {
                let more = state.due_within_a_minute(now);
                state.warnings.admit(fresh.len(), more, now)
            });
        if !is_admitted {
            return;
        }
        let stakes = self.touch(|state| {
            for due in &fresh {
                state.warnings.snoozed.remove(&due.session.role);
                state.warnings.note_shown(&due.session, due.lead);
            }
            state.stakes(fresh.iter().map(|due| &due.session), now)
        });
        // A crash in between would show them twice.
        self.io(|ports| {
            self.show_warnings(&fresh, &stakes, now);
            for due in &fresh {
                let leads = due.passed.iter().chain([&due.lead]);
                leads.for_each(|lead| ports.store.note_warned(due.session.id(), lead.as_secs()));
            }
        })
        .await;
        for due in fresh.iter().filter(|due| due.lead.is_zero()) {
            self.keep(Row::Session(due.session.role.clone()));
        }
    }

    /// Returns the warnings that were not shown yet, of sessions that are still there.
    async fn unwarned(&self, candidates: Vec<Due>) -> Vec<Due> {
        let warned = self.io(|ports| {
            let warned = candidates.iter().map(|due| {
                let was_warned = ports.store.was_warned(due.session.id(), due.lead.as_secs());
                was_warned && !due.is_again
            });
            warned.collect::<Vec<bool>>()
        });
        let warned = warned.await;
        let mut state = self.lock();
        for (due, _) in candidates.iter().zip(&warned).filter(|(_, it)| **it) {
            state.warnings.note_shown(&due.session, due.lead);
        }
        // A session that was renewed or ended meanwhile needs no warning.
        let is_current = |due: &Due| {
            let present = state.sessions.by_role.get(&due.session.role);
            present.is_some_and(|it| it.id() == due.session.id())
        };
        let fresh = candidates.into_iter().zip(warned);
        let fresh = fresh.filter(|(_, warned)| !warned).map(|(due, _)| due);
        fresh.filter(is_current).collect()
    }

    fn show_warnings(&self, due: &[Due], stakes: &[Stake], now: Timestamp) {
        let notifier = &self.ports.notifier;
        if due.len() >= DIGEST_FROM {
            let ids = due.iter().map(|due| due.session.id().to_owned());
            self.touch(|state| state.warnings.digest.extend(ids));
            return notifier.show(&Notice::digest(stakes));
        }
        for (due, stake) in due.iter().zip(stakes) {
            notifier.show(&match due.lead.is_zero() {
                true => Notice::expired(stake),
                false => Notice::expiring(stake, due.session.remaining_at(now)),
            });
        }
    }

    /// Withdraws the digest once all its sessions were renewed or ended, and replaces it while some are left.
    fn follow_digest(&self, now: Timestamp) {
        let stakes = {
            let mut state = self.lock();
            let before = state.warnings.digest.len();
            if before == 0 {
                return;
            }
            let named = std::mem::take(&mut state.warnings.digest);
            let sessions = state.sessions.by_role.values();
            let left: Vec<Session> = sessions
                .filter(|it| named.contains(it.id()))
                .cloned()
                .collect();
            let ids = left.iter().map(|it| it.id().to_owned());
            state.warnings.digest = ids.collect();
            state.warnings.is_digest_stale |= left.len() < before;
            let is_replaced = state.warnings.is_digest_stale
                && !left.is_empty()
                && state.warnings.admit(1, 0, now);
            if !left.is_empty() && !is_replaced {
                return;
            }
            state.warnings.is_digest_stale = false;
            state.stakes(left.iter(), now)
        };
        match stakes.is_empty() {
            true => self.ports.notifier.withdraw(&Topic::Digest),
            false => self.ports.notifier.show(&Notice {
                urgency: Urgency::Low,
                ..Notice::digest(&stakes)
            }),
        }
    }
}

impl State {
    fn due_warnings(&self, now: Timestamp) -> Vec<Due> {
        let situation = OnceCell::new();
        let sessions = self.sessions.by_role.values();
        let due = sessions.filter_map(|session| self.due_warning(session, &situation, now));
        due.collect()
    }

    /// Returns how many sessions reach a lead time or their end within a minute.
    fn due_within_a_minute(&self, now: Timestamp) -> usize {
        let sessions = self.sessions.by_role.values();
        let soon = sessions.filter(|session| {
            let left = session.remaining_at(now);
            let leads = self.lead_times(&session.role).into_iter();
            let mut leads = leads.chain([SignedDuration::ZERO]);
            leads.any(|lead| (left - lead).is_positive() && left - lead <= WITHIN)
        });
        soon.count()
    }

    fn stakes<'a>(
        &self,
        sessions: impl Iterator<Item = &'a Session>,
        now: Timestamp,
    ) -> Vec<Stake> {
        let situation = OnceCell::new();
        sessions
            .map(|session| {
                let situation = || situation.get_or_init(|| self.situation(now));
                self.stake(session, situation, now)
            })
            .collect()
    }

    /// Returns the warning with the shortest lead time that applies to a session. A lead time as long as the session
    /// itself is ignored. A session that is about to be renewed by itself needs no warning.
    fn due_warning<'a>(
        &'a self,
        session: &Session,
        situation: &OnceCell<Situation<'a>>,
        now: Timestamp,
    ) -> Option<Due> {
        let left = session.remaining_at(now);
        let margin = session.renewal_margin();
        let mut leads = self.lead_times(&session.role);
        let is_automatic = self.renews(&session.role) == Renew::Automatic;
        if is_automatic && leads.iter().chain([&margin]).any(|lead| left <= *lead) {
            let situation = situation.get_or_init(|| self.situation(now));
            match self.prospect(session, situation, now) {
                Prospect::RenewedAt(at) if now < at.max(session.expires_at()) + PATIENCE => {
                    return None;
                }
                Prospect::NeedsPerson => leads.push(margin),
                Prospect::RenewedAt(_) | Prospect::TriedAgainAt(_) | Prospect::Ends => {}
            }
        }
        let fitting = leads.into_iter().filter(|lead| *lead < session.lifetime());
        let mut reached: Vec<SignedDuration> = fitting
            .chain([SignedDuration::ZERO])
            .filter(|lead| left <= *lead)
            .collect();
        reached.sort_unstable();
        let (lead, passed) = reached.split_first()?;
        let snoozed = self.warnings.snoozed.get(&session.role);
        let is_again = snoozed.is_some_and(|(id, at)| id == session.id() && *at <= now);
        if !is_again && self.warnings.was_shown(session, *lead) {
            return None;
        }
        Some(Due {
            session: session.clone(),
            lead: *lead,
            passed: passed.to_vec(),
            is_again,
        })
    }

    /// Returns what ends with a session. The situation matters only if the session is renewed by itself.
    pub(super) fn stake<'a, 's: 'a>(
        &self,
        session: &Session,
        situation: impl FnOnce() -> &'a Situation<'s>,
        now: Timestamp,
    ) -> Stake {
        let offer = match self.renews(&session.role) {
            Renew::Never => Offer::Nothing,
            Renew::Ask => Offer::Renew,
            Renew::Automatic => match self.prospect(session, situation(), now) {
                Prospect::NeedsPerson => Offer::Enter,
                Prospect::RenewedAt(_) | Prospect::TriedAgainAt(_) | Prospect::Ends => Offer::Renew,
            },
        };
        Stake {
            role: session.role.clone(),
            production: self.is_production(&session.role),
            used_by: self.requests.users_of(session),
            offer,
        }
    }

    /// Returns the time until a warning that was put off or held back comes.
    pub(super) fn next_kept_warning(&self, now: Timestamp) -> Option<SignedDuration> {
        let snoozed = self.warnings.snoozed.values().map(|(_, at)| *at);
        let next = snoozed.chain(self.warnings.held_until).min();
        next.map(|at| at.duration_since(now))
    }
}
