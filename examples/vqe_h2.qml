// The ground state of H2 by a variational quantum eigensolver.
//
// Shows: an observable computed from a bond length, a trained ansatz, gradients. Expected: within 1.6 mHa (chemical
// accuracy) of the exact -1.137306 Ha at 0.735 angstrom.

use std.ansatz.hardware_efficient;
use std.chem.{h2, ground_energy};

param layers: int = 2;           // settable from outside: qmlang run vqe_h2.qml -D layers=3
param steps: int = 200;
param bond: float = 0.735;       // angstrom

/// The ansatz state on n qubits.
kernel prepare[l, n](theta: float[l, 2, n]) -> qubit[n] {
    let q = qubit[n];            // n fresh qubits in |0>
    hardware_efficient(theta, q);
    return q;
}

fn main() {
    let h = h2(bond);                                    // an observable on 4 qubits
    var theta = uniform(-pi, pi, [layers, 2, 4]);
    optimize theta with adam(lr: 0.1), steps: steps {
        minimize expect(h, prepare(theta));
    }
    let (e, g) = grad expect(h, prepare(theta)) wrt theta;
    print("E = {e:.6} Ha, exact {ground_energy(h):.6} Ha, |grad| = {norm(g):.1e}");
    print(counts(prepare(theta), shots: 1000));
}

test "two layers reach chemical accuracy" {
    let h = h2(0.735);
    var theta = uniform(-pi, pi, [2, 2, 4]);             // tests run with seed 0
    optimize theta with adam(lr: 0.1), steps: 300 { minimize expect(h, prepare(theta)); }
    assert_close(expect(h, prepare(theta)), -1.1373060359, 0.0016);
}
