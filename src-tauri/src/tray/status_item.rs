//! The tray of Linux: one thread draws the icon and its menu on D-Bus, and another handles clicks.

use std::sync::Arc;
use std::sync::mpsc::{self as clicks, Sender};
use std::thread;
use std::time::Duration;

use futures_util::StreamExt;
use rolecall_core::view::menu::Tray;
use tauri::AppHandle;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use zbus::object_server::SignalEmitter;
use zbus::{Connection, MatchRule, MessageStream, message};

use super::bus_menu::{self, BusMenu};
use super::click::{Click, OnClick};
use super::item::{self, BusItem, Item};
use crate::tray_host::TrayHost;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";
/// How long a call to the bus may take.
const DEADLINE: Duration = Duration::from_secs(2);

/// Tells the thread of the tray what to draw.
pub(super) struct Painter(UnboundedSender<Order>);

enum Order {
    Paint(Tray),
    Host(TrayHost),
}

impl Painter {
    pub(super) fn start(_: &AppHandle, on_click: OnClick) -> Self {
        let (orders, arriving) = mpsc::unbounded_channel();
        let (clicked, taken) = clicks::channel();
        spawn("tray-clicks", move || taken.into_iter().for_each(on_click));
        spawn("tray", move || run(arriving, clicked));
        Self(orders)
    }

    pub(super) fn paint(&self, tray: Tray) {
        self.order(Order::Paint(tray));
    }

    pub(super) fn host_changed(&self, host: TrayHost) {
        self.order(Order::Host(host));
    }

    fn order(&self, order: Order) {
        // Without its thread there is no tray.
        let _ = self.0.send(order);
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) {
    if let Err(error) = thread::Builder::new().name(name.into()).spawn(run) {
        tracing::warn!(%error, "the tray has no thread");
    }
}

fn run(arriving: UnboundedReceiver<Order>, clicked: Sender<Click>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(draw(arriving, clicked)),
        Err(error) => tracing::warn!(%error, "the tray could not be drawn"),
    }
}

/// Draws what arrives, while the desktop has a tray.
async fn draw(mut arriving: UnboundedReceiver<Order>, clicked: Sender<Click>) {
    let mut wanted: Option<Tray> = None;
    let mut host = TrayHost::Missing;
    let mut shown: Option<Shown> = None;
    let mut count = 0;
    while let Some(order) = arriving.recv().await {
        match order {
            Order::Paint(tray) => wanted = Some(tray),
            Order::Host(present) => host = present,
        }
        if host == TrayHost::NoBus {
            shown = None;
        }
        let Some(tray) = &wanted else { continue };
        let drawn = match &shown {
            Some(shown) => shown.draw(tray).await,
            None if host == TrayHost::Present => {
                count += 1;
                let item = Arc::new(Item::new(tray, clicked.clone()));
                let showing = Shown::start(item, count).await;
                showing.map(|it| shown = Some(it))
            }
            None => Ok(()),
        };
        if let Err(error) = drawn {
            tracing::warn!(%error, "the tray could not be drawn");
            shown = None;
        }
    }
}

/// The icon, on a connection of its own, which ends with it.
struct Shown {
    item: Arc<Item>,
    bus: Connection,
    registering: JoinHandle<()>,
}

impl Shown {
    async fn start(item: Arc<Item>, count: u32) -> zbus::Result<Self> {
        let name = format!("org.kde.StatusNotifierItem-{}-{count}", std::process::id());
        let connecting = zbus::connection::Builder::session()?
            .serve_at(item::PATH, BusItem(item.clone()))?
            .serve_at(item::MENU_PATH, BusMenu(item.clone()))?
            .name(name.clone())?
            .build();
        let bus = timely(connecting).await?;
        let registering = tokio::spawn(stay_registered(bus.clone(), name));
        Ok(Self {
            item,
            bus,
            registering,
        })
    }

    async fn draw(&self, tray: &Tray) -> zbus::Result<()> {
        let drawn = self.item.face().draw(tray);
        let emitter = SignalEmitter::new(&self.bus, item::PATH)?;
        item::announce(&drawn, &emitter).await?;
        let emitter = SignalEmitter::new(&self.bus, item::MENU_PATH)?;
        bus_menu::announce(&self.item, &drawn.menu, &emitter).await
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.registering.abort();
    }
}

/// Registers the icon with the tray, and with each that takes its place.
async fn stay_registered(bus: Connection, name: String) {
    if let Err(error) = register_with_each(&bus, &name).await {
        tracing::warn!(%error, "the tray does not show the icon");
    }
}

async fn register_with_each(bus: &Connection, name: &str) -> zbus::Result<()> {
    let rule = MatchRule::builder()
        .msg_type(message::Type::Signal)
        .sender("org.freedesktop.DBus")?
        .interface("org.freedesktop.DBus")?
        .member("NameOwnerChanged")?
        .arg(0, WATCHER)?
        .build();
    let mut changes = timely(MessageStream::for_match_rule(rule, bus, None)).await?;
    register(bus, name).await;
    // An error is the end of the bus.
    while let Some(Ok(change)) = changes.next().await {
        let (_, _, owner): (String, String, String) = change.body().deserialize()?;
        if !owner.is_empty() {
            register(bus, name).await;
        }
    }
    Ok(())
}

async fn register(bus: &Connection, name: &str) {
    let method = "RegisterStatusNotifierItem";
    let asked = bus.call_method(Some(WATCHER), WATCHER_PATH, Some(WATCHER), method, &name);
    if let Err(error) = timely(asked).await {
        tracing::warn!(%error, "the tray does not take the icon");
    }
}

/// Waits for an answer of the bus.
async fn timely<T>(asked: impl Future<Output = zbus::Result<T>>) -> zbus::Result<T> {
    let late = |_| zbus::Error::InputOutput(Arc::new(std::io::ErrorKind::TimedOut.into()));
    timeout(DEADLINE, asked).await.map_err(late)?
}
