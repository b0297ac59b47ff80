//! The checks of access keys, and of the way to AWS, which these keys are tried on.

use rolecall_core::asker::consent::Subject;
use rolecall_core::asker::requester::Requester;
use rolecall_core::calls::iam::Simulation;
use rolecall_core::calls::sts::{Caller, StsError};
use rolecall_core::doctor::{self, BROAD_ACTIONS, DoctorReport};
use rolecall_core::explain::diagnosis::{SentRequest, Signer};
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::key_age::KeyAge;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::region::{PARTITIONS, Partition, Region};
use rolecall_core::value::sanitise::echo;

use super::Owner;
use crate::assume::region_of;
use crate::key_facts::KEYS_MAX;

/// The maximum number of regions to try with each key.
const REGIONS_MAX: usize = 8;
/// An ID that no access key has, to find out whether the keychain answers.
const NOBODY: &str = "AKIAROLECALLDOCTOR00";

/// An access key that can sign.
pub(super) struct ReadableKey {
    key: AccessKey,
    caller: Caller,
}

/// Whether AWS could be reached.
#[derive(PartialEq, Eq)]
enum Reached {
    Yes,
    No,
}

impl Owner {
    /// Returns the access keys whose secret the keychain returns without a dialog, and reports the others.
    pub(super) async fn readable_keys(
        &self,
        requester: Option<&Requester>,
        report: &mut DoctorReport,
    ) -> Vec<ReadableKey> {
        let mut keys = self.lock().keys.list.clone();
        let mut readable = Vec::new();
        if keys.is_empty() {
            self.check_empty_keychain(report).await;
        }
        keys.retain(|key| {
            let allowed = self.check_read(&Subject::Key(key.name.clone()), requester);
            if let Err(problem) = &allowed {
                let what = format!("the access key \"{}\"", echo(key.name.as_str()));
                report.note_unread(what, problem.what.as_str());
            }
            allowed.is_ok()
        });
        for key in keys.into_iter().take(KEYS_MAX) {
            match self.io(|ports| ports.keychain.fetch_quietly(&key.id)).await {
                Ok(secret) => readable.push(ReadableKey {
                    caller: Caller::of_key(&key.id, secret),
                    key,
                }),
                Err(error @ (KeychainError::Empty | KeychainError::Corrupt)) => {
                    let mut problem = Problem::from(error);
                    let name = echo(key.name.as_str());
                    problem.what =
                        format!("The secret of the access key \"{name}\" is missing or invalid.");
                    report.add(problem.into());
                }
                Err(error) => {
                    report.add(Problem::from(error).into());
                    return readable;
                }
            }
        }
        if !readable.is_empty() {
            // It answers, whatever it did before.
            let _ = self.note_keychain(Ok(())).await;
        }
        readable
    }

    async fn check_empty_keychain(&self, report: &mut DoctorReport) {
        let Ok(nobody) = AccessKeyId::parse(NOBODY) else {
            return;
        };
        match self.io(|ports| ports.keychain.fetch_quietly(&nobody)).await {
            Ok(_) | Err(KeychainError::Empty) => {}
            Err(error) => report.add(Problem::from(error).into()),
        }
    }

    /// Calls AWS with each key, or without any, and reports what is wrong.
    pub(super) async fn check_calls(&self, keys: &[ReadableKey], report: &mut DoctorReport) {
        if let Err(problem) = self.check_destination() {
            return report.add(problem.into());
        }
        self.check_partitions(report);
        let mut reached = Reached::No;
        for readable in keys {
            reached = self.check_key(readable, report).await;
            if reached == Reached::No {
                return;
            }
        }
        if reached == Reached::No {
            self.check_endpoint(report).await;
        }
    }

    async fn check_endpoint(&self, report: &mut DoctorReport) {
        let settings = self.settings();
        let home = || Region::parse(PARTITIONS[0].home_region).ok();
        let Some(region) = settings.region.clone().or_else(home) else {
            return;
        };
        if let Err(error) = self.io(|ports| ports.sts.reach(&region)).await {
            report.add(doctor::no_answer(
                &error,
                &SentRequest::default(),
                &settings,
            ));
        }
    }

    /// Reports roles, and the region of the settings, that are in another partition than their keys.
    fn check_partitions(&self, report: &mut DoctorReport) {
        let state = self.lock();
        let default = state.settings.current.region.as_ref();
        for role in state.roles.catalogue.roles() {
            let key = state.keys.named(&role.source);
            let (Some(key), Ok(region)) = (key, region_of(role, default)) else {
                continue;
            };
            let name = role.name.as_str();
            let wrong = doctor::wrong_partition(name, &role.arn, key.partition(), &region);
            report.extend(wrong);
        }
        if let Some(region) = default {
            let partitions = state.keys.list.iter().map(AccessKey::partition);
            report.extend(doctor::region_of_no_key(region, partitions));
        }
    }

    async fn check_key(&self, readable: &ReadableKey, report: &mut DoctorReport) -> Reached {
        let settings = self.settings();
        let (key, caller) = (&readable.key, &readable.caller);
        let partition = key.known_partition();
        for (index, region) in self.regions_of(key, partition).into_iter().enumerate() {
            let asked = self
                .io(|ports| ports.sts.caller_identity(caller, &region))
                .await;
            match asked {
                Ok(identity) => {
                    if let Some(root) = doctor::root(key.name.as_str(), &identity.arn) {
                        report.add(root);
                        return Reached::Yes;
                    }
                }
                Err(error) => {
                    let sent = sent(key, &region);
                    let is_answer = matches!(error, StsError::Refused(_));
                    report.add(doctor::no_answer(&error, &sent, &settings));
                    match (is_answer, index) {
                        (false, 0) => return Reached::No,
                        // The key is refused everywhere.
                        (true, 0) => return Reached::Yes,
                        (_, _) => {}
                    }
                }
            }
        }
        self.check_age(readable, partition, report).await;
        self.check_breadth(readable, report).await;
        Reached::Yes
    }

    /// Returns the regions that the key's roles are called in. The first is enabled in every account, if it can be.
    pub(crate) fn regions_of(&self, key: &AccessKey, partition: Partition) -> Vec<Region> {
        let state = self.lock();
        let default = state.settings.current.region.as_ref();
        let mut regions: Vec<Region> = Vec::new();
        let home = Region::parse(partition.home_region).ok();
        let roles = state.roles.catalogue.roles().iter();
        let own = roles.filter(|role| role.source == key.name && role.arn.partition() == partition);
        let of_roles = own.filter_map(|role| region_of(role, default).ok());
        let wanted = of_roles.filter(|region| partition.has(region));
        for region in home.into_iter().chain(wanted) {
            if !regions.contains(&region) {
                regions.push(region);
            }
        }
        regions.truncate(REGIONS_MAX);
        regions
    }

    async fn check_age(
        &self,
        readable: &ReadableKey,
        partition: Partition,
        report: &mut DoctorReport,
    ) {
        let (key, caller) = (&readable.key, &readable.caller);
        let (name, now) = (key.name.as_str(), self.ports.clock.now());
        let facts = match self.key_facts(key, caller, partition).await {
            Ok(facts) => facts,
            Err(error) => {
                unread(report, "iam:ListAccessKeys", name, &error);
                None
            }
        };
        let listed = facts
            .as_ref()
            .map(|it| KeyAge::since(it.listed.created_at, now));
        let limit = self.lock().settings.current.rotate_after;
        if let Some(age) = listed.or_else(|| KeyAge::of(key, now)) {
            report.extend(doctor::age(name, age, limit));
        }
        match facts.map(|it| (it.listed, it.used_at)) {
            // IAM notes a use with a delay, and this one too.
            Some((own, Ok(used_at))) => report.extend(doctor::unused(name, &own, used_at, now)),
            Some((_, Err(error))) => unread(report, "iam:GetAccessKeyLastUsed", name, &error),
            None => {}
        }
    }

    async fn check_breadth(&self, readable: &ReadableKey, report: &mut DoctorReport) {
        let (key, caller) = (&readable.key, &readable.caller);
        let question = Simulation {
            principal: key.user_arn.clone(),
            actions: BROAD_ACTIONS.map(str::to_owned).to_vec(),
            resource: "*".to_owned(),
            context: Vec::new(),
        };
        let name = key.name.as_str();
        match self.simulated(caller, name, &question, report).await {
            Ok(results) => report.extend(doctor::broad(name, &results)),
            Err(error) => unread(report, "iam:SimulatePrincipalPolicy", name, &error),
        }
    }
}

fn sent(key: &AccessKey, region: &Region) -> SentRequest {
    SentRequest {
        signer: Signer::User(key.user_arn.clone()),
        access_key_id: key.id.as_str().to_owned(),
        region: region.as_str().to_owned(),
        ..SentRequest::by(key.name.as_str())
    }
}

pub(super) fn unread(report: &mut DoctorReport, action: &str, by: &str, error: &StsError) {
    let why = match error {
        error if error.is_denied() => "AWS does not permit it.".to_owned(),
        StsError::Refused(refusal) => format!("AWS refused it: {}.", echo(&refusal.code)),
        error => format!("There was no answer: {}.", echo(&error.to_string())),
    };
    report.note_unread(format!("{action} as {}", echo(by)), why);
}
