//! From tokens to a tree.

use crate::expression::{Big, Chain, Expression, Known, Relation, Together};
use crate::names::{Kind, Names};
use crate::refusal::Refusal;
use crate::token::{Placed, Token};

/// The expression that all of the tokens make.
pub fn expression(tokens: &[Placed], names: &Names<'_>) -> Result<Expression, Refusal> {
    let mut parser = Parser::new(tokens, names);
    let expression = parser.sum()?;
    parser.finish()?;
    Ok(expression)
}

/// A chain of expressions that all of the tokens make.
fn chain(tokens: &[Placed], parent: &Parser<'_>) -> Result<Chain, Refusal> {
    let mut parser = parent.inner(tokens);
    let chain = parser.chain()?;
    parser.finish()?;
    Ok(chain)
}

struct Parser<'a> {
    tokens: Vec<Placed>,
    at: usize,
    names: &'a Names<'a>,
    /// The indices of the sums around this place.
    indices: Vec<String>,
    /// Whether `|` ends what is read.
    in_bars: bool,
}

type Result1 = Result<Expression, Refusal>;

fn boxed(expression: Expression) -> Box<Expression> {
    Box::new(expression)
}

impl<'a> Parser<'a> {
    fn new(tokens: &[Placed], names: &'a Names<'a>) -> Self {
        let tokens = tokens.to_vec();
        Self { tokens, at: 0, names, indices: Vec::new(), in_bars: false }
    }

    fn inner(&self, tokens: &[Placed]) -> Self {
        let (tokens, indices) = (tokens.to_vec(), self.indices.clone());
        Self { tokens, at: 0, names: self.names, indices, in_bars: false }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn offset(&self) -> usize {
        let last = self.tokens.last().map_or(0, |(offset, _)| *offset);
        self.tokens.get(self.at).map_or(last, |(offset, _)| *offset)
    }

    fn is_sign(&self, sign: char) -> bool {
        self.peek() == Some(&Token::Sign(sign))
    }

    fn is_command(&self, name: &str) -> bool {
        matches!(self.peek(), Some(Token::Command(command)) if command == name)
    }

    fn take_sign(&mut self, sign: char) -> bool {
        let found = self.is_sign(sign);
        self.at += usize::from(found);
        found
    }

    fn refuse<T>(&self, message: impl Into<String>) -> Result<T, Refusal> {
        Err(Refusal::new(self.offset(), message))
    }

    fn expect_sign(&mut self, sign: char) -> Result<(), Refusal> {
        if self.take_sign(sign) { Ok(()) } else { self.refuse(format!("expected `{sign}`")) }
    }

    fn finish(&self) -> Result<(), Refusal> {
        match self.peek() {
            None => Ok(()),
            Some(token) => self.refuse(format!("{} is not understood here", shown(token))),
        }
    }

    // Sums of terms, terms of factors.

    fn chain(&mut self) -> Result<Chain, Refusal> {
        let first = boxed(self.sum()?);
        let mut others = Vec::new();
        while let Some(relation) = self.peek().and_then(relation) {
            self.at += 1;
            others.push((relation, self.sum()?));
        }
        Ok(Chain { first, others })
    }

    fn sum(&mut self) -> Result1 {
        let mut sum = if self.take_sign('-') {
            Expression::Negative(boxed(self.term()?))
        } else {
            self.take_sign('+');
            self.term()?
        };
        loop {
            if self.take_sign('+') {
                sum = Expression::Sum(boxed(sum), boxed(self.term()?));
            } else if self.take_sign('-') {
                sum = Expression::Difference(boxed(sum), boxed(self.term()?));
            } else {
                return Ok(sum);
            }
        }
    }

    fn term(&mut self) -> Result1 {
        let mut product = self.factor()?;
        let mut divided = false;
        loop {
            let times = ["cdot", "times", "odot"].iter().any(|name| self.is_command(name));
            if times || self.is_sign('·') || self.is_sign('×') {
                self.at += 1;
                let factor = if self.take_sign('-') {
                    Expression::Negative(boxed(self.factor()?))
                } else {
                    self.factor()?
                };
                product = Expression::Product(boxed(product), boxed(factor));
                divided = false;
            } else if self.take_sign('/') {
                product = Expression::Quotient(boxed(product), boxed(self.factor()?));
                divided = true;
            } else if self.begins_factor() {
                if divided {
                    return self.refuse("a factor after `/`: expected parentheses");
                }
                if matches!(self.peek(), Some(Token::Number(_)))
                    && self
                        .at
                        .checked_sub(1)
                        .is_some_and(|at| matches!(self.tokens[at].1, Token::Number(_)))
                {
                    return self.refuse("a number after a number");
                }
                product = Expression::Product(boxed(product), boxed(self.factor()?));
            } else {
                return Ok(product);
            }
        }
    }

    /// Whether a factor begins here, so that it is multiplied without a sign.
    fn begins_factor(&self) -> bool {
        match self.peek() {
            Some(Token::Number(_) | Token::Letter(_) | Token::Name(_) | Token::Begin(_)) => true,
            Some(Token::Sign('|')) => !self.in_bars,
            Some(Token::Sign(sign)) => "({[".contains(*sign),
            Some(Token::Command(name)) => {
                let ends = ["cdot", "times", "odot", "rvert", "rfloor", "rceil", "}", "%"];
                Relation::of(name).is_none() && !ends.contains(&name.as_str())
            }
            _ => false,
        }
    }

    /// A factor with what stands behind it: powers, factorials, percent.
    fn factor(&mut self) -> Result1 {
        let mut base = self.base()?;
        loop {
            if self.take_sign('^') {
                let exponent = self.argument()?;
                base = Expression::Power(boxed(base), boxed(exponent));
            } else if self.take_sign('!') {
                base = Expression::Known(Known::Factorial, vec![base]);
            } else if self.is_command("%") {
                self.at += 1;
                base = Expression::Quotient(boxed(base), boxed(Expression::Number(100.0)));
            } else if self.is_sign('_') || self.is_sign('\'') {
                return self.refuse("an index or a mark is not understood here");
            } else {
                return Ok(base);
            }
        }
    }

    /// What stands in braces, or a single token.
    fn argument(&mut self) -> Result1 {
        match self.peek().cloned() {
            Some(Token::Sign('{')) => {
                let inner = self.group('{', '}')?;
                let mut parser = self.inner(&inner);
                let expression = parser.sum()?;
                parser.finish()?;
                Ok(expression)
            }
            Some(Token::Number(digits)) if digits.contains('.') => {
                self.refuse(format!("`{digits}` without braces"))
            }
            Some(Token::Number(digits)) => {
                let (first, rest) = digits.split_at(1);
                let number = first.parse().expect("a digit");
                match rest {
                    "" => self.at += 1,
                    rest => {
                        self.tokens[self.at].0 += 1;
                        self.tokens[self.at].1 = Token::Number(rest.to_owned());
                    }
                }
                Ok(Expression::Number(number))
            }
            Some(_) => self.base(),
            None => self.refuse("expected an argument, found the end"),
        }
    }

    /// The tokens between two signs, the first of which stands here.
    fn group(&mut self, open: char, close: char) -> Result<Vec<Placed>, Refusal> {
        self.expect_sign(open)?;
        let (start, mut depth) = (self.at, 1);
        while let Some(token) = self.peek() {
            match token {
                Token::Sign(sign) if *sign == open => depth += 1,
                Token::Sign(sign) if *sign == close => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(self.tokens[start..self.at - 1].to_vec());
            }
        }
        self.refuse(format!("expected `{close}`"))
    }

    fn base(&mut self) -> Result1 {
        if let Some(named) = self.named()? {
            return Ok(named);
        }
        match self.peek().cloned() {
            Some(Token::Number(digits)) => {
                self.at += 1;
                let number = digits.parse();
                number.map(Expression::Number).or_else(|_| self.refuse("not a number"))
            }
            Some(Token::Sign('(')) => self.parenthesized('(', ')'),
            Some(Token::Sign('{')) => self.argument(),
            Some(Token::Sign('[')) => {
                let inner = self.group('[', ']')?;
                let chain = chain(&inner, self)?;
                Ok(match chain.others.is_empty() {
                    true => *chain.first,
                    false => Expression::Indicator(chain),
                })
            }
            Some(Token::Sign('|')) => self.bars(),
            Some(Token::Letter('e')) => {
                self.at += 1;
                Ok(Expression::Number(std::f64::consts::E))
            }
            Some(Token::Letter(letter)) => self.refuse(format!("unknown letter `{letter}`")),
            Some(Token::Command(name)) => self.command(&name),
            Some(Token::Begin(name)) if name == "cases" => self.cases(),
            Some(token) => self.refuse(format!("{} is not understood", shown(&token))),
            None => self.refuse("expected a value, found the end"),
        }
    }

    fn parenthesized(&mut self, open: char, close: char) -> Result1 {
        let inner = self.group(open, close)?;
        let mut parser = self.inner(&inner);
        let expression = parser.sum()?;
        parser.finish()?;
        Ok(expression)
    }

    fn bars(&mut self) -> Result1 {
        self.expect_sign('|')?;
        let outside = std::mem::replace(&mut self.in_bars, true);
        let inner = self.sum()?;
        self.in_bars = outside;
        self.expect_sign('|')?;
        Ok(Expression::Known(Known::Absolute, vec![inner]))
    }

    /// A quantity that was given a name, the longest that fits here.
    fn named(&mut self) -> Result<Option<Expression>, Refusal> {
        let (offset, rest) = (self.offset(), &self.tokens[self.at..]);
        for known in self.names.known() {
            let length = known.tokens.len();
            let same = rest.len() >= length
                && rest.iter().zip(&known.tokens).all(|((_, token), name)| token == name);
            let next = rest.get(length).map(|(_, token)| token);
            let fits = match known.kind {
                Kind::Array => next == Some(&Token::Sign('_')),
                _ => !matches!(next, Some(Token::Sign('_' | '\''))),
            };
            if !same || !fits || is_marked(&rest[length.min(rest.len())..]) {
                continue;
            }
            self.at += length;
            let name = known.name.clone();
            return Ok(Some(match known.kind {
                Kind::Number => Expression::Variable(name, offset),
                Kind::Array => {
                    self.expect_sign('_')?;
                    Expression::Element(name, self.subscripts()?, offset)
                }
                Kind::Function => Expression::Call(name, self.arguments()?, offset),
            }));
        }
        if let Some(Token::Letter(letter)) = self.peek() {
            let letter = letter.to_string();
            if self.indices.contains(&letter) {
                self.at += 1;
                return Ok(Some(Expression::Variable(letter, offset)));
            }
        }
        Ok(None)
    }

    /// The indices below an array's name: `{ri}`, `{i+k,\,j+l}` or `i`.
    fn subscripts(&mut self) -> Result<Vec<Expression>, Refusal> {
        if !self.is_sign('{') {
            return Ok(vec![self.argument()?]);
        }
        let inner = self.group('{', '}')?;
        let comma = |(_, token): &Placed| *token == Token::Sign(',');
        let mut indices = Vec::new();
        if inner.iter().any(comma) {
            for part in inner.split(comma) {
                let mut parser = self.inner(part);
                indices.push(parser.sum()?);
                parser.finish()?;
            }
            return Ok(indices);
        }
        let mut parser = self.inner(&inner);
        while parser.peek().is_some() {
            match parser.peek() {
                Some(Token::Number(_)) => indices.push(parser.argument()?),
                _ => indices.push(parser.base()?),
            }
            if parser.is_sign('+') || parser.is_sign('-') {
                parser.at = 0;
                indices = vec![parser.sum()?];
            }
        }
        Ok(indices)
    }

    /// The arguments of a function: in parentheses, or one factor.
    fn arguments(&mut self) -> Result<Vec<Expression>, Refusal> {
        if !self.is_sign('(') {
            return Ok(vec![self.bare_argument()?]);
        }
        let inner = self.group('(', ')')?;
        let mut arguments = Vec::new();
        for part in split_at_commas(&inner) {
            let mut parser = self.inner(&part);
            arguments.push(parser.sum()?);
            parser.finish()?;
        }
        Ok(arguments)
    }

    /// What a function takes without parentheses: a single factor, after which no other one may
    /// stand, since nobody could say whether the function takes that too.
    fn bare_argument(&mut self) -> Result1 {
        let argument = self.factor()?;
        if self.begins_factor() || self.is_sign('/') {
            return self.refuse("two factors after a function: expected parentheses");
        }
        Ok(argument)
    }

    fn command(&mut self, name: &str) -> Result1 {
        let start = self.at;
        self.at += 1;
        match name {
            "frac" | "tfrac" | "dfrac" => {
                let (above, below) = (self.argument()?, self.argument()?);
                Ok(Expression::Quotient(boxed(above), boxed(below)))
            }
            "sqrt" => {
                let degree = match self.is_sign('[') {
                    true => self.parenthesized('[', ']')?,
                    false => Expression::Number(2.0),
                };
                Ok(Expression::Root(boxed(degree), boxed(self.argument()?)))
            }
            "pi" => Ok(Expression::Number(std::f64::consts::PI)),
            "lfloor" => self.closed("rfloor", Known::Floor),
            "lceil" => self.closed("rceil", Known::Ceiling),
            "lvert" => self.closed("rvert", Known::Absolute),
            "sum" => self.big(Together::Sum, start),
            "prod" => self.big(Together::Product, start),
            "max" if self.is_sign('_') => self.big(Together::Max, start),
            "min" if self.is_sign('_') => self.big(Together::Min, start),
            "max" if self.is_sign('(') => Ok(Expression::Known(Known::Max, self.arguments()?)),
            "min" if self.is_sign('(') => Ok(Expression::Known(Known::Min, self.arguments()?)),
            "ln" => self.known(Known::Ln),
            "exp" => self.known(Known::Exp),
            "sin" => self.known(Known::Sin),
            "cos" => self.known(Known::Cos),
            "tanh" => self.known(Known::Tanh),
            "cosh" => self.known(Known::Cosh),
            other => {
                self.at = start;
                self.refuse(format!("`\\{other}` is not understood"))
            }
        }
    }

    /// A function with what it takes; `\tanh^2 z` is the square of its value.
    fn known(&mut self, known: Known) -> Result1 {
        if self.is_sign('\'') {
            return self.refuse("the derivative of a function: expected a name for it");
        }
        let power = if self.take_sign('^') { Some(self.argument()?) } else { None };
        let parenthesized = self.is_sign('(');
        let mut arguments = self.arguments()?;
        if arguments.len() != 1 {
            return self.refuse("expected one argument");
        }
        if parenthesized && self.is_sign('^') {
            return self.refuse("a power after a function: expected parentheses");
        }
        let value = Expression::Known(known, vec![arguments.remove(0)]);
        Ok(match power {
            Some(power) => Expression::Power(boxed(value), boxed(power)),
            None => value,
        })
    }

    fn closed(&mut self, close: &str, known: Known) -> Result1 {
        let inner = self.sum()?;
        if !self.is_command(close) {
            return self.refuse(format!("expected `\\{close}`"));
        }
        self.at += 1;
        Ok(Expression::Known(known, vec![inner]))
    }

    fn big(&mut self, together: Together, start: usize) -> Result1 {
        let offset = self.tokens[start].0;
        if !self.take_sign('_') {
            return Err(Refusal::new(offset, "a sum without an index"));
        }
        let below = match self.is_sign('{') {
            true => self.group('{', '}')?,
            false => {
                self.at += 1;
                self.tokens[self.at - 1..self.at].to_vec()
            }
        };
        let colon = below.iter().position(|(_, token)| *token == Token::Sign(':'));
        let (below, condition) = match colon {
            Some(at) => (below[..at].to_vec(), Some(below[at + 1..].to_vec())),
            None => (below, None),
        };
        let equals = below.iter().position(|(_, token)| *token == Token::Sign('='));
        let mut bounds = None;
        let mut indices = Vec::new();
        for (index, (place, token)) in below[..equals.unwrap_or(below.len())].iter().enumerate() {
            match token {
                Token::Letter(letter) if index % 2 == 0 => indices.push(letter.to_string()),
                Token::Sign(',') if index % 2 == 1 => {}
                other => {
                    let message = format!("index {} is not understood", shown(other));
                    return Err(Refusal::new(*place, message));
                }
            }
        }
        if let Some(at) = equals {
            let mut parser = self.inner(&below[at + 1..]);
            let first = parser.sum()?;
            parser.finish()?;
            if !self.take_sign('^') || indices.len() != 1 {
                return Err(Refusal::new(offset, "a range without its end"));
            }
            bounds = Some((first, self.argument()?));
        }
        let depth = self.indices.len();
        self.indices.extend(indices.iter().cloned());
        let condition = condition.map(|tokens| chain(&tokens, self)).transpose()?;
        let body = self.term()?;
        self.indices.truncate(depth);
        Ok(Expression::Big(Box::new(Big { together, indices, bounds, condition, body, offset })))
    }

    fn cases(&mut self) -> Result1 {
        let offset = self.offset();
        self.at += 1;
        let (start, mut depth) = (self.at, 1);
        while depth > 0 {
            match self.peek() {
                Some(Token::Begin(_)) => depth += 1,
                Some(Token::End(_)) => depth -= 1,
                Some(_) => {}
                None => return Err(Refusal::new(offset, "cases without an end")),
            }
            self.at += 1;
        }
        let rows = self.tokens[start..self.at - 1].to_vec();
        let mut cases = Vec::new();
        for row in rows.split(|(_, token)| *token == Token::Row).filter(|row| !row.is_empty()) {
            let ampersand = row.iter().position(|(_, token)| *token == Token::Sign('&'));
            let Some(at) = ampersand else {
                return Err(Refusal::new(row[0].0, "a case without a condition"));
            };
            let mut parser = self.inner(&row[..at]);
            let value = parser.sum()?;
            parser.finish()?;
            let condition = match row.get(at + 1) {
                Some((_, Token::Text(words))) if words == "otherwise" => None,
                Some((_, Token::Text(words))) if words == "if" => {
                    let condition = chain(&row[at + 2..], self)?;
                    if condition.others.is_empty() {
                        return Err(Refusal::new(row[at].0, "expected a condition"));
                    }
                    Some(condition)
                }
                Some((place, Token::Text(words))) => {
                    return Err(Refusal::new(*place, format!("condition `{words}`")));
                }
                _ => return Err(Refusal::new(row[at].0, "expected `\\text{if}`")),
            };
            cases.push((value, condition));
        }
        Ok(Expression::Cases(cases, offset))
    }
}

/// Whether what follows a letter makes it another letter: `w^{(2)}`, `x^*`, `X^\top`.
fn is_marked(rest: &[Placed]) -> bool {
    let token = |at: usize| rest.get(at).map(|(_, token)| token);
    if token(0) != Some(&Token::Sign('^')) {
        return false;
    }
    match token(1) {
        Some(Token::Sign('*') | Token::Text(_)) => true,
        Some(Token::Command(name)) => ["ast", "top", "star"].contains(&name.as_str()),
        Some(Token::Sign('{')) => token(2) == Some(&Token::Sign('(')),
        _ => false,
    }
}

/// The relation that a token is.
pub fn relation(token: &Token) -> Option<Relation> {
    match token {
        Token::Sign(sign) => Relation::of(sign.encode_utf8(&mut [0; 4])),
        Token::Command(name) => Relation::of(name),
        _ => None,
    }
}

/// The pieces between commas that stand in no parentheses.
fn split_at_commas(tokens: &[Placed]) -> Vec<Vec<Placed>> {
    let (mut parts, mut depth) = (vec![Vec::new()], 0);
    for placed in tokens {
        match &placed.1 {
            Token::Sign('(' | '{' | '[') => depth += 1,
            Token::Sign(')' | '}' | ']') => depth -= 1,
            Token::Sign(',') if depth == 0 => {
                parts.push(Vec::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("never empty").push(placed.clone());
    }
    parts
}

/// A token for a message.
pub fn shown(token: &Token) -> String {
    match token {
        Token::Number(digits) => format!("`{digits}`"),
        Token::Letter(letter) => format!("`{letter}`"),
        Token::Command(name) => format!("`\\{name}`"),
        Token::Sign(sign) => format!("`{sign}`"),
        Token::Text(words) => format!("`\\text{{{words}}}`"),
        Token::Name(name) => format!("`\\operatorname{{{name}}}`"),
        Token::Begin(name) => format!("`\\begin{{{name}}}`"),
        Token::End(name) => format!("`\\end{{{name}}}`"),
        Token::Row => r"`\\`".to_owned(),
        Token::Wide => r"`\quad`".to_owned(),
    }
}
