//! The dialogs of the service: those that it returns as prompts, and those that it opens by itself during a call.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use rolecall_core::value::keychain_error::KeychainError;
use tokio::time::timeout;
use zbus::export::ordered_stream::OrderedStreamExt;
use zbus::fdo::{DBusProxy, PeerProxy};
use zbus::zvariant::{OwnedObjectPath, OwnedValue};

use super::connection::{ANSWER_LIMIT, SECRETS};
use super::failure::Failure;
use crate::secret_store::Asking;

/// How long a dialog may stay open.
pub(super) const DIALOG_LIMIT: Duration = Duration::from_secs(120);
/// How long a call may take before it is assumed to wait for the user.
const CALL_LIMIT: Duration = Duration::from_secs(2);
/// How long the service may take to answer a ping while it waits for the user.
const PING_LIMIT: Duration = Duration::from_secs(2);

const PROMPT_INTERFACE: &str = "org.freedesktop.Secret.Prompt";
/// The path that means "no prompt".
pub(super) const NONE: &str = "/";

/// Whether dialogs may open, and the callback for an opened one.
pub(super) struct Dialogs<'a> {
    bus: &'a zbus::Connection,
    asking: Asking,
    opens: &'a dyn Fn(),
}

impl<'a> Dialogs<'a> {
    pub(super) fn new(bus: &'a zbus::Connection, asking: Asking, opens: &'a dyn Fn()) -> Self {
        Self { bus, asking, opens }
    }

    /// Fails if no dialog may open.
    ///
    /// # Errors
    /// [`KeychainError::Locked`].
    pub(super) fn may_open(&self) -> Result<(), KeychainError> {
        match self.asking {
            Asking::Quiet => Err(KeychainError::Locked),
            Asking::MayPrompt => Ok(()),
        }
    }

    /// Waits for a call during which the service may open a dialog by itself, as KeePassXC does for a search. While the
    /// service answers pings, it is assumed to wait for the user.
    ///
    /// # Errors
    /// The errors of the call, and [`KeychainError::Frozen`] if the service does not answer.
    pub(super) async fn during<T, E: Into<Failure>>(
        &self,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failure> {
        if self.asking == Asking::Quiet {
            let answered = timeout(ANSWER_LIMIT, call).await;
            return answered
                .map_err(|_| KeychainError::Frozen)?
                .map_err(Into::into);
        }
        let mut call = pin!(call);
        let waiting = async {
            loop {
                if let Ok(answered) = timeout(CALL_LIMIT, &mut call).await {
                    return answered.map_err(Into::into);
                }
                self.ping().await?;
                (self.opens)();
            }
        };
        let answered = timeout(DIALOG_LIMIT, waiting).await;
        answered.map_err(|_| KeychainError::Locked)?
    }

    async fn ping(&self) -> Result<(), Failure> {
        let ping = async {
            let peer = PeerProxy::builder(self.bus)
                .destination(SECRETS)?
                .path("/org/freedesktop/secrets")?
                .build()
                .await?;
            Ok::<_, Failure>(peer.ping().await?)
        };
        let answered = timeout(PING_LIMIT, ping).await;
        answered.map_err(|_| KeychainError::Frozen)?
    }

    /// Opens the dialog of a prompt and waits for the user's answer. Does nothing for [`NONE`].
    ///
    /// # Errors
    /// [`KeychainError::Locked`] if the user cancels or does not answer, [`Failure::Lost`] if the service ends.
    pub(super) async fn open(&self, prompt: &OwnedObjectPath) -> Result<(), Failure> {
        if prompt.as_str() == NONE {
            return Ok(());
        }
        self.may_open()?;
        (self.opens)();
        if let Ok(answered) = timeout(DIALOG_LIMIT, self.answer(prompt)).await {
            return answered;
        }
        self.dismiss(prompt).await;
        Err(KeychainError::Locked.into())
    }

    async fn answer(&self, prompt: &OwnedObjectPath) -> Result<(), Failure> {
        let dbus = DBusProxy::new(self.bus).await?;
        let mut owner = dbus
            .receive_name_owner_changed_with_args(&[(0, SECRETS)])
            .await?;
        let proxy = zbus::Proxy::new(self.bus, SECRETS, prompt.as_str(), PROMPT_INTERFACE).await?;
        let mut completed = proxy.receive_signal("Completed").await?;
        proxy.call_method("Prompt", &"").await?;
        let signal = tokio::select! {
            signal = OrderedStreamExt::next(&mut completed) => signal,
            _ = OrderedStreamExt::next(&mut owner) => None,
        };
        // The service ended, and a new one does not know this prompt.
        let signal = signal.ok_or(Failure::Lost(KeychainError::Frozen))?;
        let (dismissed, _): (bool, OwnedValue) = signal.body().deserialize()?;
        match dismissed {
            true => Err(KeychainError::Locked.into()),
            false => Ok(()),
        }
    }

    /// Closes a dialog that was not answered.
    async fn dismiss(&self, prompt: &OwnedObjectPath) {
        let interface = Some(PROMPT_INTERFACE);
        let path = prompt.as_str();
        let call = self
            .bus
            .call_method(Some(SECRETS), path, interface, "Dismiss", &());
        let dismissed = timeout(ANSWER_LIMIT, call)
            .await
            .is_ok_and(|call| call.is_ok());
        tracing::info!(dismissed, "the unlock dialog was not answered");
    }
}
