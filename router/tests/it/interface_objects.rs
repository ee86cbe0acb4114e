//! `@interfaceObject`: a subgraph that extends an interface without knowing who implements it.

use std::sync::Arc;

use async_graphql::{
    ComplexObject, EmptyMutation, EmptySubscription, ID, Interface, Object, Schema, SimpleObject,
};
use router::{Context, Engine, Request};
use serde_json::{Value, json};

use crate::graph::log::{Log, Logged};
use crate::graph::{compose_all, in_process, sdl};

mod library {
    use super::*;

    #[derive(SimpleObject)]
    pub(super) struct Book {
        id: ID,
        title: String,
        pages: i32,
    }

    #[derive(SimpleObject)]
    pub(super) struct Film {
        id: ID,
        title: String,
        minutes: i32,
    }

    #[derive(Interface)]
    #[graphql(field(name = "id", ty = "&ID"), field(name = "title", ty = "&String"))]
    pub(super) enum Media {
        Book(Book),
        Film(Film),
    }

    fn book(id: &str) -> Book {
        Book {
            id: id.into(),
            title: format!("Book {id}"),
            pages: 300,
        }
    }

    fn film(id: &str) -> Film {
        Film {
            id: id.into(),
            title: format!("Film {id}"),
            minutes: 90,
        }
    }

    pub(super) struct Query;

    #[Object]
    impl Query {
        async fn shelf(&self) -> Vec<Media> {
            vec![Media::Book(book("b1")), Media::Film(film("f1"))]
        }

        #[graphql(entity)]
        async fn find_media_by_id(&self, id: ID) -> Media {
            if id.starts_with('b') {
                Media::Book(book(&id))
            } else {
                Media::Film(film(&id))
            }
        }

        #[graphql(entity)]
        async fn find_book_by_id(&self, id: ID) -> Book {
            book(&id)
        }

        #[graphql(entity)]
        async fn find_film_by_id(&self, id: ID) -> Film {
            film(&id)
        }
    }
}

mod ratings {
    use super::*;

    #[derive(SimpleObject)]
    #[graphql(complex, interface_object)]
    pub(super) struct Media {
        id: ID,
    }

    #[ComplexObject]
    impl Media {
        async fn stars(&self) -> i32 {
            if self.id.as_str() == "b1" { 5 } else { 3 }
        }
    }

    pub(super) struct Query;

    #[Object]
    impl Query {
        async fn best(&self) -> Vec<Media> {
            vec![Media { id: "f7".into() }, Media { id: "b1".into() }]
        }

        #[graphql(entity)]
        async fn find_media_by_id(&self, id: ID) -> Media {
            Media { id }
        }
    }
}

async fn run(query: &str) -> (Value, Vec<&'static str>) {
    let library = Schema::new(library::Query, EmptyMutation, EmptySubscription);
    let ratings = Schema::new(ratings::Query, EmptyMutation, EmptySubscription);
    let log = Log::default();
    let supergraph = compose_all(&[sdl("library", &library), sdl("ratings", &ratings)]);
    let engine = Engine::builder(supergraph)
        .subgraph(
            "library",
            Logged::shared("library", &log, in_process(library)),
        )
        .subgraph(
            "ratings",
            Logged::shared("ratings", &log, in_process(ratings)),
        )
        .build()
        .expect("the parts fit together");
    let request = Request {
        query: query.to_owned(),
        ..Request::default()
    };
    let response = Arc::new(engine).execute(request, Context::default()).await;
    let answer = serde_json::from_slice(response.body()).expect("an answer is JSON");
    (answer, log.subgraphs())
}

#[tokio::test]
async fn an_interface_gets_fields_from_who_knows_only_the_interface() {
    let (answer, asked) = run("{ shelf { title stars ... on Book { pages } } }").await;
    assert_eq!(
        answer,
        json!({ "data": { "shelf": [
            { "title": "Book b1", "stars": 5, "pages": 300 },
            { "title": "Film f1", "stars": 3 },
        ] } })
    );
    assert_eq!(asked, ["library", "ratings"]);
}

#[tokio::test]
async fn the_type_is_asked_of_who_knows_it() {
    let (answer, asked) = run("{ best { __typename id stars ... on Film { minutes } } }").await;
    assert_eq!(
        answer,
        json!({ "data": { "best": [
            { "__typename": "Film", "id": "f7", "stars": 3, "minutes": 90 },
            { "__typename": "Book", "id": "b1", "stars": 5 },
        ] } })
    );
    assert_eq!(asked.first(), Some(&"ratings"));
}

#[tokio::test]
async fn the_type_may_be_the_only_thing_asked_elsewhere() {
    let (answer, _) = run("{ best { stars } }").await;
    assert_eq!(
        answer,
        json!({ "data": { "best": [{ "stars": 3 }, { "stars": 5 }] } })
    );
}
