//! The shop that is measured: its subgraphs in a process of their own, its supergraph in a file.

use std::env;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use axum::body::Bytes;
use router::compose::{SubgraphSdl, Supergraph, compose};
use serde_json::json;
use tempfile::TempDir;

use crate::load::Question;
use crate::process::{Measured, free_address};
use crate::subgraphs::Subgraphs;

/// Three hops over lists, with a requirement; the answer has about 90 kB.
pub(crate) const QUERY: &str = "
fragment Person on User { id username name }
fragment Words on Review { id body }
fragment Thing on Product { upc name price weight inStock shippingEstimate }
fragment Said on Product {
  reviews { ...Words author { ...Person reviews { ...Words product { ...Thing } } } }
}
query Shop {
  users { ...Person reviews { ...Words product { ...Thing ...Said } } }
  topProducts(first: 5) { ...Thing ...Said }
}";

/// What one subgraph answers alone.
pub(crate) const SMALL: &str = "{ topProducts(first: 3) { upc name price } }";

/// The running subgraphs.
pub(crate) struct Shop {
    pub(crate) supergraph: Supergraph,
    pub(crate) subgraphs_at: SocketAddr,
    pub(crate) subgraphs: Measured,
    directory: TempDir,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let subgraphs_at = free_address().await;
        let own = env::current_exe().expect("a program knows its path");
        let mut serve = Command::new(own);
        serve.arg("--serve-subgraphs").arg(subgraphs_at.to_string());
        let subgraphs = Measured::start(&mut serve, subgraphs_at).await;
        let shop = Self {
            supergraph: supergraph(subgraphs_at),
            subgraphs_at,
            subgraphs,
            directory: TempDir::new().expect("there is a place for temporary files"),
        };
        std::fs::write(shop.file(), &shop.supergraph.sdl).expect("the directory is ours");
        shop
    }

    /// Where the supergraph is.
    pub(crate) fn file(&self) -> PathBuf {
        self.directory.path().join("supergraph.graphql")
    }

    /// A question without the answer.
    pub(crate) fn question(address: SocketAddr, path: &'static str, query: &str) -> Question {
        let body = json!({ "query": query }).to_string();
        Question {
            address,
            path,
            body: Bytes::from(body),
            answer: Bytes::new(),
        }
    }
}

fn supergraph(at: SocketAddr) -> Supergraph {
    let sdls = Subgraphs::new().sdls().map(|(name, sdl)| SubgraphSdl {
        name: name.to_owned(),
        url: Some(format!("http://{at}/{name}")),
        sdl,
    });
    let composition = compose(&sdls);
    let supergraph = composition.supergraph;
    supergraph.unwrap_or_else(|| panic!("{:#?}", composition.diagnostics))
}
