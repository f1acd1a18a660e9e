//! Rebuilds the crate when a file below `data/`, which the binary carries, changes.

fn main() {
    println!("cargo:rerun-if-changed=../data");
}
