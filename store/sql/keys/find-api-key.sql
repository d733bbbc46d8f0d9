-- A live, unexpired key by its hash, with its limits, its tenant and the quotas of that. A test
-- tenant without quotas of its own has those of its live tenant.
SELECT api_key.key_id, api_key.key_hash, api_key.scopes, api_key.tenant_id, tenant.partition,
       tenant.mode, api_key.expires_at, api_key.networks, api_key.write_quota, api_key.read_quota,
       coalesce(tenant.write_quota, live.write_quota) AS tenant_write_quota,
       coalesce(tenant.read_quota, live.read_quota) AS tenant_read_quota
  FROM api_keys AS api_key
  JOIN tenants AS tenant USING (tenant_id)
  LEFT JOIN tenants AS live ON live.tenant_id = tenant.test_of
 WHERE api_key.key_hash = $1 AND api_key.revoked_at IS NULL
   AND (api_key.expires_at IS NULL OR api_key.expires_at > now())
