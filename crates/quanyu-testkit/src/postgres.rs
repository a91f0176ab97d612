//! A PostgreSQL server of the test process's own, from the binaries that Debian installs.
//!
//! Owns starting and stopping it. It listens on a socket in a temporary folder only. A shell watches over it: when the
//! test process ends, however it ends, the pipe to the shell closes, and the shell stops the server and removes the
//! folder.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{LazyLock, Mutex},
    thread::sleep,
    time::{Duration, Instant},
};

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Server {
    folder: PathBuf,
    binaries: PathBuf,
    flags: String,
    /// Kept so that the pipe stays open as long as the process lives.
    _watch: Mutex<Child>,
}

/// The server, started when it is first asked for.
pub(crate) fn server() -> Result<&'static Server, &'static str> {
    static SERVER: LazyLock<Result<Server, String>> = LazyLock::new(|| start(QUICK));
    SERVER.as_ref().map_err(String::as_str)
}

/// Nothing outlives a crash, which no test but those of [`SAFE`] makes.
const QUICK: &str = "-c full_page_writes=off -c synchronous_commit=off";
/// What was answered outlives a crash of the server; the machine itself stays up, so that nothing needs to reach the disk.
pub(crate) const SAFE: &str = "";

impl Server {
    /// Stops it as a crash would: nobody is told, nothing is finished.
    pub(crate) fn crash(&self) {
        self.control(&["-m", "immediate", "stop"]);
    }

    /// Starts it again; it recovers by itself.
    pub(crate) fn start_again(&self) {
        let (log, flags) = (self.folder.join("log2"), self.flags());
        let log = log.display().to_string();
        self.control(&["-l", &log, "-o", &flags, "start"]);
    }

    fn flags(&self) -> String {
        format!(
            "-k {} -c listen_addresses= {}",
            self.folder.display(),
            self.flags
        )
    }

    fn control(&self, arguments: &[&str]) {
        let as_whom = as_whom();
        let mut words: Vec<&str> = as_whom.split_whitespace().collect();
        let program = self.binaries.join("pg_ctl").display().to_string();
        let data = self.folder.join("data").display().to_string();
        words.extend([program.as_str(), "-w", "-D", data.as_str()]);
        words.extend(arguments);
        let done = Command::new(words[0])
            .args(&words[1..])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("pg_ctl starts");
        assert!(done.success(), "pg_ctl {arguments:?}");
    }

    pub(crate) fn create_database(&self, name: &str) -> String {
        let sql = format!("create database {name} template template0 encoding 'UTF8'");
        let done = Command::new(self.binaries.join("psql"))
            .args(["-q", "-U", "postgres", "-d", "postgres", "-c", &sql, "-h"])
            .arg(&self.folder)
            .output()
            .expect("psql starts");
        assert!(
            done.status.success(),
            "create database: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        format!(
            "postgres://postgres@localhost/{name}?host={}",
            self.folder.display()
        )
    }

    /// The database as SQL text.
    pub(crate) fn dump(&self, url: &str) -> String {
        let done = Command::new(self.binaries.join("pg_dump"))
            .args([
                "--inserts",
                "--no-owner",
                "--no-privileges",
                "--dbname",
                url,
            ])
            .output()
            .expect("pg_dump starts");
        assert!(
            done.status.success(),
            "pg_dump: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8(done.stdout).expect("the database is UTF-8")
    }

    /// Runs SQL text.
    pub(crate) fn load(&self, url: &str, sql: &str) {
        let mut psql = Command::new(self.binaries.join("psql"))
            .args(["-q", "-v", "ON_ERROR_STOP=1", "-d", url])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("psql starts");
        let mut to = psql.stdin.take().expect("its input was asked for");
        // Where psql stops early, its own words below say why.
        let _ = to.write_all(sql.as_bytes());
        drop(to);
        let done = psql.wait_with_output().expect("psql ends");
        assert!(
            done.status.success(),
            "psql: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    }
}

/// Starts a server with further settings.
pub(crate) fn start(flags: &str) -> Result<Server, String> {
    let binaries = binaries().ok_or("no postgres in /usr/lib/postgresql")?;
    let folder = tempfile::Builder::new()
        .prefix("qy-pg-")
        .tempdir()
        .map_err(|it| it.to_string())?
        .keep();
    // The server refuses to run as root, so that another user must get at the folder.
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).map_err(|it| it.to_string())?;
    // A runner that ends the whole process group must not end the watch before it has cleaned up.
    let script = r#"
        trap : TERM INT HUP
        (
            "$AS" "$BIN/initdb" -D "$DIR/data" -U postgres --auth=trust --no-sync --locale=C --encoding=UTF8 &&
            exec "$AS" "$BIN/postgres" -D "$DIR/data" -k "$DIR" -c listen_addresses= $FLAGS
        ) >"$DIR/log" 2>&1 &
        read -r _
        # By its own word, since a test may have started it again.
        kill -QUIT "$(head -n 1 "$DIR/data/postmaster.pid")"
        wait
        n=0
        while [ -e "$DIR/data/postmaster.pid" ] && [ "$n" -lt 50 ]; do sleep 0.1; n=$((n + 1)); done
        rm -rf "$DIR"
    "#;
    // One word for "as whom", so that the script needs no other quoting.
    let script = script.replace("\"$AS\"", &as_whom());
    let flags = format!("-c fsync=off -c max_connections=200 -c shared_buffers=64MB {flags}");
    let watch = Command::new("sh")
        .args(["-c", &script])
        .env("BIN", &binaries)
        .env("DIR", &folder)
        .env("FLAGS", &flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|it| it.to_string())?;
    let server = Server {
        folder,
        binaries,
        flags,
        _watch: Mutex::new(watch),
    };
    let start = Instant::now();
    loop {
        let ready = Command::new(server.binaries.join("pg_isready"))
            .args(["-q", "-U", "postgres", "-h"])
            .arg(&server.folder)
            .status()
            .map_err(|it| it.to_string())?;
        if ready.success() {
            return Ok(server);
        }
        if start.elapsed() > PATIENCE {
            let log = fs::read_to_string(server.folder.join("log")).unwrap_or_default();
            return Err(format!("the server does not answer: {log}"));
        }
        sleep(Duration::from_millis(30));
    }
}

/// The newest version that is installed.
fn binaries() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|it| Some(it.ok()?.path().join("bin")))
        .filter(|it| it.join("initdb").exists() && it.join("postgres").exists())
        .collect();
    versions.sort_by_key(|it| version(it));
    versions.pop()
}

fn version(bin: &Path) -> u32 {
    bin.parent()
        .and_then(Path::file_name)
        .and_then(|it| it.to_str()?.parse().ok())
        .unwrap_or(0)
}

/// What goes before a command so that it does not run as root.
fn as_whom() -> String {
    let root = fs::metadata("/proc/self").is_ok_and(|it| {
        use std::os::unix::fs::MetadataExt as _;
        it.uid() == 0
    });
    if !root {
        return String::new();
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let user = if users.lines().any(|it| it.starts_with("postgres:")) {
        "postgres"
    } else {
        "nobody"
    };
    format!("setpriv --reuid={user} --regid=nogroup --clear-groups")
}
