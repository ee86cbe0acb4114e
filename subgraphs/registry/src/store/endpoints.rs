//! Endpoints.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::db::{Json, violates_unique};
use kit::id::{EndpointId, ServiceId};
use kit::page::Page;
use kit::{Conn, insert_all, keyset, on};

use super::{containing, lower};
use crate::error::RegistryError;
use crate::openapi::{Method, Warning};
use crate::tables::endpoints;

/// One operation of a service.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = endpoints)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql))]
pub(crate) struct Endpoint {
    pub(crate) id: EndpointId,
    pub(crate) service_id: ServiceId,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) operation_id: Option<String>,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) deprecated: bool,
    pub(crate) permission: String,
    /// JSON text; most readers never look at it.
    pub(crate) request_schema: String,
    pub(crate) warnings: Json<Vec<Warning>>,
}

/// An endpoint to be added.
#[derive(Debug, Insertable)]
#[diesel(table_name = endpoints, treat_none_as_default_value = false)]
pub(crate) struct NewEndpoint {
    pub(crate) id: EndpointId,
    pub(crate) service_id: ServiceId,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) operation_id: Option<String>,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) deprecated: bool,
    pub(crate) permission: String,
    pub(crate) base_url: Option<String>,
    pub(crate) request_schema: String,
    pub(crate) warnings: Json<Vec<Warning>>,
}

/// Which endpoints a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct EndpointFilter {
    /// Those with this method.
    pub(crate) method: Option<Method>,
    /// Those with this tag.
    pub(crate) tag: Option<String>,
    /// Those whose path, title or operation id contains this.
    pub(crate) search: Option<String>,
}

/// Applies a filter to a boxed query of either backend.
macro_rules! narrow {
    ($query:ident, $filter:expr) => {
        if let Some(method) = $filter.method {
            $query = $query.filter(endpoints::method.eq(method));
        }
        if let Some(tag) = &$filter.tag {
            $query = $query.filter(endpoints::tag.eq(tag.clone()));
        }
        if let Some(search) = &$filter.search {
            let pattern = containing(search);
            let operation_id =
                diesel::dsl::sql::<diesel::sql_types::Text>("COALESCE(operation_id, '')");
            let found = lower(endpoints::path).like(pattern.clone()).escape('!');
            let found = found.or(lower(endpoints::title).like(pattern.clone()).escape('!'));
            $query = $query.filter(found.or(lower(operation_id).like(pattern).escape('!')));
        }
    };
}

impl Endpoint {
    /// Adds an endpoint; the service must have none with this method and path.
    pub(crate) async fn insert(
        conn: &mut Conn,
        endpoint: NewEndpoint,
    ) -> Result<(), RegistryError> {
        let (method, path) = (endpoint.method, endpoint.path.clone());
        match insert_all!(conn, endpoints::table, vec![endpoint]) {
            Ok(_) => Ok(()),
            Err(err) if violates_unique(&err, "endpoints", &["service_id", "method", "path"]) => {
                Err(RegistryError::EndpointTaken { method, path })
            }
            Err(err) => Err(err.into()),
        }
    }

    /// Adds endpoints of a service that has none yet.
    pub(crate) async fn insert_all(
        conn: &mut Conn,
        endpoints: Vec<NewEndpoint>,
    ) -> QueryResult<usize> {
        insert_all!(conn, endpoints::table, endpoints)
    }

    /// Endpoints of any service; the caller checks who may see which.
    pub(crate) async fn by_ids(conn: &mut Conn, ids: &[EndpointId]) -> QueryResult<Vec<Self>> {
        on!(conn, |c| endpoints::table
            .filter(endpoints::id.eq_any(ids))
            .select(Self::as_select())
            .load(c)
            .await)
    }

    /// The permissions that the endpoints of each service require, each once.
    pub(crate) async fn permissions(
        conn: &mut Conn,
        services: &[ServiceId],
    ) -> QueryResult<HashMap<ServiceId, Vec<String>>> {
        let rows: Vec<(ServiceId, String)> = on!(conn, |c| endpoints::table
            .filter(endpoints::service_id.eq_any(services))
            .select((endpoints::service_id, endpoints::permission))
            .distinct()
            .load(c)
            .await)?;
        let mut permissions = HashMap::<_, Vec<_>>::new();
        for (service, permission) in rows {
            permissions.entry(service).or_default().push(permission);
        }
        Ok(permissions)
    }

    /// A page of a service's endpoints, of those that require one of the permissions.
    pub(crate) async fn page(
        conn: &mut Conn,
        service: ServiceId,
        permissions: &[String],
        filter: &EndpointFilter,
        page: &Page<EndpointId>,
    ) -> QueryResult<Vec<Self>> {
        on!(conn, |c| {
            let mut query = endpoints::table
                .filter(endpoints::service_id.eq(service))
                .filter(endpoints::permission.eq_any(permissions))
                .select(Self::as_select())
                .into_boxed();
            narrow!(query, filter);
            keyset!(query, endpoints::id, page).load(c).await
        })
    }

    /// How many endpoints [`page`](Self::page) has on all pages together.
    pub(crate) async fn count(
        conn: &mut Conn,
        service: ServiceId,
        permissions: &[String],
        filter: &EndpointFilter,
    ) -> QueryResult<i64> {
        on!(conn, |c| {
            let mut query = endpoints::table
                .filter(endpoints::service_id.eq(service))
                .filter(endpoints::permission.eq_any(permissions))
                .count()
                .into_boxed();
            narrow!(query, filter);
            query.get_result(c).await
        })
    }
}
