//! Native gates, and the few of them that circuits are compiled to.

use std::f64::consts::PI;

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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NativeBasis {
    /// For one qubit.
    pub one_qubit: OneQubitBasis,
    /// For two.
    pub two_qubit: TwoQubitBasis,
    /// What the angle of the one-qubit gate may be, if not everything.
    pub one_qubit_angles: Option<Angles>,
    /// The same for the two-qubit gate.
    pub two_qubit_angles: Option<Angles>,
}

/// An interval of angles, in radians.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Angles {
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

/// A set of one-qubit gates that is enough. Gates are called as in the language; vendors have other names for some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OneQubitBasis {
    /// `rz` (virtual), `sx`, `x`.
    RzSxX,
    /// `rz` (virtual), and `rx` by multiples of a quarter turn.
    RzRx,
    /// `prx` alone; rotations about Z live in the phases of later gates.
    Prx,
    /// `prx`, and `rz` (virtual) where a rotation about Z has no later gate to live in.
    PrxRz,
    /// `prx` by a half turn (`gpi`) and by a quarter turn (`gpi2`); rotations about Z live in the phases of
    /// later gates.
    Gpi,
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
    /// Exchange of two qubits with a phase.
    Iswap,
    /// The square root of that.
    SqrtIswap,
    /// Rotation about ZZ.
    Rzz,
    /// Controlled Z, and rotation about ZZ where its angle is another.
    CzRzz,
    /// Rotation about XX.
    Rxx,
    /// Rotation about XX in the frames of both qubits.
    Ms,
}

impl OneQubitBasis {
    /// Names of its gates.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::RzSxX => &["rz", "sx", "x"],
            Self::RzRx => &["rz", "rx"],
            Self::PrxRz => &["rz", "prx"],
            Self::Prx | Self::Gpi => &["prx"],
        }
    }

    /// Whether a rotation about Z is a gate of the device.
    pub fn has_rz(self) -> bool {
        !matches!(self, Self::Prx | Self::Gpi)
    }
}

impl TwoQubitBasis {
    /// All of them, the one that is chosen first if a device has several first: gates by any angle need fewer.
    const ALL: [Self; 8] =
        [Self::Rzz, Self::Ms, Self::Rxx, Self::Cz, Self::Cx, Self::Ecr, Self::Iswap, Self::SqrtIswap];

    /// Whether a two-qubit gate has this name.
    pub(crate) fn is_name(name: &str) -> bool {
        Self::ALL.iter().any(|basis| basis.name() == name)
    }

    /// The name of its gate.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cz => "cz",
            Self::Cx => "cx",
            Self::Ecr => "ecr",
            Self::Iswap => "iswap",
            Self::SqrtIswap => "sqrt_iswap",
            Self::Rzz | Self::CzRzz => "rzz",
            Self::Rxx => "rxx",
            Self::Ms => "ms",
        }
    }

    /// Names of its gates.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Cz => &["cz"],
            Self::Cx => &["cx"],
            Self::Ecr => &["ecr"],
            Self::Iswap => &["iswap"],
            Self::SqrtIswap => &["sqrt_iswap"],
            Self::Rzz => &["rzz"],
            Self::CzRzz => &["rzz", "cz"],
            Self::Rxx => &["rxx"],
            Self::Ms => &["ms"],
        }
    }
}

/// Vendors' names for gates of the language.
const VENDOR_NAMES: [(&str, &[&str]); 3] =
    [("prx", &["prx", "r", "u1q", "phased_xz"]), ("rzz", &["rzz", "zz"]), ("swap", &["swap", "move"])];

/// The native gate that a gate of the language is on the device.
pub(crate) fn find_native<'a>(gates: &'a [NativeGate], name: &str) -> Option<&'a NativeGate> {
    let row = VENDOR_NAMES.iter().find(|row| row.0 == name);
    let names = row.map_or(std::slice::from_ref(&name), |row| row.1);
    names.iter().find_map(|name| gates.iter().find(|gate| gate.name == *name))
}

/// Chooses from native gates what circuits are compiled to; else says why that is not possible. With `wanted`, the
/// two-qubit gate of that name, also one that is optional.
pub(crate) fn choose_basis(gates: &[NativeGate], wanted: Option<&str>) -> Result<NativeBasis, String> {
    let find = |name: &str| find_native(gates, name).filter(|gate| !gate.is_optional || wanted == Some(name));
    let two_qubit = TwoQubitBasis::ALL
        .into_iter()
        .filter(|basis| wanted.is_none_or(|wanted| basis.name() == wanted))
        .find(|basis| find(basis.name()).is_some())
        .ok_or_else(|| no_two_qubit(gates, wanted))?;
    // `prx` first: a device that has it lists `rz` as what a compiler absorbs, and not always as an operation.
    let one_qubit = [
        (OneQubitBasis::Gpi, &["gpi", "gpi2"][..]),
        (OneQubitBasis::Prx, &["prx"]),
        (OneQubitBasis::RzSxX, &["rz", "sx", "x"]),
        (OneQubitBasis::RzRx, &["rz", "rx"]),
    ];
    let has_all = |names: &[&str]| names.iter().all(|name| find(name).is_some());
    let (mut one_qubit, _) =
        one_qubit.into_iter().find(|(_, names)| has_all(names)).ok_or_else(|| no_one_qubit(gates))?;
    let prx = find("prx");
    if one_qubit == OneQubitBasis::Prx && prx.is_some_and(|gate| gate.name != "prx") && has_all(&["rz"]) {
        one_qubit = OneQubitBasis::PrxRz;
    }
    let is_also_cz = two_qubit == TwoQubitBasis::Rzz && find("cz").is_some();
    let angles = |gate: Option<&NativeGate>| gate?.params.iter().find_map(Parameter::angles);
    Ok(NativeBasis {
        one_qubit,
        two_qubit: if is_also_cz { TwoQubitBasis::CzRzz } else { two_qubit },
        one_qubit_angles: if one_qubit == OneQubitBasis::PrxRz { angles(prx) } else { None },
        two_qubit_angles: angles(find(two_qubit.name())),
    })
}

impl Parameter {
    /// The interval in radians, if it has two ends that are not a whole turn apart.
    fn angles(&self) -> Option<Angles> {
        let unit = match self.unit.as_str() {
            "multiples of pi" | "half-turns" => PI,
            "turns" => 2.0 * PI,
            _ => 1.0,
        };
        let (min, max) = (self.min? * unit, self.max? * unit);
        (max - min < 2.0 * PI - 1e-9).then_some(Angles { min, max })
    }
}

fn no_two_qubit(gates: &[NativeGate], wanted: Option<&str>) -> String {
    match wanted {
        Some(wanted) => format!("it has no gate `{wanted}`: its two-qubit gates are {}", names(gates, 2)),
        None if gates.iter().all(|gate| gate.n_qubits < 2) => "it has no two-qubit gate".to_owned(),
        None => {
            let known: Vec<_> =
                TwoQubitBasis::ALL.iter().map(|basis| format!("`{}`", basis.name())).collect();
            format!("none of its two-qubit gates ({}) is one of {}", names(gates, 2), known.join(", "))
        }
    }
}

fn no_one_qubit(gates: &[NativeGate]) -> String {
    format!("its one-qubit gates ({}) are not enough for every circuit", names(gates, 1))
}

fn names(gates: &[NativeGate], n_qubits: usize) -> String {
    let of_size = gates.iter().filter(|gate| gate.n_qubits == n_qubits);
    let names: Vec<_> = of_size.map(|gate| format!("`{}`", gate.name)).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
