//! The table of codes. A code is stable: it is never given to another message.
//!
//! A row is a constant, and the page `codes/<CODE>.md` that `qmlang explain` prints. Ranges: 00 lexical and syntax,
//! 01 names and modules, 02 types, 03 sizes and shapes, 04 qubit use and effects, 05 gradients and optimization,
//! 06 faults while running, 07 devices and targets, 08 OpenQASM, 09 command line, files and data.

use std::fmt;

/// A stable code, `Q0201`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(&'static str);

impl Code {
    /// The code as text, `Q0201`.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Whether its messages may stand without a place: they are about the command line, a device, a file of data, or
    /// the program as a whole. All others point into a source.
    pub fn is_without_source(self) -> bool {
        matches!(self.0, "Q0115" | "Q0699") || self.0.starts_with("Q07") || self.0.starts_with("Q09")
    }

    /// The row of the table, if `text` names a code (`q0201` and `201` do too).
    pub fn find(text: &str) -> Option<&'static CodeInfo> {
        let digits = text.trim_start_matches(['q', 'Q']);
        CODES.iter().find(|row| row.code.0[1..].trim_start_matches('0') == digits.trim_start_matches('0'))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// One row: a code and its page.
#[derive(Debug)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// What, why, a failing program, the repaired one; Markdown.
    pub page: &'static str,
}

/// A program or an output on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// What it is there for.
    pub kind: ExampleKind,
    /// The text, ending in a newline.
    pub text: &'static str,
}

/// What an example is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExampleKind {
    /// ```` ```qml fail ````: a program that gives this code.
    Fails,
    /// ```` ```qml ````: the repaired program.
    Works,
    /// ```` ```qasm fail ````: an OpenQASM file that gives this code.
    QasmFails,
    /// ```` ```qasm ````: the repaired file.
    QasmWorks,
    /// ```` ```text ````: what can't be shown by a program alone.
    Text,
}

impl CodeInfo {
    /// The title of the page, its first line.
    pub fn title(&self) -> &'static str {
        self.page.lines().next().unwrap_or_default().trim_start_matches('#').trim()
    }

    /// The fenced blocks of the page, in order.
    pub fn examples(&self) -> Vec<Example> {
        let mut examples = Vec::new();
        let mut rest = self.page;
        // Each turn takes a block from its opening fence to its closing one.
        while let Some((_, block)) = rest.split_once("\n```") {
            let Some((info, body)) = block.split_once('\n') else { break };
            // The newline before the closing fence belongs to the text.
            let end = if body.starts_with("```") {
                0
            } else {
                body.find("\n```").map_or(body.len(), |end| end + 1)
            };
            let kind = match info.trim() {
                "qml fail" => Some(ExampleKind::Fails),
                "qml" => Some(ExampleKind::Works),
                "qasm fail" => Some(ExampleKind::QasmFails),
                "qasm" => Some(ExampleKind::QasmWorks),
                "text" => Some(ExampleKind::Text),
                _ => None,
            };
            examples.extend(kind.map(|kind| Example { kind, text: &body[..end] }));
            rest = body[end..].trim_start_matches('`');
        }
        examples
    }
}

macro_rules! codes {
    ($($code:ident)*) => {
        impl Code {
            $(#[doc = concat!("See `codes/", stringify!($code), ".md`.")]
            pub const $code: Code = Code(stringify!($code));)*
        }

        /// Every code, in order.
        pub const CODES: &[CodeInfo] = &[
            $(CodeInfo { code: Code::$code, page: include_str!(concat!("codes/", stringify!($code), ".md")) },)*
        ];
    };
}

codes! {
    // Lexical and syntax.
    Q0001 Q0002 Q0003 Q0004 Q0005 Q0006 Q0007 Q0008 Q0009 Q0010 Q0011 Q0012 Q0013 Q0014 Q0015 Q0016 Q0017 Q0018
    // Names and modules.
    Q0101 Q0102 Q0103 Q0104 Q0105 Q0106 Q0107 Q0109 Q0110 Q0111 Q0113 Q0114
    Q0115 Q0116
    Q0190 Q0191
    // Types.
    Q0201 Q0202 Q0203 Q0204 Q0205 Q0206 Q0207 Q0208 Q0209 Q0210 Q0211 Q0212 Q0213 Q0214 Q0215
    Q0216 Q0217 Q0218 Q0219 Q0220 Q0221 Q0222 Q0223
    Q0230
    // Sizes and shapes.
    Q0301 Q0302 Q0303 Q0304 Q0305 Q0306 Q0307 Q0308 Q0309
    // Qubit use and effects.
    Q0401 Q0402 Q0403 Q0404 Q0405 Q0406 Q0407 Q0408 Q0409 Q0410 Q0411 Q0412 Q0413 Q0414
    Q0415 Q0416 Q0417
    // Qubit use and effects, found when a kernel is specialised.
    Q0440 Q0441 Q0442 Q0443 Q0444 Q0446 Q0447 Q0448 Q0449 Q0450 Q0451 Q0452 Q0453 Q0455 Q0456
    // Gradients and optimization.
    Q0501 Q0502 Q0503 Q0504 Q0505 Q0506 Q0507 Q0509 Q0510 Q0511 Q0512 Q0513 Q0514 Q0515 Q0516
    Q0520 Q0521 Q0523 Q0524
    Q0530 Q0531 Q0532
    // Faults while running.
    Q0601 Q0602 Q0603 Q0604 Q0605 Q0606 Q0607 Q0608 Q0609 Q0610 Q0611 Q0612 Q0613 Q0614 Q0615 Q0616 Q0617 Q0618
    Q0650 Q0651 Q0652 Q0653 Q0654 Q0655 Q0656 Q0657 Q0658 Q0659 Q0660 Q0662 Q0663 Q0664 Q0665 Q0670
    Q0698 Q0699
    // Devices and targets.
    Q0701 Q0702 Q0703 Q0704 Q0705 Q0706 Q0710 Q0711 Q0712 Q0713 Q0714 Q0715 Q0716 Q0717 Q0718 Q0719 Q0720 Q0721 Q0722
    Q0723
    // OpenQASM and QIR.
    Q0801 Q0802 Q0803 Q0804 Q0805 Q0806 Q0807 Q0808 Q0809 Q0810 Q0811 Q0812 Q0813 Q0814 Q0815
    // Files and data.
    Q0901 Q0902 Q0903 Q0904 Q0905 Q0906 Q0907 Q0908 Q0909
    Q0910 Q0911 Q0912 Q0913 Q0914 Q0915 Q0920 Q0921 Q0922 Q0923 Q0924 Q0925 Q0926 Q0927 Q0928 Q0929
    Q0930 Q0931
}

#[cfg(test)]
mod tests;
