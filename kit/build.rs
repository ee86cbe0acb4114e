//! Embedded migrations change when a file appears, which the compiler cannot see by itself.

fn main() {
    println!("cargo::rerun-if-changed=../migrations");
}
