//! The `platform` binary.

fn main() -> std::process::ExitCode {
    platform::cli::main()
}
