//! The notification server of the desktop, over D-Bus.
//! <https://specifications.freedesktop.org/notification-spec/latest/protocol.html>

use std::collections::HashMap;

use futures_util::StreamExt;
use rolecall_core::value::sanitise::{Markup, notification_body};
use rolecall_core::view::notice::{Notice, NoticeAction, Urgency};
use tauri::image::Image;
use zbus::zvariant::{OwnedValue, Value};
use zbus::{Connection, MatchRule, Message, MessageStream, message};

use crate::app_id::APP_ID;
use crate::session_bus::sender;

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// The server decides how long a notice is shown.
const USUAL_TIMEOUT: i32 = -1;
const NO_TIMEOUT: i32 = 0;

/// What a person did with a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pressed {
    pub(super) action: NoticeAction,
    /// Permits a window to come to the front on Wayland.
    pub(super) token: Option<String>,
}

/// A notice that the server shows, on a connection of its own.
pub(super) struct Shown {
    connection: Connection,
    messages: MessageStream,
    /// The unique name of the server that shows it. Every program on the bus can send the signal of a pressed button, and
    /// none must answer the question whether it gets a role.
    server: String,
    id: u32,
}

/// How a notice that was shown ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    Pressed(Pressed),
    /// It was closed, or timed out.
    Closed,
    /// The session bus has ended.
    Lost,
}

/// The capabilities of the server.
#[derive(Debug, Clone, Copy)]
struct Capabilities {
    markup: Markup,
    actions: bool,
}

/// Shows a notice; `None` if it is a question, and the server has no buttons to answer it with.
///
/// # Errors
/// If there is no server, or it refuses.
pub(super) async fn show(notice: &Notice) -> zbus::Result<Option<Shown>> {
    let connection = Connection::session().await?;
    let names = call(&connection, "GetCapabilities", &()).await?;
    let capabilities = Capabilities::of(&names.body().deserialize::<Vec<String>>()?);
    if notice.urgency == Urgency::Question && !capabilities.actions {
        return Ok(None);
    }
    // Before the notice is shown, so that no press is missed. All signals are in one stream, to keep their order.
    let messages = MessageStream::from(&connection);
    for signal in ["ActivationToken", "ActionInvoked", "NotificationClosed"] {
        let rule = MatchRule::builder()
            .msg_type(message::Type::Signal)
            .interface(NAME)?
            .member(signal)?
            .build();
        let bus = zbus::fdo::DBusProxy::new(&connection).await?;
        bus.add_match_rule(rule).await?;
    }
    let reply = notify(&connection, notice, capabilities).await?;
    Ok(Some(Shown {
        connection,
        messages,
        server: sender(&reply),
        id: reply.body().deserialize()?,
    }))
}

/// Returns whether the desktop has no server, or no session bus.
pub(super) fn is_absent(error: &zbus::Error) -> bool {
    match error {
        zbus::Error::MethodError(name, ..) => {
            name.as_str() == "org.freedesktop.DBus.Error.ServiceUnknown"
        }
        zbus::Error::InputOutput(_) => true,
        _ => false,
    }
}

async fn notify(
    connection: &Connection,
    notice: &Notice,
    capabilities: Capabilities,
) -> zbus::Result<Message> {
    let (urgency, timeout) = match notice.urgency {
        Urgency::Low => (0_u8, USUAL_TIMEOUT),
        Urgency::Normal | Urgency::High => (1, USUAL_TIMEOUT),
        Urgency::Critical if is_undisturbed(connection).await => (1, USUAL_TIMEOUT),
        Urgency::Critical => (2, USUAL_TIMEOUT),
        Urgency::Question => (2, NO_TIMEOUT),
    };
    let buttons = notice.actions.iter().filter(|_| capabilities.actions);
    let actions: Vec<&str> = buttons.flat_map(|it| [it.key(), it.label()]).collect();
    let mut hints = HashMap::from([
        ("urgency", Value::from(urgency)),
        ("desktop-entry", Value::from(APP_ID)),
    ]);
    hints.extend(icon().map(|icon| ("image-data", icon)));
    let title = notification_body(&notice.title, Markup::Plain);
    let body = notification_body(&notice.body, capabilities.markup);
    let new = 0_u32;
    let arguments = (
        "Rolecall", new, APP_ID, &*title, &*body, actions, hints, timeout,
    );
    call(connection, "Notify", &arguments).await
}

/// Returns whether the desktop tells that the user does not want to be disturbed. Servers hold notices back then, but not
/// critical ones. Plasma has a property for it, and dunst another one.
async fn is_undisturbed(connection: &Connection) -> bool {
    for (interface, property) in [(NAME, "Inhibited"), ("org.dunstproject.cmd0", "paused")] {
        let properties = Some("org.freedesktop.DBus.Properties");
        let asked = (interface, property);
        let answer = connection.call_method(Some(NAME), PATH, properties, "Get", &asked);
        let answer = answer.await.ok();
        let answer = answer.and_then(|it| it.body().deserialize::<OwnedValue>().ok());
        if answer.and_then(|it| bool::try_from(it).ok()) == Some(true) {
            return true;
        }
    }
    false
}

/// Returns our icon as the pixels of the hint `image-data`. The theme may not have it, and shows a sign of its own then.
/// <https://specifications.freedesktop.org/notification-spec/latest/icons-and-images.html>
fn icon() -> Option<Value<'static>> {
    let image = Image::from_bytes(include_bytes!("../../../icons/64.png")).ok()?;
    let size = |pixels: u32| i32::try_from(pixels).ok();
    let (width, height) = (size(image.width())?, size(image.height())?);
    let (has_alpha, bits, channels) = (true, 8_i32, 4_i32);
    let pixels = image.rgba().to_vec();
    Some(Value::new((
        width,
        height,
        width * channels,
        has_alpha,
        bits,
        channels,
        pixels,
    )))
}

async fn call<B>(connection: &Connection, method: &str, body: &B) -> zbus::Result<Message>
where
    B: serde::Serialize + zbus::zvariant::DynamicType,
{
    connection
        .call_method(Some(NAME), PATH, Some(NAME), method, body)
        .await
}

impl Shown {
    /// Waits until a button is pressed or the notice is closed.
    pub(super) async fn ending(&mut self) -> Ending {
        let mut token = None;
        while let Some(Ok(message)) = self.messages.next().await {
            match self.signal(&message) {
                Some(Signal::Token(it)) => token = Some(it),
                Some(Signal::Action(key)) => {
                    let action = NoticeAction::ALL.into_iter().find(|it| it.key() == key);
                    return match action {
                        Some(action) => Ending::Pressed(Pressed { action, token }),
                        None => Ending::Closed,
                    };
                }
                Some(Signal::Closed) => return Ending::Closed,
                None => {}
            }
        }
        Ending::Lost
    }

    /// Closes the notice.
    ///
    /// # Errors
    /// If the server is gone, or has closed it.
    pub(super) async fn close(&self) -> zbus::Result<()> {
        let closed = call(&self.connection, "CloseNotification", &self.id).await;
        closed.map(drop)
    }

    /// Returns what a message says about this notice.
    fn signal(&self, message: &Message) -> Option<Signal> {
        let header = message.header();
        if header.message_type() != message::Type::Signal || header.interface()? != NAME {
            return None;
        }
        if sender(message) != self.server {
            return None;
        }
        let body = message.body();
        let (id, signal) = match header.member()?.as_str() {
            "ActivationToken" => {
                let (id, token) = body.deserialize::<(u32, String)>().ok()?;
                (id, Signal::Token(token))
            }
            "ActionInvoked" => {
                let (id, key) = body.deserialize::<(u32, String)>().ok()?;
                (id, Signal::Action(key))
            }
            "NotificationClosed" => {
                let (id, _reason) = body.deserialize::<(u32, u32)>().ok()?;
                (id, Signal::Closed)
            }
            _ => return None,
        };
        (id == self.id).then_some(signal)
    }
}

/// A signal of the server about a notice.
enum Signal {
    Token(String),
    Action(String),
    Closed,
}

impl Capabilities {
    fn of(names: &[String]) -> Self {
        let has = |name: &str| names.iter().any(|known| known == name);
        let markup = if has("body-markup") {
            Markup::Escaped
        } else {
            Markup::Plain
        };
        Self {
            markup,
            actions: has("actions"),
        }
    }
}
