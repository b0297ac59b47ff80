//! The value of a field in an edited TOML file.

use toml_edit::Value;

/// Replaces a value, and keeps the comment after it. A value that says the same already stays as it is written, and a
/// number stays a number.
pub(crate) fn replace_value(place: &mut Value, value: impl Into<Value>) {
    let value = value.into();
    if says_the_same(place, &value) {
        return;
    }
    let digits = value.as_str().and_then(|text| text.parse::<i64>().ok());
    let number = digits.filter(|_| place.is_integer());
    let decor = place.decor().clone();
    *place = number.map_or(value, Value::from);
    *place.decor_mut() = decor;
}

fn says_the_same(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::String(old), Value::String(new)) => old.value().trim() == new.value(),
        (Value::Integer(old), Value::String(new)) => old.value().to_string() == *new.value(),
        (Value::Boolean(old), Value::Boolean(new)) => old.value() == new.value(),
        (Value::InlineTable(old), Value::InlineTable(new)) => {
            let is_in_new = |(name, value): (&str, &Value)| {
                new.get(name).is_some_and(|new| says_the_same(value, new))
            };
            old.len() == new.len() && old.iter().all(is_in_new)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use toml_edit::{DocumentMut, InlineTable};

    use super::*;

    fn with_value(text: &str, value: impl Into<Value>) -> String {
        let mut edited: DocumentMut = text.parse().expect("TOML");
        replace_value(edited["a"].as_value_mut().expect("a value"), value);
        edited.to_string()
    }

    #[test]
    fn a_value_that_says_the_same_stays_as_written() {
        for (text, same) in [
            ("a = 'x' # ours\n", "x"),
            ("a = \"\"\"\nx\ny\n\"\"\"\n", "x\ny"),
            ("a = 1_800 # half an hour\n", "1800"),
            ("a = \"1800\"\n", "1800"),
        ] {
            assert_eq!(with_value(text, same), text);
        }
        assert_eq!(with_value("a = true # ours\n", true), "a = true # ours\n");
        let table = InlineTable::from_iter([("b", "x"), ("c", "y")]);
        let text = "a = {c='y', b='x'}\n";
        assert_eq!(with_value(text, table), text);
    }

    #[test]
    fn a_number_stays_a_number_and_a_text_a_text() {
        for (text, value, edited) in [
            ("a = 900 # short\n", "1800", "a = 1800 # short\n"),
            ("a = 900\n", "15m", "a = \"15m\"\n"),
            ("a = '900'\n", "1800", "a = \"1800\"\n"),
        ] {
            assert_eq!(with_value(text, value), edited);
        }
        assert_eq!(with_value("a = true # ours\n", false), "a = false # ours\n");
    }
}
