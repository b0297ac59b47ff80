//! The context of a request: condition keys and their values.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use jiff::Timestamp;

/// The condition keys of one request. As in IAM, names are case-insensitive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    values: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Single(ContextValue),
    List(Vec<ContextValue>),
}

/// One value of a condition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContextValue {
    /// Text, an ARN, or any other value as text.
    Text(String),
    /// A number in decimal notation.
    Number(String),
    /// A boolean.
    Flag(bool),
    /// A point in time.
    Date(Timestamp),
    /// An IP address.
    Ip(IpAddr),
}

impl Context {
    /// Sets a single-valued key and replaces its previous value.
    pub fn insert(&mut self, key: &str, value: impl Into<ContextValue>) {
        self.values
            .insert(key.to_ascii_lowercase(), Entry::Single(value.into()));
    }

    /// Sets a multivalued key. An empty list is the same as an absent key.
    pub fn insert_list<V: Into<ContextValue>>(
        &mut self,
        key: &str,
        values: impl IntoIterator<Item = V>,
    ) {
        let values = values.into_iter().map(Into::into).collect();
        self.values
            .insert(key.to_ascii_lowercase(), Entry::List(values));
    }

    /// Returns the key's values, or an empty slice if the key is absent.
    pub(super) fn values(&self, key: &str) -> &[ContextValue] {
        match self.values.get(&key.to_ascii_lowercase()) {
            Some(Entry::Single(value)) => std::slice::from_ref(value),
            Some(Entry::List(values)) => values,
            None => &[],
        }
    }

    /// Returns the text of a single-valued key. A multivalued key cannot be used in a variable.
    pub(super) fn single(&self, key: &str) -> Option<String> {
        match self.values.get(&key.to_ascii_lowercase())? {
            Entry::Single(value) => Some(value.text().into_owned()),
            Entry::List(_) => None,
        }
    }
}

impl ContextValue {
    /// Returns the value as a string operator sees it.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) | Self::Number(text) => Cow::Borrowed(text),
            Self::Flag(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
            Self::Date(date) => Cow::Owned(date.to_string()),
            Self::Ip(ip) => Cow::Owned(ip.to_string()),
        }
    }

    /// Returns the value as a numeric operator sees it: a date as seconds since the epoch.
    pub(super) fn number(&self) -> Cow<'_, str> {
        match self {
            Self::Date(date) => Cow::Owned(date.as_second().to_string()),
            Self::Text(_) | Self::Number(_) | Self::Flag(_) | Self::Ip(_) => self.text(),
        }
    }
}

impl From<&str> for ContextValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for ContextValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for ContextValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i64> for ContextValue {
    fn from(number: i64) -> Self {
        Self::Number(number.to_string())
    }
}

impl From<Timestamp> for ContextValue {
    fn from(date: Timestamp) -> Self {
        Self::Date(date)
    }
}

impl From<IpAddr> for ContextValue {
    fn from(ip: IpAddr) -> Self {
        Self::Ip(ip)
    }
}
