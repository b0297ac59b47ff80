//! In-flight requests. Callers with the same request join it, and all get one answer.
//!
//! Every request has a number. A request becomes stale if its subject was ended, changed or requested again. It is then
//! removed from the table, and its result is dropped.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use rolecall_core::value::mfa::MfaCode;
use rolecall_core::value::name::Name;

/// The requests of one kind, with the key `K` and the answer `T`.
#[derive(Debug)]
pub(super) struct InFlight<K, T> {
    last: u64,
    requests: BTreeMap<u64, Request<K, T>>,
}

/// A request.
#[derive(Debug)]
struct Request<K, T> {
    key: K,
    /// The roles that wait for the request.
    waiting: BTreeSet<Name>,
    /// A code that one of the waiting callers provided, and the reasons of the caller that started it.
    brought: Brought,
    answer: Arc<OnceLock<T>>,
}

/// What a caller provides.
#[derive(Debug, Default)]
pub(super) struct Brought {
    /// The MFA code.
    pub(super) code: Option<MfaCode>,
    /// The reasons.
    pub(super) reasons: Vec<String>,
}

/// A request that a caller waits for.
#[derive(Debug)]
pub(super) struct Joined<T> {
    /// Its number.
    pub(super) id: u64,
    /// The future answer.
    pub(super) answer: Arc<OnceLock<T>>,
    /// Whether this call started it.
    pub(super) is_first: bool,
}

impl<K, T> Default for InFlight<K, T> {
    fn default() -> Self {
        Self {
            last: 0,
            requests: BTreeMap::new(),
        }
    }
}

impl<K: PartialEq + Clone, T> InFlight<K, T> {
    /// Joins the request for `key`, or starts it, on behalf of a role.
    pub(super) fn join(&mut self, key: &K, role: &Name, brought: Brought) -> Joined<T> {
        let running = self.requests.iter().find(|(_, it)| it.key == *key);
        let running = running.map(|(id, _)| *id);
        let id = running.unwrap_or(self.last + 1);
        self.last = self.last.max(id);
        let Brought { code, reasons } = brought;
        let request = self.requests.entry(id).or_insert_with(|| Request {
            key: key.clone(),
            waiting: BTreeSet::new(),
            brought: Brought {
                code: None,
                reasons,
            },
            answer: Arc::default(),
        });
        request.brought.code = code.or(request.brought.code.take());
        request.waiting.insert(role.clone());
        Joined {
            id,
            answer: request.answer.clone(),
            is_first: running.is_none(),
        }
    }

    /// Returns the future answer for `key`, if it was requested with other reasons than these. Returns `None` without
    /// reasons, because any answer is then accepted.
    pub(super) fn for_other_reasons(
        &self,
        key: &K,
        reasons: &[String],
    ) -> Option<Arc<OnceLock<T>>> {
        let running = self.requests.values().find(|it| it.key == *key)?;
        let are_others = !reasons.is_empty() && running.brought.reasons != reasons;
        are_others.then(|| running.answer.clone())
    }

    /// Answers a request and removes it from the table. Returns `false` if it was stale.
    pub(super) fn settle(&mut self, id: u64, answer: T) -> bool {
        let request = self.requests.remove(&id);
        request.is_some_and(|request| request.answer.set(answer).is_ok())
    }

    /// Makes the requests for some keys stale, and answers each with this. Returns `false` if there was none.
    pub(super) fn drop_where(
        &mut self,
        is_meant: impl Fn(u64, &K) -> bool,
        answer: impl Fn() -> T,
    ) -> bool {
        let meant = self
            .requests
            .iter()
            .filter(|(id, it)| is_meant(**id, &it.key));
        let ids: Vec<u64> = meant.map(|(id, _)| *id).collect();
        ids.iter().filter(|id| self.settle(**id, answer())).count() > 0
    }

    /// Returns whether a request is running and not stale.
    pub(super) fn is_running(&self, id: u64) -> bool {
        self.requests.contains_key(&id)
    }

    /// Returns the number of the last request that was started.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// Returns whether a request with this number or an earlier one is running.
    pub(super) fn has_up_to(&self, id: u64) -> bool {
        let first = self.requests.keys().next();
        first.is_some_and(|first| *first <= id)
    }

    /// Returns whether there is a request for a key.
    pub(super) fn has(&self, is_meant: impl Fn(&K) -> bool) -> bool {
        self.requests.values().any(|it| is_meant(&it.key))
    }

    /// Returns the keys of all requests.
    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.requests.values().map(|it| &it.key)
    }

    /// Returns the numbers of the requests, with what each asks for.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (u64, &K)> {
        self.requests.iter().map(|(id, it)| (*id, &it.key))
    }

    /// Returns the roles that wait for the requests for a key.
    pub(super) fn waiting(&self, is_meant: impl Fn(u64, &K) -> bool) -> BTreeSet<Name> {
        let meant = self
            .requests
            .iter()
            .filter(|(id, it)| is_meant(**id, &it.key));
        meant
            .flat_map(|(_, it)| it.waiting.iter().cloned())
            .collect()
    }

    /// Takes the code that a caller provided for the requests for a key.
    pub(super) fn take_code(&mut self, is_meant: impl Fn(u64, &K) -> bool) -> Option<MfaCode> {
        let requests = self.requests.iter_mut();
        let mut meant = requests.filter(|(id, it)| is_meant(**id, &it.key));
        meant.find_map(|(_, it)| it.brought.code.take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What happens to the table: somebody asks with a key, a request is answered, or a key becomes stale.
    fn step() -> impl Strategy<Value = (u8, u8)> {
        (0..4_u8, 0..5_u8)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn t41_every_caller_gets_the_answer_for_its_own_key(steps in prop::collection::vec(step(), 1..60)) {
            let mut table: InFlight<u8, (u64, u8)> = InFlight::default();
            let role = Name::parse("guest").expect("a name");
            let mut callers = Vec::new();
            for (act, key) in steps {
                let running: Vec<(u64, u8)> = table.numbered().map(|(id, key)| (id, *key)).collect();
                match act {
                    0 | 1 => {
                        let joined = table.join(&key, &role, Brought::default());
                        let was_running = running.iter().any(|(id, it)| (*id, *it) == (joined.id, key));
                        prop_assert_eq!(joined.is_first, !was_running);
                        callers.push((key, joined));
                    }
                    2 => {
                        for (id, key) in running.iter().take(1) {
                            table.settle(*id, (*id, *key));
                        }
                    }
                    _ => {
                        table.drop_where(|_, it| *it == key, || (0, key));
                    }
                }
            }
            for (id, key) in table.numbered().map(|(id, key)| (id, *key)).collect::<Vec<_>>() {
                table.settle(id, (id, key));
            }
            for (key, joined) in callers {
                let answer = joined.answer.get().copied();
                prop_assert!(answer == Some((joined.id, key)) || answer == Some((0, key)), "{key}: {answer:?}");
            }
        }
    }
}
