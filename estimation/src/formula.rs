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
mod span;
mod terms;

pub use expression::{Expression, Function, Operation};
use parser::Parser;
pub use span::{FormulaError, Name, Span};
pub use terms::{EffectTerm, Factor, Part, Term};

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

impl Formula {
    /// Parses a formula.
    ///
    /// ```
    /// use tradepath_estimation::formula::Formula;
    ///
    /// let formula = Formula::parse("trade ~ ln(dist) + rta | exporter^year + importer^year")?;
    /// assert_eq!((formula.terms.len(), formula.effects.len()), (2, 2));
    /// assert!(Formula::parse("trade ~ | exporter").is_err());
    /// # Ok::<(), tradepath_estimation::formula::FormulaError>(())
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
    /// [`FormulaError`] if the text is not one effect.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        let mut parser = Parser::new(text)?;
        let effect = parser.effect()?;
        if !parser.is_done() {
            return Err(parser.error("one effect; repeat the option for several"));
        }
        Ok(effect)
    }
}
