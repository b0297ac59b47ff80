//! The checks of a role: whether both sides would allow what would be sent. Nothing is assumed, and no code is asked for.

use rolecall_core::asker::consent::Subject;
use rolecall_core::asker::requester::Requester;
use rolecall_core::calls::sts::{Caller, StsError};
use rolecall_core::doctor::{self, DoctorReport};
use rolecall_core::explain::diagnosis::{self, Answer, MfaProof, SentRequest};
use rolecall_core::plan::{Plan, PlanPreference, Signer};
use rolecall_core::role::Role;
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::diagnosis::{FurtherCall, FurtherCallKind};
use rolecall_core::value::mfa::MfaSerial;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::echo;

use super::{Owner, keys};
use crate::assume::region_of;
use crate::explain::{credentials_in, signer_of};

impl Owner {
    /// Reports what would be wrong with assuming a role, and each role on the way to it.
    ///
    /// # Errors
    /// If there is no such role.
    pub(super) async fn check_role(
        &self,
        name: &Name,
        requester: Option<&Requester>,
        report: &mut DoctorReport,
    ) -> Result<(), Problem> {
        let plan = {
            let state = self.lock();
            let catalogue = &state.roles.catalogue;
            let role = catalogue.role(name).ok_or_else(|| catalogue.refusal(name));
            let now = self.ports.clock.now();
            role.and_then(|role| Plan::of(role, &state.situation(now), PlanPreference::Default))
        };
        match plan {
            Ok(plan) => {
                for role in &plan.roles {
                    self.check_step(role, requester, report).await;
                }
                Ok(())
            }
            Err(problem) if problem.code == ProblemCode::UnknownRole => Err(problem),
            Err(problem) => {
                report.add(problem.into());
                Ok(())
            }
        }
    }

    async fn check_step(
        &self,
        role: &Role,
        requester: Option<&Requester>,
        report: &mut DoctorReport,
    ) {
        let (plan, sent) = match self.preview_of(role) {
            Ok(previewed) => previewed,
            Err(problem) => return report.add(problem.into()),
        };
        if let MfaProof::Code { serial } = &sent.mfa {
            let key = Subject::Key(plan.key.name.clone());
            if self.check_read(&key, requester).is_ok() {
                self.check_device(role, serial, &plan.key, report).await;
            }
        }
        let now = self.ports.clock.now();
        let mut calls = {
            let state = self.lock();
            diagnosis::preview_calls(&sent, |account| credentials_in(&state, account, now))
        };
        let has_trust = calls.iter().any(|it| it.call == FurtherCallKind::GetRole);
        if !has_trust {
            let what = format!("iam:GetRole of \"{}\"", echo(role.name.as_str()));
            let account = role.arn.account_id();
            let why =
                format!("There are no credentials in account {account} to read its trust policy.");
            report.note_unread(what, why);
        }
        let mut made = Vec::new();
        let mut answers = Vec::new();
        for call in calls.drain(..) {
            let by = echo(&call.by);
            let signer = signer_of(&self.lock(), &call, &sent);
            let signer = signer.and_then(|it| self.check_read(&it, requester).map(|()| it));
            let asked = match signer {
                Ok(signer) => {
                    let answer = self.ask_about(&call, &signer, &sent, report).await;
                    answer.ok_or_else(|| {
                        format!("\"{by}\" has no session or key that can be used now.")
                    })
                }
                Err(problem) => Err(problem.what),
            };
            match asked {
                Ok(answer) => {
                    made.push(call);
                    answers.push(answer);
                }
                Err(why) => report.note_unread(format!("{} as {by}", call.action), why),
            }
        }
        let failed: Vec<bool> = answers.iter().map(Result::is_err).collect();
        let causes = diagnosis::preview(&mut made, &sent, answers, now);
        for (call, _) in made.iter().zip(failed).filter(|(_, failed)| *failed) {
            let what = format!("{} as {}", call.action, echo(&call.by));
            report.note_unread(what, call.found.clone().unwrap_or_default());
        }
        let findings = causes.into_iter();
        report.extend(findings.map(|cause| doctor::for_role(role.name.as_str(), cause)));
    }

    /// Returns the plan for a role, and the request that would be sent, with a code if one would be asked for.
    fn preview_of(&self, role: &Role) -> Result<(Plan, SentRequest), Problem> {
        let (plan, region) = {
            let state = self.lock();
            let situation = state.situation(self.ports.clock.now());
            let plan = Plan::of(role, &situation, PlanPreference::Default)?;
            (
                plan,
                region_of(role, state.settings.current.region.as_ref())?,
            )
        };
        let call = self.call_of(role, &plan, region, None)?;
        let mut sent = self.sent_request(role, &plan, &call);
        if let Signer::KeyWithCode(serial) | Signer::MfaSession(serial) = plan.signer()
            && sent.mfa == MfaProof::None
        {
            sent.mfa = MfaProof::Code {
                serial: serial.clone(),
            };
        }
        Ok((plan, sent))
    }

    async fn check_device(
        &self,
        role: &Role,
        serial: &MfaSerial,
        key: &AccessKey,
        report: &mut DoctorReport,
    ) {
        let signer = Subject::Key(key.name.clone());
        let (Some(caller), Ok(iam)) = (self.quiet_caller(&signer).await, self.iam()) else {
            return;
        };
        let partition = key.known_partition();
        match self.io(|_| iam.mfa_devices(&caller, partition)).await {
            Ok(devices) => {
                let name = role.name.as_str();
                report.extend(doctor::foreign_device(name, serial, &devices));
            }
            Err(error) => keys::unread(report, "iam:ListMFADevices", key.name.as_str(), &error),
        }
    }

    /// Makes one call; `None` if its credentials cannot be used now.
    async fn ask_about(
        &self,
        call: &FurtherCall,
        signer: &Subject,
        sent: &SentRequest,
        report: &mut DoctorReport,
    ) -> Option<Result<Answer, StsError>> {
        let caller = self.quiet_caller(signer).await?;
        let (iam, role) = (self.iam().ok()?, sent.role.as_ref()?);
        match call.call {
            FurtherCallKind::GetRole => {
                let described = self.io(|_| iam.role(&caller, role)).await;
                Some(described.map(|it| Answer::Trust(it.trust_policy)))
            }
            FurtherCallKind::SimulatePrincipalPolicy => {
                let question = diagnosis::question(sent)?;
                let simulated = self.simulated(&caller, &call.by, &question, report);
                Some(simulated.await.map(Answer::Simulation))
            }
            FurtherCallKind::DecodeAuthorizationMessage | FurtherCallKind::GetAccessKeyInfo => None,
        }
    }

    /// Returns the credentials of an access key or of a role's live session, without a dialog of the keychain.
    async fn quiet_caller(&self, subject: &Subject) -> Option<Caller> {
        let key = match subject {
            Subject::Role(name) => {
                let state = self.lock();
                let session = state.live(name, self.ports.clock.now())?;
                return Some(Caller::from(&*session.credentials));
            }
            Subject::Key(name) => self.lock().keys.named(name).cloned()?,
        };
        let secret = self.io(|ports| ports.keychain.fetch_quietly(&key.id)).await;
        Some(Caller::of_key(&key.id, secret.ok()?))
    }
}
