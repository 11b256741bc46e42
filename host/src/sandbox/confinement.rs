//! A second wall around the threads that run plugins and the process that compiles them: Landlock
//! and seccomp, where the kernel has them.
//!
//! The sandbox itself is wasmtime's. Should a plugin find a hole in it, the system still lets the
//! thread that it runs on open no file and no connection, start no program, and look into no other
//! process. The memory of this process is open to it all the same, and with that its other threads:
//! for the compiler, which is a process of its own, the wall is whole.

/// Whether threads that run plugins are confined by the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Confinement {
    /// They are not: plugins run on the threads of whoever calls.
    Off,
    /// They are, where the kernel has what it takes.
    #[default]
    Available,
    /// They are, or there is no sandbox.
    Required,
}

/// What the system keeps a thread from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Confined {
    /// By Landlock: from files, connections, and signals to others.
    pub(crate) landlock: bool,
    /// By seccomp: from sockets, programs, other processes, and what gets around Landlock.
    pub(crate) seccomp: bool,
}

impl Confined {
    /// Whether both walls stand.
    pub(crate) fn is_whole(self) -> bool {
        self.landlock && self.seccomp
    }
}

#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
pub(crate) use linux::confine;

/// Confines the thread that calls this, and those that it starts; elsewhere nothing is known that
/// could.
#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
)))]
pub(crate) fn confine(_: Option<&std::path::Path>) -> Confined {
    Confined::default()
}

#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
mod linux {
    use std::path::Path;
    use std::sync::OnceLock;

    use landlock::{
        ABI, Access, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr,
        RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
    };
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

    use super::Confined;

    /// What is asked of Landlock: Linux 6.12. Of an older one, what it has is taken.
    const LANDLOCK: ABI = ABI::V6;

    /// What no plugin and no compiler has any business with. A list of what is allowed would be
    /// shorter of holes, and break with every C library.
    const FORBIDDEN: &[i64] = &[
        // Connections. A pair of sockets leads nowhere: the runtime of WASI's functions makes one.
        libc::SYS_socket,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        // Programs.
        libc::SYS_execve,
        libc::SYS_execveat,
        // Other processes, and other ways into this one.
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_process_madvise,
        libc::SYS_pidfd_open,
        libc::SYS_pidfd_getfd,
        libc::SYS_pidfd_send_signal,
        libc::SYS_kcmp,
        libc::SYS_kill,
        libc::SYS_setpgid,
        libc::SYS_setsid,
        // What is done for a process behind the back of seccomp, or gets around Landlock.
        libc::SYS_io_uring_setup,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
        libc::SYS_open_by_handle_at,
        libc::SYS_userfaultfd,
        libc::SYS_perf_event_open,
        libc::SYS_bpf,
        // Rights, name spaces, and the system as a whole.
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_pivot_root,
        libc::SYS_chroot,
        libc::SYS_move_mount,
        libc::SYS_open_tree,
        libc::SYS_fsopen,
        libc::SYS_fsmount,
        libc::SYS_setuid,
        libc::SYS_setgid,
        libc::SYS_setgroups,
        libc::SYS_capset,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_keyctl,
        libc::SYS_init_module,
        libc::SYS_finit_module,
        libc::SYS_delete_module,
        libc::SYS_kexec_load,
        libc::SYS_reboot,
        libc::SYS_swapon,
        libc::SYS_swapoff,
        libc::SYS_sethostname,
        libc::SYS_settimeofday,
        libc::SYS_clock_settime,
    ];

    /// Confines the thread that calls this, and those that it starts. Files may be made in `spool`,
    /// and what is open already stays open.
    pub(crate) fn confine(spool: Option<&Path>) -> Confined {
        let landlock = match landlock(spool) {
            Ok(status) => status != RulesetStatus::NotEnforced,
            Err(error) => {
                tracing::debug!(%error, "Landlock cannot be used");
                false
            }
        };
        let seccomp = filter().is_some_and(|filter| match apply_filter(filter) {
            Ok(()) => true,
            Err(error) => {
                tracing::debug!(%error, "seccomp cannot be used");
                false
            }
        });
        Confined { landlock, seccomp }
    }

    fn landlock(spool: Option<&Path>) -> Result<RulesetStatus, RulesetError> {
        let ruleset = Ruleset::default()
            .handle_access(AccessFs::from_all(LANDLOCK))?
            .handle_access(AccessNet::from_all(LANDLOCK))?
            .scope(Scope::from_all(LANDLOCK))?
            .create()?;
        // One that is not there cannot be used either.
        let ruleset = match spool.map(PathFd::new) {
            Some(Ok(spool)) => ruleset.add_rule(PathBeneath::new(
                spool,
                AccessFs::ReadFile
                    | AccessFs::WriteFile
                    | AccessFs::Truncate
                    | AccessFs::MakeReg
                    | AccessFs::RemoveFile,
            ))?,
            _ => ruleset,
        };
        Ok(ruleset.restrict_self()?.ruleset)
    }

    fn filter() -> Option<&'static BpfProgram> {
        static FILTER: OnceLock<Option<BpfProgram>> = OnceLock::new();
        let compiled = FILTER.get_or_init(|| {
            let rules = FORBIDDEN.iter().map(|call| (*call, Vec::new())).collect();
            let refuse = SeccompAction::Errno(libc::EPERM.cast_unsigned());
            let arch = std::env::consts::ARCH.try_into().ok()?;
            let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch).ok()?;
            BpfProgram::try_from(filter).ok()
        });
        compiled.as_ref()
    }

    #[cfg(test)]
    mod tests {
        use std::fs::{self, File};
        use std::io::{ErrorKind, Write};
        use std::net::{TcpListener, UdpSocket};
        use std::process::Command;

        use super::*;

        #[test]
        fn a_confined_thread_reaches_nothing_and_others_reach_what_they_did() {
            let spool = tempfile::tempdir().unwrap();
            let outside = tempfile::tempdir().unwrap();
            let secret = outside.path().join("secret");
            fs::write(&secret, "secret").unwrap();
            let mut open = File::options().append(true).open(&secret).unwrap();
            let confined = std::thread::scope(|scope| {
                let confined = scope.spawn(|| {
                    let confined = confine(Some(spool.path()));
                    let refused = |result: std::io::Result<()>, what: &str| {
                        let kind = result.map_err(|error| error.kind());
                        assert_eq!(kind, Err(ErrorKind::PermissionDenied), "{what}");
                    };
                    if confined.landlock {
                        refused(File::open(&secret).map(|_| ()), "a file");
                        refused(fs::write(outside.path().join("new"), ""), "a new file");
                        refused(fs::remove_file(&secret), "to remove a file");
                        refused(fs::read_dir("/").map(|_| ()), "a folder");
                        refused(File::open("/proc/self/mem").map(|_| ()), "memory");
                        tempfile::tempfile_in(spool.path()).unwrap().write_all(b"text").unwrap();
                        // What is open stays open.
                        open.write_all(b"!").unwrap();
                    }
                    if confined.seccomp {
                        refused(TcpListener::bind("127.0.0.1:0").map(|_| ()), "a port");
                        refused(UdpSocket::bind("127.0.0.1:0").map(|_| ()), "a socket");
                        refused(Command::new("/bin/true").status().map(|_| ()), "a program");
                        // SAFETY: it takes no pointers, and is refused.
                        #[expect(unsafe_code, reason = "there is no other way to ask the kernel")]
                        let mapped = unsafe { libc::syscall(libc::SYS_io_uring_setup, 1, 0) };
                        assert_eq!(mapped, -1);
                    }
                    // So is a thread that it starts.
                    if confined.landlock {
                        let read = std::thread::spawn(|| fs::read("/etc/passwd").is_ok());
                        assert!(!read.join().unwrap());
                    }
                    confined
                });
                confined.join().unwrap()
            });
            assert_eq!(
                fs::read(&secret).unwrap(),
                if confined.landlock { &b"secret!"[..] } else { b"secret" }
            );
            TcpListener::bind("127.0.0.1:0").unwrap();
            assert!(Command::new("/bin/true").status().unwrap().success());
        }
    }
}
