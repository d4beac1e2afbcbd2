//! Native gates, and the few of them that circuits are compiled to.

/// A native gate as the vendor lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct NativeGate {
    /// Its name in the catalogue.
    pub name: String,
    /// How many qubits it acts on.
    pub n_qubits: usize,
    /// Its parameters with their domains.
    pub params: Vec<Parameter>,
    /// A change of frame: takes no time and makes no error.
    pub is_virtual: bool,
    /// Only there when the user asks the vendor for it.
    pub is_optional: bool,
    /// Duration in seconds, where it is the same everywhere.
    pub duration_s: Option<f64>,
}

/// A parameter of a native gate.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its unit, `rad` mostly.
    pub unit: String,
    /// The least value.
    pub min: Option<f64>,
    /// The greatest value.
    pub max: Option<f64>,
    /// The only values, where there are finitely many.
    pub allowed: Option<Vec<f64>>,
}

/// The gates that circuits are compiled to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NativeBasis {
    /// For one qubit.
    pub one_qubit: OneQubitBasis,
    /// For two.
    pub two_qubit: TwoQubitBasis,
}

/// A set of one-qubit gates that is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OneQubitBasis {
    /// `rz` (virtual), `sx`, `x`.
    RzSxX,
    /// `rz` (virtual), and `rx` by multiples of a quarter turn.
    RzRx,
    /// `prx` alone; rotations about Z live in the phases of later gates.
    Prx,
}

/// A two-qubit gate that is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TwoQubitBasis {
    /// Controlled Z.
    Cz,
    /// Controlled X.
    Cx,
    /// Echoed cross resonance.
    Ecr,
}

impl OneQubitBasis {
    /// Names of its gates.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::RzSxX => &["rz", "sx", "x"],
            Self::RzRx => &["rz", "rx"],
            Self::Prx => &["prx"],
        }
    }
}

impl TwoQubitBasis {
    /// The name of its gate.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cz => "cz",
            Self::Cx => "cx",
            Self::Ecr => "ecr",
        }
    }
}

/// Chooses from native gates what circuits are compiled to; else says why that is not possible yet.
pub(crate) fn choose_basis(gates: &[NativeGate]) -> Result<NativeBasis, String> {
    let has = |name: &str| gates.iter().any(|gate| gate.name == name && !gate.is_optional);
    let names = |n_qubits| {
        let of_size = gates.iter().filter(|gate| gate.n_qubits == n_qubits);
        let names: Vec<_> = of_size.map(|gate| format!("`{}`", gate.name)).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    let two_qubit = [TwoQubitBasis::Cz, TwoQubitBasis::Cx, TwoQubitBasis::Ecr]
        .into_iter()
        .find(|basis| has(basis.name()))
        .ok_or_else(|| {
            format!("its two-qubit gates ({}) are not supported yet: `cz`, `cx` and `ecr` are", names(2))
        })?;
    // `prx` first: a device that has it lists `rz` as what a compiler absorbs, not as an operation.
    let one_qubit = [OneQubitBasis::Prx, OneQubitBasis::RzSxX, OneQubitBasis::RzRx]
        .into_iter()
        .find(|basis| basis.names().iter().all(|name| has(name)))
        .ok_or_else(|| {
            let known = "`prx`, `rz` with `sx` and `x`, and `rz` with `rx` are";
            format!("its one-qubit gates ({}) are not supported yet: {known}", names(1))
        })?;
    Ok(NativeBasis { one_qubit, two_qubit })
}
