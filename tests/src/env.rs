//! Runs the `docmill` binary in a folder of its own, with nothing of this machine's environment.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use tempfile::TempDir;

use crate::guests::profile_folder;
use crate::{code_folder, root, shipped};

/// The exit codes that scripts rely on.
#[expect(missing_docs, reason = "their names say what they mean")]
pub mod exit {
    pub const SUCCESS: i32 = 0;
    pub const SOME_FAILED: i32 = 1;
    pub const USAGE: i32 = 2;
    pub const REJECTED: i32 = 3;
    pub const STORE: i32 = 4;
    pub const INTERRUPTED: i32 = 130;
}

/// No command of a test takes this long, even on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(300);

/// A temporary folder in which commands run.
#[derive(Debug)]
pub struct TestEnv {
    folder: TempDir,
}

impl TestEnv {
    /// An empty folder.
    ///
    /// # Panics
    ///
    /// If it cannot be made, or the binary is missing or older than its sources.
    #[expect(clippy::new_without_default, reason = "making a folder is no default")]
    pub fn new() -> TestEnv {
        check_binary();
        let folder = TempDir::new().expect("a temporary folder can be made");
        let env = TestEnv { folder };
        // The home is fresh, but for the compiled code: compiling takes seconds, and every test
        // would pay them.
        let code = code_folder();
        let shared = code.parent().expect("the code lies in the cache");
        fs::create_dir_all(shared).expect("the cache can be made");
        fs::create_dir_all(env.path("home/.cache")).expect("a home can be made");
        #[cfg(unix)]
        std::os::unix::fs::symlink(shared, env.path("home/.cache/docmill")).expect("it links");
        fs::create_dir(env.path("work")).expect("a working folder can be made");
        env
    }

    /// An empty folder with a pipeline that reads plain text and counts its bytes.
    pub fn with_small_pipeline() -> TestEnv {
        TestEnv::with_analyzer("well-behaved")
    }

    /// An empty folder with a pipeline that reads plain text, and fails where the text asks for it.
    pub fn with_misbehaving_pipeline() -> TestEnv {
        TestEnv::with_analyzer("misbehave-on-request")
    }

    fn with_analyzer(name: &str) -> TestEnv {
        let env = TestEnv::new();
        let pipeline = format!(
            "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
            shipped("extract-text"),
            crate::guest(&format!("adversarial/{name}")),
        );
        env.write("docmill.toml", pipeline);
        env
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder in which commands run.
    pub fn work(&self) -> PathBuf {
        self.path("work")
    }

    /// Writes a file into the working folder, and the folders it lies in.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    pub fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.work().join(name);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("it can be made");
        fs::write(path, content).expect("it can be written");
    }

    /// A command that has not been started.
    pub fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .current_dir(self.work())
            .env_clear()
            .env("HOME", self.path("home"))
            .env("XDG_CACHE_HOME", self.path("home/.cache"))
            .env("TMPDIR", self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs `docmill` with these arguments.
    ///
    /// # Panics
    ///
    /// If it does not end.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Output {
        let child = self.command(arguments).spawn().expect("docmill starts");
        self.finish(child)
    }

    /// Waits for a command to end.
    ///
    /// # Panics
    ///
    /// If it does not.
    pub fn finish(&self, mut child: Child) -> Output {
        let read = |pipe: Option<Box<dyn std::io::Read + Send>>| {
            std::thread::spawn(move || {
                let mut bytes = Vec::new();
                if let Some(mut pipe) = pipe {
                    pipe.read_to_end(&mut bytes).expect("a pipe can be read");
                }
                bytes
            })
        };
        let stdout = read(child.stdout.take().map(|pipe| Box::new(pipe) as _));
        let stderr = read(child.stderr.take().map(|pipe| Box::new(pipe) as _));
        let begun = Instant::now();
        let status = loop {
            match child.try_wait().expect("a child can be waited for") {
                Some(status) => break status,
                None if begun.elapsed() > PATIENCE => {
                    // It may end in this very moment, which is as good.
                    let _ = child.kill();
                    panic!("docmill did not end within {} s", PATIENCE.as_secs());
                }
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        };
        let text = |bytes: std::thread::JoinHandle<Vec<u8>>| {
            self.rewritten(&String::from_utf8_lossy(&bytes.join().expect("it reads on")))
        };
        Output { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }

    /// Puts `[ROOT]` in the place of the working folder, `[TARGET]` in that of cargo's, and
    /// `[TIME]` in that of durations.
    fn rewritten(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (path, name) in
            [(self.work(), "[ROOT]"), (crate::target(), "[TARGET]"), (root().to_owned(), "[REPO]")]
        {
            if let Ok(canonical) = fs::canonicalize(&path) {
                text = text.replace(&canonical.display().to_string(), name);
            }
            text = text.replace(&path.display().to_string(), name);
        }
        text.split_inclusive('\n').map(without_time).collect()
    }
}

/// `…, in 1.3 s` becomes `…, in [TIME]`.
fn without_time(line: &str) -> String {
    let ends = |rest: &str| {
        rest.trim_end().strip_suffix(" s").is_some_and(|number| number.parse::<f64>().is_ok())
    };
    match line.rsplit_once(", in ") {
        Some((before, rest)) if ends(rest) => format!("{before}, in [TIME]\n"),
        _ => line.to_owned(),
    }
}

/// What came out of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The exit code, unless a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it printed on the side.
    pub stderr: String,
}

impl Output {
    /// Checks the exit code.
    ///
    /// # Panics
    ///
    /// If it is another.
    #[must_use]
    pub fn expect(self, code: i32) -> Output {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Checks that something is said on stderr.
    ///
    /// # Panics
    ///
    /// If it is not.
    #[must_use]
    pub fn says(self, words: &str) -> Output {
        assert!(self.stderr.contains(words), "`{words}` is not in:\n{}", self.stderr);
        self
    }

    /// The events of `--output json`, in order.
    ///
    /// # Panics
    ///
    /// If a whole line is not JSON. The last line may be cut off by a signal.
    pub fn events(&self) -> Vec<serde_json::Value> {
        let whole = self.stdout.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }
}

fn binary() -> PathBuf {
    profile_folder().join(format!("docmill{}", std::env::consts::EXE_SUFFIX))
}

/// Cargo builds the binary of another package only if asked to, so an old one may be lying about.
fn check_binary() {
    let modified = |path: &Path| fs::metadata(path).and_then(|it| it.modified()).ok();
    let Some(built) = modified(&binary()) else {
        panic!("`{}` was not built: run `cargo xtask test`", binary().display());
    };
    fn newest(folder: &Path) -> Option<SystemTime> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .filter_map(|entry| match entry.file_type() {
                Ok(kind) if kind.is_dir() => newest(&entry.path()),
                Ok(_) => entry.metadata().and_then(|it| it.modified()).ok(),
                Err(_) => None,
            })
            .max()
    }
    let sources = ["host/src", "host/cli/src"].map(|folder| newest(&root().join(folder)));
    assert!(
        sources.into_iter().flatten().max() <= Some(built),
        "`{}` is older than its sources: run `cargo xtask test`",
        binary().display()
    );
}
