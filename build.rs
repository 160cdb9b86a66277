//! Folders that the program carries inside itself: a new file in them must be seen.

fn main() {
    for folder in ["migrations", "seeds"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
