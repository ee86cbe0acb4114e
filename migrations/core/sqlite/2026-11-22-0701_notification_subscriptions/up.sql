-- Subscriptions that tenants announced: who hears about a service.
CREATE TABLE notification_subscriptions (
    service_id TEXT NOT NULL,
    tenant_id  TEXT NOT NULL,
    PRIMARY KEY (service_id, tenant_id)
);
