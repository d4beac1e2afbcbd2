//! Molecular integrals in an FCIDUMP file, as an observable.
//!
//! The format is that of Knowles and Handy, Computer Physics Communications 54, 75 (1989): integrals over real orbitals in
//! chemists' notation, of which one of each class of eight equal ones needs to be there. Fermions become qubits by the
//! transformation of Jordan and Wigner. Qubit `2 p` is orbital `p` with spin up, `2 p + 1` with spin down, orbitals counted
//! from 0.

use num_complex::Complex;

use qml_source::Code;

use crate::builtins::faults::fault;
use crate::observable::{Observable, Pauli};
use crate::{Fault, Host, Value};

/// Coefficients below this are rounding.
const NEGLIGIBLE: f64 = 1e-12;
/// More orbitals than a simulator has room for are a mistake in the file.
const MAX_ORBITALS: usize = 32;

/// Integrals over real orbitals.
struct Integrals {
    n: usize,
    /// The energy of the nuclei and of a frozen core.
    core: f64,
    /// `h[p n + q]`
    one: Vec<f64>,
    /// `(pq|rs)` at `((p n + q) n + r) n + s`.
    two: Vec<f64>,
}

/// `read_fcidump(path)`
pub(super) fn read_fcidump(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let path = args[0].to_str();
    let bytes = host.read_file(path)?;
    let integrals = read(path, &String::from_utf8_lossy(&bytes))?;
    Ok(Value::observable(hamiltonian(&integrals)))
}

fn read(path: &str, text: &str) -> Result<Integrals, Fault> {
    let wrong = |line: usize, what: &str| fault(Code::Q0909, format!("{path}, line {line}: {what}"));
    let mut lines = text.lines().enumerate().map(|(i, line)| (i + 1, line.trim()));
    let mut header = String::new();
    loop {
        let Some((number, line)) = lines.next() else {
            return Err(wrong(text.lines().count(), "the header doesn't end: `&END` or `/` is missing"));
        };
        if number == 1 && !line.to_ascii_uppercase().starts_with("&FCI") {
            return Err(wrong(1, "a file of integrals begins with `&FCI`"));
        }
        let upper = line.to_ascii_uppercase();
        if let Some(end) = upper.find("&END").or_else(|| upper.find('/')) {
            header += &upper[..end];
            break;
        }
        header += &upper;
        header.push(' ');
    }
    if header_number(&header, "IUHF").is_some_and(|x| x != 0) || is_set(&header, "UHF") {
        return Err(wrong(1, "orbitals that differ for the two spins (`IUHF`, `UHF`) are not supported"));
    }
    let n = header_number(&header, "NORB").ok_or_else(|| wrong(1, "the header has no `NORB=`"))?;
    if n == 0 || n > MAX_ORBITALS {
        return Err(wrong(1, &format!("{n} orbitals; 1 to {MAX_ORBITALS} are supported")));
    }
    let mut integrals = Integrals { n, core: 0.0, one: vec![0.0; n * n], two: vec![0.0; n * n * n * n] };
    for (number, line) in lines.filter(|(_, line)| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [value, indices @ ..] = words.as_slice() else { continue };
        let value: f64 = value
            .replace(['D', 'd'], "e")
            .parse()
            .ok()
            .filter(|value: &f64| value.is_finite())
            .ok_or_else(|| wrong(number, &format!("`{value}` is no number")))?;
        let indices: Option<Vec<usize>> =
            indices.iter().map(|word| word.parse().ok().filter(|&index| index <= n)).collect();
        match indices.as_deref() {
            Some([0, 0, 0, 0]) => integrals.core = value,
            // The energy of an orbital: it follows from the integrals.
            Some([p, 0, 0, 0]) if *p > 0 => {}
            Some([p, q, 0, 0]) if *p > 0 && *q > 0 => integrals.set_one(p - 1, q - 1, value),
            Some([p, q, r, s]) if [p, q, r, s].iter().all(|index| **index > 0) => {
                integrals.set_two([p - 1, q - 1, r - 1, s - 1], value);
            }
            _ => {
                return Err(wrong(
                    number,
                    &format!("`{line}`: a number and four indices from 0 to {n} are expected"),
                ));
            }
        }
    }
    Ok(integrals)
}

/// The number after `KEY=` in the header.
fn header_number(header: &str, key: &str) -> Option<usize> {
    let after = header.split(key).nth(1)?.trim_start().strip_prefix('=')?.trim_start();
    let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    after[..end].parse().ok()
}

/// Whether the header says `KEY=.TRUE.`, in any of the ways of Fortran.
fn is_set(header: &str, key: &str) -> bool {
    let words: Vec<&str> = header.split(['=', ',', ' ', '\t', '&']).filter(|word| !word.is_empty()).collect();
    words.windows(2).any(|pair| pair[0] == key && pair[1].trim_start_matches('.').starts_with('T'))
}

impl Integrals {
    fn set_one(&mut self, p: usize, q: usize, value: f64) {
        self.one[p * self.n + q] = value;
        self.one[q * self.n + p] = value;
    }

    fn set_two(&mut self, [p, q, r, s]: [usize; 4], value: f64) {
        for [p, q] in [[p, q], [q, p]] {
            for [r, s] in [[r, s], [s, r]] {
                let n = self.n;
                self.two[((p * n + q) * n + r) * n + s] = value;
                self.two[((r * n + s) * n + p) * n + q] = value;
            }
        }
    }

    fn two(&self, p: usize, q: usize, r: usize, s: usize) -> f64 {
        self.two[((p * self.n + q) * self.n + r) * self.n + s]
    }
}

/// With `E_pq = sum over spins of a+_p a_q`:
/// `H = core + sum_pq h_pq E_pq + 1/2 sum_pqrs (pq|rs) (E_pq E_rs - delta_qr E_ps)`.
fn hamiltonian(integrals: &Integrals) -> Observable {
    let n = integrals.n;
    let real = |x: f64| Complex::new(x, 0.0);
    let hops: Vec<Observable> = (0..n * n).map(|pq| excitation(pq / n, pq % n)).collect();
    let mut sum = Observable::constant(real(integrals.core));
    for p in 0..n {
        for q in 0..n {
            let exchange: f64 = (0..n).map(|r| integrals.two(p, r, r, q)).sum();
            let mut factor = Observable::constant(real(integrals.one[p * n + q] - 0.5 * exchange));
            for r in 0..n {
                for s in 0..n {
                    factor.add_scaled(&hops[r * n + s], real(0.5 * integrals.two(p, q, r, s)));
                }
            }
            if let Some(product) = hops[p * n + q].product(&factor) {
                sum.add_scaled(&product, real(1.0));
            }
        }
    }
    let mut hermitian = Observable::default();
    for (string, coefficient) in sum.terms {
        if coefficient.re.abs() > NEGLIGIBLE {
            hermitian.add_term(string, real(coefficient.re));
        }
    }
    hermitian
}

/// `E_pq`
fn excitation(p: usize, q: usize) -> Observable {
    let mut sum = Observable::default();
    for spin in 0..2 {
        let (to, from) = (2 * p + spin, 2 * q + spin);
        if let Some(hop) = ladder(to, -1.0).product(&ladder(from, 1.0)) {
            sum.add_scaled(&hop, Complex::new(1.0, 0.0));
        }
    }
    sum
}

/// `Z_0 ... Z_(j-1) (X_j + sign i Y_j) / 2`: takes a fermion out of mode `j` for sign 1, puts one in for -1.
fn ladder(j: usize, sign: f64) -> Observable {
    let chain: Vec<(u32, Pauli)> = (0..j as u32).map(|qubit| (qubit, Pauli::Z)).collect();
    let with = |letter| chain.iter().copied().chain([(j as u32, letter)]).collect();
    let mut ladder = Observable::term(with(Pauli::X), Complex::new(0.5, 0.0));
    ladder.add_term(with(Pauli::Y), Complex::new(0.0, 0.5 * sign));
    ladder
}
