//! Throughput of the parser and of its peers, a group for each situation: `cargo bench -p tidings-core --bench event_stream`, with
//! `-- --quick` for a first look. Which of them is ahead, and by how much, is better asked of the other bench, `situations`.

mod situation;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::time::Duration;

fn event_stream(criterion: &mut Criterion) {
    for situation in situation::all() {
        situation::verify(&situation);
        let mut group = criterion.benchmark_group(situation.name);
        group.throughput(Throughput::Bytes(situation.size() as u64));
        for (name, parser) in [situation::TIDINGS].into_iter().chain(situation::PEERS) {
            group.bench_with_input(BenchmarkId::from_parameter(name), &situation, |bencher, situation| {
                bencher.iter(|| parser(situation));
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2)).sample_size(30);
    targets = event_stream
}
criterion_main!(benches);
