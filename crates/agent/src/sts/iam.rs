//! Read-only calls about permissions: two to IAM, two to STS.

use std::sync::Arc;

use aws_smithy_xml::decode::{Document, ScopedDecoder};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use rolecall_core::calls::iam::{Decision, DescribedRole, ListedKey, Simulation, SimulationResult};
use rolecall_core::calls::sts::{Caller, StsError};
use rolecall_core::value::arn::Arn;
use rolecall_core::value::duration::SessionDuration;
use rolecall_core::value::region::{PARTITIONS, Partition, Region};
use rolecall_core::value::role_arn::RoleArn;
use rolecall_keeper::ports::Clock;
use rolecall_keeper::ports::Iam;

use super::client::{self, Tries};
use super::query::{self, Destination, Query};
use super::wire::Wire;
use super::xml::data;
use super::{AwsSts, failure, given};

impl Iam for AwsSts {
    fn role(&self, caller: &Caller, role: &RoleArn) -> Result<DescribedRole, StsError> {
        let query = Query {
            action: "GetRole",
            parameters: vec![("RoleName".to_owned(), role.role_name().to_owned())],
        };
        let answer = self.ask(|| self.query(caller, &query, role.partition()))?;
        described(&answer, role).ok_or_else(|| incomplete("AssumeRolePolicyDocument"))
    }

    fn simulate(
        &self,
        caller: &Caller,
        question: &Simulation,
    ) -> Result<Vec<SimulationResult>, StsError> {
        let query = Query {
            action: "SimulatePrincipalPolicy",
            parameters: parameters(question),
        };
        let partition = Arn::partition_of(&question.principal)
            .and_then(Partition::named)
            .unwrap_or(PARTITIONS[0]);
        let answer = self.ask(|| self.query(caller, &query, partition))?;
        match results(&answer) {
            Some(results) if !results.is_empty() => Ok(results),
            Some(_) | None => Err(incomplete("EvaluationResults")),
        }
    }

    fn access_keys(
        &self,
        caller: &Caller,
        partition: Partition,
    ) -> Result<Vec<ListedKey>, StsError> {
        let query = Query {
            action: "ListAccessKeys",
            parameters: Vec::new(),
        };
        let answer = self.ask(|| self.query(caller, &query, partition))?;
        listed_keys(&answer).ok_or_else(|| incomplete("AccessKeyMetadata"))
    }

    fn mfa_devices(&self, caller: &Caller, partition: Partition) -> Result<Vec<String>, StsError> {
        let query = Query {
            action: "ListMFADevices",
            parameters: Vec::new(),
        };
        let answer = self.ask(|| self.query(caller, &query, partition))?;
        serials(&answer).ok_or_else(|| incomplete("MFADevices"))
    }

    fn last_used(
        &self,
        caller: &Caller,
        access_key_id: &str,
        partition: Partition,
    ) -> Result<Option<Timestamp>, StsError> {
        let query = Query {
            action: "GetAccessKeyLastUsed",
            parameters: vec![("AccessKeyId".to_owned(), access_key_id.to_owned())],
        };
        let answer = self.ask(|| self.query(caller, &query, partition))?;
        last_used(&answer).ok_or_else(|| incomplete("AccessKeyLastUsed"))
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
    fn query(
        &self,
        caller: &Caller,
        query: &Query,
        partition: Partition,
    ) -> Result<String, StsError> {
        let route = self.route();
        route.check_known()?;
        let to = Destination::of(partition, &route);
        let request = query::request(query, &to, caller, self.clock.now().into())?;
        let home = Region::parse(partition.home_region).map_err(|error| incomplete(&error.what))?;
        let clock = self.clock.clone();
        let wire = Wire::new(&route, &home, Arc::clone(&clock))?;
        self.run(async move { query::send(wire, request, &to, &route, clock.offset()).await })
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
        let (clock, region) = (self.clock.clone(), region.clone());
        self.run(async move {
            match request.send().await {
                Ok(output) => given("DecodedMessage", output.decoded_message()),
                Err(error) => Err(failure::failure(&error, &route, &region, &clock)),
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
        let (clock, region) = (self.clock.clone(), region.clone());
        self.run(async move {
            match request.send().await {
                Ok(output) => given("Account", output.account()),
                Err(error) => Err(failure::failure(&error, &route, &region, &clock)),
            }
        })
    }
}

fn incomplete(field: &str) -> StsError {
    StsError::Incomplete(format!("{field} is missing"))
}

fn parameters(question: &Simulation) -> Vec<(String, String)> {
    let mut parameters = vec![
        ("PolicySourceArn".to_owned(), question.principal.clone()),
        (
            "ResourceArns.member.1".to_owned(),
            question.resource.clone(),
        ),
    ];
    for (action, number) in question.actions.iter().zip(1..) {
        parameters.push((format!("ActionNames.member.{number}"), action.clone()));
    }
    for ((key, value), number) in question.context.iter().zip(1..) {
        let entry = format!("ContextEntries.member.{number}");
        let kind = if value == "true" { "boolean" } else { "string" };
        parameters.push((format!("{entry}.ContextKeyName"), key.clone()));
        parameters.push((format!("{entry}.ContextKeyType"), kind.to_owned()));
        parameters.push((format!("{entry}.ContextKeyValues.member.1"), value.clone()));
    }
    parameters
}

/// Parses a GetRole answer; `None` if it has no trust policy, which IAM URL-encodes. The maximum duration is used only if
/// the ARN matches: names are unique in an account, but the ARN may have another path.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html>
fn described(text: &str, asked: &RoleArn) -> Option<DescribedRole> {
    let mut document = Document::new(text);
    let mut root = document.root_element().ok()?;
    let (mut encoded, mut arn, mut seconds) = (None, None, None);
    while let Some(mut result) = root.next_tag() {
        while let Some(mut role) = result.next_tag() {
            while let Some(mut field) = role.next_tag() {
                match field.start_el().local() {
                    "AssumeRolePolicyDocument" => encoded = Some(data(&mut field)),
                    "Arn" => arn = Some(data(&mut field)),
                    "MaxSessionDuration" => seconds = data(&mut field).parse::<u64>().ok(),
                    _ => {}
                }
            }
        }
    }
    let encoded = encoded?;
    let decoded = percent_decode_str(&encoded).decode_utf8().ok()?;
    let seconds = seconds.filter(|_| arn.as_deref() == Some(asked.as_str()));
    (!decoded.is_empty()).then(|| DescribedRole {
        trust_policy: decoded.into_owned(),
        maximum: seconds.and_then(|seconds| SessionDuration::from_seconds(seconds).ok()),
    })
}

/// Returns the access keys of a ListAccessKeys answer. A user has at most two, so there is no second page.
fn listed_keys(text: &str) -> Option<Vec<ListedKey>> {
    let mut document = Document::new(text);
    let mut root = document.root_element().ok()?;
    let mut keys = None;
    while let Some(mut result) = root.next_tag() {
        while let Some(mut list) = result.next_tag() {
            if !list.start_el().matches("AccessKeyMetadata") {
                continue;
            }
            let keys = keys.get_or_insert_with(Vec::new);
            while let Some(mut member) = list.next_tag() {
                keys.push(listed_key(&mut member)?);
            }
        }
    }
    keys
}

fn listed_key(member: &mut ScopedDecoder<'_, '_>) -> Option<ListedKey> {
    let (mut id, mut is_active, mut created_at) = (None, false, None);
    while let Some(mut tag) = member.next_tag() {
        match tag.start_el().local() {
            "AccessKeyId" => id = Some(data(&mut tag)),
            "Status" => is_active = data(&mut tag) == "Active",
            "CreateDate" => created_at = data(&mut tag).parse().ok(),
            _ => {}
        }
    }
    Some(ListedKey {
        id: id?,
        is_active,
        created_at: created_at?,
    })
}

/// Returns the serials of a ListMFADevices answer. A user has at most eight, so there is no second page.
fn serials(text: &str) -> Option<Vec<String>> {
    let mut document = Document::new(text);
    let mut root = document.root_element().ok()?;
    let mut serials = None;
    while let Some(mut result) = root.next_tag() {
        while let Some(mut list) = result.next_tag() {
            if !list.start_el().matches("MFADevices") {
                continue;
            }
            let serials = serials.get_or_insert_with(Vec::new);
            while let Some(mut member) = list.next_tag() {
                while let Some(mut field) = member.next_tag() {
                    if field.start_el().matches("SerialNumber") {
                        serials.push(data(&mut field));
                    }
                }
            }
        }
    }
    serials
}

/// Returns the time of a GetAccessKeyLastUsed answer, which is absent if the key was never used.
fn last_used(text: &str) -> Option<Option<Timestamp>> {
    let mut document = Document::new(text);
    let mut root = document.root_element().ok()?;
    let mut found = None;
    while let Some(mut result) = root.next_tag() {
        while let Some(mut used) = result.next_tag() {
            if !used.start_el().matches("AccessKeyLastUsed") {
                continue;
            }
            let at = found.get_or_insert(None);
            while let Some(mut field) = used.next_tag() {
                if field.start_el().matches("LastUsedDate") {
                    *at = data(&mut field).parse().ok();
                }
            }
        }
    }
    found
}

/// Returns the results of a SimulatePrincipalPolicy answer.
fn results(text: &str) -> Option<Vec<SimulationResult>> {
    let mut document = Document::new(text);
    let mut root = document.root_element().ok()?;
    let mut found = Vec::new();
    while let Some(mut result) = root.next_tag() {
        while let Some(mut list) = result.next_tag() {
            if !list.start_el().matches("EvaluationResults") {
                continue;
            }
            while let Some(mut member) = list.next_tag() {
                found.push(simulated(&mut member)?);
            }
        }
    }
    Some(found)
}

fn simulated(member: &mut ScopedDecoder<'_, '_>) -> Option<SimulationResult> {
    let mut result = SimulationResult {
        action: String::new(),
        decision: Decision::ImplicitDeny,
        by_organization: None,
        by_boundary: None,
        policies: Vec::new(),
        missing_keys: Vec::new(),
    };
    let mut decision = None;
    while let Some(mut tag) = member.next_tag() {
        match tag.start_el().local() {
            "EvalActionName" => result.action = data(&mut tag),
            "EvalDecision" => decision = read_decision(&data(&mut tag)),
            "OrganizationsDecisionDetail" => result.by_organization = flag(&mut tag),
            "PermissionsBoundaryDecisionDetail" => result.by_boundary = flag(&mut tag),
            "MissingContextValues" => {
                while let Some(mut key) = tag.next_tag() {
                    result.missing_keys.push(data(&mut key));
                }
            }
            "MatchedStatements" => result.policies = policies(&mut tag),
            _ => {}
        }
    }
    result.decision = decision?;
    Some(result)
}

fn read_decision(text: &str) -> Option<Decision> {
    match text {
        "allowed" => Some(Decision::Allowed),
        "implicitDeny" => Some(Decision::ImplicitDeny),
        "explicitDeny" => Some(Decision::ExplicitDeny),
        _ => None,
    }
}

fn flag(detail: &mut ScopedDecoder<'_, '_>) -> Option<bool> {
    let mut value = detail.next_tag()?;
    data(&mut value).parse().ok()
}

fn policies(statements: &mut ScopedDecoder<'_, '_>) -> Vec<String> {
    let mut policies = Vec::new();
    while let Some(mut statement) = statements.next_tag() {
        while let Some(mut field) = statement.next_tag() {
            if field.start_el().matches("SourcePolicyId") {
                policies.push(data(&mut field));
            }
        }
    }
    policies
}
