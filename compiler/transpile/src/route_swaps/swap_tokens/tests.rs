use qml_devices::find;
use qml_ir::circuit::testing;

use super::*;

fn layout(n_wires: usize, target: &Target, random: &mut testing::Random) -> Layout {
    let qubits = random.wires(n_wires, target.n_qubits);
    Layout::new(qubits.into_iter().map(|wire| wire.0 as u16).collect(), target.n_qubits)
}

#[test]
fn a_way_ends_where_it_should() {
    let mut random = testing::Random::new(71);
    let mut n_found = 0;
    for shape in ["line:7", "grid:3x3", "heavy_hex:20"] {
        let target = Target::new(&find(shape).unwrap());
        for _ in 0..30 {
            let [from, to] = [0; 2].map(|_| layout(5, &target, &mut random));
            let Some(way) = swap_tokens(&from, &to, &target) else { continue };
            n_found += 1;
            let mut at = from.clone();
            for &(a, b) in &way {
                assert_eq!(target.distance(a, b), 1);
                at.swap(a, b);
            }
            assert_eq!(at, to);
        }
    }
    assert!(n_found > 80, "{n_found} of 90 ways were found");
}
