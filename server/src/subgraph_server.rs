//! The subgraphs of this process, served to routers in other processes.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use kit::App;
use router::ServeOptions;
use tokio_util::sync::CancellationToken;

use crate::assembly::Mounted;
use crate::config::Config;
use crate::passport::{Border, Passports};
use crate::role::Role;

/// Where a subgraph is, below the address that its process listens on.
pub fn path(subgraph: Role) -> String {
    format!("/subgraphs/{subgraph}")
}

/// `/subgraphs/NAME/graphql` and `/subgraphs/NAME/ws` for each of the subgraphs.
pub fn routes<'a>(
    app: &App,
    config: &Config,
    subgraphs: impl IntoIterator<Item = &'a Mounted>,
    shutdown: &CancellationToken,
) -> anyhow::Result<Router> {
    let passports = Passports::new(&app.key, &app.clock)?;
    let options = ServeOptions {
        body_max: config.graphql.body_bytes_max,
        timeout: Duration::from_millis(config.graphql.timeout_ms),
        shutdown: shutdown.clone(),
        ..ServeOptions::default()
    };
    let mut routes = Router::new();
    for mounted in subgraphs {
        let border = Border::new(passports.clone(), mounted.role);
        let subgraph = Arc::clone(&mounted.subgraph);
        let name = mounted.role.name();
        let served = router::serve_subgraph(name, subgraph, Arc::new(border), options.clone());
        routes = routes.nest(&path(mounted.role), served);
    }
    Ok(routes)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use chrono::TimeDelta;
    use http::{Extensions, HeaderMap, Request, StatusCode, header};
    use tower::ServiceExt as _;

    use super::*;
    use crate::assembly::assemble;
    use crate::foundation;
    use crate::passport::Issuer;

    async fn status(routes: &Router, headers: &HeaderMap) -> StatusCode {
        let mut request = Request::post("/subgraphs/form/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(r#"{"query":"{ __typename }"}"#))
            .expect("a request");
        request.headers_mut().extend(headers.clone());
        let response = routes.clone().oneshot(request).await;
        response.expect("answers").status()
    }

    #[tokio::test]
    async fn only_a_passport_for_the_subgraph_that_is_in_time_is_answered() {
        let (app, config) = (foundation::detached(), Config::default());
        let assembly = assemble(&app, &config);
        let forms = assembly.subgraphs.iter();
        let forms = forms.filter(|mounted| mounted.role == Role::Form);
        let routes = routes(&app, &config, forms, &CancellationToken::new()).expect("made");
        let passport = |audience| {
            let mut headers = HeaderMap::new();
            Issuer::new(
                Passports::new(&app.key, &app.clock).expect("made"),
                audience,
            )
            .attach(&Extensions::new(), &mut headers);
            headers
        };

        let good = passport(Role::Form);
        assert_eq!(status(&routes, &good).await, StatusCode::OK);
        for wrong in [
            HeaderMap::new(),
            passport(Role::Menu),
            passport(Role::Router),
        ] {
            assert_eq!(status(&routes, &wrong).await, StatusCode::UNAUTHORIZED);
        }
        app.clock.advance(TimeDelta::seconds(61));
        assert_eq!(status(&routes, &good).await, StatusCode::UNAUTHORIZED);
        assert_eq!(status(&routes, &passport(Role::Form)).await, StatusCode::OK);
    }
}
