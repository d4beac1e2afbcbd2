//! The circuits, as one list of gates that both simulators get.

use qml_prelude::random::Stream;

/// A gate with its angle.
#[derive(Clone, Copy)]
pub enum Step {
    H(usize),
    Rx(f64, usize),
    Ry(f64, usize),
    Rz(f64, usize),
    Cx(usize, usize),
    Cz(usize, usize),
    Cp(f64, usize, usize),
    Rzz(f64, usize, usize),
    Swap(usize, usize),
}

/// A circuit.
#[derive(Clone)]
pub struct Workload {
    pub n: usize,
    pub steps: Vec<Step>,
}

fn angle(stream: &mut Stream) -> f64 {
    std::f64::consts::TAU * stream.uniform()
}

/// RZ RY RZ on each qubit and CZ on alternating neighbours, 20 layers.
pub fn brickwork(n: usize) -> Workload {
    let mut stream = Stream::new(1);
    let mut steps = Vec::new();
    for layer in 0..20 {
        for q in 0..n {
            steps.push(Step::Rz(angle(&mut stream), q));
            steps.push(Step::Ry(angle(&mut stream), q));
            steps.push(Step::Rz(angle(&mut stream), q));
        }
        steps.extend((layer % 2..n - 1).step_by(2).map(|q| Step::Cz(q, q + 1)));
    }
    Workload { n, steps }
}

/// The textbook Fourier transform, with its exchanges.
pub fn qft(n: usize) -> Workload {
    let mut stream = Stream::new(2);
    // A state that is not a single number first.
    let mut steps: Vec<Step> = (0..n).map(|q| Step::Ry(angle(&mut stream), q)).collect();
    for target in (0..n).rev() {
        steps.push(Step::H(target));
        for control in (0..target).rev() {
            let theta = std::f64::consts::PI / (1u64 << (target - control)) as f64;
            steps.push(Step::Cp(theta, control, target));
        }
    }
    steps.extend((0..n / 2).map(|q| Step::Swap(q, n - 1 - q)));
    Workload { n, steps }
}

/// Random pairs each layer, a random two-qubit gate on each: PRISM-Q's own family.
pub fn quantum_volume(n: usize) -> Workload {
    let mut stream = Stream::new(3);
    let mut steps = Vec::new();
    for _ in 0..n {
        let mut order: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            order.swap(i, stream.below(i as u64 + 1) as usize);
        }
        for pair in order.chunks_exact(2) {
            let (a, b) = (pair[0], pair[1]);
            let mut angle = || angle(&mut stream);
            steps.extend([
                Step::Ry(angle(), a),
                Step::Rz(angle(), a),
                Step::Ry(angle(), b),
                Step::Cx(a, b),
                Step::Ry(angle(), a),
                Step::Rz(angle(), b),
                Step::Cx(a, b),
                Step::Ry(angle(), a),
            ]);
        }
    }
    Workload { n, steps }
}

/// RY, RZ on each qubit and a chain of CZ.
pub fn hea(n: usize, layers: usize) -> Workload {
    let mut stream = Stream::new(4);
    let mut steps = Vec::new();
    for _ in 0..layers {
        for q in 0..n {
            steps.push(Step::Ry(angle(&mut stream), q));
            steps.push(Step::Rz(angle(&mut stream), q));
        }
        steps.extend((0..n - 1).map(|q| Step::Cz(q, q + 1)));
    }
    Workload { n, steps }
}

/// RY, RZ on each qubit and a chain of CX: PRISM-Q's own family.
pub fn hea_cx(n: usize, layers: usize) -> Workload {
    let Workload { n, steps } = hea(n, layers);
    let steps = steps.into_iter().map(|step| match step {
        Step::Cz(a, b) => Step::Cx(a, b),
        step => step,
    });
    Workload { n, steps: steps.collect() }
}

/// RZZ on the edges of a random 3-regular graph (a ring and a perfect matching), RX on each qubit, 8 layers.
pub fn qaoa(n: usize) -> Workload {
    let mut stream = Stream::new(5);
    let mut edges: Vec<(usize, usize)> = (0..n).map(|q| (q, (q + 1) % n)).collect();
    edges.extend((0..n / 2).map(|q| (q, q + n / 2)));
    let mut steps: Vec<Step> = (0..n).map(Step::H).collect();
    for _ in 0..8 {
        let (gamma, beta) = (angle(&mut stream), angle(&mut stream));
        steps.extend(edges.iter().map(|&(a, b)| Step::Rzz(gamma, a, b)));
        steps.extend((0..n).map(|q| Step::Rx(beta, q)));
    }
    Workload { n, steps }
}

/// Angle encoding of as many features as qubits, then strongly entangling layers: RZ RY RZ and a ring of CX whose reach
/// grows with the layer.
pub fn classifier(n: usize, layers: usize, weights: &[f64], features: &[f64]) -> Workload {
    let mut steps: Vec<Step> = (0..n).map(|q| Step::Rx(features[q], q)).collect();
    let mut weights = weights.iter();
    let mut next = || *weights.next().expect("enough weights");
    for layer in 0..layers {
        for q in 0..n {
            steps.extend([Step::Rz(next(), q), Step::Ry(next(), q), Step::Rz(next(), q)]);
        }
        let reach = layer % (n - 1) + 1;
        steps.extend((0..n).map(|q| Step::Cx(q, (q + reach) % n)));
    }
    Workload { n, steps }
}
