//! The table is in order, and each page is there.

use super::{CODES, Code, ExampleKind};

#[test]
fn codes_are_sorted_and_unique() {
    let codes: Vec<_> = CODES.iter().map(|row| row.code).collect();
    assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
    assert!(codes.iter().all(|code| {
        let text = code.as_str();
        text.len() == 5 && text.starts_with('Q') && text[1..].bytes().all(|byte| byte.is_ascii_digit())
    }));
}

#[test]
fn each_page_has_a_title_a_text_and_examples() {
    for row in CODES {
        let code = row.code;
        assert!(row.page.starts_with("# "), "{code}: the page begins with a title");
        assert!(!row.title().is_empty() && !row.title().ends_with('.'), "{code}: `{}`", row.title());
        let prose = row.page.split("```").step_by(2).map(|part| part.trim().len()).sum::<usize>();
        assert!(prose > row.title().len() + 40, "{code}: the page says what is wrong and why");
        assert_eq!(row.page.matches("```").count() % 2, 0, "{code}: a block is not closed");
        let kinds: Vec<_> = row.examples().iter().map(|example| example.kind).collect();
        assert!(!kinds.is_empty(), "{code}: no example");
        assert_eq!(kinds.len(), row.page.matches("```").count() / 2, "{code}: a block of an unknown kind");
        assert!(row.examples().iter().all(|example| !example.text.contains("```")), "{code}");
        for (fails, works) in
            [(ExampleKind::Fails, ExampleKind::Works), (ExampleKind::QasmFails, ExampleKind::QasmWorks)]
        {
            let is_shown = !kinds.contains(&fails) || kinds.contains(&works);
            assert!(is_shown, "{code}: nothing shows the way out");
        }
    }
}

#[test]
fn examples_are_the_text_between_the_fences() {
    let row = Code::find("Q0010").unwrap();
    let examples = row.examples();
    let kinds: Vec<_> = examples.iter().map(|example| example.kind).collect();
    assert_eq!(kinds, [ExampleKind::Fails, ExampleKind::Works]);
    assert_eq!(examples[0].text, "fn main() {\n    let x = 3\n    print(x);\n}\n");
    assert_eq!(examples[1].text, "fn main() {\n    let x = 3;\n    print(x);\n}\n");
}

#[test]
fn a_code_is_found_as_people_write_it() {
    for text in ["Q0010", "q0010", "0010", "10"] {
        assert_eq!(Code::find(text).map(|row| row.code), Some(Code::Q0010), "{text}");
    }
    for text in ["", "Q", "Q9999", "Q0010x", "zero"] {
        assert!(Code::find(text).is_none(), "{text}");
    }
}
