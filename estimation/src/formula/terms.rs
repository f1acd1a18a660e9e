//! What a formula consists of.

use super::expression::Expression;
use super::span::{Name, Span};

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

impl EffectTerm {
    /// The columns it is made of.
    pub fn columns(&self) -> impl Iterator<Item = &Name> {
        self.parts.iter().flat_map(|part| match part {
            Part::Column(name) => vec![name],
            Part::Pair(a, b) => vec![a, b],
        })
    }
}
