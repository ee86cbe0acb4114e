//! Each tenant's own database, with an account that reaches no other.

use diesel_async::SimpleAsyncConnection as _;
use kit::id::TenantId;
use kit::on;
use kit::tenant_db::{TenantDbError, TenantDbs};
use testkit::{Backend, TestApp, on_both};

on_both![
    a_tenant_without_a_database_is_told_so,
    what_one_tenant_writes_no_other_reads,
    provisioning_again_keeps_what_is_there,
    more_tenants_than_pools_take_turns,
];

async fn execute(dbs: &TenantDbs, tenant: TenantId, statement: &str) -> diesel::QueryResult<()> {
    let mut conn = dbs.write(tenant).await.expect("connects");
    on!(&mut conn, |c| c.batch_execute(statement).await)
}

async fn a_tenant_without_a_database_is_told_so(backend: Backend) {
    let test = TestApp::start(backend).await;
    let refused = test.app.tenant_dbs.read(TenantId::new()).await.err();
    assert!(
        matches!(refused, Some(TenantDbError::Missing(_))),
        "{refused:?}"
    );
}

async fn what_one_tenant_writes_no_other_reads(backend: Backend) {
    let test = TestApp::start(backend).await;
    let dbs = &test.app.tenant_dbs;
    let (ours, theirs) = (TenantId::new(), TenantId::new());
    dbs.provision(ours).await.expect("provisioned");
    dbs.provision(theirs).await.expect("provisioned");
    execute(dbs, ours, "SELECT 1 FROM __diesel_schema_migrations")
        .await
        .expect("the tables are there");

    if backend == Backend::Mysql {
        let core = test.database.url().to_string();
        let core = core.rsplit('/').next().expect("a name");
        for foreign in [
            format!("{core}_{theirs}.__diesel_schema_migrations"),
            format!("{core}.events"),
        ] {
            let read = execute(dbs, ours, &format!("SELECT 1 FROM {foreign}")).await;
            assert!(
                read.is_err(),
                "{foreign} can be read with the account of {ours}"
            );
        }
        let made = execute(dbs, ours, "CREATE TABLE escape (n INT)").await;
        assert!(made.is_err(), "the account of a tenant needs no DDL");
    }
}

async fn provisioning_again_keeps_what_is_there(backend: Backend) {
    let test = TestApp::start(backend).await;
    let dbs = &test.app.tenant_dbs;
    let tenant = TenantId::new();
    dbs.provision(tenant).await.expect("provisioned");
    dbs.provision(tenant).await.expect("provisioned again");
    let fresh = TenantDbs::new(
        test.app.db.clone(),
        test.database.dir().join("tenants"),
        test.app.key.clone(),
    );
    execute(&fresh, tenant, "SELECT 1 FROM __diesel_schema_migrations")
        .await
        .expect("works as before");
}

async fn more_tenants_than_pools_take_turns(backend: Backend) {
    let test = TestApp::start(backend).await;
    let dbs = &test.app.tenant_dbs;
    let tenants = (0..70).map(|_| TenantId::new()).collect::<Vec<_>>();
    for &tenant in &tenants {
        dbs.provision(tenant).await.expect("provisioned");
    }
    for &tenant in tenants.iter().chain(&tenants) {
        execute(dbs, tenant, "SELECT 1")
            .await
            .expect("a place is free");
    }
}
