//! The known number of classes, and known numbers of CX.

use super::{Classes, Shape};

/// Images of X and then of Z on each wire, by strings like "XIZ".
fn class(images: [&str; 6]) -> u16 {
    let bits = |string: &str| {
        string.chars().enumerate().fold(0, |bits, (wire, letter)| match letter {
            'X' => bits | 1 << wire,
            'Z' => bits | 8 << wire,
            'Y' => bits | 9 << wire,
            _ => bits,
        })
    };
    Classes::all().of(images.map(bits))
}

#[test]
fn all_cliffords_of_three_wires_up_to_gates_on_one() {
    let classes = Classes::all();
    // |Sp(6, 2)| / |Sp(2, 2)|^3.
    assert_eq!(classes.len(), 1_451_520 / 216);
    for shape in [Shape::Line, Shape::Triangle] {
        assert!(classes.ways(shape).iter().all(|ways| ways[0] < 10));
    }
}

#[test]
fn known_gates() {
    let ways = |class: u16, shape| Classes::all().ways(shape)[usize::from(class)][0];
    let identity = class(["XII", "IXI", "IIX", "ZII", "IZI", "IIZ"]);
    let cx_of_the_ends = class(["XIX", "IXI", "IIX", "ZII", "IZI", "ZIZ"]);
    let swap_of_the_ends = class(["IIX", "IXI", "XII", "IIZ", "IZI", "ZII"]);
    let swap_of_neighbours = class(["IXI", "XII", "IIX", "IZI", "ZII", "IIZ"]);
    let turned = class(["YII", "IZI", "IIX", "ZII", "IXI", "IIY"]);
    for (class, on_line, on_triangle) in [
        (identity, 0, 0),
        (turned, 0, 0),
        (cx_of_the_ends, 4, 1),
        (swap_of_neighbours, 3, 3),
        (swap_of_the_ends, 7, 3),
    ] {
        assert_eq!([ways(class, Shape::Line), ways(class, Shape::Triangle)], [on_line, on_triangle]);
    }
}

#[test]
fn a_string_is_short_on_the_way() {
    let classes = Classes::all();
    let identity = class(["XII", "IXI", "IIX", "ZII", "IZI", "IIZ"]);
    // X, XX and XXX on neighbours and X on both ends: there and back again.
    for (string, on_line) in [(0b000_001, 0), (0b000_011, 2), (0b000_111, 4), (0b000_101, 6)] {
        assert_eq!(classes.ways(Shape::Line)[usize::from(identity)][string], on_line);
        assert_eq!(classes.short(identity) >> string & 1 == 1, on_line == 0);
    }
}
