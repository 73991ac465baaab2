//! What a fork costs, and the first write in each structure of one: time, and memory by an allocator that
//! counts. At a million and at ten million assignments:
//!
//! ```sh
//! cargo bench --bench fork
//! ```

#![allow(missing_docs, reason = "a program")]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark measures and tells"
)]
#![allow(clippy::unwrap_used, reason = "a failed benchmark may stop")]

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use quince::ClockMode;
use quince::engine::{Engine, Origin, Universe};
use quince::model::{AssetName, Command, PricingParam, Span, Targets, UserRequest};
use quince::sim::{Settings, SiteId};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const FORKS: usize = 100;

fn targets(serial: &str) -> Targets {
    let asset =
        AssetName { adam_id: "900000007".to_owned(), pricing_param: PricingParam::Standard };
    Targets {
        assets: vec![asset],
        client_user_ids: Vec::new(),
        serial_numbers: vec![serial.into()],
    }
}

fn user(id: &str) -> Vec<UserRequest> {
    vec![UserRequest {
        client_user_id: id.into(),
        email: None,
        managed_apple_id: Some(format!("{id}@org.example")),
    }]
}

/// Writes to every structure that there is: a new device gets an asset, another gives one back, a user is
/// made with an account, gets an asset and is retired.
fn write_everywhere(universe: &Universe) {
    let mut with_user = targets("C02NEWER");
    with_user.client_user_ids = vec!["u-1".into()];
    let commands = [
        Command::Associate(targets("C02NEW")),
        Command::Disassociate(targets("C02Q00000077")),
        Command::CreateUsers(user("u-1")),
        Command::Associate(with_user),
        Command::RetireUsers(user("u-1")),
    ];
    for command in commands {
        universe.turn(|turn| turn.accept(SiteId(0), command).unwrap().unwrap()).unwrap();
        universe.turn(|turn| turn.advance_by(Span(1))).unwrap();
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn measure(devices: u32) {
    let mut settings = Settings::observed();
    settings.set("v2.event_delay", "0").unwrap();
    let spec = Arc::new(support::world(devices));
    let start = quince::VIRTUAL_START;
    let origin = Origin { seed: 1, spec, settings, clock: ClockMode::Manual, start };
    let engine = Engine::new(origin, false);
    let rows = devices * support::ASSETS;
    println!("{rows} assignments, {} MiB in all", MEMORY.current_usage() >> 20);

    let (mut forks, mut times, mut written, mut bytes) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let before_all = MEMORY.current_usage();
    for _ in 0..FORKS {
        let before = Instant::now();
        let (fork, _) = engine.fork(engine.default_universe(), None, None).unwrap();
        times.push(before.elapsed());
        forks.push(fork);
    }
    let forks_only = MEMORY.current_usage() - before_all;
    for fork in &forks {
        let (before, used) = (Instant::now(), MEMORY.current_usage());
        write_everywhere(fork);
        written.push(before.elapsed());
        bytes.push(MEMORY.current_usage() - used);
    }
    bytes.sort_unstable();
    println!("  fork: median {:?}, {} bytes each", median(times.clone()), forks_only / FORKS);
    println!(
        "  first writes in every structure: median {:?}, {} KiB",
        median(written),
        bytes[bytes.len() / 2] >> 10
    );
    let all = MEMORY.current_usage() - before_all;
    println!("  {FORKS} forks, each written to: {} MiB more", all >> 20);
}

fn main() {
    for devices in [50_000, 500_000] {
        measure(devices);
    }
}
