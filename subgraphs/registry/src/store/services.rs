//! Services.

use chrono::NaiveDateTime;
use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::db::violates_unique;
use kit::id::{ServiceId, TenantId, UserId};
use kit::page::Page;
use kit::{Conn, keyset, on};

use super::{containing, lower};
use crate::error::RegistryError;
use crate::service::Visibility;
use crate::tables::services;

/// A registered service.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = services, treat_none_as_default_value = false)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql))]
pub(crate) struct Service {
    pub(crate) id: ServiceId,
    pub(crate) tenant_id: TenantId,
    pub(crate) slug: String,
    pub(crate) version: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) base_url: String,
    pub(crate) visibility: Visibility,
    pub(crate) icon: Option<String>,
    pub(crate) endpoint_count: i32,
    pub(crate) created_by: UserId,
    pub(crate) created_at: NaiveDateTime,
}

/// Which services a list shows.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServiceFilter {
    /// Those whose name or slug contains this.
    pub(crate) search: Option<String>,
    /// Those that are shown so.
    pub(crate) visibility: Option<Visibility>,
    /// Only the tenant's own.
    pub(crate) own: bool,
}

/// Applies a filter to a boxed query of either backend.
macro_rules! narrow {
    ($query:ident, $filter:expr, $tenant:expr) => {
        if let Some(search) = &$filter.search {
            let pattern = containing(search);
            let name = lower(services::name).like(pattern.clone()).escape('!');
            $query = $query.filter(name.or(services::slug.like(pattern).escape('!')));
        }
        if let Some(visibility) = $filter.visibility {
            $query = $query.filter(services::visibility.eq(visibility));
        }
        if $filter.own {
            $query = $query.filter(services::tenant_id.eq($tenant));
        }
    };
}

/// Narrows a boxed query to the newest service, of one version if one is given.
macro_rules! newest {
    ($query:ident, $version:expr) => {{
        let mut query = $query.select(Self::as_select()).order(services::id.desc());
        if let Some(version) = $version {
            query = query.filter(services::version.eq(version));
        }
        query
    }};
}

impl Service {
    /// The one door to the table: a query that starts here shows a tenant its own services and
    /// those that are public.
    #[auto_type(no_type_alias)]
    fn visible_to(tenant: TenantId) -> _ {
        let public: Visibility = Visibility::Public;
        services::table.filter(
            services::tenant_id
                .eq(tenant)
                .or(services::visibility.eq(public)),
        )
    }

    /// Adds a service; the tenant must have none with this slug and version.
    pub(crate) async fn insert(&self, conn: &mut Conn) -> Result<(), RegistryError> {
        let inserted = on!(conn, |c| diesel::insert_into(services::table)
            .values(self)
            .execute(c)
            .await);
        match inserted {
            Ok(_) => Ok(()),
            Err(err) if violates_unique(&err, "services", &["tenant_id", "slug", "version"]) => {
                Err(RegistryError::Taken {
                    slug: self.slug.clone(),
                    version: self.version.clone(),
                })
            }
            Err(err) => Err(err.into()),
        }
    }

    /// A service that the tenant may see.
    pub(crate) async fn find(
        conn: &mut Conn,
        tenant: TenantId,
        id: ServiceId,
    ) -> QueryResult<Option<Self>> {
        on!(conn, |c| Self::visible_to(tenant)
            .filter(services::id.eq(id))
            .select(Self::as_select())
            .first(c)
            .await
            .optional())
    }

    /// The tenant's own service.
    pub(crate) async fn find_own(
        conn: &mut Conn,
        tenant: TenantId,
        id: ServiceId,
    ) -> QueryResult<Option<Self>> {
        let found = Self::find(conn, tenant, id).await?;
        Ok(found.filter(|service| service.tenant_id == tenant))
    }

    /// Services that the tenant may see, in no order.
    pub(crate) async fn by_ids(
        conn: &mut Conn,
        tenant: TenantId,
        ids: &[ServiceId],
    ) -> QueryResult<Vec<Self>> {
        on!(conn, |c| Self::visible_to(tenant)
            .filter(services::id.eq_any(ids))
            .select(Self::as_select())
            .load(c)
            .await)
    }

    /// The newest service with a slug that the tenant may see.
    pub(crate) async fn find_by_slug(
        conn: &mut Conn,
        tenant: TenantId,
        slug: &str,
        version: Option<&str>,
    ) -> QueryResult<Option<Self>> {
        on!(conn, |c| {
            let query = Self::visible_to(tenant)
                .filter(services::slug.eq(slug))
                .into_boxed();
            newest!(query, version).first(c).await.optional()
        })
    }

    /// The tenant's own newest service with a slug.
    pub(crate) async fn find_own_by_slug(
        conn: &mut Conn,
        tenant: TenantId,
        slug: &str,
        version: Option<&str>,
    ) -> QueryResult<Option<Self>> {
        on!(conn, |c| {
            let own = services::table.filter(services::tenant_id.eq(tenant));
            let query = own.filter(services::slug.eq(slug)).into_boxed();
            newest!(query, version).first(c).await.optional()
        })
    }

    /// A page of the services that the tenant may see.
    pub(crate) async fn page(
        conn: &mut Conn,
        tenant: TenantId,
        filter: &ServiceFilter,
        page: &Page<ServiceId>,
    ) -> QueryResult<Vec<Self>> {
        on!(conn, |c| {
            let mut query = Self::visible_to(tenant)
                .select(Self::as_select())
                .into_boxed();
            narrow!(query, filter, tenant);
            keyset!(query, services::id, page).load(c).await
        })
    }

    /// How many services the tenant may see.
    pub(crate) async fn count(
        conn: &mut Conn,
        tenant: TenantId,
        filter: &ServiceFilter,
    ) -> QueryResult<i64> {
        on!(conn, |c| {
            let mut query = Self::visible_to(tenant).count().into_boxed();
            narrow!(query, filter, tenant);
            query.get_result(c).await
        })
    }

    /// Counts one more endpoint, unless there are as many as there can be.
    pub(crate) async fn count_endpoint(
        conn: &mut Conn,
        id: ServiceId,
        max: usize,
    ) -> QueryResult<bool> {
        let max = i32::try_from(max).unwrap_or(i32::MAX);
        let open = services::table
            .filter(services::id.eq(id))
            .filter(services::endpoint_count.lt(max));
        let changed = on!(conn, |c| diesel::update(open)
            .set(services::endpoint_count.eq(services::endpoint_count + 1))
            .execute(c)
            .await)?;
        Ok(changed == 1)
    }
}
