//! Reads the policies of a caller, where IAM's simulator may not be called.

use rolecall_core::calls::iam::{Simulation, SimulationResult};
use rolecall_core::calls::iam_call::{IamAnswer, IamCall, PolicyHolder};
use rolecall_core::calls::sts::{Caller, StsError};
use rolecall_core::doctor::DoctorReport;
use rolecall_core::explain::diagnosis::{self, ReadPolicies, ReadPolicy};
use rolecall_core::value::arn::Arn;
use rolecall_core::value::region::{PARTITIONS, Partition};
use rolecall_core::value::sanitise::echo;

use super::Owner;

/// The maximum number of calls to read the policies of one user or role.
const CALLS_MAX: usize = 80;

/// The policies that were read so far, and by whom.
struct Reader<'a> {
    owner: &'a Owner,
    caller: &'a Caller,
    partition: Partition,
    calls: usize,
    /// Whether IAM answered a call.
    has_answer: bool,
    read: ReadPolicies,
}

impl Owner {
    /// Returns the simulator's results. If IAM does not permit it, Rolecall evaluates the policies itself, as far as it
    /// can read them, and the report names what it could not read.
    ///
    /// # Errors
    /// If there is no answer, and no policy can be read.
    pub(super) async fn simulated(
        &self,
        caller: &Caller,
        by: &str,
        question: &Simulation,
        report: &mut DoctorReport,
    ) -> Result<Vec<SimulationResult>, StsError> {
        let simulated = self.io(|ports| ports.iam.simulate(caller, question)).await;
        let Err(error) = simulated else {
            return simulated;
        };
        if !error.is_denied() {
            return Err(error);
        }
        let Some(policies) = self.read_policies(caller, &question.principal).await else {
            return Err(error);
        };
        let denied = "AWS does not permit it, so a policy may be missing.";
        for action in &policies.unread {
            report.note_unread(format!("{action} as {}", echo(by)), denied);
        }
        let what = format!("service control policies as {}", echo(by));
        let why = "Only iam:SimulatePrincipalPolicy shows them. AWS does not permit it, so Rolecall evaluated the policies itself.";
        report.note_unread(what, why);
        Ok(diagnosis::simulate(
            question,
            &policies,
            self.ports.clock.now(),
        ))
    }

    /// Returns the policies of a user or role, as far as the caller may read them; `None` if it may read nothing.
    async fn read_policies(&self, caller: &Caller, principal: &str) -> Option<ReadPolicies> {
        let partition = Arn::partition_of(principal).and_then(Partition::named);
        let mut reader = Reader {
            owner: self,
            caller,
            partition: partition.unwrap_or(PARTITIONS[0]),
            calls: 0,
            has_answer: false,
            read: ReadPolicies::default(),
        };
        reader.read_all(holder_of(principal)?).await;
        reader.has_answer.then_some(reader.read)
    }
}

/// Returns the user or role with this ARN.
fn holder_of(principal: &str) -> Option<PolicyHolder> {
    let resource = Arn::split(principal)?.resource;
    let (kind, path) = resource.split_once('/')?;
    let name = path.rsplit('/').next()?.to_owned();
    match kind {
        "user" => Some(PolicyHolder::User(name)),
        "role" => Some(PolicyHolder::Role(name)),
        _ => None,
    }
}

impl Reader<'_> {
    async fn read_all(&mut self, holder: PolicyHolder) {
        let mut holders = vec![holder.clone()];
        let described = match &holder {
            PolicyHolder::User(user) => IamCall::GetUser { user: user.clone() },
            PolicyHolder::Role(role) => IamCall::GetRole { role: role.clone() },
            PolicyHolder::Group(_) => return,
        };
        if let PolicyHolder::User(user) = &holder {
            let groups = self.list(IamCall::GroupsOf { user: user.clone() }).await;
            holders.extend(groups.into_iter().map(PolicyHolder::Group));
        }
        let boundary = match self.ask(described).await {
            Some(IamAnswer::User(user)) => user.boundary,
            Some(IamAnswer::Role(role)) => role.boundary,
            _ => None,
        };
        if let Some(arn) = boundary {
            self.read.boundary = self.managed(arn).await;
        }
        for holder in holders {
            self.read_held(&holder).await;
        }
    }

    /// Reads the inline and managed policies of a user, role or group.
    async fn read_held(&mut self, holder: &PolicyHolder) {
        let inline = IamCall::ListInline {
            holder: holder.clone(),
        };
        for name in self.list(inline).await {
            let call = IamCall::GetInline {
                holder: holder.clone(),
                policy: name.clone(),
            };
            if let Some(IamAnswer::Document(document)) = self.ask(call).await {
                self.read.own.push(ReadPolicy { name, document });
            }
        }
        let attached = IamCall::ListAttached {
            holder: holder.clone(),
        };
        for arn in self.list(attached).await {
            let managed = self.managed(arn).await;
            self.read.own.extend(managed);
        }
    }

    async fn managed(&mut self, arn: String) -> Option<ReadPolicy> {
        let call = IamCall::GetPolicy { arn: arn.clone() };
        let Some(IamAnswer::Policy(policy)) = self.ask(call).await else {
            return None;
        };
        let call = IamCall::GetPolicyVersion {
            arn: arn.clone(),
            version: policy.version,
        };
        match self.ask(call).await {
            Some(IamAnswer::Document(document)) => Some(ReadPolicy {
                name: arn,
                document,
            }),
            _ => None,
        }
    }

    async fn list(&mut self, call: IamCall) -> Vec<String> {
        match self.ask(call).await {
            Some(IamAnswer::List(items)) => items,
            _ => Vec::new(),
        }
    }

    /// Makes a call. Without an answer, its action is noted as not read.
    async fn ask(&mut self, call: IamCall) -> Option<IamAnswer> {
        let action = format!("iam:{}", call.action());
        self.calls += 1;
        if self.calls > CALLS_MAX {
            self.note(action);
            return None;
        }
        let (caller, partition) = (self.caller, self.partition);
        let asked: Result<IamAnswer, StsError> = self
            .owner
            .io(|ports| ports.iam.call(caller, partition, &call))
            .await;
        match asked {
            Ok(answer) => {
                self.has_answer = true;
                Some(answer)
            }
            Err(_) => {
                self.note(action);
                None
            }
        }
    }

    fn note(&mut self, action: String) {
        if !self.read.unread.contains(&action) {
            self.read.unread.push(action);
        }
    }
}
