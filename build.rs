//! How the tool is linked.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // At a fixed address: else the loader writes 33,000 addresses into the tables of the program at each start.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
