//! Shapes: their graphs, and what an error says.

use expect_test::{Expect, expect};

use super::parse_shape;

fn check(shape: &str, edges: &Expect) {
    let text = match parse_shape(shape) {
        Ok(device) => format!(
            "{}: {:?}",
            device.n_qubits,
            device.coupling.all_edges().map(|e| (e.0, e.1)).collect::<Vec<_>>()
        ),
        Err(error) => error.message,
    };
    edges.assert_eq(&text);
}

#[test]
fn graphs() {
    check("line:4", &expect!["4: [(0, 1), (1, 2), (2, 3)]"]);
    check("all_to_all:3/cx", &expect!["3: [(0, 1), (0, 2), (1, 2)]"]);
    check("grid:2x3", &expect!["6: [(0, 1), (1, 2), (3, 4), (4, 5), (0, 3), (1, 4), (2, 5)]"]);
    check("line:1", &expect!["1: []"]);
}

#[test]
fn heavy_hex_is_what_the_vendor_builds() {
    // The 133 qubits of a Heron processor are the lattice cut after the joints of its seventh row.
    let vendor = crate::find("ibm_torino").unwrap();
    let shape = parse_shape("heavy_hex:133").unwrap();
    let edges = |device: &crate::Device| {
        let mut edges: Vec<_> = device.coupling.all_edges().map(|(a, b, _)| (a.min(b), a.max(b))).collect();
        edges.sort_unstable();
        edges
    };
    assert_eq!(edges(&shape), edges(&vendor));
}

#[test]
fn malformed_shapes_are_diagnosed() {
    check("line", &expect!["`line` is not a shape: it has no size"]);
    check("line:0", &expect!["`line:0` is not a shape: `0` is not a number from 1 to 2000"]);
    check("grid:4", &expect!["`grid:4` is not a shape: the size of a grid is rows x columns"]);
    check("grid:99x99", &expect!["`grid:99x99` is not a shape: a shape has at most 2000 qubits"]);
    check("ring:4", &expect!["`ring:4` is not a shape: there is no shape of this name"]);
    check("line:4/fsim", &expect!["there are no shapes with the two-qubit gate `fsim`"]);
}
