test "energies agree" {
    let e = -1.13;
    assert_close(e, -1.137, 1e-3);
}
