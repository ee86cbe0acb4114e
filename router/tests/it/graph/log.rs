//! A log of what subgraphs were asked.

use std::sync::{Arc, Mutex};

use async_graphql::Value;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use router::{Subgraph, SubgraphRequest, SubgraphResponse};

/// One request to one subgraph.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) subgraph: &'static str,
    pub(crate) text: String,
    pub(crate) variables: Value,
}

#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Entry>>>);

impl Log {
    /// Everything since the last time, in order of arrival.
    pub(crate) fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut self.0.lock().expect("no test panics here"))
    }

    /// `subgraph text` for everything since the last time.
    pub(crate) fn texts(&self) -> Vec<String> {
        let entries = self.take().into_iter();
        entries
            .map(|entry| format!("{} {}", entry.subgraph, entry.text))
            .collect()
    }

    /// Which subgraphs were asked, in order of arrival.
    pub(crate) fn subgraphs(&self) -> Vec<&'static str> {
        self.take()
            .into_iter()
            .map(|entry| entry.subgraph)
            .collect()
    }
}

/// A subgraph that is listened to.
pub(crate) struct Logged<S> {
    name: &'static str,
    log: Log,
    inner: S,
}

impl<S: Subgraph + 'static> Logged<S> {
    pub(crate) fn shared(name: &'static str, log: &Log, inner: S) -> Arc<dyn Subgraph> {
        Arc::new(Self {
            name,
            log: log.clone(),
            inner,
        })
    }
}

impl<S: Subgraph> Logged<S> {
    fn record(&self, request: &SubgraphRequest) {
        let variables = request.variables.iter();
        let variables = variables
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        self.log.0.lock().expect("no test panics here").push(Entry {
            subgraph: self.name,
            text: request.operation.text.clone(),
            variables: Value::Object(variables),
        });
    }
}

impl<S: Subgraph> Subgraph for Logged<S> {
    fn execute(&self, request: SubgraphRequest) -> BoxFuture<'_, SubgraphResponse> {
        self.record(&request);
        self.inner.execute(request)
    }

    fn subscribe(&self, request: SubgraphRequest) -> BoxStream<'static, SubgraphResponse> {
        self.record(&request);
        self.inner.subscribe(request)
    }
}
