OPENQASM 3.0;
include "stdgates.inc";
input float[64] theta;
gate _my_gate(theta) _gate_q_0, _gate_q_1 {
  ry(theta) _gate_q_0;
  cx _gate_q_0, _gate_q_1;
  rz(-theta/2) _gate_q_1;
}
gate _my_gate_0(theta) _gate_q_0, _gate_q_1 {
  ry(theta) _gate_q_0;
  cx _gate_q_0, _gate_q_1;
  rz(-theta/2) _gate_q_1;
}
gate _cmy_gate_280 _gate_q_0, _gate_q_1, _gate_q_2 {
  cu(0.2, 0, 0, 0) _gate_q_0, _gate_q_1;
  ccx _gate_q_0, _gate_q_1, _gate_q_2;
  crz(-0.1) _gate_q_0, _gate_q_2;
}
gate _my_gate_287_dg _gate_q_0, _gate_q_1 {
  rz(0.25) _gate_q_1;
  cx _gate_q_0, _gate_q_1;
  ry(-0.5) _gate_q_0;
}
gate _my_gate_290 _gate_q_0, _gate_q_1 {
  ry(0.5) _gate_q_0;
  cx _gate_q_0, _gate_q_1;
  rz(-0.25) _gate_q_1;
}
gate _my_gate_290_2 _gate_q_0, _gate_q_1 {
  _my_gate_290 _gate_q_0, _gate_q_1;
  _my_gate_290 _gate_q_0, _gate_q_1;
}
qubit[3] q;
_my_gate(theta) q[0], q[1];
_my_gate_0(theta) q[2], q[0];
_cmy_gate_280 q[1], q[2], q[0];
_my_gate_287_dg q[1], q[2];
_my_gate_290_2 q[1], q[0];
