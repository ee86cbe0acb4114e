//! The real binary with a role per process: several replicas of each, one MySQL, one Redis.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::join_all;
use kit::secret;

use crate::portico::{administrator, binary};
use crate::process::{Process, word_ending};
use crate::{Administrator, Backend, Cable, Client, Database, Redis, eventually};

const ROUTER: &str = "router";
/// Together the processes open many connections to one small server.
const CONNECTIONS_MAX: &str = "5";
const LINES_SHOWN: usize = 20;

/// Processes that are one platform together. Dropping this ends them and deletes their data.
pub struct Fleet {
    replicas: Vec<Replica>,
    front: Cable,
    administrator: Administrator,
    database: Arc<Database>,
}

/// Where the processes would keep files.
const DATA: &str = "none";

/// One process.
struct Replica {
    role: &'static str,
    process: Process,
    origin: String,
}

impl Fleet {
    /// Starts so many replicas of each subgraph and of a router before them, on an empty database,
    /// and waits until all are ready. Each element of `roles` names the roles of one kind of
    /// process, separated by commas; the last must be the router.
    pub async fn start(roles: &[&'static str], replicas: usize, settings: &[(&str, &str)]) -> Self {
        let database = Arc::new(Database::empty(Backend::Mysql).await);
        let mut settings = settings.to_vec();
        let (redis, key) = (Redis::fresh(), STANDARD.encode(secret::random::<32>()));
        let database_url = database.setting();
        settings.extend([
            ("PORTICO_DATABASE_URL", &*database_url),
            ("PORTICO_REDIS_URL", redis.setting()),
            ("PORTICO_REDIS_PREFIX", redis.prefix()),
            ("PORTICO_MASTER_KEY", &*key),
        ]);
        let settings = settings.into_iter();
        let mut settings = settings
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect::<Vec<_>>();

        let (router, subgraphs) = roles.split_last().expect("a fleet has a router");
        let mut started = launch(subgraphs, replicas, &settings, &database).await;
        settings.extend(urls(&started));
        started.extend(launch(&[router], replicas, &settings, &database).await);
        let routers = started.iter().filter(|one| one.role == *router);
        let front = Cable::to(&routers.map(Replica::address).collect::<Vec<_>>()).await;
        let administrator = eventually("one process made the administrator", async || {
            started
                .iter()
                .find_map(|one| administrator(&one.process.output()))
        })
        .await;
        Self {
            replicas: started,
            front,
            administrator,
            database,
        }
    }

    /// A client of the routers, in turn, signed out.
    pub fn client(&self) -> Client {
        Client::new(&format!("http://{}", self.front.address()))
    }

    /// The administrator that the first start created.
    pub fn administrator(&self) -> &Administrator {
        &self.administrator
    }

    /// The data directory of every process, which need not be there.
    pub fn data_dir(&self) -> PathBuf {
        self.database.dir().join(DATA)
    }

    /// A client of one replica of a role, without the router.
    pub fn replica(&self, role: &str) -> Client {
        let replica = self.replicas.iter().find(|one| one.role == role);
        Client::new(&replica.expect("the fleet has this role").origin)
    }

    /// Ends the first replica of each role as a power cut would.
    pub fn kill_one_of_each(&mut self) {
        let mut seen = Vec::new();
        for replica in &mut self.replicas {
            if !seen.contains(&replica.role) {
                seen.push(replica.role);
                replica.process.kill();
            }
        }
    }
}

impl Replica {
    fn address(&self) -> SocketAddr {
        let address = self.origin.trim_start_matches("http://");
        address.parse().expect("a process listens on an address")
    }
}

/// Starts all at once, then waits for each.
async fn launch(
    roles: &[&'static str],
    replicas: usize,
    settings: &[(String, String)],
    database: &Database,
) -> Vec<Replica> {
    let kinds = roles
        .iter()
        .flat_map(|role| (0..replicas).map(move |n| (*role, n)));
    let started = kinds.map(|(role, n)| {
        let log = database.dir().join(format!("{role}-{n}.log"));
        let log = File::create(log).expect("the log can be written");
        let process = Process::start(
            binary()
                .arg("serve")
                .env("PORTICO_ROLES", role)
                .env("PORTICO_LISTEN", "127.0.0.1:0")
                .env("PORTICO_DATA_DIR", database.dir().join(DATA))
                .env("PORTICO_DATABASE_CONNECTIONS_MAX", CONNECTIONS_MAX)
                .env("PORTICO_OUTBOUND_ALLOW", "127.0.0.0/8")
                .env("PORTICO_AUTH_EMAIL_VERIFICATION", "off")
                .envs(settings.iter().map(|(name, value)| (name, value)))
                .stderr(log),
        );
        (role, process)
    });
    let started = started.collect::<Vec<_>>();
    join_all(started.into_iter().map(|(role, process)| async move {
        let origin = process.printed(origin).await;
        let origin = origin
            .unwrap_or_else(|| panic!("a process of {role} did not start:\n{}", logs(database)));
        let client = Client::new(&origin);
        eventually("/health/ready answers 200", async || {
            (client.get("/health/ready").await.0 == 200).then_some(())
        })
        .await;
        Replica {
            role,
            process,
            origin,
        }
    }))
    .await
}

/// Where the router finds the subgraphs.
fn urls(replicas: &[Replica]) -> Vec<(String, String)> {
    let mut urls: Vec<(String, String)> = Vec::new();
    for replica in replicas {
        for role in replica.role.split(',').filter(|role| *role != ROUTER) {
            let name = format!("PORTICO_SUBGRAPHS_{}_URLS", role.to_uppercase());
            match urls.iter_mut().find(|(known, _)| *known == name) {
                Some((_, value)) => *value = format!("{value},{}", replica.origin),
                None => urls.push((name, replica.origin.clone())),
            }
        }
    }
    urls
}

/// `http://host:port` of the line that shows where to ask for health.
fn origin(lines: &[String]) -> Option<String> {
    let url = word_ending(lines, "/health/ready")?;
    Some(url.trim_end_matches("/health/ready").to_owned())
}

impl Drop for Fleet {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("{}", logs(&self.database));
        }
    }
}

/// The last words of every process.
fn logs(database: &Database) -> String {
    let Ok(files) = fs::read_dir(database.dir()) else {
        return String::new();
    };
    let paths = files.flatten().map(|file| file.path());
    let logs = paths.filter(|path| path.extension().is_some_and(|kind| kind == "log"));
    logs.map(|path| {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let lines = text.lines().collect::<Vec<_>>();
        let last = lines[lines.len().saturating_sub(LINES_SHOWN)..].join("\n");
        format!("── {}\n{last}\n", path.display())
    })
    .collect()
}
