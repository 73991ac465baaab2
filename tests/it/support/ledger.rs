//! `ledger!`: a test says which entries of the fidelity ledger it pins down.

/// Cites entries of the fidelity ledger, by id, inside the test that proves them. A citation of an entry
/// that doesn't exist fails the test; `tests/it/ledger.rs` sees to it that no entry goes without one.
///
/// ```ignore
/// ledger!("v2.conflict.01-token-expiration-date");
/// ```
macro_rules! ledger {
    ($($id:literal),+ $(,)?) => {
        $($crate::support::ledger::exists($id);)+
    };
}

/// Panics, with the nearest id, if the ledger has no such entry.
pub(crate) fn exists(id: &str) {
    let ids = || quince::fidelity::entries().iter().map(|entry| entry.id.as_str());
    assert!(
        ids().any(|known| known == id),
        "the fidelity ledger has no entry {id:?}; the nearest is {:?}",
        quince::sim::settings::nearest(id, ids())
    );
}
