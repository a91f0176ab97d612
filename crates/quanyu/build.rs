//! Compiles anew when a pack or a template changes: both are built into the binary.

fn main() {
    println!("cargo:rerun-if-changed=../../packs");
    println!("cargo:rerun-if-changed=templates");
}
