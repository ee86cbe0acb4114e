//! A platform that writes letters, and the processes that send them.

use std::path::PathBuf;

use chrono::TimeDelta;
use diesel_async::RunQueryDsl as _;
use kit::mail::{self, Language, Letter, MailConfig, Way};
use kit::on;
use serde_json::Value;
use testkit::{Backend, TestApp, eventually};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::server::MailServer;

/// A core with letters, and processes that send them.
pub(crate) struct Office {
    pub(crate) test: TestApp,
    senders: Vec<(CancellationToken, JoinHandle<()>)>,
}

impl Office {
    pub(crate) async fn open(backend: Backend) -> Self {
        Self {
            test: TestApp::start(backend).await,
            senders: Vec::new(),
        }
    }

    /// Starts a process that sends letters.
    pub(crate) fn send(&mut self, settings: Value) {
        let config: MailConfig = serde_json::from_value(settings).expect("valid");
        let way = Way::new(&config, self.test.database.dir()).expect("it works together");
        let shutdown = CancellationToken::new();
        let running = mail::run(self.test.app.clone(), way, shutdown.clone());
        self.senders.push((shutdown, tokio::spawn(running)));
    }

    /// Stops all of them and waits for their ends.
    pub(crate) async fn close(&mut self) {
        for (shutdown, sender) in self.senders.drain(..) {
            shutdown.cancel();
            sender.await.expect("no panic");
        }
    }

    pub(crate) async fn write(&self, to: &str, subject: &str) {
        let letter = Letter::new(Language::Indonesian, subject)
            .paragraph("Selamat datang — kami menunggu.")
            .action("Buka", "https://portico.example/?a=1&b=2")
            .code("123456");
        let mut conn = self.test.app.db.write().await.expect("connects");
        let queued = mail::queue(&mut conn, &self.test.app, &letter.to(to)).await;
        queued.expect("queued");
    }

    pub(crate) async fn waiting(&self) -> usize {
        self.test.letters().await.len()
    }

    pub(crate) async fn all_gone(&self) {
        eventually("no letter waits", async || {
            (self.waiting().await == 0).then_some(())
        })
        .await;
    }

    /// Waits until a letter was tried so often and put back.
    pub(crate) async fn tried(&self, attempts: i32) {
        eventually("the letter was tried", async || {
            let mut conn = self.test.app.db.read().await.expect("connects");
            let query = diesel::sql_query("SELECT attempts, due_at FROM mails");
            let rows: Vec<Tried> = on!(&mut conn, |c| query.load(c).await).expect("readable");
            // While it is being sent, it is due in five minutes.
            let soon = self.test.app.clock.now_utc() + TimeDelta::seconds(60);
            let tried = |row: &Tried| row.attempts == attempts && row.due_at < soon;
            rows.iter().any(tried).then_some(())
        })
        .await;
    }

    /// Waits until a process has taken every letter.
    pub(crate) async fn claimed(&self) {
        eventually("the letter is claimed", async || {
            let mut conn = self.test.app.db.read().await.expect("connects");
            let query = diesel::sql_query("SELECT attempts, due_at FROM mails WHERE attempts = 0");
            let rows: Vec<Tried> = on!(&mut conn, |c| query.load(c).await).expect("readable");
            rows.is_empty().then_some(())
        })
        .await;
    }

    pub(crate) fn certificate(&self, server: &MailServer) -> PathBuf {
        let path = self.test.database.dir().join("ca.pem");
        std::fs::write(&path, &server.certificate).expect("written");
        path
    }
}

#[derive(diesel::QueryableByName)]
struct Tried {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    attempts: i32,
    #[diesel(sql_type = diesel::sql_types::Timestamp)]
    due_at: chrono::NaiveDateTime,
}
