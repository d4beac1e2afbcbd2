//! The standard library: QML source, embedded.

macro_rules! modules {
    ($($name:ident)*) => {
        /// Its modules: name and text.
        pub const MODULES: &[(&str, &str)] = &[
            $((concat!("std.", stringify!($name)), include_str!(concat!("../../../stdlib/", stringify!($name), ".qml"))),)*
        ];
    };
}

modules! { ansatz chem encoding gates graph loss }

/// The text of a module.
pub fn text(module: &str) -> Option<&'static str> {
    MODULES.iter().find(|(name, _)| *name == module).map(|(_, text)| *text)
}

/// The name that messages show: `<std/ansatz.qml>`.
pub fn file_name(module: &str) -> String {
    format!("<{}.qml>", module.replace('.', "/"))
}
