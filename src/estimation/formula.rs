//! The formula `trade ~ ln(dist) + rta:border | exporter^year + importer^year`.
//!
//! Grammar (blanks are free, names may stand in backquotes, text in quotes):
//!
//! ```text
//! formula   = factor "~" terms [ "|" effects ]
//! terms     = [ "-" "1" ] term { "+" term | "-" "1" }
//! term      = "0" | "1" | factor { (":" | "*") factor }
//! factor    = name [ "^" number ] | function "(" arithmetic ")"
//!           | "i" "(" name [ "," name ] [ "," "ref" "=" level ] ")"
//!           | ("same" | "differs") "(" name "," name ")"
//! level     = name | text | [ "-" ] number
//! effects   = effect { "+" effect }        effect = part { "^" part }
//! part      = name | "pair" "(" name "," name ")"
//! ```
//!
//! Functions of arithmetic (`+ - * / ^`) in number columns: `ln` (or `log`), `log1p`, `exp`, `sq`, `sqrt`, and `I`
//! for the arithmetic itself. `i(column, ref=level)` is one dummy a level but the reference, `i(column, x)`
//! these times the number column `x`, `i(column, i.other)` every combination; `same(a,b)` and
//! `differs(a,b)` are 1 where two columns hold the same, or not. `pair(a,b)` is the unordered pair. Without
//! absorbed effects a constant is added unless `0` or `- 1` is named.

mod expression;
mod lexer;
mod parser;

use std::fmt;

pub use expression::{Expression, Function, Operation};
use parser::Parser;

/// Characters of a formula that a message repeats.
const SHOWN: usize = 1_000;

/// A stretch of the formula's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First character, 0 = start of the text.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
}

/// A column named in the formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name without backquotes.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// One multiplicand of a regressor, or the outcome.
#[derive(Debug, Clone, PartialEq)]
pub enum Factor {
    /// Arithmetic in number columns.
    Value(Expression),
    /// One dummy for each level of a column but the reference.
    Dummies(Name, Option<Name>),
    /// 1 where both columns hold the same text.
    Same(Name, Name),
    /// 1 where they do not.
    Differs(Name, Name),
}

/// A regressor: the product of its factors.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The factors, at least one.
    pub factors: Vec<Factor>,
    /// Where the term stands.
    pub span: Span,
}

/// A part of an absorbed effect or cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A column.
    Column(Name),
    /// The unordered pair of two columns.
    Pair(Name, Name),
}

/// An absorbed effect or a cluster: one level for each combination of its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectTerm {
    /// The parts, at least one.
    pub parts: Vec<Part>,
    /// As written, without blanks.
    pub label: String,
}

/// A parsed formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// The text it was parsed from.
    pub text: String,
    /// The outcome.
    pub response: Factor,
    /// The regressors in order.
    pub terms: Vec<Term>,
    /// The absorbed effects in order.
    pub effects: Vec<EffectTerm>,
    /// True if a constant is to be estimated.
    pub intercept: bool,
}

/// The formula cannot be read, or names what is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct FormulaError {
    /// The text.
    pub text: String,
    /// The place that is wrong.
    pub span: Span,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for FormulaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = (self.span.end - self.span.start).max(1);
        if self.span.end > SHOWN {
            return write!(f, "{} (character {})", self.message, self.span.start + 1);
        }
        writeln!(f, "{}\n  {}", self.message, self.text.chars().take(SHOWN).collect::<String>())?;
        write!(f, "  {}{}", " ".repeat(self.span.start), "^".repeat(width))
    }
}

impl Factor {
    /// The factor as a label of output tables.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Value(expression) => expression.to_string(),
            Self::Dummies(name, _) => name.text.clone(),
            Self::Same(a, b) => format!("same({},{})", a.text, b.text),
            Self::Differs(a, b) => format!("differs({},{})", a.text, b.text),
        }
    }
}

impl Term {
    /// The term as it is named in messages; equal for equal terms.
    #[must_use]
    pub fn label(&self) -> String {
        let label = |factor: &Factor| match factor {
            Factor::Dummies(name, Some(level)) => format!("i({},ref={})", name.text, level.text),
            Factor::Dummies(name, None) => format!("i({})", name.text),
            other => other.label(),
        };
        self.factors.iter().map(label).collect::<Vec<_>>().join(":")
    }
}

impl Formula {
    /// Parses a formula.
    ///
    /// ```
    /// use tradepath::estimation::formula::Formula;
    ///
    /// let formula = Formula::parse("trade ~ ln(dist) + rta | exporter^year + importer^year")?;
    /// assert_eq!((formula.terms.len(), formula.effects.len()), (2, 2));
    /// assert!(Formula::parse("trade ~ | exporter").is_err());
    /// # Ok::<(), tradepath::estimation::formula::FormulaError>(())
    /// ```
    ///
    /// # Errors
    /// [`FormulaError`] with the position of the first text that does not fit the grammar.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        let mut parser = Parser::new(text)?;
        let response = match <[Factor; 1]>::try_from(parser.factor()?) {
            Ok([response]) if !matches!(response, Factor::Dummies(..)) => response,
            _ => return Err(parser.error_at(0, "one column as the outcome, not a set of dummies")),
        };
        parser.expect('~', "`~` after the outcome")?;
        let (mut terms, mut constant) = (Vec::new(), None);
        let mut is_taken_off = parser.take('-');
        loop {
            match parser.constant() {
                Some(is_wanted) => constant = Some(is_wanted != is_taken_off),
                None if is_taken_off => {
                    return Err(parser.error("1 after `-`: only the constant is taken off"));
                }
                None => parser.term(&mut terms)?,
            }
            is_taken_off = parser.take('-');
            if !is_taken_off && !parser.take('+') {
                break;
            }
        }
        let effects = if parser.take('|') { parser.effects()? } else { Vec::new() };
        if !parser.is_done() {
            return Err(parser.error("nothing more here; terms are joined by `+`, effects follow one `|`"));
        }
        let intercept = constant.unwrap_or(true) && effects.is_empty();
        Ok(Self { text: text.to_owned(), response, terms, effects, intercept })
    }
}

impl EffectTerm {
    /// Parses `exporter^importer`, as `--cluster` takes it.
    ///
    /// # Errors
    /// [`FormulaError`] where the text is not one effect.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        let mut parser = Parser::new(text)?;
        let effect = parser.effect()?;
        if !parser.is_done() {
            return Err(parser.error("one effect; repeat the option for several"));
        }
        Ok(effect)
    }

    /// The columns it is made of.
    pub fn columns(&self) -> impl Iterator<Item = &Name> {
        self.parts.iter().flat_map(|part| match part {
            Part::Column(name) => vec![name],
            Part::Pair(a, b) => vec![a, b],
        })
    }
}
