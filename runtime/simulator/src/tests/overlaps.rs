//! Overlaps of many states: plain sums, and the same bits whatever they are computed beside.

use qml_prelude::random::Stream;

use super::{assert_near, simulator};
use crate::vector::Isa;
use crate::{C64, Fault};

fn states(stream: &mut Stream, count: usize, n_qubits: usize) -> Vec<Vec<C64>> {
    let mut state =
        || -> Vec<C64> { (0..1 << n_qubits).map(|_| C64::new(stream.normal(), stream.normal())).collect() };
    (0..count).map(|_| state()).collect()
}

fn slices(states: &[Vec<C64>]) -> Vec<&[C64]> {
    states.iter().map(Vec::as_slice).collect()
}

#[test]
fn overlaps_are_plain_sums_with_the_same_bits_in_any_company() {
    let mut stream = Stream::new(51);
    for isa in Isa::available() {
        for n_qubits in 0..8 {
            let (m, n) = (1 + n_qubits % 3, 1 + n_qubits % 5);
            let (rows, columns) = (states(&mut stream, m, n_qubits), states(&mut stream, n, n_qubits));
            let (rows, columns) = (slices(&rows), slices(&columns));
            let mut simulator = simulator(1);
            simulator.isa = isa;
            let overlaps = simulator.overlaps(&rows, &columns).unwrap();
            assert_eq!(overlaps.len(), m * n);
            for (k, &overlap) in overlaps.iter().enumerate() {
                let (a, b) = (rows[k / n], columns[k % n]);
                let plain = a.iter().zip(b).map(|(a, b)| a.conj() * b).sum::<C64>().norm_sqr();
                assert_near(&[overlap], &[plain], 1e-12 * f64::from(1 << (2 * n_qubits)).max(16.0));
                assert_eq!(overlap, simulator.overlap(a, b).unwrap());
                assert_eq!(overlap, simulator.overlap(b, a).unwrap());
            }
            assert_eq!(simulator.gram(&columns).unwrap(), simulator.overlaps(&columns, &columns).unwrap());
        }
    }
}

#[test]
fn threads_change_nothing_and_other_sizes_are_refused() {
    let mut stream = Stream::new(52);
    let all = states(&mut stream, 21, 10);
    let all = slices(&all);
    let gram = simulator(1).gram(&all).unwrap();
    assert_eq!(gram, simulator(2).gram(&all).unwrap());
    assert_eq!(gram, simulator(2).overlaps(&all, &all).unwrap());
    assert!(simulator(1).gram(&[]).unwrap().is_empty());
    let small = states(&mut stream, 1, 3);
    let mixed = [all[0], &small[0]];
    assert_eq!(simulator(1).gram(&mixed), Err(Fault::RegisterMismatch { left: 10, right: 3 }));
}
