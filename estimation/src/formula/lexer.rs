//! From the text of a formula to names, numbers, quoted texts and signs.

use super::{FormulaError, Span};

/// Longest formula, characters.
const MAX_CHARACTERS: usize = 1_000_000;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name, perhaps in backquotes.
    Name,
    /// A number without sign.
    Number,
    /// Text in single or double quotes.
    Text,
    /// Any other character.
    Sign,
}

/// A name, number, text or sign with its place.
#[derive(Debug, Clone)]
pub struct Token {
    /// Without quotes.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// Splits `text`.
///
/// # Errors
/// A quote that is not closed, or a text beyond [`MAX_CHARACTERS`].
pub fn tokens(text: &str) -> Result<Vec<Token>, FormulaError> {
    let characters: Vec<char> = text.chars().collect();
    let fail = |start: usize, end: usize, message: &str| FormulaError {
        text: text.to_owned(),
        span: Span { start, end },
        message: message.to_owned(),
    };
    if characters.len() > MAX_CHARACTERS {
        let message = format!("the formula is longer than {MAX_CHARACTERS} characters");
        return Err(FormulaError { text: String::new(), span: Span { start: 0, end: 0 }, message });
    }
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let start = at;
        let character = characters[at];
        if character.is_whitespace() {
            at += 1;
            continue;
        }
        let (kind, quoted) = match character {
            '`' => (Kind::Name, true),
            '"' | '\'' => (Kind::Text, true),
            _ if is_digit(&characters, at) => (Kind::Number, false),
            _ if is_part(character) => (Kind::Name, false),
            _ => (Kind::Sign, false),
        };
        let inside = if quoted {
            let close = characters[at + 1..].iter().position(|&other| other == character);
            let close = close.ok_or_else(|| fail(start, characters.len(), "expected a closing quote"))?;
            at += close + 2;
            start + 1..at - 1
        } else {
            at = match kind {
                Kind::Number => number_end(&characters, at),
                Kind::Sign => at + 1,
                _ => at,
            };
            while kind != Kind::Sign && at < characters.len() && is_part(characters[at]) {
                at += 1;
            }
            start..at
        };
        let kind = match kind {
            // `2fta` is a name.
            Kind::Number if at > number_end(&characters, start) => Kind::Name,
            kind => kind,
        };
        tokens.push(Token { text: characters[inside].iter().collect(), span: Span { start, end: at }, kind });
    }
    Ok(tokens)
}

fn is_part(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.')
}

/// True if a number starts at `at`.
fn is_digit(characters: &[char], at: usize) -> bool {
    let digit = |at: usize| characters.get(at).is_some_and(char::is_ascii_digit);
    digit(at) || (characters[at] == '.' && digit(at + 1))
}

/// One past a number that starts at `at`: digits, a point, digits, an exponent.
fn number_end(characters: &[char], mut at: usize) -> usize {
    let digits = |mut at: usize| {
        while characters.get(at).is_some_and(char::is_ascii_digit) {
            at += 1;
        }
        at
    };
    at = digits(at);
    if characters.get(at) == Some(&'.') {
        at = digits(at + 1);
    }
    if matches!(characters.get(at), Some('e' | 'E')) {
        let first = at + 1 + usize::from(matches!(characters.get(at + 1), Some('+' | '-')));
        let end = digits(first);
        if end > first {
            return end;
        }
    }
    at
}
