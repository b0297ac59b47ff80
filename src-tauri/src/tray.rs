//! Draws the tray from a plain value. Only differences are redrawn.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rolecall_core::value::sanitise::{self, Markup};
use rolecall_core::view::menu::{MenuAction, MenuItem, Tray, TrayIcon};
use tauri::image::Image;
use tauri::menu::{
    IconMenuItem, IconMenuItemBuilder, IsMenuItem, Menu, MenuBuilder, MenuItemBuilder,
    PredefinedMenuItem, Submenu, SubmenuBuilder,
};
use tauri::tray::{MouseButton, MouseButtonState, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager, Wry};

use crate::tray_dot::dot;
use crate::tray_host;

const ID: &str = "rolecall";

/// The state of the tray, and the action of each entry.
#[derive(Default)]
pub(crate) struct TrayPainter(Mutex<Painted>);

#[derive(Default)]
struct Painted {
    shown: Option<Tray>,
    icon: Option<tauri::tray::TrayIcon>,
    actions: HashMap<String, MenuAction>,
    entries: Vec<Entry>,
}

/// An entry whose label can be changed in place, so that an open menu stays open.
enum Entry {
    Item(tauri::menu::MenuItem<Wry>),
    Coloured(IconMenuItem<Wry>),
    Submenu(Submenu<Wry>),
}

/// What a left click on the icon does. On Linux, `tray_clicks` takes the clicks.
pub(crate) struct OnLeftClick(pub(crate) Box<dyn Fn() + Send + Sync>);

impl TrayPainter {
    /// Draws `tray`, if it changed. Any thread may call this.
    pub(crate) fn paint(app: &AppHandle, tray: Tray) {
        let on_main = app.clone();
        let asked = app.run_on_main_thread(move || {
            let painter = on_main.state::<Self>();
            let mut painted = painter.0.lock().unwrap_or_else(PoisonError::into_inner);
            if painted.icon.is_some() && painted.shown.as_ref() == Some(&tray) {
                return;
            }
            match painted.redraw(&on_main, &tray) {
                Ok(()) => painted.shown = Some(tray),
                Err(error) => tracing::warn!(%error, "the tray could not be drawn"),
            }
        });
        if let Err(error) = asked {
            tracing::warn!(%error, "the tray could not be drawn");
        }
    }

    /// Removes the icon; the next [`TrayPainter::paint`] with a tray draws a new one. Any thread may call this.
    pub(crate) fn forget(app: &AppHandle) {
        let on_main = app.clone();
        let asked = app.run_on_main_thread(move || {
            let painter = on_main.state::<Self>();
            let mut painted = painter.0.lock().unwrap_or_else(PoisonError::into_inner);
            *painted = Painted::default();
            drop(on_main.remove_tray_by_id(ID));
        });
        if let Err(error) = asked {
            tracing::warn!(%error, "the tray could not be removed");
        }
    }

    /// Returns the action of the entry `id`; `None` if the entry no longer exists.
    pub(crate) fn action(app: &AppHandle, id: &str) -> Option<MenuAction> {
        let painter = app.state::<Self>();
        let painted = painter.0.lock().unwrap_or_else(PoisonError::into_inner);
        painted.actions.get(id).cloned()
    }
}

impl Painted {
    fn redraw(&mut self, app: &AppHandle, tray: &Tray) -> tauri::Result<()> {
        let Some(icon) = self.icon.clone() else {
            return self.create(app, tray);
        };
        let shown = self.shown.as_ref();
        if shown.map(|shown| shown.icon) != Some(tray.icon) {
            icon.set_icon(Some(image(tray.icon)?))?;
        }
        if shown.map(|shown| &shown.tooltip) != Some(&tray.tooltip) {
            icon.set_tooltip(Some(tooltip(&tray.tooltip)))?;
        }
        if shown.is_some_and(|shown| same_shape(&shown.items, &tray.items)) {
            return self.relabel(&tray.items);
        }
        let menu = self.draw_menu(app, &tray.items)?;
        // The tray host identifies entries by position. An empty menu in between renumbers all positions, so that a click
        // on the old menu has no effect and never hits another role at the same position.
        icon.set_menu(None::<Menu<Wry>>)?;
        icon.set_menu(Some(menu))
    }

    fn create(&mut self, app: &AppHandle, tray: &Tray) -> tauri::Result<()> {
        let _in_runtime = tauri::async_runtime::handle().inner().enter();
        if !tray_host::is_present() {
            return Ok(());
        }
        let menu = self.draw_menu(app, &tray.items)?;
        let icon = TrayIconBuilder::with_id(ID)
            .icon(image(tray.icon)?)
            .icon_as_template(cfg!(target_os = "macos"))
            .title("Rolecall")
            .tooltip(tooltip(&tray.tooltip))
            .menu(&menu)
            .show_menu_on_left_click(cfg!(target_os = "macos"))
            .on_tray_icon_event(|icon, event| {
                if is_left_click(&event) {
                    (icon.app_handle().state::<OnLeftClick>().0)();
                }
            })
            .build(app)?;
        self.icon = Some(icon);
        Ok(())
    }

    fn draw_menu(&mut self, app: &AppHandle, items: &[MenuItem]) -> tauri::Result<Menu<Wry>> {
        self.actions.clear();
        self.entries.clear();
        let drawn = self.draw_items(app, items)?;
        let refs: Vec<&dyn IsMenuItem<Wry>> = drawn.iter().map(AsRef::as_ref).collect();
        MenuBuilder::new(app).items(&refs).build()
    }

    fn draw_items(
        &mut self,
        app: &AppHandle,
        items: &[MenuItem],
    ) -> tauri::Result<Vec<Box<dyn IsMenuItem<Wry>>>> {
        items.iter().map(|item| self.draw_item(app, item)).collect()
    }

    fn draw_item(
        &mut self,
        app: &AppHandle,
        item: &MenuItem,
    ) -> tauri::Result<Box<dyn IsMenuItem<Wry>>> {
        Ok(match item {
            MenuItem::Separator => Box::new(PredefinedMenuItem::separator(app)?),
            MenuItem::Text(label) => {
                let drawn = MenuItemBuilder::new(label).enabled(false).build(app)?;
                self.entries.push(Entry::Item(drawn.clone()));
                Box::new(drawn)
            }
            MenuItem::Action {
                label,
                colour: None,
                action,
            } => {
                let drawn = MenuItemBuilder::new(label).build(app)?;
                self.actions.insert(id_of(&drawn), action.clone());
                self.entries.push(Entry::Item(drawn.clone()));
                Box::new(drawn)
            }
            MenuItem::Action {
                label,
                colour: Some(colour),
                action,
            } => {
                let drawn = IconMenuItemBuilder::new(label);
                let drawn = drawn.icon(dot(*colour)).build(app)?;
                self.actions.insert(id_of(&drawn), action.clone());
                self.entries.push(Entry::Coloured(drawn.clone()));
                Box::new(drawn)
            }
            MenuItem::Submenu {
                label,
                colour,
                items,
            } => {
                let at = self.entries.len();
                let children = self.draw_items(app, items)?;
                let refs: Vec<&dyn IsMenuItem<Wry>> = children.iter().map(AsRef::as_ref).collect();
                let drawn = SubmenuBuilder::new(app, label).items(&refs);
                let drawn = match colour {
                    Some(colour) => drawn.submenu_icon(dot(*colour)).build()?,
                    None => drawn.build()?,
                };
                self.entries.insert(at, Entry::Submenu(drawn.clone()));
                Box::new(drawn)
            }
        })
    }

    /// Updates the labels of a menu of the same shape.
    fn relabel(&self, items: &[MenuItem]) -> tauri::Result<()> {
        let before = self
            .shown
            .as_ref()
            .map(|shown| labels(&shown.items))
            .unwrap_or_default();
        let after = labels(items);
        for ((entry, old), new) in self
            .entries
            .iter()
            .zip(before)
            .zip(after)
            .filter(|((_, old), new)| old != new)
        {
            match entry {
                Entry::Item(item) => item.set_text(new)?,
                Entry::Coloured(item) => item.set_text(new)?,
                Entry::Submenu(submenu) => submenu.set_text(new)?,
            }
            drop(old);
        }
        Ok(())
    }
}

/// Returns the tooltip as the tray expects it. Those of Linux read a subset of HTML.
/// <https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/Markup/>
fn tooltip(text: &str) -> String {
    let markup = match cfg!(target_os = "linux") {
        true => Markup::Escaped,
        false => Markup::Plain,
    };
    sanitise::tooltip(text, markup)
}

fn id_of(item: &impl IsMenuItem<Wry>) -> String {
    item.id().as_ref().to_owned()
}

/// Returns whether two menus differ only in labels.
fn same_shape(one: &[MenuItem], other: &[MenuItem]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|pair| match pair {
            (MenuItem::Separator, MenuItem::Separator) | (MenuItem::Text(_), MenuItem::Text(_)) => {
                true
            }
            (
                MenuItem::Action {
                    action: one,
                    colour: tone,
                    ..
                },
                MenuItem::Action {
                    action: other,
                    colour: other_tone,
                    ..
                },
            ) => one == other && tone == other_tone,
            (
                MenuItem::Submenu {
                    items: one,
                    colour: tone,
                    ..
                },
                MenuItem::Submenu {
                    items: other,
                    colour: other_tone,
                    ..
                },
            ) => tone == other_tone && same_shape(one, other),
            _ => false,
        })
}

/// Returns the labels in drawing order.
fn labels(items: &[MenuItem]) -> Vec<String> {
    items
        .iter()
        .flat_map(|item| match item {
            MenuItem::Separator => Vec::new(),
            MenuItem::Text(label) | MenuItem::Action { label, .. } => vec![label.clone()],
            MenuItem::Submenu { label, items, .. } => [vec![label.clone()], labels(items)].concat(),
        })
        .collect()
}

fn is_left_click(event: &TrayIconEvent) -> bool {
    matches!(
        event,
        TrayIconEvent::Click {
            button: MouseButton::Left,
            button_state: MouseButtonState::Up,
            ..
        }
    )
}

/// On macOS the system colours a template; the other icons have enough contrast on light and dark panels.
macro_rules! picture {
    ($state:literal) => {
        if cfg!(target_os = "macos") {
            include_bytes!(concat!("../../icons/tray/", $state, "-template-44.png")).as_slice()
        } else {
            include_bytes!(concat!("../../icons/tray/", $state, "-any-48.png")).as_slice()
        }
    };
}

fn image(icon: TrayIcon) -> tauri::Result<Image<'static>> {
    Image::from_bytes(match icon {
        TrayIcon::Idle => picture!("idle"),
        TrayIcon::Active => picture!("active"),
        TrayIcon::Expiring => picture!("expiring"),
        TrayIcon::Problem => picture!("problem"),
    })
}
