//! What people write who come from other languages, and what it is here.

use crate::token::Token;

/// An operator or comment of another language.
pub(crate) struct Operator {
    /// Our word of the same meaning, so that reading can go on.
    pub(crate) meant: Option<Token>,
    /// What to write.
    pub(crate) help: &'static str,
}

/// What an operator of another language is here; `None` leaves it to the grammar to stumble over.
pub(crate) fn operator(text: &str) -> Option<Operator> {
    let (meant, help) = match text {
        "&&" | "&" => (Some(Token::And), "logical and is written `and`"),
        "||" | "|" => (Some(Token::Or), "logical or is written `or`"),
        "!" | "~" => (Some(Token::Not), "logical not is written `not`"),
        "^" => (Some(Token::StarStar), "a power is written `a ** b`, exclusive or of two bools `a != b`"),
        "**=" => (Some(Token::MulAssign), "write `a = a ** b`"),
        "%=" => (Some(Token::MulAssign), "write `a = a % b`"),
        "++" => (None, "write `i += 1`"),
        "..." | "..=" => (Some(Token::DotDot), "a range is `a..b` and leaves out b; with b it is `a..b + 1`"),
        "::" => (Some(Token::Dot), "a path is written with points, `std.chem`"),
        ":=" => (Some(Token::Assign), "write `let x = ...;`, and `x = ...;` to assign to a `var`"),
        "===" => (Some(Token::Equal), "comparison is `==`"),
        "!==" | "<>" => (Some(Token::NotEqual), "write `!=`"),
        _ if text.starts_with('|') && text.ends_with('>') => (
            Some(Token::True),
            "there are no kets: a new register, `let q = qubit[n];`, is in |0...0>, and gates make the rest",
        ),
        _ if text.starts_with('#') => (None, "a comment begins with `//`"),
        _ if text.starts_with("/*") => (None, "a comment begins with `//` and ends with its line"),
        _ if text.starts_with('\'') => (Some(Token::String), "a string stands in double quotes"),
        _ => return None,
    };
    Some(Operator { meant, help })
}

/// The ASCII word that a character looks like, and the token if it is one.
pub(crate) fn lookalike(character: char) -> Option<(&'static str, Option<Token>)> {
    let (meant, token) = match character {
        '\u{2212}' | '\u{2013}' | '\u{2014}' => ("-", Some(Token::Minus)),
        '×' | '·' | '∗' | '⋅' => ("*", Some(Token::Star)),
        '÷' => ("/", Some(Token::Slash)),
        '≤' => ("<=", Some(Token::LessEqual)),
        '≥' => (">=", Some(Token::GreaterEqual)),
        '≠' => ("!=", Some(Token::NotEqual)),
        '→' => ("->", Some(Token::Arrow)),
        '（' => ("(", Some(Token::LeftParen)),
        '）' => (")", Some(Token::RightParen)),
        '［' => ("[", Some(Token::LeftBracket)),
        '］' => ("]", Some(Token::RightBracket)),
        '｛' => ("{", Some(Token::LeftBrace)),
        '｝' => ("}", Some(Token::RightBrace)),
        '，' | '、' => (",", Some(Token::Comma)),
        '；' | '\u{37e}' => (";", Some(Token::Semicolon)),
        '：' => (":", Some(Token::Colon)),
        '＝' => ("=", Some(Token::Assign)),
        '“' | '”' | '„' | '＂' | '‘' | '’' => ("\"", None),
        '\u{a0}' | '\u{3000}' | '\u{2009}' | '\u{202f}' => (" ", None),
        _ => return None,
    };
    Some((meant, token))
}

/// What a word of another language is here, for messages on names that nothing declares: `None`, `null`, `True`.
pub fn word(text: &str) -> Option<&'static str> {
    Some(match text {
        "None" | "null" | "nil" | "undefined" | "NULL" | "nullptr" => {
            "there is no empty value; a function without a result returns nothing with `return;`"
        }
        "True" => "write `true`",
        "False" => "write `false`",
        "elif" | "elseif" | "elsif" => "write `else if`",
        "def" | "function" | "func" | "fun" | "proc" => "a function is declared with `fn`",
        "mut" => "a variable that changes is declared with `var x = ...;`",
        "double" | "f64" | "f32" | "real" => "the type is `float`",
        "i64" | "i32" | "u64" | "u32" | "usize" | "long" | "integer" | "Int" => "the type is `int`",
        "boolean" | "Bool" => "the type is `bool`",
        "str" | "String" => "the type is `string`",
        "void" => "a function without a result has no `->`",
        "import" | "from" | "include" => "modules are brought in with `use`",
        "class" => "a record is declared with `struct`",
        "lambda" => "there are no closures; declare a `fn`",
        "raise" | "throw" => "stop with `assert(condition, \"message\")`",
        "println" | "printf" | "console" | "echo" => "write `print(...)`",
        "qreg" | "Qubit" | "qubits" => "a register is made with `let q = qubit[n];`",
        "xor" => "write `a != b`",
        "is" => "comparison is `==`, and `!=` for `is not`",
        "barrier" => "leave it out: the compiler never changes what a circuit does",
        "measure_all" => "write `let bits = measure(q);`",
        "QuantumRegister" | "QuantumCircuit" | "QReg" => "a register is made with `let q = qubit[n];`",
        "ClassicalRegister" => "outcomes are values: `let bits = measure(q);`",
        "np" | "numpy" | "math" | "jnp" => {
            "functions and constants stand without a module: `sin(x)`, `sqrt(x)`, `pi`"
        }
        "PI" | "Pi" | "M_PI" => "write `pi`",
        "pow" => "write `a ** b`",
        "array" | "tensor" => "a tensor is written `[1.0, 2.0]`",
        "ctrl" | "controlled" | "ctl" => "write `control(q[0]) x(q[1]);`",
        "new" => "a struct is built by calling its name: `Model(w: x, b: y)`",
        "XX" | "YY" | "ZZ" | "XY" | "PauliSumOp" | "SparsePauliOp" | "Hamiltonian" => {
            "observables are sums of products: `0.5 * Z(0) * Z(1) + X(0)`"
        }
        "PauliX" | "PauliY" | "PauliZ" => "as an observable write `X(0)`, as a gate `x(q[0])`",
        "try" | "except" | "catch" => "there are no exceptions; a wrong program stops with its message",
        "do" | "loop" | "repeat" | "until" => {
            "a loop is `while condition { ... }` or `for i in 0..n { ... }`"
        }
        "unless" => "write `if not condition { ... }`",
        "switch" | "match" | "case" => "write `if a == 1 { ... } else if a == 2 { ... } else { ... }`",
        "finally" | "begin" | "block" | "unsafe" => "leave it out, and the braces after it",
        "inverse" | "dagger" | "adj" => "the inverse of a gate is `adjoint h(q[0]);`",
        "mutable" => "a variable that changes is declared with `var x = ...;`",
        "auto" => "the type of `let x = 3;` follows from the value",
        "pass" => "an empty block is `{ }`",
        _ => return None,
    })
}

/// What a function of another language is here, for calls of names that nothing declares: `str(x)`, `map(f, xs)`.
pub fn function(text: &str) -> Option<&'static str> {
    Some(match text {
        "str" | "string" | "String" | "repr" | "format" | "to_string" => "put it in a string: `\"{x}\"`",
        "map" | "filter" | "list" | "vmap" | "foreach" => {
            "write `[f(x) for x in xs]`, with `if` at its end to leave some out"
        }
        "gradient" | "jacobian" | "value_and_grad" | "gradients" | "jacfwd" | "jacrev" | "diff" => {
            "write `let (value, slope) = grad f(x) wrt x;`"
        }
        "minimise" => "it is written with a z: `minimize loss(w);`",
        "maximise" => "it is written with a z: `maximize score(w);`",
        "fit" | "train" | "fmin" | "optimizer" => {
            "write `optimize w with adam(lr: 0.1), steps: 100 { minimize loss(w); }`"
        }
        "type" | "isinstance" | "typeof" => {
            "types are known when a program is compiled, and a wrong one is told"
        }
        "mcx" | "mct" | "MultiControlledX" | "c3x" => "write `control(q[0..2]) x(q[2]);`",
        "eigvals" | "eigvalsh" | "eig" | "eigenvals" => "`let (values, vectors) = eigh(a);` gives both",
        "random" | "rand" | "random_uniform" => "write `uniform(0.0, 1.0)`, `uniform(0.0, 1.0, [n])`",
        "randn" | "gauss" | "gaussian" => "write `normal(0.0, 1.0)`, `normal(0.0, 1.0, [n])`",
        "randint" | "integers" => "write `random_int(0, n)`",
        "initialize" | "prepare_state" | "set_state" => {
            "a new register is in |0...0>; `use std.encoding.basis;` flips qubits by bits"
        }
        "train_test_split" => "write `let (train, test) = split((xs, ys), 0.8);`",
        "matmul" | "mm" => "write `a @ b`",
        "mod" | "fmod" => "write `a % b`",
        "floordiv" | "floor_divide" => "write `div(a, b)`",
        "flatten" | "ravel" => "write `reshape(x, [n])`",
        "shift" | "bitxor" | "bitand" => {
            "`bits(k, n)` gives the bits of an int, `to_int(bits)` the int of bits"
        }
        "ndim" | "rank" => "write `len(shape(x))`",
        "open" | "loadtxt" | "load_csv" | "genfromtxt" => "write `read_csv(\"data.csv\")`",
        "tolist" | "asarray" | "copy" | "deepcopy" | "clone" => {
            "leave it out: tensors are values, and an assignment is a copy"
        }
        "dict" | "set" | "object" => "names with values are a `struct`",
        "tuple" => "a tuple is written `(a, b)`",
        "time" | "perf_counter" | "clock" => "write `elapsed()`",
        "exit" | "quit" | "error" | "panic" => "stop with `assert(condition, \"message\")`",
        "push" | "push_back" | "extend" => "tensors grow by a new value: `xs = append(xs, x);`",
        "input" | "argv" | "getenv" => {
            "a `param` at the top of the file is set from outside: `param steps: int = 100;`"
        }
        _ => return None,
    })
}

/// What a type of another language is here.
pub fn type_name(text: &str) -> Option<&'static str> {
    Some(match text {
        "List" | "list" | "Vec" | "vec" | "vector" | "Vector" | "Array" | "array" | "ndarray" | "Tensor"
        | "tensor" | "Sequence" | "Matrix" | "matrix" => {
            "the type of a tensor is that of its elements with its sizes: `float[n]`, `float[n, 2]`"
        }
        "tuple" | "Tuple" => "the type of a tuple is written `(float, int)`",
        "dict" | "Dict" | "HashMap" | "object" | "record" => "a record is declared with `struct`",
        "Callable" | "callable" | "Fn" | "func" | "function" => {
            "the type of a function is written `fn(float) -> float`, `gate(qubit)`, `kernel(float) -> qubit[2]`"
        }
        "qreg" | "QReg" | "Qreg" | "Qubit" | "qubits" | "QuantumRegister" | "wires" => {
            "the type of a qubit is `qubit`, that of a register `qubit[n]`"
        }
        "bit" | "Bit" | "creg" => "the type is `bool`, of several `bool[n]`",
        "Hamiltonian" | "PauliSum" | "SparsePauliOp" | "Observable" | "Operator" => {
            "the type is `observable`"
        }
        "QuantumCircuit" | "Circuit" | "circuit" | "QNode" | "Program" => "the type is `program`",
        "number" | "num" | "Number" => "the type is `float` or `int`",
        "complex128" | "complex64" | "Complex" => "the type is `complex`",
        "Optimizer" => "the type is `optimizer`",
        _ => return word(text),
    })
}
