//! Arithmetic in number columns: `ln(1+x)`, `x^2`, `I(x/y)`.

use std::fmt;

use super::Name;

/// A number for each row.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A column as it is.
    Column(Name),
    /// The same in every row.
    Number(f64),
    /// With the other sign.
    Negative(Box<Expression>),
    /// Two expressions joined.
    Binary(Operation, Box<Expression>, Box<Expression>),
    /// A function of one.
    Call(Function, Box<Expression>),
}

/// How two expressions are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `^`
    Power,
}

/// A function of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `I(x)`: the expression itself.
    Identity,
    /// `ln(x)`, also `log(x)`.
    Ln,
    /// `log1p(x) = ln(1 + x)`.
    Ln1p,
    /// `exp(x)`.
    Exp,
    /// `sq(x) = x^2`.
    Square,
    /// `sqrt(x)`.
    Root,
}

impl Function {
    /// All of them by name.
    const NAMES: [(&'static str, Self); 7] = [
        ("ln", Self::Ln),
        ("log", Self::Ln),
        ("log1p", Self::Ln1p),
        ("exp", Self::Exp),
        ("sq", Self::Square),
        ("sqrt", Self::Root),
        ("I", Self::Identity),
    ];

    /// The function called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
    }

    /// Its first name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, function)| *function == self).expect("every function has a name").0
    }

    /// Its value; not finite where there is none.
    #[must_use]
    pub fn value(self, x: f64) -> f64 {
        match self {
            Self::Identity => x,
            Self::Ln => x.ln(),
            Self::Ln1p => x.ln_1p(),
            Self::Exp => x.exp(),
            Self::Square => x * x,
            Self::Root => x.sqrt(),
        }
    }
}

impl Operation {
    /// The value for two numbers; not finite where there is none.
    #[must_use]
    pub fn value(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            Self::Power if b == 2.0 => a * a,
            Self::Power => a.powf(b),
        }
    }

    fn sign(self) -> char {
        match self {
            Self::Add => '+',
            Self::Subtract => '-',
            Self::Multiply => '*',
            Self::Divide => '/',
            Self::Power => '^',
        }
    }

    fn binding(self) -> u8 {
        match self {
            Self::Add | Self::Subtract => 1,
            Self::Multiply | Self::Divide => 2,
            Self::Power => 4,
        }
    }
}

impl Expression {
    /// Calls `each` with every column.
    pub fn columns<'a>(&'a self, each: &mut impl FnMut(&'a Name)) {
        match self {
            Self::Column(name) => each(name),
            Self::Number(_) => {}
            Self::Negative(inner) | Self::Call(_, inner) => inner.columns(each),
            Self::Binary(_, a, b) => {
                a.columns(each);
                b.columns(each);
            }
        }
    }

    fn binding(&self) -> u8 {
        match self {
            Self::Binary(operation, ..) => operation.binding(),
            Self::Negative(_) => 3,
            _ => 5,
        }
    }

    /// Writes it as part of an expression that binds at least as strongly as `least`.
    fn write(&self, f: &mut fmt::Formatter<'_>, least: u8) -> fmt::Result {
        if self.binding() < least { write!(f, "({self})") } else { write!(f, "{self}") }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(name) => f.write_str(&name.text),
            Self::Number(value) => write!(f, "{value}"),
            Self::Negative(inner) => {
                f.write_str("-")?;
                inner.write(f, 3)
            }
            Self::Call(function, inner) => write!(f, "{}({inner})", function.name()),
            Self::Binary(operation, a, b) => {
                // `a-(b-c)` and `(a^b)^c` keep their brackets.
                let (left, right) = match operation {
                    Operation::Power => (5, 4),
                    other => (other.binding(), other.binding() + 1),
                };
                a.write(f, left)?;
                write!(f, "{}", operation.sign())?;
                b.write(f, right)
            }
        }
    }
}
