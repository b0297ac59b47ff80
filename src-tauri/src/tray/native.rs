//! The tray of macOS and Windows, which Tauri draws.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rolecall_core::view::menu::{MenuAction, MenuItem, Tray};
use rolecall_core::view::menu_click::Entry as Present;
use tauri::image::Image;
use tauri::menu::{
    IconMenuItem, IconMenuItemBuilder, IsMenuItem, Menu, MenuBuilder, MenuItemBuilder,
    PredefinedMenuItem, Submenu, SubmenuBuilder,
};
use tauri::tray::{MouseButton, MouseButtonState, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Wry};

use super::click::{Click, Clicked, OnClick};
use super::look::{ID, TITLE, dot, image, tooltip};
use crate::tray_host::TrayHost;

/// Draws on the main thread.
pub(super) struct Painter {
    app: AppHandle,
    painted: Arc<Mutex<Painted>>,
}

/// The state of the tray, and the action of each entry.
struct Painted {
    on_click: Arc<OnClick>,
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

impl Painter {
    pub(super) fn start(app: &AppHandle, on_click: OnClick) -> Self {
        let on_click = Arc::new(on_click);
        let painted = Arc::new(Mutex::new(Painted {
            on_click: on_click.clone(),
            shown: None,
            icon: None,
            actions: HashMap::new(),
            entries: Vec::new(),
        }));
        let asked = painted.clone();
        app.on_menu_event(move |_, event| {
            let action = lock(&asked).actions.get(event.id().as_ref()).cloned();
            on_click(Click {
                on: match action {
                    Some(action) => Clicked::Entry(action, Present::Shown),
                    None => Clicked::Unknown,
                },
                token: None,
            });
        });
        Self {
            app: app.clone(),
            painted,
        }
    }

    pub(super) fn paint(&self, tray: Tray) {
        let (app, painted) = (self.app.clone(), self.painted.clone());
        let asked = self.app.run_on_main_thread(move || {
            let mut painted = lock(&painted);
            if painted.icon.is_some() && painted.shown.as_ref() == Some(&tray) {
                return;
            }
            match painted.redraw(&app, &tray) {
                Ok(()) => painted.shown = Some(tray),
                Err(error) => tracing::warn!(%error, "the tray could not be drawn"),
            }
        });
        if let Err(error) = asked {
            tracing::warn!(%error, "the tray could not be drawn");
        }
    }

    /// The tray is part of the system.
    pub(super) fn host_changed(&self, _: TrayHost) {}
}

fn lock(painted: &Mutex<Painted>) -> MutexGuard<'_, Painted> {
    painted.lock().unwrap_or_else(PoisonError::into_inner)
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
        let menu = self.draw_menu(app, &tray.items)?;
        let on_click = self.on_click.clone();
        let icon = TrayIconBuilder::with_id(ID)
            .icon(image(tray.icon)?)
            .icon_as_template(cfg!(target_os = "macos"))
            .title(TITLE)
            .tooltip(tooltip(&tray.tooltip))
            .menu(&menu)
            .show_menu_on_left_click(cfg!(target_os = "macos"))
            .on_tray_icon_event(move |_, event| {
                if is_left_click(&event) {
                    on_click(Click {
                        on: Clicked::Icon,
                        token: None,
                    });
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
                let drawn = drawn.icon(Image::from_bytes(dot(*colour))?).build(app)?;
                self.actions.insert(id_of(&drawn), action.clone());
                self.entries.push(Entry::Coloured(drawn.clone()));
                Box::new(drawn)
            }
            MenuItem::Submenu {
                label,
                colour,
                items,
                ..
            } => {
                let at = self.entries.len();
                let children = self.draw_items(app, items)?;
                let refs: Vec<&dyn IsMenuItem<Wry>> = children.iter().map(AsRef::as_ref).collect();
                let drawn = SubmenuBuilder::new(app, label).items(&refs);
                let drawn = match colour {
                    Some(colour) => drawn
                        .submenu_icon(Image::from_bytes(dot(*colour))?)
                        .build()?,
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
