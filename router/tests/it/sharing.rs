//! Identical queries of one caller share an answer while it is made.

use ::http::Extensions;
use axum::body::Bytes;
use futures::future::join_all;
use router::{Context, Request, SharedBy};

use crate::graph::Shop;

fn context(caller: Option<&'static str>) -> Context {
    let mut extensions = Extensions::new();
    if let Some(caller) = caller {
        extensions.insert(SharedBy(Bytes::from_static(caller.as_bytes())));
    }
    Context {
        extensions,
        deadline: None,
    }
}

/// How many requests reach the subgraphs when several ask at once.
async fn asked(query: &str, callers: &[Option<&'static str>]) -> usize {
    let shop = Shop::open();
    let answers = callers.iter().map(|caller| {
        let request = Request {
            query: query.to_owned(),
            ..Request::default()
        };
        shop.engine.execute(request, context(*caller))
    });
    let answers = join_all(answers).await;
    assert!(answers.iter().all(|answer| answer.errors().is_empty()));
    shop.log.take().len()
}

#[tokio::test]
async fn one_caller_is_answered_once() {
    assert_eq!(asked("{ me { name } }", &[Some("ada"); 5]).await, 1);
}

#[tokio::test]
async fn different_callers_never_share() {
    let callers = [Some("ada"), Some("bob"), Some("ada")];
    assert_eq!(asked("{ me { name } }", &callers).await, 2);
}

#[tokio::test]
async fn who_is_not_known_shares_with_nobody() {
    assert_eq!(asked("{ me { name } }", &[None; 3]).await, 3);
}

#[tokio::test]
async fn mutations_are_never_shared() {
    let mutation = r#"mutation { rename(to: "Eve") }"#;
    assert_eq!(asked(mutation, &[Some("ada"); 3]).await, 3);
}
