//! The rows.

use std::f64::consts::{FRAC_PI_2, PI};

use Inverse::{Angles, Bound, Itself, Negate};

use crate::unitaries::{
    controlled, diagonal, echoed_cross_resonance, eighth, exchange, flip, general, hadamard, inclined,
    one_and, pauli, phased, planar, rotation, sqrt_x,
};
use crate::{C64, GateDef, Inverse, Matrix, Port};

const I: C64 = C64::new(0.0, 1.0);

macro_rules! gates {
    ($($variant:ident $name:literal $qasm2:expr, [$($param:ident)*] [$($wire:ident)*] $matrix:expr, $inverse:expr, [$($port:ident)*] $control:expr, [$($frequencies:tt)*] $doc:literal)*) => {
        /// A gate of the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Gate { $(#[doc = $doc] $variant,)* }

        impl Gate {
            /// All gates, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];
        }

        static ROWS: &[GateDef] = &[$(GateDef {
            gate: Gate::$variant,
            name: $name,
            qasm2: $qasm2,
            params: &[$(stringify!($param)),*],
            wires: &[$(stringify!($wire)),*],
            matrix: $matrix,
            inverse: $inverse,
            ports: &[$(Port::$port),*],
            control: $control,
            frequencies: &[$(&$frequencies),*],
            doc: $doc,
        },)*];
    };
}

// Variant, name, name in OpenQASM 2, angles, wires, matrix, inverse, ports, control, frequencies, one sentence.
gates! {
    Id "id" Some("id"), [] [q] |_| Matrix::identity(2), Itself, [Any] None, [] "Identity."
    X "x" Some("x"), [] [q] |_| pauli("X"), Itself, [X] None, [] "Pauli X."
    Y "y" Some("y"), [] [q] |_| pauli("Y"), Itself, [Y] None, [] "Pauli Y."
    Z "z" Some("z"), [] [q] |_| pauli("Z"), Itself, [Z] None, [] "Pauli Z."
    H "h" Some("h"), [] [q] |_| hadamard(), Itself, [None] None, [] "Hadamard: exchanges X and Z."
    S "s" Some("s"), [] [q] |_| one_and(I), Inverse::Gate(Gate::Sdg), [Z] None, [] "Square root of Z, diag(1, i)."
    Sdg "sdg" Some("sdg"), [] [q] |_| one_and(-I), Inverse::Gate(Gate::S), [Z] None, [] "Inverse of S, diag(1, -i)."
    T "t" Some("t"), [] [q] |_| one_and(eighth(1.0)), Inverse::Gate(Gate::Tdg), [Z] None, [] "Fourth root of Z, diag(1, exp(i pi/4))."
    Tdg "tdg" Some("tdg"), [] [q] |_| one_and(eighth(-1.0)), Inverse::Gate(Gate::T), [Z] None, [] "Inverse of T, diag(1, exp(-i pi/4))."
    Sx "sx" Some("sx"), [] [q] |_| sqrt_x(1.0), Inverse::Gate(Gate::Sxdg), [X] None, [] "Square root of X with eigenvalues 1 and i."
    Sxdg "sxdg" Some("sxdg"), [] [q] |_| sqrt_x(-1.0), Inverse::Gate(Gate::Sx), [X] None, [] "Inverse of SX."
    Rx "rx" Some("rx"), [theta] [q] |a| rotation("X", a[0]), Negate, [X] None, [[1.0]] "Rotation about X, exp(-i theta X / 2)."
    Ry "ry" Some("ry"), [theta] [q] |a| rotation("Y", a[0]), Negate, [Y] None, [[1.0]] "Rotation about Y, exp(-i theta Y / 2)."
    Rz "rz" Some("rz"), [theta] [q] |a| rotation("Z", a[0]), Negate, [Z] None, [[1.0]] "Rotation about Z, exp(-i theta Z / 2)."
    P "p" Some("p"), [theta] [q] |a| diagonal(&[0.0, a[0]]), Negate, [Z] None, [[1.0]] "Phase exp(i theta) on |1>."
    U "u" Some("u"), [theta phi lambda] [q] |a| general(a[0], a[1], a[2]), Angles(&[(-1.0, 0), (-1.0, 2), (-1.0, 1)]), [None] None, [[1.0] [1.0] [1.0]] "General one-qubit gate, P(phi) RY(theta) P(lambda)."
    Cx "cx" Some("cx"), [] [c t] |_| controlled(1, &pauli("X")), Itself, [Z X] Some((1, Gate::X)), [] "Controlled X."
    Cy "cy" Some("cy"), [] [c t] |_| controlled(1, &pauli("Y")), Itself, [Z Y] Some((1, Gate::Y)), [] "Controlled Y."
    Cz "cz" Some("cz"), [] [c t] |_| controlled(1, &pauli("Z")), Itself, [Z Z] Some((1, Gate::Z)), [] "Controlled Z; symmetric."
    Ch "ch" Some("ch"), [] [c t] |_| controlled(1, &hadamard()), Itself, [Z None] Some((1, Gate::H)), [] "Controlled H."
    Cp "cp" Some("cp"), [theta] [c t] |a| diagonal(&[0.0, 0.0, 0.0, a[0]]), Negate, [Z Z] Some((1, Gate::P)), [[1.0]] "Controlled phase, exp(i theta) on |11>; symmetric."
    Crx "crx" Some("crx"), [theta] [c t] |a| controlled(1, &rotation("X", a[0])), Negate, [Z X] Some((1, Gate::Rx)), [[0.5, 1.0]] "Controlled RX."
    Cry "cry" Some("cry"), [theta] [c t] |a| controlled(1, &rotation("Y", a[0])), Negate, [Z Y] Some((1, Gate::Ry)), [[0.5, 1.0]] "Controlled RY."
    Crz "crz" Some("crz"), [theta] [c t] |a| controlled(1, &rotation("Z", a[0])), Negate, [Z Z] Some((1, Gate::Rz)), [[0.5, 1.0]] "Controlled RZ."
    Cu "cu" Some("cu"), [theta phi lambda gamma] [c t] |a| controlled(1, &phased(a[3], general(a[0], a[1], a[2]))), Angles(&[(-1.0, 0), (-1.0, 2), (-1.0, 1), (-1.0, 3)]), [Z None] None, [[0.5, 1.0] [1.0] [1.0] [1.0]] "Controlled exp(i gamma) U(theta, phi, lambda)."
    Swap "swap" Some("swap"), [] [a b] |_| exchange(&pauli("X")), Itself, [None None] None, [] "Exchanges two wires."
    Iswap "iswap" None, [] [a b] |_| exchange(&flip(I)), Bound(Gate::XxPlusYy, &[PI, 0.0]), [None None] None, [] "Exchanges two wires with a phase i, exp(i pi/4 (XX + YY))."
    SqrtIswap "sqrt_iswap" None, [] [a b] |_| exchange(&planar(-FRAC_PI_2, 0.0)), Bound(Gate::XxPlusYy, &[FRAC_PI_2, 0.0]), [None None] None, [] "Square root of iSWAP, exp(i pi/8 (XX + YY))."
    Ecr "ecr" None, [] [a b] |_| echoed_cross_resonance(), Itself, [None X] None, [] "Echoed cross resonance, `(X_a - Y_a X_b) / sqrt(2)`."
    Rxx "rxx" Some("rxx"), [theta] [a b] |a| rotation("XX", a[0]), Negate, [X X] None, [[1.0]] "Rotation about XX, exp(-i theta XX / 2)."
    Ryy "ryy" None, [theta] [a b] |a| rotation("YY", a[0]), Negate, [Y Y] None, [[1.0]] "Rotation about YY, exp(-i theta YY / 2)."
    Rzz "rzz" Some("rzz"), [theta] [a b] |a| rotation("ZZ", a[0]), Negate, [Z Z] None, [[1.0]] "Rotation about ZZ, exp(-i theta ZZ / 2)."
    Rzx "rzx" None, [theta] [a b] |a| rotation("ZX", a[0]), Negate, [Z X] None, [[1.0]] "Rotation about Z on the first and X on the second wire."
    XxPlusYy "xx_plus_yy" None, [theta beta] [a b] |a| exchange(&planar(a[0], a[1])), Angles(&[(-1.0, 0), (1.0, 1)]), [None None] None, [[0.5, 1.0] [1.0, 2.0]] "`RZ_a(-beta) exp(-i theta/4 (XX + YY)) RZ_a(beta)`, a rotation in the span of |01> and |10>."
    Ms "ms" None, [phi0 phi1 theta] [a b] |a| inclined(a[0], a[1], a[2]), Angles(&[(1.0, 0), (1.0, 1), (-1.0, 2)]), [None None] None, [[1.0, 2.0] [1.0, 2.0] [1.0]] "Molmer-Sorensen gate, `exp(-i theta/2 A_a B_b)` with `A = cos(phi0) X + sin(phi0) Y` and `B` alike with phi1."
    Ccx "ccx" Some("ccx"), [] [c d t] |_| controlled(2, &pauli("X")), Itself, [Z Z X] Some((2, Gate::X)), [] "Toffoli: doubly controlled X."
    Ccz "ccz" None, [] [c d t] |_| controlled(2, &pauli("Z")), Itself, [Z Z Z] Some((2, Gate::Z)), [] "Doubly controlled Z; symmetric."
    Cswap "cswap" Some("cswap"), [] [c a b] |_| controlled(1, &exchange(&pauli("X"))), Itself, [Z None None] Some((1, Gate::Swap)), [] "Fredkin: controlled SWAP."
    Gphase "gphase" None, [theta] [] |a| diagonal(&[a[0]]), Negate, [] None, [[]] "Global phase exp(i theta)."
    Prx "prx" None, [theta phi] [q] |a| planar(a[0], a[1]), Angles(&[(-1.0, 0), (1.0, 1)]), [None] None, [[1.0] [1.0, 2.0]] "Rotation about the axis at angle phi in the XY plane, RZ(phi) RX(theta) RZ(-phi)."
}

impl Gate {
    /// The row of the table.
    pub fn def(self) -> &'static GateDef {
        &ROWS[self as usize]
    }

    /// The gate of this name in the language.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|gate| gate.def().name == name)
    }
}
