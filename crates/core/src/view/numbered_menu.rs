//! The menu with a number for each entry, by which a panel names it. An entry keeps its number while it changes its label
//! or its place, and no other entry ever gets it: a click on a menu that was drawn earlier never hits something else.

use std::collections::HashMap;

use super::menu::{About, MenuAction, MenuItem};
use crate::catalogue::marks::Colour;

/// The number of the menu itself.
pub const ROOT: i32 = 0;
/// How many entries that are gone stay known, so that a late click on one can be understood.
const GONE_MAX: usize = 1000;

/// The entries that are shown, and those that were shown lately.
#[derive(Debug, Default)]
pub struct NumberedMenu {
    shown: HashMap<i32, Entry>,
    numbers: HashMap<Place, i32>,
    known: HashMap<i32, Known>,
    last: i32,
    /// How often it was drawn.
    drawn: u64,
}

/// An entry that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it looks like.
    pub look: Look,
    /// Its entries, if it is a submenu, from top to bottom.
    pub children: Vec<i32>,
}

/// What an entry looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// A line between entries.
    Separator,
    /// Text that cannot be clicked.
    Text(String),
    /// A label to click, with the colour of its role.
    Action(String, Option<Colour>),
    /// The label of a submenu, with the colour of its role.
    Submenu(String, Option<Colour>),
}

/// What a drawing changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The entries that look different.
    pub looks: Vec<i32>,
    /// Whether entries came, went or moved.
    pub layout: bool,
}

/// What was clicked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clicked {
    /// An entry that is shown.
    Shown(MenuAction),
    /// An entry that is no longer shown.
    Gone(MenuAction),
    /// An entry without an action.
    Nothing,
    /// An entry that was never shown, or not for long.
    Unknown,
}

/// What tells an entry from all others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    parent: i32,
    key: Key,
    /// Its place among entries of the same key.
    nth: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Separator,
    Text,
    Action(MenuAction),
    Submenu(About),
}

#[derive(Debug)]
struct Known {
    place: Place,
    /// The number of the drawing that last had it.
    seen: u64,
}

impl NumberedMenu {
    /// Takes over `items`, and returns what is different from before.
    pub fn draw(&mut self, items: &[MenuItem]) -> Changes {
        let before = std::mem::take(&mut self.shown);
        self.drawn += 1;
        let children = self.add(ROOT, items);
        let look = Look::Submenu(String::new(), None);
        self.shown.insert(ROOT, Entry { look, children });
        self.forget_long_gone();
        changes(&before, &self.shown)
    }

    /// Returns an entry that is shown.
    pub fn entry(&self, number: i32) -> Option<&Entry> {
        self.shown.get(&number)
    }

    /// Returns the numbers of all entries that are shown, in no order.
    pub fn numbers(&self) -> impl Iterator<Item = i32> {
        self.shown.keys().copied()
    }

    /// Returns what a click on an entry means.
    pub fn clicked(&self, number: i32) -> Clicked {
        let is_shown = self.shown.contains_key(&number);
        match self.known.get(&number).map(|known| &known.place.key) {
            Some(Key::Action(action)) if is_shown => Clicked::Shown(action.clone()),
            Some(Key::Action(action)) => Clicked::Gone(action.clone()),
            Some(Key::Separator | Key::Text | Key::Submenu(_)) => Clicked::Nothing,
            None if number == ROOT => Clicked::Nothing,
            None => Clicked::Unknown,
        }
    }

    fn add(&mut self, parent: i32, items: &[MenuItem]) -> Vec<i32> {
        let mut counts: HashMap<Key, usize> = HashMap::new();
        let number_each = items.iter().map(|item| {
            let key = Key::of(item);
            let count = counts.entry(key.clone()).or_default();
            let nth = *count;
            *count += 1;
            let number = self.number(Place { parent, key, nth });
            let children = match item {
                MenuItem::Submenu { items, .. } => self.add(number, items),
                MenuItem::Separator | MenuItem::Text(_) | MenuItem::Action { .. } => Vec::new(),
            };
            let look = Look::of(item);
            self.shown.insert(number, Entry { look, children });
            number
        });
        number_each.collect()
    }

    fn number(&mut self, place: Place) -> i32 {
        let last = &mut self.last;
        let number = *self.numbers.entry(place.clone()).or_insert_with(|| {
            *last += 1;
            *last
        });
        let seen = self.drawn;
        self.known.insert(number, Known { place, seen });
        number
    }

    fn forget_long_gone(&mut self) {
        let (known, shown) = (&self.known, &self.shown);
        let mut gone: Vec<(u64, i32)> = known
            .iter()
            .filter(|(number, _)| !shown.contains_key(number))
            .map(|(number, known)| (known.seen, *number))
            .collect();
        let surplus = gone.len().saturating_sub(GONE_MAX);
        gone.sort_unstable();
        for (_, number) in gone.into_iter().take(surplus) {
            if let Some(known) = self.known.remove(&number) {
                self.numbers.remove(&known.place);
            }
        }
    }
}

fn changes(before: &HashMap<i32, Entry>, after: &HashMap<i32, Entry>) -> Changes {
    let kept = after
        .iter()
        .filter_map(|(number, entry)| Some((*number, before.get(number)?, entry)));
    let mut looks: Vec<i32> = kept
        .filter(|(_, before, after)| before.look != after.look)
        .map(|(number, ..)| number)
        .collect();
    looks.sort_unstable();
    let layout = after.iter().any(|(number, entry)| {
        let before = before.get(number);
        before.is_none_or(|before| before.children != entry.children)
    });
    Changes { looks, layout }
}

impl Key {
    fn of(item: &MenuItem) -> Self {
        match item {
            MenuItem::Separator => Self::Separator,
            MenuItem::Text(_) => Self::Text,
            MenuItem::Action { action, .. } => Self::Action(action.clone()),
            MenuItem::Submenu { about, .. } => Self::Submenu(about.clone()),
        }
    }
}

impl Look {
    /// Returns the colour of its role.
    pub fn colour(&self) -> Option<Colour> {
        match self {
            Self::Action(_, colour) | Self::Submenu(_, colour) => *colour,
            Self::Separator | Self::Text(_) => None,
        }
    }

    fn of(item: &MenuItem) -> Self {
        match item {
            MenuItem::Separator => Self::Separator,
            MenuItem::Text(label) => Self::Text(label.clone()),
            MenuItem::Action { label, colour, .. } => Self::Action(label.clone(), *colour),
            MenuItem::Submenu { label, colour, .. } => Self::Submenu(label.clone(), *colour),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::value::name::Name;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    fn assume(role: &str) -> MenuItem {
        MenuItem::Action {
            label: role.to_owned(),
            colour: None,
            action: MenuAction::Assume(name(role)),
        }
    }

    fn open(label: &str) -> MenuItem {
        MenuItem::Action {
            label: label.to_owned(),
            colour: None,
            action: MenuAction::Open,
        }
    }

    fn session(role: &str, left: &str) -> MenuItem {
        MenuItem::Submenu {
            about: About::Session(name(role)),
            label: format!("{role} · {left}"),
            colour: None,
            items: vec![MenuItem::Action {
                label: "End".to_owned(),
                colour: None,
                action: MenuAction::End(name(role)),
            }],
        }
    }

    /// Returns the number of the entry at these places, from the top.
    fn at(menu: &NumberedMenu, places: &[usize]) -> i32 {
        places.iter().fold(ROOT, |number, place| {
            menu.entry(number).expect("an entry").children[*place]
        })
    }

    #[test]
    fn an_entry_keeps_its_number_while_its_label_and_place_change() {
        let mut menu = NumberedMenu::default();
        let first = [session("guest", "43 min"), assume("other"), open("Open")];
        assert!(menu.draw(&first).layout);
        let numbers = [at(&menu, &[0]), at(&menu, &[0, 0]), at(&menu, &[2])];

        let later = [session("guest", "42 min"), assume("other"), open("Open")];
        let changes = menu.draw(&later);
        assert_eq!((changes.looks, changes.layout), (vec![numbers[0]], false));
        assert_eq!(menu.draw(&later), Changes::default());

        let moved = [assume("new"), session("guest", "42 min"), open("Open")];
        let changes = menu.draw(&moved);
        assert_eq!((changes.looks, changes.layout), (vec![], true));
        let present = [at(&menu, &[1]), at(&menu, &[1, 0]), at(&menu, &[2])];
        assert_eq!(present, numbers);
    }

    #[test]
    fn no_other_entry_gets_the_number_of_one_that_is_gone() {
        let mut menu = NumberedMenu::default();
        menu.draw(&[assume("first"), assume("second")]);
        let first = at(&menu, &[0]);
        menu.draw(&[assume("third"), assume("fourth")]);
        assert_ne!(at(&menu, &[0]), first);
        let gone = MenuAction::Assume(name("first"));
        assert_eq!(menu.clicked(first), Clicked::Gone(gone.clone()));
        menu.draw(&[assume("first")]);
        assert_eq!(at(&menu, &[0]), first, "it is back");
        assert_eq!(menu.clicked(first), Clicked::Shown(gone));
    }

    #[test]
    fn entries_of_the_same_action_have_their_own_numbers() {
        let mut menu = NumberedMenu::default();
        menu.draw(&[open("Search"), MenuItem::Separator, open("Open")]);
        let numbers: HashSet<i32> = (0..3).map(|place| at(&menu, &[place])).collect();
        assert_eq!(numbers.len(), 3);
        assert!(!numbers.contains(&ROOT));
        assert_eq!(menu.clicked(at(&menu, &[1])), Clicked::Nothing);
        assert_eq!(menu.clicked(ROOT), Clicked::Nothing);
    }

    #[test]
    fn what_is_long_gone_is_forgotten() {
        let mut menu = NumberedMenu::default();
        let roles: Vec<MenuItem> = (0..GONE_MAX)
            .map(|it| assume(&format!("role-{it}")))
            .collect();
        menu.draw(&[assume("first"), open("Open")]);
        let first = at(&menu, &[0]);
        menu.draw(&roles);
        menu.draw(&[open("Open")]);
        let last = at(&menu, &[0]);
        assert_eq!(menu.clicked(first), Clicked::Unknown);
        assert_eq!(menu.clicked(last), Clicked::Shown(MenuAction::Open));
        assert_eq!(menu.known.len(), GONE_MAX + 1);
        assert_eq!(menu.numbers.len(), GONE_MAX + 1);
    }
}
