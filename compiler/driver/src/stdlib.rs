//! The standard library: QML source, embedded.

use qml_syntax::Token;

macro_rules! modules {
    ($($name:ident)*) => {
        /// Its modules: name and text.
        pub const MODULES: &[(&str, &str)] = &[
            $((concat!("std.", stringify!($name)), include_str!(concat!("../../../stdlib/", stringify!($name), ".qml"))),)*
        ];
    };
}

modules! { ansatz chem classical curvature encoding gates graph loss }

/// The text of a module.
pub fn text(module: &str) -> Option<&'static str> {
    MODULES.iter().find(|(name, _)| *name == module).map(|(_, text)| *text)
}

/// The module that has an item of this name.
pub fn module_of(item: &str) -> Option<&'static str> {
    let has_item = |text: &str| {
        let words = qml_syntax::lex(text);
        words.windows(2).any(|pair| {
            let declares = matches!(pair[0].token, Token::Gate | Token::Kernel | Token::Fn | Token::Struct);
            declares && &text[pair[1].start..pair[1].end] == item
        })
    };
    MODULES.iter().find(|(_, text)| has_item(text)).map(|(name, _)| *name)
}

/// The name that messages show: `<std/ansatz.qml>`.
pub fn file_name(module: &str) -> String {
    format!("<{}.qml>", module.replace('.', "/"))
}

#[cfg(test)]
mod tests {
    use super::module_of;

    #[test]
    fn items_are_found_by_name() {
        assert_eq!(module_of("qft"), Some("std.gates"));
        assert_eq!(module_of("h2"), Some("std.chem"));
        assert_eq!(module_of("q"), None);
    }
}
