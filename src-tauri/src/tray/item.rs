//! The tray's icon on D-Bus: a StatusNotifierItem.
//! <https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/StatusNotifierItem/>

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rolecall_core::view::menu::{Tray, TrayIcon};
use rolecall_core::view::numbered_menu::{Changes, NumberedMenu};
use zbus::fdo;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::ObjectPath;

use super::click::{Click, Clicked};
use super::look::{ID, TITLE, image, tooltip};

/// The path that panels expect.
pub(super) const PATH: &str = "/StatusNotifierItem";
/// The path of the menu that panels expect.
pub(super) const MENU_PATH: &str = "/MenuBar";
/// How long a token is valid for the click that follows it.
const TOKEN_AGE: Duration = Duration::from_millis(100);

/// A picture: width, height, and its pixels in the order alpha, red, green, blue.
type Pixmap = (i32, i32, Vec<u8>);
/// The name of an icon, its pictures, the title and the text.
type ToolTip = (String, Vec<Pixmap>, String, String);

/// What the objects on the bus show, and where clicks on them go.
pub(super) struct Item {
    face: Mutex<Face>,
    clicks: Sender<Click>,
    token: Mutex<Option<(Instant, String)>>,
}

/// What is shown.
pub(super) struct Face {
    icon: TrayIcon,
    pixmaps: Vec<Pixmap>,
    tooltip: String,
    pub(super) menu: NumberedMenu,
    /// The number of the menu's layout.
    pub(super) revision: u32,
}

/// What a drawing changed.
pub(super) struct Drawn {
    icon: bool,
    tooltip: bool,
    pub(super) menu: Changes,
}

impl Item {
    pub(super) fn new(tray: &Tray, clicks: Sender<Click>) -> Self {
        let mut menu = NumberedMenu::default();
        menu.draw(&tray.items);
        Self {
            face: Mutex::new(Face {
                icon: tray.icon,
                pixmaps: pixmaps(tray.icon),
                tooltip: tray.tooltip.clone(),
                menu,
                revision: 1,
            }),
            clicks,
            token: Mutex::default(),
        }
    }

    pub(super) fn face(&self) -> MutexGuard<'_, Face> {
        self.face.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reports a click, with the token that came before it.
    pub(super) fn click(&self, on: Clicked) {
        let token = self.token().take();
        let token = token.filter(|(since, _)| since.elapsed() <= TOKEN_AGE);
        self.send(on, token.map(|(_, token)| token));
    }

    /// Reports that the menu is about to open.
    pub(super) fn opens(&self) {
        self.send(Clicked::Menu, None);
    }

    fn send(&self, on: Clicked, token: Option<String>) {
        // Nothing handles it while the program ends.
        let _ = self.clicks.send(Click { on, token });
    }

    fn token(&self) -> MutexGuard<'_, Option<(Instant, String)>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Face {
    /// Takes over the content of `tray`.
    pub(super) fn draw(&mut self, tray: &Tray) -> Drawn {
        let drawn = Drawn {
            icon: self.icon != tray.icon,
            tooltip: self.tooltip != tray.tooltip,
            menu: self.menu.draw(&tray.items),
        };
        if drawn.icon {
            self.icon = tray.icon;
            self.pixmaps = pixmaps(tray.icon);
        }
        self.tooltip.clone_from(&tray.tooltip);
        self.revision += u32::from(drawn.menu.layout);
        drawn
    }
}

/// Announces what a drawing changed.
///
/// # Errors
/// If the bus has ended.
pub(super) async fn announce(drawn: &Drawn, emitter: &SignalEmitter<'_>) -> zbus::Result<()> {
    if drawn.icon {
        BusItem::new_icon(emitter).await?;
    }
    if drawn.tooltip {
        BusItem::new_tool_tip(emitter).await?;
    }
    Ok(())
}

/// The object on the bus.
pub(super) struct BusItem(pub(super) Arc<Item>);

#[zbus::interface(name = "org.kde.StatusNotifierItem")]
impl BusItem {
    /// Panels that show the menu on the bus do not need it.
    fn context_menu(&self, _x: i32, _y: i32) -> fdo::Result<()> {
        Err(fdo::Error::UnknownMethod("The menu is on the bus.".into()))
    }

    fn activate(&self, _x: i32, _y: i32) {
        self.0.click(Clicked::Icon);
    }

    fn secondary_activate(&self, _x: i32, _y: i32) {}

    fn scroll(&self, _delta: i32, _orientation: String) {}

    #[expect(clippy::disallowed_methods, reason = "only how long ago it was counts")]
    fn provide_xdg_activation_token(&self, token: String) {
        *self.0.token() = Some((Instant::now(), token));
    }

    #[zbus(property)]
    fn category(&self) -> &'static str {
        "ApplicationStatus"
    }

    #[zbus(property)]
    fn id(&self) -> &'static str {
        ID
    }

    #[zbus(property)]
    fn title(&self) -> &'static str {
        TITLE
    }

    #[zbus(property)]
    fn status(&self) -> &'static str {
        "Active"
    }

    #[zbus(property)]
    fn window_id(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn icon_theme_path(&self) -> &'static str {
        ""
    }

    #[zbus(property)]
    fn menu(&self) -> ObjectPath<'static> {
        ObjectPath::from_static_str_unchecked(MENU_PATH)
    }

    #[zbus(property)]
    fn item_is_menu(&self) -> bool {
        false
    }

    #[zbus(property)]
    fn icon_name(&self) -> &'static str {
        ""
    }

    #[zbus(property)]
    fn icon_pixmap(&self) -> Vec<Pixmap> {
        self.0.face().pixmaps.clone()
    }

    #[zbus(property)]
    fn overlay_icon_name(&self) -> &'static str {
        ""
    }

    #[zbus(property)]
    fn overlay_icon_pixmap(&self) -> Vec<Pixmap> {
        Vec::new()
    }

    #[zbus(property)]
    fn attention_icon_name(&self) -> &'static str {
        ""
    }

    #[zbus(property)]
    fn attention_icon_pixmap(&self) -> Vec<Pixmap> {
        Vec::new()
    }

    #[zbus(property)]
    fn attention_movie_name(&self) -> &'static str {
        ""
    }

    #[zbus(property)]
    fn tool_tip(&self) -> ToolTip {
        let face = self.0.face();
        let text = tooltip(&face.tooltip);
        (String::new(), face.pixmaps.clone(), TITLE.to_owned(), text)
    }

    #[zbus(signal)]
    async fn new_title(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn new_icon(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn new_attention_icon(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn new_overlay_icon(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn new_tool_tip(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn new_status(emitter: &SignalEmitter<'_>, status: &str) -> zbus::Result<()>;
}

fn pixmaps(icon: TrayIcon) -> Vec<Pixmap> {
    let Ok(image) = image(icon) else {
        return Vec::new();
    };
    let (Ok(width), Ok(height)) = (i32::try_from(image.width()), i32::try_from(image.height()))
    else {
        return Vec::new();
    };
    let mut pixels = image.rgba().to_vec();
    for pixel in pixels.chunks_exact_mut(4) {
        pixel.rotate_right(1);
    }
    vec![(width, height, pixels)]
}
