//! Draws of the event engine: the options of the plan, and growth with the number of processes.
//!
//! `cargo bench --bench events`. Before timing, a draw is compared with its replay. One thread; the rate is events
//! per second.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use jiff::civil::date;
use tradepath::data::{Dataset, Files};
use tradepath::events::validate::LONGEST_HORIZON;
use tradepath::events::{DrawnTimeline, Horizon, OptionSpec, Program, Tables, Workspace, read_option};
use tradepath::policy::{PolicyBook, PolicyTimeline};

const HORIZON: Horizon = Horizon { start: date(2020, 11, 1), end: date(2035, 12, 31) };
const TO_2050: Horizon = Horizon { start: LONGEST_HORIZON[0], end: LONGEST_HORIZON[1] };
/// Draws in one measured round, so that a round is an average over luck.
const DRAWS: u64 = 256;

fn embedded(id: &str, book: &PolicyBook) -> OptionSpec {
    let tables = Tables::of(book);
    read_option(&Files::embedded().folder("options"), id, Some(&tables))
        .expect("the embedded options are sound")
}

fn events(program: &Program) -> u64 {
    let mut workspace = Workspace::new(program);
    (0..DRAWS).map(|number| workspace.draw(1, number).n_events() as u64).sum()
}

fn bench_program(criterion: &mut Criterion, name: BenchmarkId, program: &Program) {
    let mut group = criterion.benchmark_group("events");
    group.throughput(Throughput::Elements(events(program)));
    let mut workspace = Workspace::new(program);
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            for number in 0..DRAWS {
                black_box(workspace.draw(1, number));
            }
        });
    });
    group.finish();
}

fn bench_options(criterion: &mut Criterion) {
    let files = Files::embedded();
    let axes = Dataset::read(&files.folder("apac")).expect("the embedded data are sound").axes;
    let book = PolicyBook::read(&files, &axes).expect("the embedded tables are sound");
    let world = embedded("world", &book);
    for id in ["status_quo", "cptpp_accession", "cptpp_renegotiation", "hybrid"] {
        let program = Program::compile(&embedded(id, &book), &world, &book.initial, HORIZON);
        let drawn = program.timeline(1, 0);
        assert!(DrawnTimeline::replay(&book.initial, &drawn.log) == drawn.policy, "{id} replays");
        bench_program(criterion, BenchmarkId::new("256 draws", id), &program);
        // As `timeline` runs it: 390 of these rounds are 100,000 draws.
        let program = Program::compile(&embedded(id, &book), &world, &book.initial, TO_2050);
        bench_program(criterion, BenchmarkId::new("256 draws to 2050", id), &program);
    }
}

/// `n` processes of three stages each, in a chain: each waits for the one before it.
fn chained(n: usize) -> OptionSpec {
    let mut text = String::from("id = \"chain\"\ntitle = \"Chain\"\n");
    for k in 0..n {
        let waits = if k == 0 { String::new() } else { format!("requires = [\"done{}\"]\n", k - 1) };
        for (stage, extra) in
            [("a", String::new()), ("b", waits), ("c", format!("effects = [\"set:done{k}\"]\n"))]
        {
            if stage == "a" {
                // Writing to a string cannot fail.
                let _ = write!(text, "[[process]]\nid = \"p{k}\"\nparty = \"AAA\"\n");
            }
            let _ = write!(
                text,
                "[[process.stage]]\nid = \"{stage}\"\nduration = {{ kind = \"log_normal\", median_days = 20, p90_days = 60 }}\n\
                 probability = 0.99\nsource = \"bench\"\nmark = \"assumption\"\n{extra}"
            );
        }
    }
    let folder = std::env::temp_dir().join(format!("events-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the folder for temporary files can be written");
    std::fs::write(folder.join("chain.toml"), text).expect("the folder for temporary files can be written");
    let option = read_option(&Files::directory(&folder), "chain", None).expect("the chain is sound");
    std::fs::remove_dir_all(&folder).expect("the folder is ours");
    option
}

fn bench_growth(criterion: &mut Criterion) {
    let folder = Files::embedded().folder("options");
    let nothing = read_option(&folder, "status_quo", None).expect("it has no blocks");
    for n in [10, 40, 160, 640] {
        let program = Program::compile(&chained(n), &nothing, &PolicyTimeline::default(), HORIZON);
        bench_program(criterion, BenchmarkId::new("256 draws, processes", n), &program);
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = bench_options, bench_growth
}
criterion_main!(benches);
