//! What Slipway costs, measured side by side with its peers in the same run: `just bench`.
//!
//! Nothing here passes or fails: the figures are printed beside their targets, whatever they are.
//! The generator runs on the same cores as what it measures, so its share of the CPU is printed
//! too. Peers that this machine does not have are named as missing.

mod arguments;
mod fan_out;
mod feed;
mod folding;
mod hub;
mod ingest;
mod line;
mod machine;
mod mqtt;
mod nats;
mod peers;
mod policy;
mod pump;
mod raw;
mod restart;
mod simulation;
mod site;
mod spread;
mod table;
mod tick;
mod viewers;

use clap::Parser;

use arguments::{Arguments, Section};
use table::Findings;

fn main() {
    let arguments = Arguments::parse();
    let place = arguments.place();
    let mut findings = Findings::new(machine::describe(), env!("CARGO_BIN_EXE_slipway"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("the system gives threads");
    // Memory is read off this process: first, while little else has been in it.
    if arguments.wants(Section::Folding) {
        folding::measure(&mut findings);
    }
    if arguments.wants(Section::Policy) {
        policy::measure(&mut findings);
    }
    if arguments.wants(Section::Ingest) || arguments.wants(Section::Restart) {
        runtime.block_on(ingest::measure(&arguments, &place, &mut findings));
    }
    if arguments.wants(Section::FanOut) {
        runtime.block_on(fan_out::measure(&arguments, &place, &mut findings));
    }
    if arguments.wants(Section::Tick) {
        runtime.block_on(tick::measure(&place, &mut findings));
    }
    if arguments.wants(Section::Sim) {
        simulation::measure(&arguments, &mut findings);
    }
    if arguments.wants(Section::Download) {
        table::download(&mut findings);
    }
    findings.print(arguments.json);
}
