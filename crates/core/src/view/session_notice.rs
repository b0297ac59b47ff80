//! Notifications about the end of sessions: what is at stake, and what can be done.

use jiff::SignedDuration;

use crate::value::duration::time_left;
use crate::value::name::Name;
use crate::value::problem::Problem;
use crate::value::sanitise::cut;
use crate::view::notice::{Notice, NoticeAction, Topic, Urgency};

/// The maximum number of characters of a program's name.
const PROGRAM_MAX: usize = 32;

/// How many roles a digest names, and the maximum number of characters of each.
const NAMED_MAX: usize = 4;
const ROLE_MAX: usize = 32;

/// What ends with a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stake {
    /// Its role.
    pub role: Name,
    /// Whether the role acts on production.
    pub production: bool,
    /// The programs that use the session, the latest first.
    pub used_by: Vec<String>,
    /// How it can be renewed.
    pub offer: Offer,
}

/// How a session can be renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// With a click.
    Renew,
    /// With a code or a reason, although it is to be renewed by itself.
    Enter,
    /// Not at all: the role is set to end.
    Nothing,
}

impl Stake {
    fn actions(&self) -> Vec<NoticeAction> {
        match self.offer {
            Offer::Renew | Offer::Enter => vec![NoticeAction::Renew],
            Offer::Nothing => Vec::new(),
        }
    }

    /// Returns how urgent a warning is that is otherwise of `usual` urgency.
    fn urgency(&self, usual: Urgency) -> Urgency {
        let matters = self.production || !self.used_by.is_empty();
        match (usual, matters) {
            (Urgency::Normal, true) => Urgency::High,
            (Urgency::High, true) => Urgency::Critical,
            (usual, _) => usual,
        }
    }

    fn notice(&self, title: String, body: String, usual: Urgency) -> Notice {
        let notice = Notice {
            topic: Topic::Session(self.role.clone()),
            title,
            body: with_programs(body, &self.used_by),
            actions: self.actions(),
            urgency: self.urgency(usual),
        };
        match self.production {
            true => notice.about_production(),
            false => notice,
        }
    }
}

impl Notice {
    /// Returns the warning that a session expires soon.
    pub fn expiring(stake: &Stake, left: SignedDuration) -> Self {
        let body = match stake.offer {
            Offer::Renew => "Renew to keep working. Open terminals need a fresh copy.",
            Offer::Enter => "Renew it to enter the MFA code or reason that the role asks for.",
            Offer::Nothing => "The role is set not to be renewed.",
        };
        let title = format!("{} expires in {}", stake.role, time_left(left));
        let mut notice = stake.notice(title, body.to_owned(), Urgency::Normal);
        let later = [NoticeAction::Copy, NoticeAction::Snooze];
        notice.actions.extend(later);
        if stake.offer != Offer::Nothing {
            notice.actions.push(NoticeAction::LetEnd);
        }
        notice.actions.push(NoticeAction::Open);
        notice
    }

    /// Returns the notification for an expired session.
    pub fn expired(stake: &Stake) -> Self {
        let body = match stake.offer {
            Offer::Renew => "Renew to keep working.",
            Offer::Enter => "Renew it to enter the MFA code or reason that the role asks for.",
            Offer::Nothing => "The role is set not to be renewed.",
        };
        let title = format!("{} has expired", stake.role);
        let mut notice = stake.notice(title, body.to_owned(), Urgency::High);
        notice.actions.push(NoticeAction::Open);
        notice
    }

    /// Returns one notification for several sessions that expire or expired, those of production first.
    pub fn digest(stakes: &[Stake]) -> Self {
        let is_production = stakes.iter().any(|stake| stake.production);
        let mut stakes: Vec<&Stake> = stakes.iter().collect();
        stakes.sort_by_key(|stake| (!stake.production, stake.used_by.is_empty()));
        let named = stakes.iter().take(NAMED_MAX);
        let names: Vec<String> = named
            .map(|stake| cut(stake.role.as_str(), ROLE_MAX))
            .collect();
        let tail = match stakes.len() - names.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let (noun, verb) = match stakes.len() {
            1 => ("session", "expires or has expired"),
            _ => ("sessions", "expire or have expired"),
        };
        let notice = Self {
            topic: Topic::Digest,
            title: format!("{} {noun} {verb}", stakes.len()),
            body: format!("{}{tail}. Open Rolecall to renew them.", names.join(", ")),
            actions: vec![NoticeAction::Open],
            urgency: match is_production {
                true => Urgency::High,
                false => Urgency::Normal,
            },
        };
        match is_production {
            true => notice.about_production(),
            false => notice,
        }
    }

    /// Returns the notification for a session that AWS no longer accepts.
    pub fn refused(stake: &Stake, problem: &Problem) -> Self {
        let title = format!("{} no longer works", stake.role);
        let body = format!("{} {}", problem.what, problem.remedy);
        let mut notice = stake.notice(title, body, Urgency::High);
        notice.actions.push(NoticeAction::Open);
        notice
    }

    /// Returns the notification for a session that Rolecall could not renew by itself: how long the session still
    /// lasts, and when the next try is, if there is one.
    pub fn not_renewed(
        stake: &Stake,
        problem: &Problem,
        left: SignedDuration,
        again: Option<SignedDuration>,
    ) -> Self {
        let lasts = match left.is_positive() {
            true => format!("The session works for {} more.", time_left(left)),
            false => "The session has expired.".to_owned(),
        };
        let next = match again {
            Some(again) => format!("Next try in {}.", time_left(again)),
            None => "Rolecall does not try again.".to_owned(),
        };
        let title = format!("{} was not renewed", stake.role);
        let body = format!("{} {lasts} {next}", problem.what);
        let mut notice = stake.notice(title, body, Urgency::High);
        notice.actions.push(NoticeAction::Open);
        notice
    }
}

/// Adds which programs use a session.
fn with_programs(text: String, programs: &[String]) -> String {
    let names: Vec<String> = programs.iter().map(|it| cut(it, PROGRAM_MAX)).collect();
    match names.as_slice() {
        [] => text,
        [one] => format!("{text} Used by {one}."),
        [one, other] => format!("{text} Used by {one} and {other}."),
        [one, more @ ..] => format!("{text} Used by {one} and {} more.", more.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::problem::ProblemCode;

    fn stake(offer: Offer) -> Stake {
        Stake {
            role: Name::parse("guest").expect("a name"),
            production: false,
            used_by: Vec::new(),
            offer,
        }
    }

    #[test]
    fn production_and_use_make_it_more_urgent_and_are_named() {
        let minutes = SignedDuration::from_mins(10);
        let usual = Notice::expiring(&stake(Offer::Renew), minutes);
        assert_eq!(usual.urgency, Urgency::Normal);
        let stake = Stake {
            production: true,
            used_by: vec!["terraform".into(), "aws".into(), "python".into()],
            ..stake(Offer::Renew)
        };
        let notice = Notice::expiring(&stake, minutes);
        assert_eq!(notice.title, "Production: guest expires in 10m");
        assert!(notice.body.ends_with("Used by terraform and 2 more."));
        assert_eq!(notice.urgency, Urgency::High);
        assert_eq!(Notice::expired(&stake).urgency, Urgency::Critical);
    }

    #[test]
    fn a_digest_names_production_first() {
        let of = |name: &str, production| Stake {
            role: Name::parse(name).expect("a name"),
            production,
            ..stake(Offer::Renew)
        };
        let many: Vec<Stake> = (0..500)
            .map(|number| of(&format!("r{number}"), number == 499))
            .collect();
        let notice = Notice::digest(&many);
        assert_eq!(
            notice.title,
            "Production: 500 sessions expire or have expired"
        );
        assert!(notice.body.starts_with("r499, r0, r1, r2 and 496 more."));
        assert_eq!(notice.urgency, Urgency::High);
        assert_eq!(Notice::digest(&many[..3]).urgency, Urgency::Normal);
    }

    #[test]
    fn a_role_that_is_set_to_end_offers_no_renewal() {
        let notice = Notice::expiring(&stake(Offer::Nothing), SignedDuration::from_mins(2));
        assert!(!notice.actions.contains(&NoticeAction::Renew));
        assert!(notice.body.contains("not to be renewed"));
    }

    #[test]
    fn a_failed_renewal_says_why_how_long_it_lasts_and_when_it_is_tried_again() {
        let problem = Problem::new(ProblemCode::Offline, "AWS cannot be reached.", "Wait.");
        let [left, again] = [14, 1].map(SignedDuration::from_mins);
        let stake = stake(Offer::Renew);
        let notice = Notice::not_renewed(&stake, &problem, left, Some(again));
        assert_eq!(
            notice.body,
            "AWS cannot be reached. The session works for 14m more. Next try in 1m."
        );
        let over = Notice::not_renewed(&stake, &problem, -left, None);
        assert!(
            over.body
                .ends_with("has expired. Rolecall does not try again.")
        );
    }
}
