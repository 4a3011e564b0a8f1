//! A formula of a page: statements, which are chains of members.

use crate::evaluate::evaluate;
use crate::expression::Relation;
use crate::names::Names;
use crate::parse::{expression, relation};
use crate::refusal::Refusal;
use crate::token::{Placed, Token, tokens};

/// A formula as it is displayed: one statement or several.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    statements: Vec<Statement>,
}

/// Members with relations between them: `a = b ≤ c`; a single member is a statement too.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Statement {
    members: Vec<Vec<Placed>>,
    relations: Vec<Relation>,
}

/// What ends a statement, without being a relation that could be computed.
const ENDS: [&str; 6] =
    ["Rightarrow", "Leftrightarrow", "longrightarrow", "to", "rightarrow", "mapsto"];

impl Formula {
    /// Takes a formula apart into its statements, at commas, colons, words, wide spaces and rows.
    ///
    /// A row that begins with a relation or a sign goes on with the statement above it.
    pub fn parse(latex: &str) -> Result<Self, Refusal> {
        let tokens = tokens(latex)?;
        let mut splitter = Splitter { statements: vec![Statement::begun()], brackets: 0, inner: 0 };
        for (index, placed) in tokens.iter().enumerate() {
            splitter.take(placed, &tokens[index + 1..]);
        }
        let mut statements = splitter.statements;
        statements.iter_mut().for_each(Statement::close);
        statements.retain(|statement| !statement.is_empty());
        Ok(Self { statements })
    }

    /// Its statements, in order.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }
}

impl Statement {
    fn begun() -> Self {
        Self { members: vec![Vec::new()], relations: Vec::new() }
    }

    fn is_empty(&self) -> bool {
        self.members.iter().all(Vec::is_empty)
    }

    /// Drops the member that a relation at the end of a row has promised, if none came.
    fn close(&mut self) {
        if self.members.len() > 1 && self.members.last().is_some_and(Vec::is_empty) {
            self.members.pop();
            self.relations.pop();
        }
    }

    fn last(&mut self) -> &mut Vec<Placed> {
        self.members.last_mut().expect("never without members")
    }

    /// How many members it has.
    pub fn members(&self) -> usize {
        self.members.len()
    }

    /// What stands between its members.
    pub fn relations(&self) -> &[Relation] {
        &self.relations
    }

    /// The value of a member.
    pub fn value(&self, member: usize, names: &Names<'_>) -> Result<f64, Refusal> {
        let tokens = &self.members[member];
        if tokens.is_empty() {
            return Err(Refusal::new(0, "a relation with nothing on one side"));
        }
        evaluate(&expression(tokens, names)?, names)
    }

    /// The tokens of a member.
    pub(crate) fn member(&self, member: usize) -> &[Placed] {
        &self.members[member]
    }
}

struct Splitter {
    statements: Vec<Statement>,
    /// How many brackets are open.
    brackets: i32,
    /// How many environments are open whose rows mean something, such as `cases`.
    inner: i32,
}

impl Splitter {
    fn current(&mut self) -> &mut Statement {
        self.statements.last_mut().expect("never without statements")
    }

    fn end_statement(&mut self) {
        if !self.current().is_empty() {
            self.statements.push(Statement::begun());
        }
    }

    fn take(&mut self, placed: &Placed, rest: &[Placed]) {
        let outside = self.brackets == 0 && self.inner == 0;
        match &placed.1 {
            Token::Begin(name) | Token::End(name) if is_layout(name) => return,
            Token::Begin(_) => self.inner += 1,
            Token::End(_) => self.inner -= 1,
            Token::Sign('(' | '[' | '{') => self.brackets += 1,
            Token::Sign(')' | ']' | '}') => self.brackets -= 1,
            Token::Sign('&') | Token::Wide | Token::Row if self.inner == 0 => {
                let wide = placed.1 != Token::Sign('&');
                if outside && wide && !goes_on(rest) && !self.current().last().is_empty() {
                    self.end_statement();
                }
                return;
            }
            Token::Sign(',' | ':' | ';') if outside => return self.end_statement(),
            Token::Command(name) if outside && ENDS.contains(&name.as_str()) => {
                return self.end_statement();
            }
            Token::Text(_) if outside && self.is_word(rest) => return self.end_statement(),
            token if outside => {
                if let Some(relation) = relation(token) {
                    let statement = self.current();
                    statement.relations.push(relation);
                    statement.members.push(Vec::new());
                    return;
                }
            }
            _ => {}
        }
        self.current().last().push(placed.clone());
    }

    /// Whether a text stands between statements, and is not the name of a quantity: next to it
    /// there is a quantity without a sign in between.
    fn is_word(&mut self, rest: &[Placed]) -> bool {
        let is_sign = |token: &Token| match token {
            Token::Sign(sign) => "+-/_^=<>".contains(*sign),
            Token::Command(name) => {
                ["cdot", "times"].contains(&name.as_str()) || relation(token).is_some()
            }
            _ => false,
        };
        let last = self.current().last().last().map(|(_, token)| token);
        if matches!(last, Some(Token::Sign('_' | '^'))) {
            return false; // an index
        }
        let before = last.is_none_or(is_sign);
        let is_blank = |token: &Token| matches!(token, Token::Sign('&') | Token::Row | Token::Wide);
        let is_end = |token: &Token| matches!(token, Token::End(_) | Token::Sign(','));
        let next = rest.iter().map(|(_, token)| token).find(|token| !is_blank(token));
        let after = next.is_none_or(|token| is_sign(token) || is_end(token));
        !(before && after)
    }
}

/// Whether an environment only arranges rows.
fn is_layout(name: &str) -> bool {
    ["aligned", "gathered", "split"].contains(&name)
}

/// Whether what follows a wide space or a new row goes on with the statement before it.
fn goes_on(rest: &[Placed]) -> bool {
    let next = rest.iter().map(|(_, token)| token).find(|token| {
        !matches!(token, Token::Sign('&') | Token::Wide | Token::Row)
            && !matches!(token, Token::End(name) if is_layout(name))
    });
    match next {
        Some(Token::Sign('+' | '-')) => true,
        Some(Token::Command(name)) if name == "cdot" || name == "times" => true,
        Some(token) => relation(token).is_some(),
        None => true,
    }
}
