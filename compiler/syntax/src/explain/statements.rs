//! Statements and declarations of other languages: blocks that are none, modifiers, loops, optimizations.

use super::Site;
use super::habits::Form;
use crate::foreign;
use crate::token::Token;

impl Site<'_, '_> {
    /// Statements and declarations of other languages.
    pub(super) fn statements(&self) -> Option<Form> {
        self.param_without_type()
            .or_else(|| self.separated_fields())
            .or_else(|| self.loose_pattern())
            .or_else(|| self.part_of_a_place())
            .or_else(|| self.bare_rule())
            .or_else(|| self.called_statement())
            .or_else(|| self.foreign_modifier())
            .or_else(|| self.foreign_block())
            .or_else(|| self.membership())
            .or_else(|| self.decorator())
            .or_else(|| self.body_after_equals())
    }

    /// `param n = 3;`
    fn param_without_type(&self) -> Option<Form> {
        if self.token(-2)? != Token::Param || self.token(0)? != Token::Assign {
            return None;
        }
        let (sign, value) = if self.token(1) == Some(Token::Minus) { ("-", 2) } else { ("", 1) };
        let text = self.text(value);
        let ty = match self.token(value) {
            Some(Token::String) => "string",
            Some(Token::True | Token::False) => "bool",
            Some(Token::Number) if text.contains(['.', 'e']) => "float",
            _ => "int",
        };
        let is_whole = self.token(value + 1) == Some(Token::Semicolon);
        let value = if is_whole { format!("{sign}{text}") } else { "...".to_owned() };
        Some(("a `param` has a type", format!("write `param {}: {ty} = {value};`", self.text(-1))))
    }

    /// `struct M { w: float; b: float }`
    fn separated_fields(&self) -> Option<Form> {
        let is_struct = self.words.first()?.token == Token::Struct && self.expects(",") && self.expects("}");
        let is_next = self.token(0)? == Token::Semicolon || self.is_first_on_line();
        let is_field = self.opened().is_some_and(|word| word.token == Token::LeftBrace);
        let fields = self.statement();
        let first = fields.iter().rposition(|word| word.token == Token::Comma).map_or(0, |comma| comma + 1);
        let field = self.context.text(fields.get(first)?.start, fields.last()?.end);
        (is_struct && is_next && is_field)
            .then(|| ("fields are separated by commas", format!("write `{field},`")))
    }

    /// `for i, x in enumerate(xs)`
    fn loose_pattern(&self) -> Option<Form> {
        if self.token(0)? != Token::Comma || !self.expects("in") {
            return None;
        }
        let first = self.word(-1)?;
        let length = self.words[self.at..].iter().position(|word| word.token == Token::In)?;
        let last = self.words.get(self.at + length - 1)?;
        let names = self.context.text(first.start, last.end);
        (!names.contains('\n'))
            .then(|| ("a tuple stands in parentheses", format!("write `for ({names}) in ...`")))
    }

    /// `wrt w[0]`, `optimize w[1]`, `wrt 0.3`
    fn part_of_a_place(&self) -> Option<Form> {
        let is_optimize = self.head() == Some(Token::Optimize);
        let begins = |offset| matches!(self.token(offset), Some(Token::Wrt | Token::Optimize));
        if self.token(0)? == Token::LeftBracket && self.expects(".") && begins(-2) {
            let name = self.text(-1);
            let help = if is_optimize {
                format!(
                    "name the whole of it, `optimize {name}`: what the objective doesn't use stays as it is"
                )
            } else {
                format!("name the whole of it, `wrt {name}`, and take the element of its gradient: `g[0]`")
            };
            return Some(("an element is no variable of its own", help));
        }
        if self.token(0)? == Token::LeftBracket && begins(-1) {
            let rest = &self.words[self.at..];
            let end = rest.iter().position(|word| word.token == Token::RightBracket)?;
            let names = self.context.text(rest[0].end, rest[end].start);
            let keyword = self.text(-1);
            return Some(("several variables stand in parentheses", format!("write `{keyword} ({names})`")));
        }
        if self.token(0)? == Token::Number && begins(-1) {
            let help = format!("name it before: `var x = {};`", self.text(0));
            return Some(("a number is no variable", help));
        }
        None
    }

    /// `using adjoint`
    fn bare_rule(&self) -> Option<Form> {
        let is_rule = self.token(-1)? == Token::Using
            && self.expects("STRING")
            && (self.token(0)? == Token::Name || self.token(0)?.is_keyword());
        is_rule.then(|| ("the rule of a gradient is a string", format!("write `using \"{}\"`", self.text(0))))
    }

    /// `grad(f(x), wrt: x)`, `let r = minimize(f, x);`
    fn called_statement(&self) -> Option<Form> {
        match self.token(0)? {
            Token::Wrt if self.token(-1) == Some(Token::Comma) => {
                Some(("`grad` is no function", "write `let (value, slope) = grad f(x) wrt x;`".to_owned()))
            }
            Token::Minimize | Token::Maximize | Token::Optimize
                if self.expects("NUMBER") && !self.expects("let") =>
            {
                let goal = if self.token(0) == Some(Token::Maximize) { "maximize" } else { "minimize" };
                let help = format!("write `optimize x with adam(lr: 0.1), steps: 100 {{ {goal} f(x); }}`");
                Some(("an optimization is a statement, and has no value", help))
            }
            _ => None,
        }
    }

    /// `inverse h(q[0]);`, `ctrl @ x q[0], q[1];`
    fn foreign_modifier(&self) -> Option<Form> {
        let first = self.statement().first()?;
        let word = self.context.text(first.start, first.end);
        let (modifier, has_qubit) =
            *MODIFIERS.iter().find_map(|(known, ours)| (*known == word).then_some(ours))?;
        let is_call = self.token(0)? == Token::Name
            && self.token(-1) == Some(Token::Name)
            && self.expects(";")
            && !self.is_first_on_line();
        if !is_call {
            return None;
        }
        let is_plain = self.statement().len() == 1;
        let gate = if is_plain { self.text(0) } else { self.text(-1) };
        let operands = self.rest_of_statement()?;
        let operands = if is_plain { operands.strip_prefix(gate)? } else { operands };
        let operands = operands.trim().trim_start_matches('(').trim_end_matches(')');
        let help = match (has_qubit, operands.split_once(',')) {
            (true, Some((control, others))) => {
                format!("write `{}) {gate}({});`", modifier.replace('_', control), others.trim())
            }
            (true, None) => return None,
            (false, _) => format!("write `{modifier} {gate}({operands});`"),
        };
        Some(("a modifier of a gate has another name here", help))
    }

    /// `try {`, `do {`, `{` alone.
    fn foreign_block(&self) -> Option<Form> {
        if self.token(0)? != Token::LeftBrace {
            return None;
        }
        if self.expects("let") {
            return Some((
                "a block doesn't stand alone",
                "leave out its braces: a name may be declared again with `let`".to_owned(),
            ));
        }
        let is_word = self.statement().len() == 1 && self.token(-1) == Some(Token::Name) && self.expects(";");
        let help = is_word.then(|| foreign::word(self.text(-1)))??;
        Some(("no statement begins with this word", help.to_owned()))
    }

    /// `x in xs`, `x not in xs`
    fn membership(&self) -> Option<Form> {
        let is_negated = self.token(0)? == Token::Not && self.token(1) == Some(Token::In);
        if !self.expects("and") || !(is_negated || self.token(0)? == Token::In) {
            return None;
        }
        let help = if is_negated { "write `not any(xs == x)`" } else { "write `any(xs == x)`" };
        Some(("`in` is no operator: it stands in `for` and comprehensions", help.to_owned()))
    }

    /// `@qml.qnode(dev)`
    fn decorator(&self) -> Option<Form> {
        (self.token(-2)? == Token::At && self.token(0)? == Token::Dot).then(|| {
            ("there are no decorators", "leave it out: a `kernel` runs where the program is run".to_owned())
        })
    }

    /// `fn f(x: float) -> float = x * 2;`
    fn body_after_equals(&self) -> Option<Form> {
        let is_body = self.token(0)? == Token::Assign && self.expects("{") && self.expects("where");
        let value = self.words.get(self.at + 1..)?;
        let value = value.split_last().filter(|(last, _)| last.token == Token::Semicolon)?.1;
        let text = self.context.text(value.first()?.start, value.last()?.end);
        (is_body && text.len() <= 40)
            .then(|| ("the body of a function stands in braces", format!("write `{{ return {text}; }}`")))
    }
}

/// Modifiers of other languages: ours, with `_` for the control, and whether the first qubit is one.
const MODIFIERS: &[(&str, (&str, bool))] = &[
    ("inverse", ("adjoint", false)),
    ("inv", ("adjoint", false)),
    ("dagger", ("adjoint", false)),
    ("adj", ("adjoint", false)),
    ("ctrl", ("control(_", true)),
    ("controlled", ("control(_", true)),
    ("negctrl", ("control(not _", true)),
];
