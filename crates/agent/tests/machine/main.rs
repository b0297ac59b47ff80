//! The adapters to this machine against the real thing: a real keyring on a private bus, real files on real disks.
#![cfg(target_os = "linux")]

mod attributes;
mod aws_files;
mod crash;
mod damage;
mod desktop;
mod files;
mod first_version;
mod history;
mod keychain;
mod leftovers;
mod mfa_store;
mod power_loss;
mod read_errors;
mod small_disk;
mod state_folder;
mod store;
mod watch;
