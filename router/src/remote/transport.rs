//! One subgraph over HTTP: admission, attempts, and the exchange itself.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, StatusCode, Uri};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::flights::{Epoch, Flights, Key};
use crate::remote::address::Address;
use crate::remote::breaker::Breaker;
use crate::remote::connect::Connector;
use crate::remote::failure::{Failure, is_unavailable};
use crate::remote::options::{Protocol, RemoteOptions};
use crate::remote::replicas::Replicas;
use crate::remote::request::Outgoing;
use crate::remote::retry::{self, Budget};
use crate::remote::{RemoteError, answer};
use crate::subgraph::{OperationKind, SubgraphResponse};

/// Bytes of the head of an answer, and of one read.
const HEAD_MAX: u32 = 64 << 10;

type Answer = Result<SubgraphResponse, Failure>;

/// The state that all requests to a subgraph share.
pub(crate) struct Transport {
    pub(crate) options: RemoteOptions,
    client: Client<Connector, Full<Bytes>>,
    uri: Uri,
    running: Semaphore,
    waiting: Semaphore,
    breaker: Option<Breaker>,
    budget: Budget,
    flights: Flights<Answer>,
    epoch: Epoch,
}

/// A status, and what came with it.
struct Exchange {
    status: StatusCode,
    answer: Answer,
}

impl Transport {
    pub(crate) fn new(
        address: &Address,
        replicas: Replicas,
        options: RemoteOptions,
    ) -> Result<Self, RemoteError> {
        Ok(Self {
            uri: address.uri()?,
            client: client(replicas, &options),
            running: Semaphore::new(options.concurrency_max.clamp(1, Semaphore::MAX_PERMITS)),
            waiting: Semaphore::new(options.waiting_max.min(Semaphore::MAX_PERMITS)),
            breaker: options.breaker.map(Breaker::new),
            budget: Budget::new(&options.retries),
            flights: Flights::new(options.flights_max),
            epoch: Epoch::default(),
            options,
        })
    }

    /// Sends a query or a mutation; a query may share the answer to an identical one.
    pub(crate) async fn send(self: &Arc<Self>, outgoing: Outgoing) -> SubgraphResponse {
        let subgraph = Arc::clone(&outgoing.subgraph);
        let deadline = outgoing.deadline;
        let is_query = outgoing.kind == OperationKind::Query;
        let answer = if is_query && self.options.flights_max > 0 {
            timeout_at(deadline, self.share(outgoing)).await
        } else {
            let alone = timeout_at(deadline, self.run(outgoing)).await;
            alone.map(Arc::new)
        };
        let answer = answer.unwrap_or_else(|_elapsed| Arc::new(Err(Failure::Late)));
        match Arc::try_unwrap(answer) {
            Ok(Ok(response)) => response,
            Ok(Err(failure)) => SubgraphResponse::failed(failure.error(&subgraph)),
            Err(shared) => match &*shared {
                Ok(response) => response.clone(),
                Err(failure) => SubgraphResponse::failed(failure.error(&subgraph)),
            },
        }
    }

    async fn share(self: &Arc<Self>, outgoing: Outgoing) -> Arc<Answer> {
        let key = Key {
            epoch: self.epoch.now(),
            caller: outgoing.header_key().into(),
            body: outgoing.body.clone(),
        };
        let transport = Arc::clone(self);
        let flight = async move { transport.run(outgoing).await };
        self.flights.join(key, flight).await
    }

    async fn run(&self, outgoing: Outgoing) -> Answer {
        let is_mutation = outgoing.kind == OperationKind::Mutation;
        let _ending = is_mutation.then(|| self.epoch.begin());
        let limit = self.options.timeout;
        let ends = Instant::now() + limit;
        let answer = timeout_at(ends, self.attempts(&outgoing, ends))
            .await
            .unwrap_or(Err(Failure::Slow(limit)));
        if let Err(failure) = &answer {
            failure.log(&outgoing.subgraph);
        }
        answer
    }

    async fn attempts(&self, outgoing: &Outgoing, ends: Instant) -> Answer {
        let options = self.options.retries;
        let ends = ends.min(outgoing.deadline);
        self.budget.deposit();
        let mut retries = 0;
        loop {
            let attempt = self.attempt(outgoing, ends).await;
            let is_passing = match &attempt {
                Ok(exchange) => is_unavailable(exchange.status),
                Err(failure) => failure.is_passing(),
            };
            let pause = retry::pause(options.pause, options.pause_max, retries);
            let is_repeated = is_passing
                && outgoing.kind == OperationKind::Query
                && retries < options.retries_max
                && Instant::now() + pause < ends
                && self.budget.withdraw();
            if !is_repeated {
                return attempt.and_then(|exchange| exchange.answer);
            }
            tracing::debug!(
                subgraph = &*outgoing.subgraph,
                ?pause,
                "query is sent again"
            );
            retries += 1;
            sleep(pause).await;
        }
    }

    async fn attempt(&self, outgoing: &Outgoing, ends: Instant) -> Result<Exchange, Failure> {
        let _place = self.admit().await?;
        let ticket = match &self.breaker {
            Some(breaker) => Some(
                breaker
                    .admit(&outgoing.subgraph, ends)
                    .ok_or(Failure::Open)?,
            ),
            None => None,
        };
        let exchange = self.exchange(outgoing).await;
        if let Some(ticket) = ticket {
            let failure = match &exchange {
                Ok(exchange) => exchange.answer.as_ref().err(),
                Err(failure) => Some(failure),
            };
            ticket.settle(failure.is_some_and(Failure::is_of_subgraph));
        }
        exchange
    }

    async fn admit(&self) -> Result<SemaphorePermit<'_>, Failure> {
        if let Ok(place) = self.running.try_acquire() {
            return Ok(place);
        }
        let _waiting = self.waiting.try_acquire().map_err(|_| Failure::Busy)?;
        match timeout(self.options.waiting_timeout, self.running.acquire()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(Failure::Busy),
        }
    }

    async fn exchange(&self, outgoing: &Outgoing) -> Result<Exchange, Failure> {
        let mut request = Request::new(Full::new(outgoing.body.clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = outgoing.headers.clone();
        let response = self.client.request(request).await.map_err(|err| {
            if err.is_connect() {
                Failure::Connect(err.into())
            } else {
                Failure::Broken(err.into())
            }
        })?;
        let (head, body) = response.into_parts();
        if let Some(credentials) = &self.options.credentials {
            credentials.answered(&outgoing.extensions, &head.headers);
        }
        let status = head.status;
        let body = answer::read(&head.headers, body, self.options.answer_max).await;
        let answer = match body {
            // A proxy's page is no answer, whatever its status says.
            Ok(body) if answer::may_be_json(&body) => {
                if status.is_success() {
                    Ok(SubgraphResponse::unread(body))
                } else {
                    answer::parse(body, self.options.nesting_max).await
                }
            }
            Ok(_) => Err(Failure::Malformed("it is no JSON object".into())),
            Err(failure) => Err(failure),
        };
        let answer = if status.is_success() {
            answer
        } else {
            answer.map_err(|_| Failure::Status(status))
        };
        Ok(Exchange { status, answer })
    }
}

fn client(replicas: Replicas, options: &RemoteOptions) -> Client<Connector, Full<Bytes>> {
    Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(options.idle_timeout)
        .pool_max_idle_per_host(options.idle_max)
        // The head of an answer must fit in.
        .http1_max_buf_size(HEAD_MAX as usize)
        .http2_max_header_list_size(HEAD_MAX)
        .http2_only(options.protocol == Protocol::Http2)
        .http2_initial_stream_window_size(1 << 20)
        .http2_initial_connection_window_size(8 << 20)
        // A connection that is gone without a word would take every request with it.
        .http2_keep_alive_interval(options.idle_timeout)
        .http2_keep_alive_timeout(options.connect_timeout)
        .build(Connector(Arc::new(replicas)))
}
