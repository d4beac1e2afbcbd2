//! The simulator beside PRISM-Q, in one process: both run alternately, and the ratio of their medians is printed.
//!
//! `cargo run --release -- [word] [largest n]` in this folder runs the tables whose names have the word. Bandwidth and peak
//! of the machine are measured first. Every row says how far the two results are apart.
//!
//! `interrupt [word]` measures how long a call goes on after somebody asked it to stop.
//!
//! Two more commands are for `tests/peers`: `train n steps` trains with PRISM-Q alone, `serve threads` does what it is
//! asked for on standard input.

mod interrupt;
mod machine;
mod measure;
mod ours;
mod peer;
mod serve;
mod tables;
mod train;
mod workloads;

fn main() {
    let mut args = std::env::args().skip(1);
    let word = args.next().unwrap_or_default();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    if word == "interrupt" {
        return interrupt::longest_waits(threads, &args.next().unwrap_or_default());
    }
    let mut number = || args.next().and_then(|n| n.parse::<usize>().ok());
    match word.as_str() {
        "train" => return train::run(number().unwrap_or(4), number().unwrap_or(500) as i32),
        "serve" => return serve::run(number().unwrap_or(threads)),
        _ => {}
    }
    let largest = number().unwrap_or(24);
    let machine = machine::measure(threads);
    println!("{machine}\n");
    let wanted = |name: &str| name.contains(&word);
    if wanted("gate") {
        tables::one_gate(threads, &machine, largest);
    }
    if wanted("call") {
        tables::calls(threads);
    }
    if wanted("state") {
        tables::states(threads, largest);
    }
    if wanted("gradient") {
        tables::gradients(threads, largest);
    }
    if wanted("batch") {
        tables::batches(threads, largest);
    }
    if wanted("overlaps") {
        tables::overlaps(threads);
    }
    if wanted("shots") {
        tables::shots(threads, largest);
    }
    if wanted("noisy") {
        tables::noisy_shots(threads, largest);
        tables::noisy_gradients(threads, largest);
    }
}
