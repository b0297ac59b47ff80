//! The Security Token Service and IAM over the AWS SDK, configured only here and not by the environment.
//!
//! Calls block: the SDK runs on its own thread, which sleeps while no call is in flight.

mod answer_text;
mod client;
mod failure;
mod iam;
mod iam_call;
mod reach;
mod route;
mod sign_in;
mod trust;
pub(crate) mod wire;

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::time::Duration;

use aws_sdk_sts::Client;
use aws_sdk_sts::operation::assume_role::AssumeRoleOutput;
use aws_sdk_sts::types::{self, PolicyDescriptorType, Tag};
use jiff::Timestamp;
use rolecall_core::calls::sts::{
    AssumeRole, Assumed, Caller, CallerIdentity, SessionToken, StsError,
};
use rolecall_core::role::session_policy::PolicyArn;
use rolecall_core::role::session_tags::SessionTag;
use rolecall_core::settings::Settings;
use rolecall_core::value::credentials::Credentials;
use rolecall_core::value::region::{Partition, Region};
use rolecall_core::value::secret::Secret;
use rolecall_keeper::ports::Clock;
use rolecall_keeper::ports::Sts;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

use crate::clock::SystemClock;
use client::Tries;
use route::Route;

/// The limit of calls in flight; others wait.
const CALLS_MAX: usize = 4;

/// How long connections are kept open after the last call, for related calls. A longer time would wake an idle process.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// The clients of the services, with their open connections.
#[derive(Default)]
struct Clients {
    /// Where they call.
    route: Option<Route>,
    sts: Option<Client>,
    iam: Option<aws_sdk_iam::Client>,
}

/// STS and IAM as the keeper calls them.
pub struct AwsSts {
    clock: Arc<SystemClock>,
    runtime: OnceLock<Runtime>,
    permits: Arc<Semaphore>,
    route: Mutex<Route>,
    clients: Arc<Mutex<Clients>>,
    calls: Arc<AtomicU64>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "connections are closed some time after the last call"
)]
async fn wait_until_idle() {
    tokio::time::sleep(IDLE_TIMEOUT).await;
}

impl AwsSts {
    /// Returns a client for the endpoint of the settings. It signs with the clock's time, and sets the clock by answers.
    pub fn new(clock: Arc<SystemClock>, settings: &Settings) -> Self {
        Self {
            clock,
            runtime: OnceLock::new(),
            permits: Arc::new(Semaphore::new(CALLS_MAX)),
            route: Mutex::new(Route::from(settings)),
            clients: Arc::default(),
            calls: Arc::default(),
        }
    }

    /// Applies settings from the next call on. That call reports a problem with a certificate file or proxy.
    pub fn configure(&self, settings: &Settings) {
        let route = Route::from(settings);
        let mut current = self.route.lock().unwrap_or_else(PoisonError::into_inner);
        if *current == route {
            return;
        }
        if current.endpoint_url != route.endpoint_url {
            self.clock.forget();
        }
        *current = route;
        *self.clients.lock().unwrap_or_else(PoisonError::into_inner) = Clients::default();
    }

    fn route(&self) -> Route {
        let route = self.route.lock().unwrap_or_else(PoisonError::into_inner);
        route.clone()
    }

    /// Returns the clients of a route, and drops those of another one.
    fn clients_of(&self, route: &Route) -> MutexGuard<'_, Clients> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if clients.route.as_ref() != Some(route) {
            *clients = Clients {
                route: Some(route.clone()),
                ..Clients::default()
            };
        }
        clients
    }

    fn client(&self, route: &Route, region: &Region) -> Result<Client, StsError> {
        route.check(region)?;
        let mut clients = self.clients_of(route);
        if let Some(client) = &clients.sts {
            return Ok(client.clone());
        }
        let built = client::build(route, region, &self.clock)?;
        Ok(clients.sts.insert(built).clone())
    }

    fn iam_client(
        &self,
        route: &Route,
        partition: Partition,
    ) -> Result<aws_sdk_iam::Client, StsError> {
        route.check_known()?;
        let mut clients = self.clients_of(route);
        if let Some(client) = &clients.iam {
            return Ok(client.clone());
        }
        let home = Region::parse(partition.home_region)
            .map_err(|error| StsError::Incomplete(error.what))?;
        let built = client::build_iam(route, &home, &self.clock)?;
        Ok(clients.iam.insert(built).clone())
    }

    /// Runs one call to completion, from any thread.
    fn run<T: Send + 'static>(
        &self,
        call: impl Future<Output = Result<T, StsError>> + Send + 'static,
    ) -> Result<T, StsError> {
        let permits = self.permits.clone();
        let (clients, calls) = (self.clients.clone(), self.calls.clone());
        let number = calls.fetch_add(1, Ordering::AcqRel) + 1;
        let (answer, answered) = mpsc::sync_channel(1);
        self.runtime()?.spawn(async move {
            let permit = permits.acquire_owned().await;
            // The caller waits below, so the answer is received.
            let _ = answer.send(call.await);
            drop(permit);
            wait_until_idle().await;
            if calls.load(Ordering::Acquire) == number {
                *clients.lock().unwrap_or_else(PoisonError::into_inner) = Clients::default();
            }
        });
        let interrupted = || Err(StsError::Incomplete("the call was interrupted".to_owned()));
        answered.recv().unwrap_or_else(|_| interrupted())
    }

    fn runtime(&self) -> Result<&Runtime, StsError> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let built = Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(CALLS_MAX)
            .thread_name("aws")
            .enable_all()
            .build();
        let runtime = built.map_err(|error| {
            let reason = format!("no thread for the call: {error}");
            failure::no_connection("AWS".to_owned(), reason)
        })?;
        Ok(self.runtime.get_or_init(|| runtime))
    }

    /// Calls AWS, and retries once if AWS refused the signature and its answer corrected the clock. AWS checks the signature
    /// before the MFA code, so the first call does not use up a code.
    fn ask<T>(&self, call: impl Fn() -> Result<T, StsError>) -> Result<T, StsError> {
        let offset = self.clock.offset();
        match call() {
            Err(StsError::Refused(refusal))
                if failure::may_be_about_time(&refusal) && self.clock.offset() != offset =>
            {
                call()
            }
            outcome => outcome,
        }
    }

    fn assume_once(&self, caller: &Caller, call: &AssumeRole) -> Result<Assumed, StsError> {
        let route = self.route();
        let client = self.client(&route, &call.region)?;
        let (serial, code) = call.mfa.clone().unzip();
        let identity = call.source_identity.as_ref();
        let request = client
            .assume_role()
            .role_arn(call.role_arn.as_str())
            .role_session_name(call.session_name.as_str())
            .duration_seconds(i32::try_from(call.duration.seconds()).unwrap_or(i32::MAX))
            .set_external_id(call.external_id.as_ref().map(|id| id.as_str().to_owned()))
            .set_source_identity(identity.map(|identity| identity.as_str().to_owned()))
            .set_tags(some(tags(&call.tags)?))
            .set_transitive_tag_keys(some(call.transitive_tags.clone()))
            .set_policy(call.policy.clone())
            .set_policy_arns(some(policies(&call.policy_arns)))
            .set_serial_number(serial.map(|serial| serial.as_str().to_owned()))
            .set_token_code(code.map(|code| code.as_str().to_owned()))
            .customize()
            .config_override(client::signed_by(
                caller,
                &call.region,
                Tries::with(&call.mfa),
            ));
        let (clock, hosts) = (self.clock.clone(), route.hosts(&call.region));
        self.run(async move {
            match request.send().await {
                Ok(output) => assumed(&output, route.endpoint_url),
                Err(error) => Err(failure::failure(&error, &hosts, &clock)),
            }
        })
    }

    fn token_once(&self, caller: &Caller, call: &SessionToken) -> Result<Credentials, StsError> {
        let route = self.route();
        let (serial, code) = call.mfa.clone().unzip();
        let request = self
            .client(&route, &call.region)?
            .get_session_token()
            .duration_seconds(i32::try_from(call.duration.seconds()).unwrap_or(i32::MAX))
            .set_serial_number(serial.map(|serial| serial.as_str().to_owned()))
            .set_token_code(code.map(|code| code.as_str().to_owned()))
            .customize()
            .config_override(client::signed_by(
                caller,
                &call.region,
                Tries::with(&call.mfa),
            ));
        let (clock, hosts) = (self.clock.clone(), route.hosts(&call.region));
        self.run(async move {
            match request.send().await {
                Ok(output) => credentials(output.credentials()),
                Err(error) => Err(failure::failure(&error, &hosts, &clock)),
            }
        })
    }

    fn identify_once(&self, caller: &Caller, region: &Region) -> Result<CallerIdentity, StsError> {
        let route = self.route();
        let request = self
            .client(&route, region)?
            .get_caller_identity()
            .customize()
            .config_override(client::signed_by(caller, region, Tries::Standard));
        let (clock, hosts) = (self.clock.clone(), route.hosts(region));
        self.run(async move {
            match request.send().await {
                Ok(output) => Ok(CallerIdentity {
                    account_id: given("Account", output.account())?,
                    arn: given("Arn", output.arn())?,
                    user_id: given("UserId", output.user_id())?,
                }),
                Err(error) => Err(failure::failure(&error, &hosts, &clock)),
            }
        })
    }
}

impl Sts for AwsSts {
    fn assume_role(&self, caller: &Caller, call: &AssumeRole) -> Result<Assumed, StsError> {
        self.ask(|| self.assume_once(caller, call))
    }

    fn session_token(&self, caller: &Caller, call: &SessionToken) -> Result<Credentials, StsError> {
        self.ask(|| self.token_once(caller, call))
    }

    fn caller_identity(
        &self,
        caller: &Caller,
        region: &Region,
    ) -> Result<CallerIdentity, StsError> {
        self.ask(|| self.identify_once(caller, region))
    }

    fn reach(&self, region: &Region) -> Result<(), StsError> {
        match self.reach_once(region) {
            Ok(()) | Err(StsError::Refused(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Drop for AwsSts {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn assumed(output: &AssumeRoleOutput, endpoint_url: Option<String>) -> Result<Assumed, StsError> {
    let user = output.assumed_role_user().map(|user| user.arn());
    Ok(Assumed {
        credentials: credentials(output.credentials())?,
        identity: given("AssumedRoleUser", user)?,
        packed_policy_percent: packed_policy_percent(output),
        endpoint_url,
    })
}

/// Returns the credentials if every field is present. The SDK leaves missing fields empty.
fn credentials(fields: Option<&types::Credentials>) -> Result<Credentials, StsError> {
    let missing = |field: &str| StsError::Incomplete(format!("{field} is missing"));
    let fields = fields.ok_or_else(|| missing("Credentials"))?;
    let expires_at = Timestamp::from_second(fields.expiration().secs())
        .map_err(|_| StsError::Incomplete("Expiration is too far away".to_owned()))?;
    if expires_at == Timestamp::UNIX_EPOCH {
        return Err(missing("Expiration"));
    }
    Ok(Credentials {
        access_key_id: given("AccessKeyId", Some(fields.access_key_id()))?,
        secret_access_key: Secret::new(given("SecretAccessKey", Some(fields.secret_access_key()))?),
        session_token: Secret::new(given("SessionToken", Some(fields.session_token()))?),
        expires_at,
    })
}

#[expect(
    deprecated,
    reason = "what replaces it measures the whole token, also of a session without policies and tags"
)]
fn packed_policy_percent(output: &AssumeRoleOutput) -> Option<u32> {
    let percent = output.packed_policy_size()?;
    u32::try_from(percent).ok()
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}

fn tags(tags: &[SessionTag]) -> Result<Vec<Tag>, StsError> {
    let tag = |tag: &SessionTag| {
        let built = Tag::builder().key(&tag.key).value(&tag.value).build();
        built.map_err(|error| StsError::Incomplete(error.to_string()))
    };
    tags.iter().map(tag).collect()
}

fn policies(arns: &[PolicyArn]) -> Vec<PolicyDescriptorType> {
    let policy = |arn: &PolicyArn| PolicyDescriptorType::builder().arn(arn.as_str()).build();
    arns.iter().map(policy).collect()
}

fn given(field: &str, value: Option<&str>) -> Result<String, StsError> {
    let value = value.filter(|value| !value.is_empty());
    let missing = || StsError::Incomplete(format!("{field} is missing"));
    Ok(value.ok_or_else(missing)?.to_owned())
}
