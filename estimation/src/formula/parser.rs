//! From the tokens of a formula to its terms.
//!
//! Hand-written: the grammar is a dozen rules, each function one of them, and a fault points at its place in the
//! formula with words of its own, which is most of the code and which a parser crate would not write.

use super::expression::{Expression, Function, Operation};
use super::lexer::{Kind, Token, tokens};
use super::{EffectTerm, Factor, FormulaError, Name, Part, Span, Term};

/// Operations in one factor; no one writes more, and evaluation goes as deep.
const MAX_OPERATIONS: usize = 100;
/// Factors in one term.
const MAX_FACTORS: usize = 16;

/// Reads tokens from left to right.
pub struct Parser {
    text: String,
    tokens: Vec<Token>,
    at: usize,
    operations: usize,
}

impl Parser {
    /// Splits `text` into tokens.
    pub fn new(text: &str) -> Result<Self, FormulaError> {
        Ok(Self { text: text.to_owned(), tokens: tokens(text)?, at: 0, operations: 0 })
    }

    /// An error at token `at`.
    pub fn error_at(&self, at: usize, expected: &str) -> FormulaError {
        let found = self.tokens.get(at).map_or("the end".into(), |token| format!("`{}`", token.text));
        self.refuse(at, format!("found {found}: expected {expected}"))
    }

    fn refuse(&self, at: usize, message: String) -> FormulaError {
        let end = self.text.chars().count();
        let span = self.tokens.get(at).map_or(Span { start: end, end: end + 1 }, |token| token.span);
        FormulaError { text: self.text.clone(), span, message }
    }

    /// An error at the next token.
    pub fn error(&self, expected: &str) -> FormulaError {
        self.error_at(self.at, expected)
    }

    /// True if every token has been read.
    pub fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Reads `0` or `1` where it stands alone, that is, whether a constant is wanted.
    pub fn constant(&mut self) -> Option<bool> {
        let token = self.tokens.get(self.at).filter(|token| token.kind == Kind::Number)?;
        let is_wanted = match token.text.as_str() {
            "0" => false,
            "1" => true,
            _ => return None,
        };
        if [':', '*', '^', '/'].iter().any(|&sign| self.is_sign(self.at + 1, sign)) {
            return None;
        }
        self.at += 1;
        Some(is_wanted)
    }

    fn is_sign(&self, at: usize, sign: char) -> bool {
        let is_it = |token: &Token| token.kind == Kind::Sign && token.text.starts_with(sign);
        self.tokens.get(at).is_some_and(is_it)
    }

    /// Reads `sign` where it comes next.
    pub fn take(&mut self, sign: char) -> bool {
        let is_next = self.is_sign(self.at, sign);
        self.at += usize::from(is_next);
        is_next
    }

    /// Reads `sign` or fails with what was expected.
    pub fn expect(&mut self, sign: char, expected: &str) -> Result<(), FormulaError> {
        if self.take(sign) { Ok(()) } else { Err(self.error(expected)) }
    }

    fn next(&mut self, kinds: &[Kind]) -> Option<Name> {
        let token = self.tokens.get(self.at).filter(|token| kinds.contains(&token.kind))?;
        self.at += 1;
        Some(Name { text: token.text.clone(), span: token.span })
    }

    fn name(&mut self) -> Result<Name, FormulaError> {
        self.next(&[Kind::Name]).ok_or_else(|| self.error("the name of a column"))
    }

    /// A level of a column: a name, a quoted text, or a number with or without sign.
    fn level(&mut self) -> Result<Name, FormulaError> {
        let start = self.at;
        let sign = if self.take('-') { "-" } else { "" };
        if sign.is_empty() && !self.take('+') {
            let plain = self.next(&[Kind::Name, Kind::Text]);
            if let Some(level) = plain {
                return Ok(level);
            }
        }
        let number = self.next(&[Kind::Number]).ok_or_else(|| {
            self.error("a level: a number, a name, or text in quotes, as in ref=-1 or ref=\"Agri-food\"")
        })?;
        let span = Span { start: self.tokens[start].span.start, end: number.span.end };
        Ok(Name { text: format!("{sign}{}", number.text), span })
    }

    /// Reads one factor; `i(a,b)` is two.
    pub fn factor(&mut self) -> Result<Vec<Factor>, FormulaError> {
        self.operations = 0;
        let start = self.at;
        let call = self.tokens.get(start).filter(|token| token.kind == Kind::Name);
        let call = call.filter(|_| self.is_sign(start + 1, '(')).map(|token| token.text.clone());
        match call.as_deref() {
            Some("i") => {
                self.at += 2;
                return self.dummies();
            }
            Some(name @ ("same" | "differs")) => {
                self.at += 2;
                let first = self.name()?;
                self.expect(',', "a comma and a second column")?;
                let second = self.name()?;
                self.expect(')', "a closing bracket")?;
                let is_same = name == "same";
                return Ok(vec![if is_same {
                    Factor::Same(first, second)
                } else {
                    Factor::Differs(first, second)
                }]);
            }
            _ => {}
        }
        if self.is_sign(start, '(') {
            return Err(self.error("a column or function; arithmetic stands in I(...), as in I(x+y)"));
        }
        if self.tokens.get(start).is_some_and(|token| token.kind == Kind::Number) {
            return Err(self.error("a column or function; a column called so stands in backquotes"));
        }
        let value = self.power()?;
        if self.is_sign(self.at, '[') {
            return Err(self.slopes());
        }
        Ok(vec![Factor::Value(value)])
    }

    /// The rest of `i(column, by, ref=level)`.
    fn dummies(&mut self) -> Result<Vec<Factor>, FormulaError> {
        let column = self.name()?;
        let (mut by, mut reference) = (None, None);
        while self.take(',') {
            let start = self.at;
            let name = self.name()?;
            if self.take('=') {
                if name.text != "ref" {
                    return Err(self.error_at(start, "`ref=LEVEL`; other options of i() are not built"));
                }
                if self.is_sign(self.at + 1, '(') {
                    return Err(self.error("one level; several reference levels are not built"));
                }
                reference = Some(self.level()?);
            } else if by.is_none() {
                by = Some(name);
            } else {
                return Err(self.error_at(start, "`ref=LEVEL` or a closing bracket"));
            }
        }
        self.expect(')', "a closing bracket")?;
        let mut factors = vec![Factor::Dummies(column, reference)];
        factors.extend(by.map(|name| match name.text.strip_prefix("i.") {
            Some(text) => Factor::Dummies(Name { text: text.to_owned(), span: name.span }, None),
            None => Factor::Value(Expression::Column(name)),
        }));
        Ok(factors)
    }

    /// Counts an operation.
    fn operation(&mut self) -> Result<(), FormulaError> {
        self.operations += 1;
        if self.operations > MAX_OPERATIONS {
            return Err(self.refuse(self.at, format!("more than {MAX_OPERATIONS} operations in one term")));
        }
        Ok(())
    }

    fn sum(&mut self) -> Result<Expression, FormulaError> {
        let mut left = self.product()?;
        loop {
            let operation = match (self.take('+'), self.take('-')) {
                (true, _) => Operation::Add,
                (_, true) => Operation::Subtract,
                _ => return Ok(left),
            };
            self.operation()?;
            left = Expression::Binary(operation, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Expression, FormulaError> {
        let mut left = self.signed()?;
        loop {
            let operation = match (self.take('*'), self.take('/')) {
                (true, _) => Operation::Multiply,
                (_, true) => Operation::Divide,
                _ => return Ok(left),
            };
            self.operation()?;
            left = Expression::Binary(operation, Box::new(left), Box::new(self.signed()?));
        }
    }

    fn signed(&mut self) -> Result<Expression, FormulaError> {
        if self.take('-') {
            self.operation()?;
            return Ok(Expression::Negative(Box::new(self.signed()?)));
        }
        self.power()
    }

    fn power(&mut self) -> Result<Expression, FormulaError> {
        let base = self.atom()?;
        if !self.take('^') {
            return Ok(base);
        }
        self.operation()?;
        let exponent = self.signed()?;
        Ok(Expression::Binary(Operation::Power, Box::new(base), Box::new(exponent)))
    }

    fn atom(&mut self) -> Result<Expression, FormulaError> {
        let start = self.at;
        if self.take('(') {
            self.operation()?;
            let inner = self.sum()?;
            self.expect(')', "a closing bracket")?;
            return Ok(inner);
        }
        if let Some(number) = self.next(&[Kind::Number]) {
            return Ok(Expression::Number(number.text.parse().expect("the lexer read a number")));
        }
        let name = self.name()?;
        if !self.take('(') {
            return Ok(Expression::Column(name));
        }
        let Some(function) = Function::named(&name.text) else {
            let known = "ln, log, log1p, exp, sq, sqrt, I, i, same or differs before a bracket";
            return Err(self.error_at(start, known));
        };
        self.operation()?;
        let inner = self.sum()?;
        self.expect(')', "a closing bracket")?;
        Ok(Expression::Call(function, Box::new(inner)))
    }

    /// The error of `effect[column]`.
    fn slopes(&self) -> FormulaError {
        let message = "slopes by level, `effect[column]`, are not built; write i(effect):column among the \
                       regressors where the levels are few";
        self.refuse(self.at, message.into())
    }

    /// Adds one term; `a*b` is `a + b + a:b`.
    pub fn term(&mut self, terms: &mut Vec<Term>) -> Result<(), FormulaError> {
        let start = self.tokens.get(self.at).map_or(0, |token| token.span.start);
        let mut product = self.factor()?;
        loop {
            let is_crossed = self.take('*');
            if !is_crossed && !self.take(':') {
                break;
            }
            let end = self.tokens[self.at - 2].span.end;
            let factor = self.factor()?;
            if is_crossed {
                for factors in [product.clone(), factor.clone()] {
                    terms.push(Term { factors, span: Span { start, end } });
                }
            }
            product.extend(factor);
            if product.len() > MAX_FACTORS {
                return Err(self.refuse(self.at - 1, format!("more than {MAX_FACTORS} factors in one term")));
            }
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
            if self.is_sign(self.at, '[') {
                return Err(self.slopes());
            }
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
