//! Gates by simpler gates, for formats that lack them.

use qml_gates::Gate;
use qml_source::bug;

use super::Circuit;

/// The gate as a circuit of simpler ones on its own wires, its angles as slots; the same matrix, global phase included. In
/// the end all are made of Pauli gates, H, S, T, rotations about X, Y and Z, CX, CZ, CCX and global phases, which have none.
pub fn definition(gate: Gate) -> Option<Circuit> {
    let text = match gate {
        Gate::Sx => "rx(pi/2) q0; gphase(pi/4)",
        Gate::Sxdg => "rx(-pi/2) q0; gphase(-pi/4)",
        Gate::P => "rz(s0) q0; gphase(0.5*s0)",
        Gate::U => "p(s2) q0; ry(s0) q0; p(s1) q0",
        Gate::Prx => "rz(-s1) q0; rx(s0) q0; rz(s1) q0",
        Gate::Cy => "sdg q1; cx q0 q1; s q1",
        Gate::Ch => "s q1; h q1; t q1; cx q0 q1; tdg q1; h q1; sdg q1",
        Gate::Cp => "p(0.5*s0) q0; cx q0 q1; p(-0.5*s0) q1; cx q0 q1; p(0.5*s0) q1",
        Gate::Crx => "h q1; crz(s0) q0 q1; h q1",
        Gate::Cry => "ry(0.5*s0) q1; cx q0 q1; ry(-0.5*s0) q1; cx q0 q1",
        Gate::Crz => "rz(0.5*s0) q1; cx q0 q1; rz(-0.5*s0) q1; cx q0 q1",
        Gate::Cu => {
            "p(s3 + 0.5*s1 + 0.5*s2) q0; p(0.5*s2 - 0.5*s1) q1; cx q0 q1; \
             u(-0.5*s0, 0, -0.5*s1 - 0.5*s2) q1; cx q0 q1; u(0.5*s0, s1, 0) q1"
        }
        Gate::Swap => "cx q0 q1; cx q1 q0; cx q0 q1",
        Gate::Iswap => "s q0; s q1; h q0; cx q0 q1; cx q1 q0; h q1",
        Gate::SqrtIswap => "rxx(-pi/4) q0 q1; ryy(-pi/4) q0 q1",
        Gate::Ms => "rz(-s0) q0; rz(-s1) q1; rxx(s2) q0 q1; rz(s0) q0; rz(s1) q1",
        Gate::Ecr => "rzx(pi/4) q0 q1; x q0; rzx(-pi/4) q0 q1",
        Gate::Rxx => "h q0; h q1; cx q0 q1; rz(s0) q1; cx q0 q1; h q1; h q0",
        Gate::Ryy => "rx(pi/2) q0; rx(pi/2) q1; cx q0 q1; rz(s0) q1; cx q0 q1; rx(-pi/2) q1; rx(-pi/2) q0",
        Gate::Rzz => "cx q0 q1; rz(s0) q1; cx q0 q1",
        Gate::Rzx => "h q1; cx q0 q1; rz(s0) q1; cx q0 q1; h q1",
        Gate::XxPlusYy => "rz(s1) q0; rxx(0.5*s0) q0 q1; ryy(0.5*s0) q0 q1; rz(-s1) q0",
        Gate::Ccz => "h q2; ccx q0 q1 q2; h q2",
        Gate::Cswap => "cx q2 q1; ccx q0 q1 q2; cx q2 q1",
        _ => return None,
    };
    let Ok(mut body) = Circuit::parse(text) else { bug!("the definition of `{}`", gate.def().name) };
    // Where the text does not name the last angles.
    body.slots.resize_with(gate.def().params.len(), String::new);
    Some(body)
}
