//! Wrong programs.

use super::{expect, in_main, refuse, refuse_with};

#[test]
fn unknown_names() {
    refuse(&in_main("let theta = 1.0; print(thet); prnt(theta); let y: flot = 2.0;"), expect![[""]]);
}
