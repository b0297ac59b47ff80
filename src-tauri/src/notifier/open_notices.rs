//! The open notices, in the order in which they were shown.

use rolecall_core::view::notice::Topic;

/// The limit of open notices.
const OPEN_MAX: usize = 20;

/// The open notices, oldest first, each with what closes it.
#[derive(Debug)]
pub(super) struct OpenNotices<T>(Vec<(Topic, T)>);

impl<T> Default for OpenNotices<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> OpenNotices<T> {
    /// Adds a notice, and returns those to close: an earlier one of the same topic, and if too many are open the oldest
    /// that is no question. A question is closed only if all others are questions as well.
    pub(super) fn add(&mut self, topic: Topic, notice: T) -> Vec<T> {
        let mut closed: Vec<T> = self.take(&topic).into_iter().collect();
        while self.0.len() >= OPEN_MAX {
            let oldest = self.0.iter().position(|(topic, _)| !is_question(topic));
            closed.push(self.0.remove(oldest.unwrap_or_default()).1);
        }
        self.0.push((topic, notice));
        closed
    }

    /// Removes the notice of a topic.
    pub(super) fn take(&mut self, topic: &Topic) -> Option<T> {
        let at = self.0.iter().position(|(open, _)| open == topic)?;
        Some(self.0.remove(at).1)
    }

    /// Keeps the notices that are still open.
    pub(super) fn retain(&mut self, is_open: impl Fn(&T) -> bool) {
        self.0.retain(|(_, notice)| is_open(notice));
    }
}

fn is_question(topic: &Topic) -> bool {
    match topic {
        Topic::Question(_) | Topic::Questions => true,
        Topic::Session(_)
        | Topic::Digest
        | Topic::TemporaryProfiles
        | Topic::OldKey(_)
        | Topic::Window
        | Topic::Menu => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rolecall_core::value::name::Name;

    fn session(number: usize) -> Topic {
        Topic::Session(Name::parse(&format!("role-{number}")).expect("a name"))
    }

    #[test]
    fn the_oldest_notice_that_is_no_question_is_closed() {
        let mut open = OpenNotices::default();
        assert!(open.add(Topic::Question(1), 0).is_empty());
        for number in 1..OPEN_MAX {
            assert!(open.add(session(number), number).is_empty());
        }
        assert_eq!(open.add(session(20), 20), [1]);
        assert_eq!(open.add(Topic::Question(2), 21), [2]);
        assert_eq!(open.take(&Topic::Question(1)), Some(0));
        assert!(open.add(session(22), 22).is_empty());
        assert_eq!(open.add(session(23), 23), [3]);
    }

    #[test]
    fn a_notice_that_is_shown_again_is_the_newest() {
        let mut open = OpenNotices::default();
        for number in 0..OPEN_MAX {
            open.add(session(number), number);
        }
        assert_eq!(open.add(session(0), 20), [0]);
        assert_eq!(open.add(session(21), 21), [1]);
        open.retain(|number| *number != 2);
        assert!(open.add(session(22), 22).is_empty());
    }

    #[test]
    fn of_questions_alone_the_oldest_is_closed() {
        let mut open = OpenNotices::default();
        for id in 0..20 {
            open.add(Topic::Question(id), id);
        }
        assert_eq!(open.add(session(1), 20), [0]);
        assert_eq!(open.add(Topic::Question(21), 21), [20]);
    }
}
