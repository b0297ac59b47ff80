//! Records of revocations, for their undo. They are written before AWS is called, and have no secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::holder::Holder;
use super::policy::{Reach, is_same};

/// The maximum number of records. The oldest that are done are dropped.
const RECORDS_MAX: usize = 200;

/// One policy that Rolecall put, or began to put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The ARN of the role or user.
    pub holder: String,
    /// The name of the policy.
    pub policy_name: String,
    /// The policy that Rolecall put.
    pub document: String,
    /// The policy of that name before.
    pub previous: Previous,
    /// The access key or role with which it was done.
    pub by: String,
    /// When it was begun.
    pub at: Timestamp,
    /// How far it came.
    pub stage: Stage,
}

/// What AWS had under the name of the policy before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Previous {
    /// Nothing.
    None,
    /// This policy.
    Policy(String),
    /// AWS did not permit to read it.
    Unread,
}

/// How far a revocation came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// AWS was called, and its answer is not known.
    Putting,
    /// AWS has the policy.
    Done,
    /// The undo was begun, and AWS's answer is not known.
    Undoing,
}

impl Record {
    /// Returns whether it is not known what AWS has.
    pub fn is_open(&self) -> bool {
        match self.stage {
            Stage::Putting | Stage::Undoing => true,
            Stage::Done => false,
        }
    }

    /// Returns whether Rolecall can have written it: the name and the document are those of a revocation. Another program
    /// may have written anything.
    pub fn is_genuine(&self) -> bool {
        Holder::of_arn(&self.holder).is_some()
            && Reach::of(&self.policy_name, &self.document).is_some()
    }

    /// Returns whether both are of the same policy.
    pub fn is_of(&self, other: &Self) -> bool {
        self.holder == other.holder && self.policy_name == other.policy_name
    }
}

/// Adds a record, or replaces the one of the same policy. What was there before Rolecall put its first policy stays known.
pub fn noted(records: &mut Vec<Record>, fresh: Record) {
    let mut fresh = fresh;
    let earlier = records.iter().position(|record| record.is_of(&fresh));
    if let Some(earlier) = earlier.map(|index| records.remove(index)) {
        let is_ours = match &fresh.previous {
            Previous::Policy(found) => is_same(found, &earlier.document),
            Previous::Unread => true,
            Previous::None => false,
        };
        if is_ours {
            fresh.previous = earlier.previous;
        }
    }
    records.push(fresh);
    while records.len() > RECORDS_MAX {
        let Some(oldest) = records.iter().position(|record| !record.is_open()) else {
            return;
        };
        records.remove(oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(document: &str, previous: Previous) -> Record {
        Record {
            holder: "arn:aws:iam::808768216571:role/guest".into(),
            policy_name: "AWSRevokeOlderSessions".into(),
            document: document.into(),
            previous,
            by: "admin".into(),
            at: Timestamp::UNIX_EPOCH,
            stage: Stage::Done,
        }
    }

    #[test]
    fn a_second_revocation_keeps_what_was_there_before_the_first() {
        let mut records = Vec::new();
        noted(
            &mut records,
            record("{\"a\":1}", Previous::Policy("{}".into())),
        );
        noted(
            &mut records,
            record("{\"a\":2}", Previous::Policy("{ \"a\": 1 }".into())),
        );
        assert_eq!(
            records,
            [record("{\"a\":2}", Previous::Policy("{}".into()))]
        );
        // Somebody else replaced it meanwhile.
        noted(
            &mut records,
            record("{\"a\":3}", Previous::Policy("{\"x\":1}".into())),
        );
        let other = Previous::Policy("{\"x\":1}".into());
        assert_eq!(records, [record("{\"a\":3}", other)]);
    }

    #[test]
    fn t33_only_what_rolecall_writes_is_a_record_of_it() {
        let at = Timestamp::UNIX_EPOCH;
        let of = |reach: &Reach| Record {
            policy_name: reach.policy_name(),
            ..record(&reach.document(), Previous::None)
        };
        let before = of(&Reach::Before(at));
        let named = of(&Reach::named("AROAEXAMPLE:ann", at));
        assert!(before.is_genuine() && named.is_genuine());
        let allow = before.document.replace("Deny", "Allow");
        for forged in [
            Record {
                policy_name: "AdministratorAccess".into(),
                ..before.clone()
            },
            Record {
                policy_name: named.policy_name.clone(),
                ..before.clone()
            },
            Record {
                policy_name: "RolecallRevokeSession-bob".into(),
                ..named.clone()
            },
            Record {
                document: named.document.clone(),
                ..before.clone()
            },
            Record {
                document: allow,
                ..before.clone()
            },
            Record {
                document: "{}".into(),
                ..before.clone()
            },
            Record {
                holder: "arn:aws:iam::808768216571:group/x".into(),
                ..before.clone()
            },
        ] {
            assert!(!forged.is_genuine(), "{forged:?}");
        }
    }

    #[test]
    fn open_records_are_never_dropped() {
        let mut records = Vec::new();
        for number in 0..=RECORDS_MAX {
            let open = number == 0;
            noted(
                &mut records,
                Record {
                    holder: format!("arn:aws:iam::808768216571:role/r{number}"),
                    stage: if open { Stage::Putting } else { Stage::Done },
                    ..record("{}", Previous::None)
                },
            );
        }
        assert_eq!(records.len(), RECORDS_MAX);
        assert!(records[0].is_open());
    }
}
