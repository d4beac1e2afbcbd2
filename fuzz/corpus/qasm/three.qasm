OPENQASM 3.0;
include "stdgates.inc";
input float theta;
gate g(a) q { rx(a/2) q; }
qubit[2] q;
bit[2] c;
for int i in [0:1] { h q[i]; }
ctrl @ g(-theta + pi) q[0], q[1];
c[0] = measure q[0];
if (c[0] == 1) { x q[1]; }
c = measure q;
