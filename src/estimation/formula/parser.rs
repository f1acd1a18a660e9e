//! From the text of a formula to its terms.

use super::{EffectTerm, Factor, FormulaError, Name, Part, Span, Term};

/// A name, number or sign with its place.
#[derive(Debug, Clone)]
struct Token {
    text: String,
    span: Span,
    is_name: bool,
}

/// Reads tokens from left to right.
pub struct Parser {
    text: String,
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    /// Splits `text` into tokens.
    pub fn new(text: &str) -> Result<Self, FormulaError> {
        let characters: Vec<char> = text.chars().collect();
        let mut tokens = Vec::new();
        let mut at = 0;
        while at < characters.len() {
            let start = at;
            let character = characters[at];
            at += 1;
            let mut push = |text: String, end: usize, is_name: bool| {
                tokens.push(Token { text, span: Span { start, end }, is_name });
            };
            if character.is_whitespace() {
            } else if character == '`' {
                let close = characters[at..].iter().position(|&c| c == '`').ok_or_else(|| FormulaError {
                    text: text.to_owned(),
                    span: Span { start, end: characters.len() },
                    message: "expected a closing backquote".into(),
                })?;
                push(characters[at..at + close].iter().collect(), at + close + 1, true);
                at += close + 1;
            } else if character.is_alphanumeric() || matches!(character, '_' | '.') {
                let is_part = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '.');
                while at < characters.len() && is_part(&characters[at]) {
                    at += 1;
                }
                push(characters[start..at].iter().collect(), at, true);
            } else {
                push(character.to_string(), at, false);
            }
        }
        Ok(Self { text: text.to_owned(), tokens, at: 0 })
    }

    /// An error at token `at`.
    pub fn error_at(&self, at: usize, expected: &str) -> FormulaError {
        let end = self.text.chars().count();
        let span = self.tokens.get(at).map_or(Span { start: end, end: end + 1 }, |token| token.span);
        let found = self.tokens.get(at).map_or("the end".into(), |token| format!("`{}`", token.text));
        FormulaError { text: self.text.clone(), span, message: format!("found {found}: expected {expected}") }
    }

    /// An error at the next token.
    pub fn error(&self, expected: &str) -> FormulaError {
        self.error_at(self.at, expected)
    }

    /// True where every token has been read.
    pub fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Reads `0` or `1`, that is, whether a constant is wanted.
    pub fn constant(&mut self) -> Option<bool> {
        let is_wanted = match self.tokens.get(self.at)?.text.as_str() {
            "0" => false,
            "1" => true,
            _ => return None,
        };
        self.at += 1;
        Some(is_wanted)
    }

    /// Reads `sign` where it comes next.
    pub fn take(&mut self, sign: char) -> bool {
        let is_next =
            self.tokens.get(self.at).is_some_and(|token| !token.is_name && token.text == sign.to_string());
        self.at += usize::from(is_next);
        is_next
    }

    /// Reads `sign` or fails with what was expected.
    pub fn expect(&mut self, sign: char, expected: &str) -> Result<(), FormulaError> {
        if self.take(sign) { Ok(()) } else { Err(self.error(expected)) }
    }

    fn name(&mut self) -> Result<Name, FormulaError> {
        match self.tokens.get(self.at) {
            Some(token) if token.is_name => {
                self.at += 1;
                Ok(Name { text: token.text.clone(), span: token.span })
            }
            _ => Err(self.error("the name of a column")),
        }
    }

    /// Reads one factor.
    pub fn factor(&mut self) -> Result<Factor, FormulaError> {
        let start = self.at;
        let name = self.name()?;
        if !self.take('(') {
            return Ok(Factor::Column(name));
        }
        let first = self.name()?;
        let factor = match name.text.as_str() {
            "ln" | "log" => Factor::Ln(first),
            "exp" => Factor::Exp(first),
            "sq" => Factor::Square(first),
            "i" => {
                let reference = if self.take(',') {
                    if self.name()?.text != "ref" {
                        return Err(self.error_at(self.at - 1, "`ref=LEVEL`"));
                    }
                    self.expect('=', "`=` after ref")?;
                    Some(self.name()?.text)
                } else {
                    None
                };
                Factor::Dummies(first, reference)
            }
            "same" | "differs" => {
                self.expect(',', "a comma and a second column")?;
                let second = self.name()?;
                if name.text == "same" { Factor::Same(first, second) } else { Factor::Differs(first, second) }
            }
            _ => return Err(self.error_at(start, "ln, exp, sq, i, same or differs before a bracket")),
        };
        self.expect(')', "a closing bracket")?;
        Ok(factor)
    }

    /// Adds one term; `a*b` is `a + b + a:b`.
    pub fn term(&mut self, terms: &mut Vec<Term>) -> Result<(), FormulaError> {
        let start = self.tokens.get(self.at).map_or(0, |token| token.span.start);
        let mut product = vec![self.factor()?];
        loop {
            let is_crossed = self.take('*');
            if !is_crossed && !self.take(':') {
                break;
            }
            let end = self.tokens[self.at - 2].span.end;
            let factor = self.factor()?;
            if is_crossed {
                for factors in [product.clone(), vec![factor.clone()]] {
                    terms.push(Term { factors, span: Span { start, end } });
                }
            }
            product.push(factor);
        }
        let end = self.tokens[self.at - 1].span.end;
        terms.push(Term { factors: product, span: Span { start, end } });
        Ok(())
    }

    /// Reads effects joined by `+`.
    pub fn effects(&mut self) -> Result<Vec<EffectTerm>, FormulaError> {
        let mut effects = vec![self.effect()?];
        while self.take('+') {
            effects.push(self.effect()?);
        }
        Ok(effects)
    }

    /// Reads one effect.
    pub fn effect(&mut self) -> Result<EffectTerm, FormulaError> {
        let mut parts = Vec::new();
        loop {
            let name = self.name()?;
            parts.push(if name.text == "pair" && self.take('(') {
                let first = self.name()?;
                self.expect(',', "a comma and a second column")?;
                let second = self.name()?;
                self.expect(')', "a closing bracket")?;
                Part::Pair(first, second)
            } else {
                Part::Column(name)
            });
            if !self.take('^') {
                break;
            }
        }
        let labels: Vec<String> = parts
            .iter()
            .map(|part| match part {
                Part::Column(name) => name.text.clone(),
                Part::Pair(a, b) => format!("pair({},{})", a.text, b.text),
            })
            .collect();
        Ok(EffectTerm { parts, label: labels.join("^") })
    }
}
