//! Letters on their way: to a real mail server on the loopback, and into files.

mod office;
mod server;

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use self::office::Office;
use self::server::MailServer;

on_both![
    a_letter_arrives_with_both_forms,
    a_letter_arrives_by_tls_with_a_password,
    a_password_never_goes_to_an_unknown_server,
    what_is_refused_for_now_is_sent_later,
    what_is_refused_for_good_is_given_up,
    a_server_that_lets_nobody_in_loses_no_letter,
    a_server_that_is_away_loses_no_letter,
    what_cannot_be_sent_within_a_day_is_given_up,
    several_processes_send_each_letter_once,
    letters_to_nobody_are_never_sent,
    a_shutdown_lets_letters_arrive,
    without_a_server_letters_become_private_files,
];

/// The settings for a server without TLS.
fn plain(server: &MailServer) -> Value {
    let url = format!("smtp://127.0.0.1:{}", server.port);
    json!({ "smtp_url": url, "from": "Portico <portico@portico.example>" })
}

async fn a_letter_arrives_with_both_forms(backend: Backend) {
    let Some(mut server) = MailServer::start(json!({ "tls": "none" })).await else {
        return;
    };
    let mut office = Office::open(backend).await;
    office
        .write("ada@example.com", "Selamat datang — “Portico”")
        .await;
    office.send(plain(&server));

    let said = server.said().await;
    let mail = &said["mail"];
    assert_eq!(
        mail["from"], "\"Portico\" <portico@portico.example>",
        "{said}"
    );
    assert_eq!(mail["to"], json!(["ada@example.com"]));
    assert_eq!(mail["subject"], "Selamat datang — “Portico”");
    assert_eq!(mail["automatic"], "auto-generated");
    let text = mail["text"].as_str().unwrap_or_default();
    for part in [
        "Selamat datang — kami",
        "https://portico.example/?a=1&b=2",
        "    123456",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let html = mail["html"].as_str().unwrap_or_default();
    assert!(
        html.contains("href=\"https://portico.example/?a=1&amp;b=2\""),
        "{html}"
    );
    let id = mail["id"].as_str().unwrap_or_default();
    assert!(
        id.starts_with("<mail_") && id.ends_with("@portico.example>"),
        "{id}"
    );
    office.all_gone().await;
    office.close().await;
}

async fn a_letter_arrives_by_tls_with_a_password(backend: Backend) {
    let mut office = Office::open(backend).await;
    for (tls, scheme) in [("starttls", "smtp+starttls"), ("implicit", "smtps")] {
        let settings = json!({ "tls": tls, "password": "p@ss:w/rd" });
        let Some(mut server) = MailServer::start(settings).await else {
            return;
        };
        let url = format!(
            "{scheme}://portico:p%40ss%3Aw%2Frd@localhost:{}",
            server.port
        );
        let ca_file = office.certificate(&server);
        let from = "portico@portico.example";
        office.send(json!({ "smtp_url": url, "from": from, "ca_file": ca_file }));
        office.write("ada@example.com", tls).await;

        let said = server.said().await;
        let mail = &said["mail"];
        let found = (&mail["subject"], &mail["secure"], &mail["user"]);
        assert_eq!(
            found,
            (&json!(tls), &json!(true), &json!("portico")),
            "{said}"
        );
        office.all_gone().await;
        office.close().await;
    }
}

async fn a_password_never_goes_to_an_unknown_server(backend: Backend) {
    let mut office = Office::open(backend).await;
    office.write("ada@example.com", "Hello").await;
    // Neither to one with somebody's certificate, nor to one without TLS.
    for (attempts, tls) in [(1, "starttls"), (2, "none")] {
        let settings = json!({ "tls": tls, "password": "secret" });
        let Some(mut server) = MailServer::start(settings).await else {
            return;
        };
        let url = format!("smtp+starttls://portico:secret@localhost:{}", server.port);
        office.send(json!({ "smtp_url": url, "from": "portico@portico.example" }));
        office.tried(attempts).await;
        office.close().await;
        assert_eq!(office.waiting().await, 1);
        assert!(futures::poll!(Box::pin(server.said())).is_pending());
        office.test.app.clock.advance(TimeDelta::seconds(15));
    }
}

async fn what_is_refused_for_now_is_sent_later(backend: Backend) {
    let settings = json!({ "tls": "none", "refusals": [451, 421] });
    let Some(mut server) = MailServer::start(settings).await else {
        return;
    };
    let mut office = Office::open(backend).await;
    office.send(plain(&server));
    office.write("ada@example.com", "Hello").await;
    for (attempts, code, seconds) in [(1, 451, 15), (2, 421, 30)] {
        assert_eq!(server.said().await, json!({ "refused": code }));
        office.tried(attempts).await;
        office.test.app.clock.advance(TimeDelta::seconds(seconds));
    }
    assert_eq!(server.said().await["mail"]["subject"], "Hello");
    office.all_gone().await;
    office.close().await;
}

async fn what_is_refused_for_good_is_given_up(backend: Backend) {
    let settings = json!({ "tls": "none", "refusals": [550] });
    let Some(mut server) = MailServer::start(settings).await else {
        return;
    };
    let mut office = Office::open(backend).await;
    office.send(plain(&server));
    office.write("nobody@example.com", "Hello").await;
    assert_eq!(server.said().await, json!({ "refused": 550 }));
    office.all_gone().await;
    office.write("no address", "Hello").await;
    office.all_gone().await;
    office.write("ada@example.com", "The next one").await;
    assert_eq!(server.said().await["mail"]["subject"], "The next one");
    office.close().await;
}

async fn a_server_that_lets_nobody_in_loses_no_letter(backend: Backend) {
    let settings = json!({ "tls": "none", "password": "right" });
    let Some(mut server) = MailServer::start(settings).await else {
        return;
    };
    let mut office = Office::open(backend).await;
    let settings = |password: &str| {
        let url = format!("smtp://portico:{password}@127.0.0.1:{}", server.port);
        json!({ "smtp_url": url, "from": "portico@portico.example" })
    };
    let right = settings("right");
    office.send(settings("wrong"));
    office.write("ada@example.com", "Hello").await;
    assert_eq!(server.said().await, json!({ "refused": 535 }));
    office.tried(1).await;
    office.close().await;

    office.send(right);
    office.test.app.clock.advance(TimeDelta::seconds(15));
    assert_eq!(server.said().await["mail"]["subject"], "Hello");
    office.all_gone().await;
    office.close().await;
}

async fn a_server_that_is_away_loses_no_letter(backend: Backend) {
    let Some(gone) = MailServer::start(json!({ "tls": "none" })).await else {
        return;
    };
    let mut office = Office::open(backend).await;
    office.send(plain(&gone));
    let port = gone.port;
    drop(gone);
    office.write("ada@example.com", "Hello").await;
    office.tried(1).await;

    let settings = json!({ "tls": "none", "port": port });
    let mut back = MailServer::start(settings).await.expect("as before");
    office.test.app.clock.advance(TimeDelta::seconds(15));
    assert_eq!(back.said().await["mail"]["subject"], "Hello");
    office.close().await;
}

async fn what_cannot_be_sent_within_a_day_is_given_up(backend: Backend) {
    let Some(gone) = MailServer::start(json!({ "tls": "none" })).await else {
        return;
    };
    let settings = plain(&gone);
    drop(gone);
    let mut office = Office::open(backend).await;
    office.write("ada@example.com", "Hello").await;
    office.send(settings);
    office.tried(1).await;
    office.test.app.clock.advance(TimeDelta::days(1));
    office.all_gone().await;
    office.close().await;
}

async fn several_processes_send_each_letter_once(backend: Backend) {
    const LETTERS: usize = 40;
    let Some(mut server) = MailServer::start(json!({ "tls": "none" })).await else {
        return;
    };
    let mut office = Office::open(backend).await;
    let subjects = (0..LETTERS).map(|place| format!("Letter {place}"));
    let mut subjects = subjects.collect::<Vec<_>>();
    join_all(
        subjects
            .iter()
            .map(|subject| office.write("ada@example.com", subject)),
    )
    .await;
    for _ in 0..3 {
        office.send(plain(&server));
    }
    let mut arrived = Vec::new();
    for _ in 0..LETTERS {
        let said = server.said().await;
        arrived.push(
            said["mail"]["subject"]
                .as_str()
                .expect("a letter")
                .to_owned(),
        );
    }
    office.all_gone().await;
    office.write("ada@example.com", "The last one").await;
    let last = server.said().await;
    assert_eq!(
        last["mail"]["subject"], "The last one",
        "nothing comes twice"
    );
    office.close().await;
    arrived.sort_unstable();
    subjects.sort_unstable();
    assert_eq!(arrived, subjects);
}

async fn letters_to_nobody_are_never_sent(backend: Backend) {
    let Some(mut server) = MailServer::start(json!({ "tls": "none" })).await else {
        return;
    };
    let mut office = Office::open(backend).await;
    office.write("", "To nobody").await;
    office.write("ada@example.com", "To somebody").await;
    office.send(plain(&server));
    assert_eq!(server.said().await["mail"]["subject"], "To somebody");
    office.all_gone().await;
    office.close().await;
}

async fn a_shutdown_lets_letters_arrive(backend: Backend) {
    let Some(mut server) = MailServer::start(json!({ "tls": "none" })).await else {
        return;
    };
    let mut office = Office::open(backend).await;
    office.write("ada@example.com", "Hello").await;
    office.send(plain(&server));
    office.claimed().await;
    office.close().await;
    assert_eq!(office.waiting().await, 0);
    assert_eq!(server.said().await["mail"]["subject"], "Hello");
}

async fn without_a_server_letters_become_private_files(backend: Backend) {
    let mut office = Office::open(backend).await;
    office.write("ada@example.com", "Hello").await;
    office.send(json!({}));
    office.all_gone().await;
    office.close().await;

    let directory = office.test.database.dir().join("mail");
    let mut files = std::fs::read_dir(&directory).expect("the directory is there");
    let file = files.next().expect("there is a file").expect("readable");
    assert!(files.next().is_none());
    let content = std::fs::read_to_string(file.path()).expect("readable");
    for line in [
        "To: ada@example.com\r\n",
        "Subject: Hello\r\n",
        "multipart/alternative",
    ] {
        assert!(content.contains(line), "{line:?} is not in {content}");
    }
    assert_eq!(
        file.path().extension().and_then(|it| it.to_str()),
        Some("eml")
    );
    for path in [directory, file.path()] {
        assert!(
            !kit::private::is_open_to_others(&path).expect("there"),
            "{path:?}"
        );
    }
}
