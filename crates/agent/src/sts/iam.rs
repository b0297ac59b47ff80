//! Calls of IAM, and two of STS that are about permissions.

use aws_sdk_iam::primitives::DateTime;
use aws_sdk_iam::types::{
    ContextEntry, ContextKeyTypeEnum, EvaluationResult, PolicyEvaluationDecisionType, StatusType,
};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::iam::{Decision, DescribedRole, ListedKey, Simulation, SimulationResult};
use rolecall_core::calls::iam_call::{IamAnswer, IamCall};
use rolecall_core::calls::sts::{Caller, StsError};
use rolecall_core::value::arn::Arn;
use rolecall_core::value::duration::SessionDuration;
use rolecall_core::value::region::{PARTITIONS, Partition, Region};
use rolecall_core::value::role_arn::RoleArn;
use rolecall_core::value::secret::Secret;
use rolecall_keeper::ports::Iam;

use super::client::{self, Tries};
use super::{AwsSts, failure, given};

/// Sends one request to IAM and returns its output. Each request has a type of its own.
macro_rules! sent {
    ($aws:expr, $caller:expr, $partition:expr, $client:ident => $request:expr) => {
        sent!($aws, $caller, $partition, Tries::Standard, $client => $request)
    };
    ($aws:expr, $caller:expr, $partition:expr, $tries:expr, $client:ident => $request:expr) => {{
        let aws: &AwsSts = $aws;
        let route = aws.route();
        let $client = aws.iam_client(&route, $partition)?;
        let request = $request
            .customize()
            .config_override(client::iam_signed_by($caller, $partition, $tries));
        let (clock, hosts) = (aws.clock.clone(), route.iam_hosts($partition));
        aws.run(async move {
            let sent = request.send().await;
            sent.map_err(|error| failure::failure(&error, &hosts, &clock))
        })
    }};
}
pub(super) use sent;

impl Iam for AwsSts {
    fn call(
        &self,
        caller: &Caller,
        partition: Partition,
        call: &IamCall,
    ) -> Result<IamAnswer, StsError> {
        self.ask(|| self.call_once(caller, partition, call))
    }

    fn role(&self, caller: &Caller, role: &RoleArn) -> Result<DescribedRole, StsError> {
        self.ask(|| self.role_once(caller, role))
    }

    fn simulate(
        &self,
        caller: &Caller,
        question: &Simulation,
    ) -> Result<Vec<SimulationResult>, StsError> {
        self.ask(|| self.simulate_once(caller, question))
    }

    fn access_keys(
        &self,
        caller: &Caller,
        partition: Partition,
    ) -> Result<Vec<ListedKey>, StsError> {
        // A user has at most two, so there is no second page.
        let listed = self.ask(|| sent!(self, caller, partition, iam => iam.list_access_keys()))?;
        let keys = listed.access_key_metadata().iter().map(|key| {
            Some(ListedKey {
                id: key.access_key_id()?.to_owned(),
                is_active: key.status() == Some(&StatusType::Active),
                created_at: time(key.create_date()?)?,
            })
        });
        let keys: Option<Vec<ListedKey>> = keys.collect();
        keys.ok_or_else(|| incomplete("AccessKeyMetadata"))
    }

    fn create_access_key(
        &self,
        caller: &Caller,
        partition: Partition,
        user: &str,
    ) -> Result<KeyPair, StsError> {
        let output = self.ask(|| {
            sent!(self, caller, partition, Tries::Once, iam => iam
                .create_access_key()
                .user_name(user))
        })?;
        let key = output.access_key.ok_or_else(|| incomplete("AccessKey"))?;
        let secret = Secret::new(key.secret_access_key);
        KeyPair::parse(&key.access_key_id, &secret).map_err(|_| incomplete("SecretAccessKey"))
    }

    fn mfa_devices(&self, caller: &Caller, partition: Partition) -> Result<Vec<String>, StsError> {
        // A user has at most eight, so there is no second page.
        let listed = self.ask(|| sent!(self, caller, partition, iam => iam.list_mfa_devices()))?;
        let devices = listed.mfa_devices().iter();
        Ok(devices.map(|it| it.serial_number().to_owned()).collect())
    }

    fn last_used(
        &self,
        caller: &Caller,
        access_key_id: &str,
        partition: Partition,
    ) -> Result<Option<Timestamp>, StsError> {
        let output = self.ask(|| {
            sent!(self, caller, partition, iam => iam
                .get_access_key_last_used()
                .access_key_id(access_key_id))
        })?;
        // The date is absent if the key was never used.
        match output.access_key_last_used() {
            Some(used) => Ok(used.last_used_date().and_then(time)),
            None => Err(incomplete("AccessKeyLastUsed")),
        }
    }

    fn decode(&self, caller: &Caller, encoded: &str, region: &Region) -> Result<String, StsError> {
        self.ask(|| self.decode_once(caller, encoded, region))
    }

    fn account_of_key(
        &self,
        caller: &Caller,
        access_key_id: &str,
        region: &Region,
    ) -> Result<String, StsError> {
        self.ask(|| self.account_once(caller, access_key_id, region))
    }
}

impl AwsSts {
    fn role_once(&self, caller: &Caller, role: &RoleArn) -> Result<DescribedRole, StsError> {
        let output = sent!(self, caller, role.partition(), iam => iam
            .get_role()
            .role_name(role.role_name()))?;
        let found = output.role().ok_or_else(|| incomplete("Role"))?;
        let document = found.assume_role_policy_document();
        // Names are unique in an account, but the ARN may have another path.
        let seconds = found
            .max_session_duration()
            .filter(|_| found.arn() == role.as_str());
        let seconds = seconds.and_then(|seconds| u64::try_from(seconds).ok());
        Ok(DescribedRole {
            trust_policy: decoded("AssumeRolePolicyDocument", document)?,
            maximum: seconds.and_then(|seconds| SessionDuration::from_seconds(seconds).ok()),
        })
    }

    fn simulate_once(
        &self,
        caller: &Caller,
        question: &Simulation,
    ) -> Result<Vec<SimulationResult>, StsError> {
        let partition = Arn::partition_of(&question.principal)
            .and_then(Partition::named)
            .unwrap_or(PARTITIONS[0]);
        let context: Vec<ContextEntry> = question.context.iter().map(context_entry).collect();
        let output = sent!(self, caller, partition, iam => iam
            .simulate_principal_policy()
            .policy_source_arn(&question.principal)
            .resource_arns(&question.resource)
            .set_action_names(Some(question.actions.clone()))
            .set_context_entries(Some(context.clone())))?;
        let results: Option<Vec<SimulationResult>> =
            output.evaluation_results().iter().map(simulated).collect();
        match results {
            Some(results) if !results.is_empty() => Ok(results),
            Some(_) | None => Err(incomplete("EvaluationResults")),
        }
    }

    fn decode_once(
        &self,
        caller: &Caller,
        encoded: &str,
        region: &Region,
    ) -> Result<String, StsError> {
        let route = self.route();
        let request = self
            .client(&route, region)?
            .decode_authorization_message()
            .encoded_message(encoded)
            .customize()
            .config_override(client::signed_by(caller, region, Tries::Standard));
        let (clock, hosts) = (self.clock.clone(), route.hosts(region));
        self.run(async move {
            match request.send().await {
                Ok(output) => given("DecodedMessage", output.decoded_message()),
                Err(error) => Err(failure::failure(&error, &hosts, &clock)),
            }
        })
    }

    fn account_once(
        &self,
        caller: &Caller,
        access_key_id: &str,
        region: &Region,
    ) -> Result<String, StsError> {
        let route = self.route();
        let request = self
            .client(&route, region)?
            .get_access_key_info()
            .access_key_id(access_key_id)
            .customize()
            .config_override(client::signed_by(caller, region, Tries::Standard));
        let (clock, hosts) = (self.clock.clone(), route.hosts(region));
        self.run(async move {
            match request.send().await {
                Ok(output) => given("Account", output.account()),
                Err(error) => Err(failure::failure(&error, &hosts, &clock)),
            }
        })
    }
}

pub(super) fn incomplete(field: &str) -> StsError {
    StsError::Incomplete(format!("{field} is missing"))
}

/// Returns a policy document, which IAM URL-encodes.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html>
pub(super) fn decoded(field: &str, document: Option<&str>) -> Result<String, StsError> {
    let decoded = document.and_then(|text| percent_decode_str(text).decode_utf8().ok());
    let decoded = decoded.filter(|text| !text.is_empty());
    decoded
        .map(|text| text.into_owned())
        .ok_or_else(|| incomplete(field))
}

fn time(date: &DateTime) -> Option<Timestamp> {
    Timestamp::from_second(date.secs()).ok()
}

fn context_entry((key, value): &(String, String)) -> ContextEntry {
    let kind = match value.as_str() {
        "true" => ContextKeyTypeEnum::Boolean,
        _ => ContextKeyTypeEnum::String,
    };
    ContextEntry::builder()
        .context_key_name(key)
        .context_key_type(kind)
        .context_key_values(value)
        .build()
}

fn simulated(result: &EvaluationResult) -> Option<SimulationResult> {
    let decision = match result.eval_decision() {
        PolicyEvaluationDecisionType::Allowed => Decision::Allowed,
        PolicyEvaluationDecisionType::ImplicitDeny => Decision::ImplicitDeny,
        PolicyEvaluationDecisionType::ExplicitDeny => Decision::ExplicitDeny,
        _ => return None,
    };
    let organization = result.organizations_decision_detail();
    let boundary = result.permissions_boundary_decision_detail();
    let matched = result.matched_statements().iter();
    Some(SimulationResult {
        action: result.eval_action_name().to_owned(),
        decision,
        by_organization: organization.map(|it| it.allowed_by_organizations()),
        by_boundary: boundary.map(|it| it.allowed_by_permissions_boundary()),
        policies: matched
            .filter_map(|it| it.source_policy_id().map(str::to_owned))
            .collect(),
        missing_keys: result.missing_context_values().to_vec(),
    })
}
