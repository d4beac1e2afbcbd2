// Molecules: electronic Hamiltonians in the Jordan-Wigner encoding, energies in hartree.

const BOHR = 0.529177210903;      // in angstrom

/// The Boys function of order 0, the integral of exp(-t x^2) over x from 0 to 1, by its Kummer series.
fn boys(t: float) -> float {
    var term = 1.0;
    var total = 1.0;
    var k = 0;
    while term > 1e-17 * total {
        k += 1;
        term *= 2.0 * t / (2.0 * k + 1.0);
        total += term;
    }
    return exp(-t) * total;
}

/// STO-3G for hydrogen (zeta = 1.24): exponents in 1/bohr^2, and coefficients of normalised primitives.
fn sto3g() -> (float[3], float[3]) {
    let exponents = [3.425250914, 0.6239137298, 0.168855404];
    let coefficients = [0.1543289673, 0.5353281423, 0.4446345422];
    return (exponents, coefficients * (2.0 * exponents / pi) ** 0.75);
}

/// Overlap and core Hamiltonian between the 1s functions at positions a and b, nuclei of charge 1 at 0 and r (bohr).
fn one_electron(a: float, b: float, r: float) -> (float, float) {
    let (alpha, c) = sto3g();
    var overlap = 0.0;
    var core = 0.0;
    for i in 0..3 {
        for j in 0..3 {
            let p = alpha[i] + alpha[j];
            let mu = alpha[i] * alpha[j] / p;
            let s = c[i] * c[j] * (pi / p) ** 1.5 * exp(-mu * (a - b) ** 2);
            let centre = (alpha[i] * a + alpha[j] * b) / p;
            let attraction = boys(p * centre ** 2) + boys(p * (centre - r) ** 2);
            overlap += s;
            core += s * mu * (3.0 - 2.0 * mu * (a - b) ** 2) - 2.0 * s * (p / pi) ** 0.5 * attraction;
        }
    }
    return (overlap, core);
}

/// The repulsion integral (ab|cd) between 1s functions at these positions.
fn two_electron(a: float, b: float, c: float, d: float) -> float {
    let (alpha, k) = sto3g();
    var total = 0.0;
    for i in 0..3 {
        for j in 0..3 {
            let p = alpha[i] + alpha[j];
            let left = k[i] * k[j] * exp(-alpha[i] * alpha[j] / p * (a - b) ** 2);
            let x = (alpha[i] * a + alpha[j] * b) / p;
            for m in 0..3 {
                for n in 0..3 {
                    let q = alpha[m] + alpha[n];
                    let right = k[m] * k[n] * exp(-alpha[m] * alpha[n] / q * (c - d) ** 2);
                    let y = (alpha[m] * c + alpha[n] * d) / q;
                    let scale = 2.0 * pi ** 2.5 / (p * q * sqrt(p + q));
                    total += scale * left * right * boys(p * q / (p + q) * (x - y) ** 2);
                }
            }
        }
    }
    return total;
}

/// The electronic Hamiltonian of H2 in STO-3G at a bond length in angstrom, nuclear repulsion included, on 4 qubits:
/// bonding orbital up and down, antibonding orbital up and down. The integrals are computed here (Szabo and Ostlund,
/// appendix A); symmetry fixes the molecular orbitals.
fn h2(bond: float) -> observable {
    assert(bond > 0.0, "h2: the bond length is {bond} angstrom, and has to be positive");
    let r = bond / BOHR;
    let (_, h11) = one_electron(0.0, 0.0, r);
    let (s, h12) = one_electron(0.0, r, r);
    let repulsion_same = two_electron(0.0, 0.0, 0.0, 0.0);
    let repulsion_other = two_electron(0.0, 0.0, r, r);
    let hybrid = two_electron(0.0, 0.0, 0.0, r);
    let exchange_ao = two_electron(0.0, r, 0.0, r);

    // Bonding orbital g = (1 + 2) / sqrt(2 + 2 s), antibonding u = (1 - 2) / sqrt(2 - 2 s).
    let g = h11 / (1.0 + s) + h12 / (1.0 + s);
    let u = h11 / (1.0 - s) - h12 / (1.0 - s);
    let even = 0.5 * (repulsion_same + repulsion_other);
    let j_gg = (even + 2.0 * hybrid + exchange_ao) / (1.0 + s) ** 2;
    let j_uu = (even - 2.0 * hybrid + exchange_ao) / (1.0 - s) ** 2;
    let j_gu = (even - exchange_ao) / (1.0 - s ** 2);
    let k_gu = 0.5 * (repulsion_same - repulsion_other) / (1.0 - s ** 2);

    let n = [0.5 * (1 - Z(i)) for i in 0..4];
    let hop = X(0) * X(1) * Y(2) * Y(3) + Y(0) * Y(1) * X(2) * X(3) - X(0) * Y(1) * Y(2) * X(3)
        - Y(0) * X(1) * X(2) * Y(3);
    return 1.0 / r + g * (n[0] + n[1]) + u * (n[2] + n[3]) + j_gg * n[0] * n[1] + j_uu * n[2] * n[3]
        + j_gu * (n[0] * n[3] + n[1] * n[2]) + (j_gu - k_gu) * (n[0] * n[2] + n[1] * n[3])
        - 0.25 * k_gu * hop;
}

/// The exact ground state energy of a Hamiltonian: its smallest eigenvalue.
fn ground_energy(h: observable) -> float {
    return smallest_eigenvalue(h);
}

test "energies of H2 in STO-3G agree with full configuration interaction" {
    assert_close(ground_energy(h2(0.5)), -1.0551597938, 1e-9);
    assert_close(ground_energy(h2(0.735)), -1.1373060359, 1e-9);
    assert_close(ground_energy(h2(1.4)), -1.0154682503, 1e-9);
    assert_close(ground_energy(h2(3.0)), -0.9336318462, 1e-9);
}
