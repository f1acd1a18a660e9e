//! Values of a TOML text as the types that derive `serde::Deserialize`.
//!
//! `toml::from_str` does the same by three kinds of tables, which made the readers of the model three times as large:
//! a seventh of its code. Here a struct is read from a table, a list from an array, and there is one kind of each.

use std::fmt::{self, Display};
use std::ops::Range;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, IntoDeserializer};
use serde::de::{MapAccess, SeqAccess, Unexpected, Visitor};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// Why a TOML text is not the value that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TomlError {
    /// What is wrong.
    pub message: String,
    /// Bytes of the text that it is about.
    pub span: Option<Range<usize>>,
}

impl TomlError {
    /// With the bytes it is about, where nothing inside them said so.
    fn inside(mut self, span: Range<usize>) -> Self {
        self.span.get_or_insert(span);
        self
    }
}

impl Display for TomlError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for TomlError {}

impl Error for TomlError {
    fn custom<T: Display>(message: T) -> Self {
        Self { message: message.to_string(), span: None }
    }
}

impl From<toml::de::Error> for TomlError {
    fn from(error: toml::de::Error) -> Self {
        Self { message: error.message().to_owned(), span: error.span() }
    }
}

/// A TOML text, taken apart.
pub struct TomlText<'t> {
    root: Spanned<DeValue<'t>>,
}

impl<'t> TomlText<'t> {
    /// Takes a text apart.
    ///
    /// # Errors
    /// The first place where it is not TOML.
    pub fn parse(text: &'t str) -> Result<Self, TomlError> {
        let table = DeTable::parse(text)?;
        let span = table.span();
        Ok(Self { root: Spanned::new(span, DeValue::Table(table.into_inner())) })
    }

    /// Its outermost table.
    #[must_use]
    pub fn table(&self) -> &DeTable<'t> {
        self.root.get_ref().as_table().expect("a text is a table")
    }

    /// The value that it says. A date without quotation marks is read as its text.
    ///
    /// # Errors
    /// The first key or value that does not fit, and where it stands.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, TomlError> {
        T::deserialize(Node(&self.root))
    }
}

/// The value that a text says.
///
/// # Errors
/// As [`TomlText::parse`] and [`TomlText::read`].
pub fn from_toml<T: DeserializeOwned>(text: &str) -> Result<T, TomlError> {
    TomlText::parse(text)?.read()
}

/// A value and where it stands.
#[derive(Clone, Copy)]
struct Node<'t>(&'t Spanned<DeValue<'t>>);

impl<'t> Node<'t> {
    /// A fault of the value, with its place.
    fn at(self, error: TomlError) -> TomlError {
        error.inside(self.0.span())
    }

    /// What is there in place of what was expected.
    fn unexpected<V: Visitor<'t>>(self, visitor: &V) -> TomlError {
        let found = match self.0.get_ref() {
            DeValue::String(text) => Unexpected::Str(text),
            DeValue::Boolean(value) => Unexpected::Bool(*value),
            DeValue::Integer(_) => Unexpected::Other("integer"),
            DeValue::Float(_) => Unexpected::Other("number"),
            DeValue::Datetime(_) => Unexpected::Other("date"),
            DeValue::Array(_) => Unexpected::Seq,
            DeValue::Table(_) => Unexpected::Map,
        };
        self.at(Error::invalid_type(found, visitor))
    }

    /// A text, number, date or truth value.
    fn one<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, TomlError> {
        let value = match self.0.get_ref() {
            DeValue::String(text) => visitor.visit_str(text),
            DeValue::Boolean(value) => visitor.visit_bool(*value),
            DeValue::Datetime(date) => visitor.visit_str(&date.to_string()),
            DeValue::Integer(digits) => match i64::from_str_radix(digits.as_str(), digits.radix()) {
                Ok(value) => visitor.visit_i64(value),
                Err(_) => Err(Error::custom("integer number overflowed")),
            },
            DeValue::Float(digits) => match digits.as_str().parse::<f64>() {
                Ok(value) if !value.is_infinite() || digits.as_str().contains("inf") => {
                    visitor.visit_f64(value)
                }
                _ => Err(Error::custom("floating-point number overflowed")),
            },
            DeValue::Array(_) | DeValue::Table(_) => Err(self.unexpected(&visitor)),
        };
        value.map_err(|error| self.at(error))
    }

    fn list<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, TomlError> {
        let DeValue::Array(items) = self.0.get_ref() else { return Err(self.unexpected(&visitor)) };
        let mut rest = Items(items.iter());
        let value = visitor.visit_seq(&mut rest).map_err(|error| self.at(error))?;
        // A list of fixed length takes its own and would leave the others unread.
        let n_left = rest.0.len();
        if n_left > 0 {
            let wanted = items.len() - n_left;
            return Err(
                self.at(TomlError::custom(format!("a list of {} items, expected {wanted}", items.len())))
            );
        }
        Ok(value)
    }

    fn keys<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, TomlError> {
        let DeValue::Table(table) = self.0.get_ref() else { return Err(self.unexpected(&visitor)) };
        visitor.visit_map(Keys { rest: table.iter(), value: None }).map_err(|error| self.at(error))
    }
}

/// Methods of a deserializer that ask for `$as`.
macro_rules! ask {
    ($as:ident: $($method:ident($($unused:ident: $type:ty),*))+) => {
        $(fn $method<V: Visitor<'t>>(self, $($unused: $type,)* visitor: V) -> Result<V::Value, TomlError> {
            self.$as(visitor)
        })+
    };
}

impl<'t> Deserializer<'t> for Node<'t> {
    type Error = TomlError;

    ask! { one:
        deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_u8()
        deserialize_u16() deserialize_u32() deserialize_u64() deserialize_f32() deserialize_f64() deserialize_char()
        deserialize_str() deserialize_string() deserialize_bytes() deserialize_byte_buf() deserialize_unit()
        deserialize_identifier() deserialize_unit_struct(_name: &'static str)
    }

    ask! { list:
        deserialize_seq() deserialize_tuple(_n: usize) deserialize_tuple_struct(_name: &'static str, _n: usize)
    }

    ask! { keys:
        deserialize_map() deserialize_struct(_name: &'static str, _keys: &'static [&'static str])
    }

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, TomlError> {
        match self.0.get_ref() {
            DeValue::Array(_) => self.list(visitor),
            DeValue::Table(_) => self.keys(visitor),
            _ => self.one(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, TomlError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, TomlError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'t>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TomlError> {
        let DeValue::String(name) = self.0.get_ref() else { return Err(self.unexpected(&visitor)) };
        visitor.visit_enum(StrDeserializer::new(name)).map_err(|error| self.at(error))
    }

    fn deserialize_ignored_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, TomlError> {
        visitor.visit_unit()
    }
}

/// Items of an array.
struct Items<'t>(std::slice::Iter<'t, Spanned<DeValue<'t>>>);

impl<'t> SeqAccess<'t> for &mut Items<'t> {
    type Error = TomlError;

    fn next_element_seed<T: DeserializeSeed<'t>>(&mut self, seed: T) -> Result<Option<T::Value>, TomlError> {
        self.0.next().map(|item| seed.deserialize(Node(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// Keys of a table, and the value of the last one.
struct Keys<'t> {
    rest: toml::map::Iter<'t, Spanned<DeString<'t>>, Spanned<DeValue<'t>>>,
    value: Option<&'t Spanned<DeValue<'t>>>,
}

impl<'t> MapAccess<'t> for Keys<'t> {
    type Error = TomlError;

    fn next_key_seed<K: DeserializeSeed<'t>>(&mut self, seed: K) -> Result<Option<K::Value>, TomlError> {
        let Some((key, value)) = self.rest.next() else { return Ok(None) };
        self.value = Some(value);
        let name: &str = key.get_ref();
        seed.deserialize(name.into_deserializer())
            .map(Some)
            .map_err(|error: TomlError| error.inside(key.span()))
    }

    fn next_value_seed<T: DeserializeSeed<'t>>(&mut self, seed: T) -> Result<T::Value, TomlError> {
        let value = Node(self.value.expect("a value comes after its key"));
        seed.deserialize(value).map_err(|error| value.at(error))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::from_toml;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Mode {
        Plain,
        Fast,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(untagged)]
    enum Amount {
        Given(f64),
        Named(String),
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Part {
        name: String,
        share: Option<f64>,
        day: Option<String>,
        amount: Option<Amount>,
        range: Option<[f64; 2]>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Whole {
        mode: Mode,
        seed: u32,
        #[serde(default)]
        part: Vec<Part>,
    }

    #[test]
    fn a_list_of_fixed_length_takes_no_more() {
        let error = from_toml::<Part>("name = 'a'\nrange = [0.0, 2.0, 9.0]\n").unwrap_err();
        assert!(error.message.contains("a list of 3 items, expected 2"), "{error:?}");
    }

    #[test]
    fn reads_structs_lists_words_dates_and_numbers() {
        let text = "mode = 'fast'
seed = 0x10
[[part]]
name = 'a'
share = 1
day = 2030-01-31
amount = 'size'
                    range = [0.5, 1_000]
[[part]]
name = 'b'
amount = -2.5e-1
";
        let a = Part {
            name: "a".into(),
            share: Some(1.0),
            day: Some("2030-01-31".into()),
            amount: Some(Amount::Named("size".into())),
            range: Some([0.5, 1000.0]),
        };
        let b = Part {
            name: "b".into(),
            share: None,
            day: None,
            amount: Some(Amount::Given(-0.25)),
            range: None,
        };
        assert_eq!(from_toml(text), Ok(Whole { mode: Mode::Fast, seed: 16, part: vec![a, b] }));
    }

    /// Message and the text that it is about.
    fn fault(text: &str) -> (String, &str) {
        let error = from_toml::<Whole>(text).unwrap_err();
        (error.message, &text[error.span.unwrap()])
    }

    #[test]
    fn a_fault_says_what_was_found_and_where() {
        let fault_of = |line: &str| {
            let text = format!(
                "mode = 'plain'
seed = 1
{line}
"
            );
            let (message, about) = fault(&text);
            (message, about.to_owned())
        };
        let says = |line: &str, message: &str, about: &str| {
            assert_eq!(fault_of(line), (message.to_owned(), about.to_owned()), "{line}");
        };
        says("sead = 2", "unknown field `sead`, expected one of `mode`, `seed`, `part`", "sead");
        says("part = [{ name = 1 }]", "invalid type: integer `1`, expected a string", "1");
        says("part = 'x'", "invalid type: string \"x\", expected a sequence", "'x'");
        says("part = ['x']", "invalid type: string \"x\", expected struct Part", "'x'");
        says("part = [{ share = 1 }]", "missing field `name`", "{ share = 1 }");
        says(
            "part = [{ name = 'x', range = [1] }]",
            "invalid length 1, expected an array of length 2",
            "[1]",
        );
        says("part = [{ name = 'x', share = [1] }]", "invalid type: sequence, expected f64", "[1]");
        says("part = [{ name = 'x', share = 1e999 }]", "floating-point number overflowed", "1e999");
        says(
            "part = [{ name = 'x', amount = [1] }]",
            "data did not match any variant of untagged enum Amount",
            "[1]",
        );
        assert_eq!(
            fault(
                "mode = 'plain'
seed = -1"
            )
            .1,
            "-1"
        );
        assert_eq!(
            fault(
                "mode = 'slow'
seed = 1"
            ),
            ("unknown variant `slow`, expected `plain` or `fast`".into(), "'slow'")
        );
        assert_eq!(
            fault(
                "mode = 3
seed = 1"
            )
            .0,
            "invalid type: integer, expected enum Mode"
        );
        assert_eq!(fault("mode = \nseed = 1").1, "");
    }
}
