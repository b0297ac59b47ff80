//! The tray's menu on D-Bus. Its entries have the numbers of [`NumberedMenu`], so that a click on an entry that is gone
//! is understood, and a menu that is open stays open while it changes.
//! <https://github.com/AyatanaIndicators/libdbusmenu/blob/master/libdbusmenu-glib/dbus-menu.xml>

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rolecall_core::view::menu_click;
use rolecall_core::view::numbered_menu::{Changes, Clicked, Entry, Look, NumberedMenu, ROOT};
use zbus::fdo;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedValue, Structure, Value};

use super::click;
use super::item::Item;
use super::look::dot;

/// The version of the protocol.
const VERSION: u32 = 3;

type Properties = HashMap<&'static str, Value<'static>>;
/// The names of the wanted properties; all without names.
type Names = HashSet<String>;
/// An entry with its number and the entries below it.
type Layout = (i32, Properties, Vec<Value<'static>>);
/// The number of an entry, the kind of the event, its data and its time.
type Event = (i32, String, OwnedValue, u32);

/// The object on the bus.
pub(super) struct BusMenu(pub(super) Arc<Item>);

/// Announces what a drawing changed.
///
/// # Errors
/// If the bus has ended.
pub(super) async fn announce(
    item: &Item,
    changes: &Changes,
    emitter: &SignalEmitter<'_>,
) -> zbus::Result<()> {
    if !changes.looks.is_empty() {
        let (updated, removed) = {
            let face = item.face();
            (updated(&face.menu, changes), removed(&face.menu, changes))
        };
        BusMenu::items_properties_updated(emitter, updated, removed).await?;
    }
    if changes.layout {
        let revision = item.face().revision;
        BusMenu::layout_updated(emitter, revision, ROOT).await?;
    }
    Ok(())
}

fn updated(menu: &NumberedMenu, changes: &Changes) -> Vec<(i32, Properties)> {
    let looks = changes.looks.iter();
    looks
        .filter_map(|number| Some((*number, properties(menu.entry(*number)?))))
        .collect()
}

/// Returns the properties that entries no longer have. Only a colour can go.
fn removed(menu: &NumberedMenu, changes: &Changes) -> Vec<(i32, Vec<&'static str>)> {
    let looks = changes.looks.iter();
    looks
        .filter(|number| {
            menu.entry(**number)
                .is_some_and(|it| it.look.colour().is_none())
        })
        .map(|number| (*number, vec!["icon-data"]))
        .collect()
}

#[zbus::interface(name = "com.canonical.dbusmenu")]
impl BusMenu {
    fn get_layout(
        &self,
        parent: i32,
        depth: i32,
        names: Vec<String>,
    ) -> fdo::Result<(u32, Layout)> {
        let face = self.0.face();
        // A negative depth is no limit.
        let depth = usize::try_from(depth).unwrap_or(usize::MAX);
        let names = Names::from_iter(names);
        let layout = layout(&face.menu, parent, depth, &names).ok_or_else(not_found)?;
        Ok((face.revision, layout))
    }

    fn get_group_properties(&self, ids: Vec<i32>, names: Vec<String>) -> Vec<(i32, Properties)> {
        let face = self.0.face();
        let names = Names::from_iter(names);
        let ids = match ids.is_empty() {
            true => face.menu.numbers().collect(),
            false => ids,
        };
        let each = ids.into_iter();
        each.filter_map(|id| Some((id, named(properties(face.menu.entry(id)?), &names))))
            .collect()
    }

    fn get_property(&self, id: i32, name: &str) -> fdo::Result<OwnedValue> {
        let face = self.0.face();
        let entry = face.menu.entry(id).ok_or_else(not_found)?;
        let value = properties(entry).remove(name);
        let value = value.ok_or_else(|| fdo::Error::InvalidArgs("property not found".into()))?;
        Ok(value.try_into_owned().map_err(zbus::Error::from)?)
    }

    fn event(&self, id: i32, kind: &str, _data: OwnedValue, _time: u32) -> fdo::Result<()> {
        match self.take(id, kind) {
            true => Ok(()),
            false => Err(not_found()),
        }
    }

    fn event_group(&self, events: Vec<Event>) -> fdo::Result<Vec<i32>> {
        let count = events.len();
        let events = events.into_iter();
        let unknown: Vec<i32> = events
            .filter(|(id, kind, ..)| !self.take(*id, kind))
            .map(|(id, ..)| id)
            .collect();
        match unknown.len() == count {
            true => Err(not_found()),
            false => Ok(unknown),
        }
    }

    /// Has the present times drawn, which panels hear of as of every change.
    fn about_to_show(&self, id: i32) -> fdo::Result<bool> {
        let is_shown = self.0.face().menu.entry(id).is_some();
        if id == ROOT {
            self.0.opens();
        }
        match is_shown {
            true => Ok(false),
            false => Err(not_found()),
        }
    }

    fn about_to_show_group(&self, ids: Vec<i32>) -> fdo::Result<(Vec<i32>, Vec<i32>)> {
        let count = ids.len();
        let ids = ids.into_iter();
        let unknown: Vec<i32> = ids.filter(|id| self.about_to_show(*id).is_err()).collect();
        match count > 0 && unknown.len() == count {
            true => Err(not_found()),
            false => Ok((Vec::new(), unknown)),
        }
    }

    #[zbus(property)]
    fn version(&self) -> u32 {
        VERSION
    }

    #[zbus(property)]
    fn text_direction(&self) -> &'static str {
        "ltr"
    }

    #[zbus(property)]
    fn status(&self) -> &'static str {
        "normal"
    }

    #[zbus(property)]
    fn icon_theme_path(&self) -> Vec<String> {
        Vec::new()
    }

    #[zbus(signal)]
    async fn items_properties_updated(
        emitter: &SignalEmitter<'_>,
        updated: Vec<(i32, Properties)>,
        removed: Vec<(i32, Vec<&str>)>,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn layout_updated(
        emitter: &SignalEmitter<'_>,
        revision: u32,
        parent: i32,
    ) -> zbus::Result<()>;
}

impl BusMenu {
    /// Handles an event. Returns whether its entry is or was in the menu.
    fn take(&self, id: i32, kind: &str) -> bool {
        let clicked = self.0.face().menu.clicked(id);
        let is_known = clicked != Clicked::Unknown;
        if kind == "clicked" {
            self.0.click(match clicked {
                Clicked::Shown(action) => click::Clicked::Entry(action, menu_click::Entry::Shown),
                Clicked::Gone(action) => click::Clicked::Entry(action, menu_click::Entry::Gone),
                Clicked::Unknown => click::Clicked::Unknown,
                Clicked::Nothing => return true,
            });
        }
        is_known
    }
}

fn not_found() -> fdo::Error {
    fdo::Error::InvalidArgs("id not found".into())
}

fn layout(menu: &NumberedMenu, id: i32, depth: usize, names: &Names) -> Option<Layout> {
    let entry = menu.entry(id)?;
    let below = match depth {
        0 => &[],
        _ => entry.children.as_slice(),
    };
    let children = below
        .iter()
        .filter_map(|child| layout(menu, *child, depth - 1, names))
        .map(|child| Value::from(Structure::from(child)))
        .collect();
    Some((id, named(properties(entry), names), children))
}

/// Returns the properties with these names.
fn named(mut properties: Properties, names: &Names) -> Properties {
    properties.retain(|name, _| names.is_empty() || names.contains(*name));
    properties
}

/// Returns the properties that differ from the protocol's defaults, and the label.
fn properties(entry: &Entry) -> Properties {
    let mut properties = Properties::new();
    match &entry.look {
        Look::Separator => {
            properties.insert("type", "separator".into());
        }
        Look::Text(label) => {
            properties.insert("label", mnemonic_free(label).into());
            properties.insert("enabled", false.into());
        }
        Look::Action(label, _) => {
            properties.insert("label", mnemonic_free(label).into());
        }
        Look::Submenu(label, _) => {
            properties.insert("label", mnemonic_free(label).into());
            properties.insert("children-display", "submenu".into());
        }
    }
    if let Some(colour) = entry.look.colour() {
        properties.insert("icon-data", dot(colour).to_vec().into());
    }
    properties
}

/// Returns a label without the doubled `&` of other systems, and with doubled `_`, which the protocol reads as a mnemonic.
fn mnemonic_free(label: &str) -> String {
    label.replace("&&", "&").replace('_', "__")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_has_no_mnemonic() {
        assert_eq!(mnemonic_free("R&&D_team"), "R&D__team");
    }
}
