//! Forms as the registry's events describe them, and who subscribes to their services.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::{FormId, ServiceId, TenantId};
use kit::{Conn, on};

use crate::tables::{form_subscriptions, forms};

/// What an endpoint's form needs to know of the endpoint.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(
    table_name = forms,
    treat_none_as_default_value = false,
    check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql)
)]
pub(crate) struct Form {
    pub(crate) id: FormId,
    pub(crate) service_id: ServiceId,
    pub(crate) owner_id: TenantId,
    pub(crate) permission: String,
    pub(crate) method: String,
    pub(crate) base_url: String,
    pub(crate) path: String,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) schema_text: String,
    pub(crate) version: String,
}

/// Remembers a form as it was last announced.
pub(crate) async fn remember(conn: &mut Conn, form: &Form) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::replace_into(forms::table)
            .values(form)
            .execute(c)
            .await
    })
}

/// Remembers that a tenant subscribes to a service.
pub(crate) async fn remember_subscription(
    conn: &mut Conn,
    tenant: TenantId,
    service: ServiceId,
) -> QueryResult<usize> {
    let row = (
        form_subscriptions::tenant_id.eq(tenant),
        form_subscriptions::service_id.eq(service),
    );
    on!(conn, |c| {
        diesel::insert_or_ignore_into(form_subscriptions::table)
            .values(row)
            .execute(c)
            .await
    })
}

/// Forms of services that a tenant owns or subscribes to.
pub(crate) async fn of_tenant(
    conn: &mut Conn,
    tenant: TenantId,
    ids: &[FormId],
) -> QueryResult<Vec<Form>> {
    on!(conn, |c| {
        let subscribed = form_subscriptions::table
            .filter(form_subscriptions::tenant_id.eq(tenant))
            .select(form_subscriptions::service_id);
        forms::table
            .filter(forms::id.eq_any(ids))
            .filter(
                forms::owner_id
                    .eq(tenant)
                    .or(forms::service_id.eq_any(subscribed)),
            )
            .select(Form::as_select())
            .load(c)
            .await
    })
}

/// A form, whoever asks: for work that was accepted before.
pub(crate) async fn find(conn: &mut Conn, id: FormId) -> QueryResult<Option<Form>> {
    on!(conn, |c| {
        forms::table
            .find(id)
            .select(Form::as_select())
            .first(c)
            .await
            .optional()
    })
}
