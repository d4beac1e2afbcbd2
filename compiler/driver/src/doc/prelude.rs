//! The pages of what is in scope everywhere, from the compiler's tables.

use std::collections::HashSet;

use qml_gates::{Gate, Inverse};
use qml_prelude::{Builtin, CONSTANTS, Effect, SECTIONS};

use super::code::{escape, highlighted};
use super::frame::{Anchor, Frame};
use super::names::{GATES, Names, PRELUDE, Scope, is_shown};
use super::{Page, markdown};

/// How signatures are written, where it goes beyond the language.
const NOTATION: &str = "`T`, `U` stand for any type, `num` for `int`, `float` or `complex`, `..s` for a shape of any rank, \
    `seq[m]` for a tensor or a tuple of tensors with `m` items; a name with `?` may be left out. Of several signatures the \
    first that fits is taken.";

/// The functions and constants of the prelude.
pub(super) fn functions(frame: &Frame<'_>, names: &Names) -> Page {
    let scope = names.everywhere();
    let mut html = markdown::blocks(NOTATION, NOTATION, &scope);
    let mut anchors = Vec::new();
    // A name may have several rows, of different effects; links lead to the first.
    let mut known = HashSet::new();
    for (title, rows) in SECTIONS {
        let rows: Vec<&Builtin> =
            rows.iter().filter(|row| is_shown(row.name) && !row.signatures.is_empty()).collect();
        if rows.is_empty() || title.is_empty() {
            continue;
        }
        let id = title.to_lowercase().replace(' ', "-");
        html += &format!("<h2 id=\"{id}\">{}</h2>\n", escape(title));
        for row in rows {
            html += &function(row, !known.insert(row.name), &scope);
        }
        anchors.push(Anchor { id, text: (*title).to_owned() });
    }
    html += "<h2 id=\"constants\">Constants</h2>\n<table>\n";
    for (name, value) in CONSTANTS {
        let value = qml_prelude::format_float(*value);
        html += &format!("<tr><td><code>{}</code></td><td><code>{value}</code></td></tr>\n", escape(name));
    }
    html += "</table>\n";
    anchors.push(Anchor { id: "constants".to_owned(), text: "Constants".to_owned() });
    frame.page(PRELUDE, "Prelude", &anchors, &html)
}

fn function(row: &Builtin, is_second: bool, scope: &Scope<'_>) -> String {
    let id = if is_second { String::new() } else { format!(" id=\"{}\"", row.name) };
    let signatures: Vec<String> =
        row.signatures.iter().map(|signature| declared(signature, row.name, scope)).collect();
    let effect = match row.effect {
        Effect::Pure => "",
        Effect::Random => "draws random numbers",
        Effect::Quantum => "runs programs; in <code>fn</code>s only",
        Effect::Io => "reads or writes; in <code>fn</code>s only, not in comprehensions",
    };
    let badge =
        if effect.is_empty() { String::new() } else { format!("<span class=\"badge\">{effect}</span>\n") };
    format!(
        "<section class=\"item\"{id}>\n<pre><code>{}</code></pre>\n<div class=\"text\">\n{}{badge}</div>\n</section>\n",
        signatures.join("\n"),
        markdown::blocks(row.doc, &row.signatures.join(" "), scope)
    )
}

/// A signature with the name that it declares set off.
fn declared(signature: &str, name: &str, scope: &Scope<'_>) -> String {
    match signature.strip_prefix(name) {
        Some(rest) => format!("<span class=\"def\">{}</span>{}", escape(name), highlighted(rest, scope)),
        None => highlighted(signature, scope),
    }
}

/// The table of gates.
pub(super) fn gates(frame: &Frame<'_>, names: &Names) -> Page {
    let scope = names.everywhere();
    let intro = "Angles come first, in radians, then qubits; the first qubit is the least significant. A gate broadcasts: \
        `h(q)` acts on each qubit of a register, `ry(theta, q)` with the angles of a tensor.";
    let mut html = markdown::blocks(intro, "", &scope);
    let mut anchors = Vec::new();
    for (id, title, n_wires) in GROUPS {
        html += &format!("<h2 id=\"{id}\">{title}</h2>\n<table>\n");
        html += "<tr><th>Gate</th><th>What it does</th><th>Inverse</th></tr>\n";
        for gate in Gate::ALL.iter().filter(|gate| gate.def().wires.len() == *n_wires) {
            html += &row(*gate);
        }
        html += "</table>\n";
        anchors.push(Anchor { id: (*id).to_owned(), text: (*title).to_owned() });
    }
    html += "<h2 id=\"more\">Operators, evolution and measurement</h2>\n<table>\n";
    for (name, call, doc) in MORE {
        let (call, doc) = (escape(call), markdown::inline(doc));
        html += &format!("<tr id=\"{name}\"><td><code>{call}</code></td><td>{doc}</td></tr>\n");
    }
    html += "</table>\n";
    anchors.push(Anchor { id: "more".to_owned(), text: "Evolution and measurement".to_owned() });
    frame.page(GATES, "Gates", &anchors, &html)
}

/// What acts on qubits and is no row of the table: name, call, what it does.
pub(super) const MORE: &[(&str, &str, &str)] = &[
    (
        "unitary",
        "unitary(matrix, q)",
        "A unitary matrix of type `complex[2 ** n, 2 ** n]` on a register of n qubits, the first \
        one least significant.",
    ),
    (
        "evolve",
        "evolve(h, t, q)",
        "exp(-i t h) for an observable `h` whose terms commute. With `steps: k, order: p` a Trotter \
        product, for any `h`.",
    ),
    (
        "measure",
        "measure(q)",
        "The outcome, a `bool` for a qubit and a `bool[n]` for a register; in kernels only.",
    ),
    ("reset", "reset(q)", "Back to |0>, whatever it was; in kernels only."),
];

const GROUPS: &[(&str, &str, usize)] = &[
    ("one-qubit", "On one qubit", 1),
    ("two-qubits", "On two qubits", 2),
    ("three-qubits", "On three qubits", 3),
    ("no-qubit", "On none", 0),
];

fn row(gate: Gate) -> String {
    let def = gate.def();
    let call = format!("{}({})", def.name, [def.params, def.wires].concat().join(", "));
    format!(
        "<tr id=\"{}\"><td><code>{}</code></td><td>{}</td><td><code>{}</code></td></tr>\n",
        def.name,
        escape(&call),
        markdown::inline(def.doc),
        escape(&inverse(gate))
    )
}

/// The inverse, as a call with its angles.
fn inverse(gate: Gate) -> String {
    let def = gate.def();
    let call = |other: Gate, angles: &[String]| match angles {
        [] => other.def().name.to_owned(),
        angles => format!("{}({})", other.def().name, angles.join(", ")),
    };
    match &def.inverse {
        Inverse::Itself => def.name.to_owned(),
        Inverse::Gate(other) => other.def().name.to_owned(),
        Inverse::Negate => {
            call(gate, &def.params.iter().map(|angle| format!("-{angle}")).collect::<Vec<_>>())
        }
        Inverse::Angles(angles) => {
            let angle = |(sign, index): &(f64, usize)| {
                format!("{}{}", if *sign < 0.0 { "-" } else { "" }, def.params[*index])
            };
            call(gate, &angles.iter().map(angle).collect::<Vec<_>>())
        }
        Inverse::Bound(other, angles) => call(*other, &angles.iter().copied().map(angle).collect::<Vec<_>>()),
    }
}

/// An angle, by its name if it has one.
fn angle(angle: f64) -> String {
    if angle == std::f64::consts::PI { "pi".to_owned() } else { qml_prelude::format_float(angle) }
}
