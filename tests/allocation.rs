//! The iteration of the solver allocates nothing: a counting allocator, alone in its binary.

#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use tradepath::data::{Dataset, Files};
use tradepath::economy::{Economy, Tariffs};
use tradepath::equilibrium::{Closure, PreparedBaseline, Quota, QuotaCell, Shock};

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator with a count.
struct Counting;

// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn counted<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    let result = run();
    (result, ALLOCATIONS.load(Ordering::Relaxed) - before)
}

#[test]
fn more_iterations_allocate_no_more() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/nafta4");
    let economy = Economy::from_dataset(&Dataset::read(&Files::directory(&folder)).unwrap()).unwrap();
    let prepared = PreparedBaseline::new(economy, Closure::Fixed).unwrap();
    let base = prepared.economy();
    let with = |rate: f64| Shock {
        tau: Some(Tariffs::from_shape_fn(base.tau.dim(), |(_, n, i)| if n == i { 1.0 } else { 1.0 + rate })),
        ..Shock::default()
    };
    let (near, far) = (with(1e-9), with(0.3));
    // The first solve makes the workspace, and the far one its lists of changed cells.
    let _ = prepared.solve(&near).unwrap();
    let _ = prepared.solve(&far).unwrap();
    let (start, end) = (prepared.solve(&Shock::default()).unwrap(), prepared.solve(&far).unwrap());
    let (start, end) = (start.starting_point(), end.starting_point());
    let (few, few_allocations) = counted(|| prepared.solve_from(&far, &end).unwrap());
    let (many, many_allocations) = counted(|| prepared.solve_from(&far, &start).unwrap());
    assert!(many.stats.evaluations > few.stats.evaluations + 8, "{:?} {:?}", few.stats, many.stats);
    assert_eq!(many.stats.method, "anderson");
    assert_eq!(few_allocations, many_allocations);
    let shares = base.pi.indexed_iter().filter(|((_, n, i), _)| n != i);
    let ((sector, importer, exporter), _) = shares.max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
    let at = [sector, importer, exporter];
    let base_pct = 100.0 * (base.tau[at] - 1.0);
    let cell = QuotaCell {
        exporter,
        trade_share: 0.2,
        base_pct,
        shock_pct: 30.0,
        in_quota_pct: 0.0,
        out_of_quota_pct: 30.0,
        kept_musd: 0.0,
    };
    let quota = Quota {
        product: "a fifth".into(),
        importer,
        sector,
        cells: vec![cell],
        volume_musd: 0.2 * base.pi[at] * base.x_musd[[importer, sector]] / base.tau[at],
        exporter_rent_share: 0.5,
    };
    let shock = Shock { quotas: vec![quota], ..far.clone() };
    let end = prepared.solve(&shock).unwrap();
    assert_eq!(end.quotas[0].regime.name(), "binding");
    let end = end.starting_point();
    let (few, few_with_quotas) = counted(|| prepared.solve_from(&shock, &end).unwrap());
    let (many, many_with_quotas) = counted(|| prepared.solve_from(&shock, &start).unwrap());
    assert!(many.stats.evaluations > few.stats.evaluations + 8);
    assert_eq!(few_with_quotas, many_with_quotas);
}
